/* A constant Pad of zeros before a convolution becomes the convolution's own padding; before an average pool that counts
 * its padding likewise. (Max pools pad with minus infinity: not the same.) */
#include "passes/rewrite.h"

#include <string.h>

static bool zero_pads(const node *pad, int64_t *pads, int rank) {
    if (strcmp(node_string(pad, "mode"), "constant") != 0 || !pad->inputs[1]->constant) return false;
    if (pad->n_inputs > 3 && pad->inputs[3]) return false; /* axes: rare in exports, left alone */
    double fill = 0;
    if (pad->n_inputs > 2 && pad->inputs[2] && (!constant_scalar(pad->inputs[2], &fill) || fill != 0)) return false;
    if (type_count(&pad->inputs[1]->type) != 2 * rank) return false;
    for (int i = 0; i < 2 * rank; i++) pads[i] = constant_int(pad->inputs[1]->constant, i);
    for (int i = 0; i < 2; i++)
        if (pads[i] || pads[rank + i]) return false; /* of images or channels */
    for (int i = 0; i < 2 * rank; i++)
        if (pads[i] < 0) return false;
    return true;
}

static bool fold_one(graph *g, node *n, void *context) {
    (void)context;
    if (n->op != OP_pad || !n->outputs[0] || n->epilogue) return true;
    int rank = n->inputs[0]->type.rank;
    int64_t pads[2 * IR_MAX_RANK], total[6];
    node *c = value_only_user(n->outputs[0]);
    if (!c || c->parent != n->parent || rank < 3 || rank > 5 || !zero_pads(n, pads, rank)) return true;
    bool pools = c->op == OP_average_pool && !node_int(c, "ceil_mode");
    if ((c->op != OP_conv && !pools) || c->inputs[0] != n->outputs[0]) return true;
    window w;
    if (!window_of(c, &w, g->diags)) return false;
    int axes = rank - 2;
    for (int i = 0; i < axes; i++) /* zeros that count cannot join padding that does not */
        if (pools && !node_int(c, "count_include_pad") && (w.pad_begin[i] || w.pad_end[i])) return true;
    for (int i = 0; i < axes; i++) {
        total[i] = pads[2 + i] + w.pad_begin[i];
        total[axes + i] = pads[rank + 2 + i] + w.pad_end[i];
        if (pools && (total[i] >= w.kernel[i] || total[axes + i] >= w.kernel[i])) return true;
    }
    if (pools) node_set_int(c, "count_include_pad", 1);
    node_set_ints(c, "pads", 2 * axes, total);
    node_set_string(c, "auto_pad", "NOTSET");
    c->name = joined_name(g, n->name, c->name);
    node_set_input(c, 0, n->inputs[0]);
    node_remove(n);
    return true;
}

bool pass_fold_pad(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, fold_one, NULL);
}
