/* --compute bf16: what lies in NCHW16c is stored as bf16, and convolutions that read it multiply in that type with sums in
 * float32. In float32 stay stems that read the row-major input, all that is not in NCHW16c (softmax, normalisation; products
 * of matrices round as they read), biases and epilogues, and results that go there or out of the network. */
#include "passes/rewrite.h"

static bool shares_memory(const node *n) { return n && (n->op == OP_concat || n->op == OP_split); }

/* Converted back for all that read it. Parts of a concat or split are stored as the whole is. */
static bool leaves_c16(const value *v) {
    if (shares_memory(v->producer)) return false;
    for (const use *u = v->uses; u; u = u->next)
        if (!u->node || (u->node->op != OP_from_c16 && u->node->op != OP_c16_to_nhwc)) return false;
    return true;
}

static bool narrow_results(graph *g, node *n, void *context) {
    (void)g;
    const dtype *compute = context;
    for (int i = 0; i < n->n_outputs; i++) {
        value *v = n->outputs[i];
        if (!v || v->type.elem != DT_F32 || v->type.layout.kind != LAYOUT_C16 || leaves_c16(v)) continue;
        v->type.layout.narrow = *compute;
    }
    return true;
}

bool pass_narrow_activations(graph *g, const pass_options *o) {
    dtype compute = o->compute;
    return compute == DT_NONE || for_each_node(g, narrow_results, &compute);
}
