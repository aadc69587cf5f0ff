/* Puts the results of max pooling back where they came from, zeros elsewhere. */
#include "backend/kernels/row_major.h"

static bool accepts(const node *n) { return n->op == OP_max_unpool && n->outputs[0] && row_major_accepts(n) && !n->epilogue; }

static bool plan_unpool(plan *p, const node *n, step *s) {
    for (int i = 0; i < 2; i++) s->input_operand[i] = step_add_input(p, s, n->inputs[i]);
    step_add_output(p, s, n->outputs[0]);
    s->summary = "scatter";
    return true;
}

/* Indices count in the shape that the attributes give, which output_shape may enlarge. */
static void pooled_shape(const node *n, const operand *x, int64_t *dims) {
    int count;
    const int64_t *kernel = node_ints(n, "kernel_shape", &count), *strides = node_ints(n, "strides", &count);
    const int64_t *pads = node_ints(n, "pads", &count);
    for (int k = 0; k < x->rank; k++) {
        int64_t padding = pads && k > 1 ? pads[k - 2] + pads[x->rank - 2 + k - 2] : 0;
        dims[k] = x->dims[k];
        if (k > 1) dims[k] = (dims[k] - 1) * (strides ? strides[k - 2] : 1) + kernel[k - 2] - padding;
    }
}

static bool emit_unpool(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const operand *x = &s->in[0], *y = &s->out[0];
    arena *a = body->arena;
    int64_t dims[IR_MAX_RANK], count = 1, limit = 1, size = 1;
    pooled_shape(s->node, x, dims);
    number sizes[IR_MAX_RANK], strides[IR_MAX_RANK];
    numbers_known(x->rank, dims, sizes);
    operand_strides(a, y, y->rank, strides);
    for (int k = 0; k < x->rank; k++) count *= x->dims[k], limit *= dims[k], size *= y->dims[k];
    text index = {.arena = a}, element = {.arena = a}, store = {.arena = a};
    if (!put_strided_index(&index, x->rank, sizes, strides, "to")) text_put(&index, "0");
    emit_load(&element, x->elem, "x0", "i");
    emit_store(&store, y->elem, "y0", index.bytes, element.bytes);
    template_env *e = template_env_new(a);
    template_int(e, "count", count);
    template_int(e, "limit", limit);
    template_int(e, "bytes", (int64_t)dtype_bytes(y->elem, size));
    template_text(e, "store", store.bytes);
    return template_expand(e, "backend/kernels/max_unpool.c.in", body, p->diags);
}

const kernel_family kernel_max_unpool = {.name = "max_unpool", .accepts = accepts, .plan = plan_unpool, .emit = emit_unpool};
