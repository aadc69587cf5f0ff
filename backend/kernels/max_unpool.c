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
static void pooled_shape(arena *a, const node *n, const operand *x, number *dims) {
    int count;
    const int64_t *kernel = node_ints(n, "kernel_shape", &count), *strides = node_ints(n, "strides", &count);
    const int64_t *pads = node_ints(n, "pads", &count);
    for (int k = 0; k < x->rank; k++) {
        int64_t padding = pads && k > 1 ? pads[k - 2] + pads[x->rank - 2 + k - 2] : 0;
        dims[k] = operand_size(x, k);
        if (k < 2) continue;
        const number first = number_mul(a, number_add(a, dims[k], number_known(-1)), number_known(strides ? strides[k - 2] : 1));
        dims[k] = number_add(a, first, number_known(kernel[k - 2] - padding));
    }
}

static bool emit_unpool(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const operand *x = &s->in[0], *y = &s->out[0];
    arena *a = body->arena;
    number sizes[IR_MAX_RANK], strides[IR_MAX_RANK], limit = number_known(1);
    pooled_shape(a, s->node, x, sizes);
    operand_strides(a, y, y->rank, strides);
    for (int k = 0; k < x->rank; k++) limit = number_mul(a, sizes[k], limit);
    text index = {.arena = a}, element = {.arena = a}, store = {.arena = a};
    if (!put_strided_index(&index, x->rank, sizes, strides, "to")) text_put(&index, "0");
    emit_load(&element, x->elem, "x0", "i");
    emit_store(&store, y->elem, "y0", index.bytes, element.bytes);
    template_env *e = template_env_new(a);
    template_number(e, "count", operand_count(a, x, 0, x->rank));
    template_number(e, "limit", limit);
    template_text(e, "bytes", bytes_text(a, operand_count(a, y, 0, y->rank), y->elem));
    template_text(e, "store", store.bytes);
    return template_expand(e, "backend/kernels/max_unpool.c.in", body, p->diags);
}

const kernel_family kernel_max_unpool = {.name = "max_unpool", .accepts = accepts, .plan = plan_unpool, .emit = emit_unpool, .open = OPEN_ANY};
