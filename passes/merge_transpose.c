/* Between NHWC and NCHW16c lies one copy: a transpose of NHWC to NCHW merges into the conversion to c16 behind it, a transpose
 * back into the conversion before it. Networks from other frameworks have them at their borders, lower_dense makes them. */
#include "passes/rewrite.h"

#include <string.h>

static const int64_t to_nchw[4] = {0, 3, 1, 2}, to_nhwc[4] = {0, 2, 3, 1};

static bool transposes(const node *n, const int64_t *perm) {
    if (!n || n->op != OP_transpose || n->epilogue || n->prologue) return false;
    int count;
    const int64_t *p = node_ints(n, "perm", &count);
    return count == 4 && !memcmp(p, perm, 4 * sizeof *p);
}

/* n reads `from` and does what its producer did besides. */
static void take_over(node *n, op_code op, const int64_t *perm, value *from) {
    node *before = n->inputs[0]->producer;
    n->op = op;
    node_set_ints(n, "perm", 4, perm);
    node_set_input(n, 0, from);
    if (!before->outputs[0]->uses) node_remove(before);
}

static bool merge_one(graph *g, node *n, void *context) {
    (void)g, (void)context;
    const node *before = n->n_inputs && n->inputs[0] ? n->inputs[0]->producer : NULL;
    if (!before) return true;
    if (n->op == OP_to_c16 && transposes(before, to_nchw)) take_over(n, OP_nhwc_to_c16, to_nchw, before->inputs[0]);
    else if (before->op == OP_from_c16 && transposes(n, to_nhwc)) take_over(n, OP_c16_to_nhwc, to_nhwc, before->inputs[0]);
    return true;
}

bool pass_merge_transpose(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, merge_one, NULL);
}
