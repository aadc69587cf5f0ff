/* Operators of several arguments, which broadcast: what was repeated gets the sum of its gradients. */
#include "ir/gradient/gradient.h"

static void add_summed(backward *b, const node *n, int input, value *dx) {
    gradient_add(b, n, input, back_summed(b, dx, &n->inputs[input]->type));
}

void gradient_sum(backward *b, const node *n, value *const *dy) {
    for (int i = 0; i < n->n_inputs; i++)
        if (gradient_wanted(b, n, i)) add_summed(b, n, i, dy[0]);
}

void gradient_mean(backward *b, const node *n, value *const *dy) {
    value *share = back_scaled(b, dy[0], 1.0 / n->n_inputs);
    gradient_sum(b, n, &share);
}

void gradient_sub(backward *b, const node *n, value *const *dy) {
    if (gradient_wanted(b, n, 0)) add_summed(b, n, 0, dy[0]);
    if (gradient_wanted(b, n, 1)) add_summed(b, n, 1, back1(b, OP_neg, dy[0]));
}

void gradient_mul(backward *b, const node *n, value *const *dy) {
    for (int i = 0; i < 2; i++)
        if (gradient_wanted(b, n, i)) add_summed(b, n, i, back2(b, OP_mul, dy[0], n->inputs[!i]));
}

void gradient_div(backward *b, const node *n, value *const *dy) {
    value *quotient = back2(b, OP_div, dy[0], n->inputs[1]); /* dy / b; by b it is -y dy / b */
    if (gradient_wanted(b, n, 0)) add_summed(b, n, 0, quotient);
    if (gradient_wanted(b, n, 1)) add_summed(b, n, 1, back1(b, OP_neg, back2(b, OP_mul, quotient, n->outputs[0])));
}

void gradient_prelu(backward *b, const node *n, value *const *dy) {
    value *x = n->inputs[0], *zero = back_scalar(b, x, 0);
    value *negative = back2(b, OP_less, x, zero);
    if (gradient_wanted(b, n, 0)) add_summed(b, n, 0, back(b, OP_where, 3, (value *[]){negative, back2(b, OP_mul, dy[0], n->inputs[1]), dy[0]}));
    if (gradient_wanted(b, n, 1)) add_summed(b, n, 1, back_masked(b, negative, back2(b, OP_mul, dy[0], x)));
}

void gradient_where(backward *b, const node *n, value *const *dy) {
    value *zero = back_scalar(b, dy[0], 0);
    if (gradient_wanted(b, n, 1)) add_summed(b, n, 1, back_masked(b, n->inputs[0], dy[0]));
    if (gradient_wanted(b, n, 2)) add_summed(b, n, 2, back(b, OP_where, 3, (value *[]){n->inputs[0], zero, dy[0]}));
}

/* Outside of the bounds nothing passes. ReLU6 is such a clip, and guided like ReLU. */
void gradient_clip(backward *b, const node *n, value *const *dy) {
    if (gradient_wanted(b, n, 1) || gradient_wanted(b, n, 2)) gradient_refuse(b, n, "there is no rule for the gradient of its bounds");
    const value *low = node_input(n, 1);
    bool rectifies = low && low->constant && type_count(&low->type) == 1 && constant_float(low->constant, 0) == 0;
    value *dx = rectifies && b->relu == RELU_GUIDED ? back1(b, OP_relu, dy[0]) : dy[0];
    for (int i = 1; i <= 2; i++)
        if (node_input(n, i)) dx = back_masked(b, back2(b, i == 1 ? OP_greater : OP_less, n->inputs[0], n->inputs[i]), dx);
    gradient_add(b, n, 0, dx);
}

void gradient_identity(backward *b, const node *n, value *const *dy) {
    const value *training = n->op == OP_dropout ? node_input(n, 2) : NULL;
    if (training && !(training->constant && !constant_int(training->constant, 0)))
        gradient_refuse(b, n, "there is no rule for the gradient of dropout in training");
    if (dy[0]) gradient_add(b, n, 0, dy[0]);
}
