/* Elementwise work between a tensor whose memory others need and a 1x1 convolution (the normalisation and activation before
 * each convolution of a DenseNet) moves into the convolution, which applies it as it loads: kernels that make sums of their
 * inputs anyway then read them once. Where the result could take its input's place, a pass of its own is as fast. */
#include "passes/rewrite.h"

enum { MOST_INPUTS = 12 /* the expression is written out in full: keep what people read short */ };

static bool is_c16(const value *v) { return v->type.layout.kind == LAYOUT_C16 && v->type.elem == DT_F32 && type_is_static(&v->type); }

/* Of one group, without padding or strides: each number that it reads is one of the input, and it reads all of them. */
static bool is_pointwise(const node *c, diagnostics *d) {
    window w;
    if (c->op != OP_conv || c->prologue || node_int(c, "group") != 1 || !is_c16(c->inputs[0]) || !window_of(c, &w, d)) return false;
    for (int i = 0; i < w.n_axes; i++)
        if (w.kernel[i] != 1 || w.stride[i] != 1 || w.pad_begin[i] || w.pad_end[i]) return false;
    return true;
}

/* The only operand of f that is no constant has the shape, type and layout of its result (without a halo, that is: planes with
 * one are convolved row by row, which takes longer); its index, else -1. */
static int tensor_of(const node *f) {
    int found = -1;
    for (int i = 0; i < f->n_inputs; i++) {
        const value *v = f->inputs[i];
        if (v->constant) continue;
        if (found >= 0) return -1;
        found = i;
    }
    return found >= 0 && type_equal(&f->inputs[found]->type, &f->outputs[0]->type) ? found : -1;
}

/* Parts of a concatenation are read elsewhere, too. */
static bool is_kept(const value *x) { return value_use_count(x) > 1 || (x->producer && x->producer->op == OP_concat); }

static bool fuse_one(graph *g, node *c, void *context) {
    (void)context;
    node *f = c->n_inputs && c->inputs[0] ? c->inputs[0]->producer : NULL;
    if (!f || f->op != OP_fused || f->parent != c->parent || value_only_user(f->outputs[0]) != c || !is_pointwise(c, g->diags)) return true;
    const int input = tensor_of(f);
    int map[MOST_INPUTS];
    if (input < 0 || !is_kept(f->inputs[input]) || f->n_inputs > MOST_INPUTS || f->n_inputs + c->n_inputs > 2 * MOST_INPUTS) return true;
    for (int i = 0; i < f->n_inputs; i++) map[i] = i == input ? 0 : node_add_input(c, f->inputs[i]);
    c->prologue = expr_rebind(g->arena, f->epilogue, input, expr_acc(g->arena, DT_F32), map);
    c->name = joined_name(g, f->name, c->name);
    node_set_input(c, 0, f->inputs[input]);
    node_remove(f);
    return true;
}

bool pass_fuse_prologue(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, fuse_one, NULL);
}
