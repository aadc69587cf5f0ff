#include "ir/gradient/gradient.h"

/* At inference y = (x - mean) gamma / sqrt(variance + epsilon) + beta by channel, axis 1. */
void gradient_batch_normalization(backward *b, const node *n, value *const *dy) {
    bool others = false;
    for (int i = 1; i < 5; i++) others |= gradient_wanted(b, n, i);
    if (node_int(n, "training_mode") || others) {
        gradient_refuse(b, n, "there is only a rule for the gradient of its data, at inference");
        return;
    }
    const value *x = n->inputs[0];
    int64_t dims[IR_MAX_RANK], channels = type_size(&n->inputs[4]->type, 0);
    int rank = x->type.rank > 1 ? x->type.rank - 1 : 1;
    for (int i = 0; i < rank; i++) dims[i] = i ? 1 : channels;
    value_type by_channel = type_tensor(b->graph->arena, x->type.elem, rank, dims);
    value *deviation = back1(b, OP_sqrt, back2(b, OP_add, n->inputs[4], back_scalar(b, n->inputs[4], node_float(n, "epsilon"))));
    value *scale = back_shaped(b, back2(b, OP_div, n->inputs[1], deviation), &by_channel);
    gradient_add(b, n, 0, back2(b, OP_mul, dy[0], scale));
}
