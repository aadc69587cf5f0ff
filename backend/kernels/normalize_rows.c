/* Layer and RMS normalisation of contiguous rows of f32, in vectors: sums in lanes, four vectors of them. Everything else goes to
 * normalize. */
#include "backend/kernels/row_major.h"

/* The first axis of a row. */
static int row_axis(const node *n) {
    int64_t axis = node_int(n, "axis");
    return (int)(axis < 0 ? axis + n->inputs[0]->type.rank : axis);
}

/* 0: it is open. */
static int64_t row_length(const node *n) {
    const value_type *x = &n->inputs[0]->type;
    int64_t length = 1;
    for (int k = row_axis(n); k < x->rank; k++) length *= dim_is_number(x->dims[k]) ? type_size(x, k) : 0;
    return length;
}

static bool accepts(const node *n) {
    if ((n->op != OP_layer_normalization && n->op != OP_rms_normalization) || !row_major_accepts(n) || n->epilogue) return false;
    int64_t length = row_length(n);
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && (n->inputs[i]->type.elem != DT_F32 || (i && type_count(&n->inputs[i]->type) != length))) return false;
    for (int i = 1; i < n->n_outputs; i++)
        if (n->outputs[i]) return false;
    return length >= 16 && n->outputs[0] && n->outputs[0]->type.elem == DT_F32;
}

static bool plan_rows(plan *p, const node *n, step *s) {
    int64_t length = row_length(n), rows = type_count(&n->inputs[0]->type) / length;
    step_add_node(p, s, n);
    s->flops = WORK(6, length, rows);
    step_set_open_extent(s, operand_count(p->arena, &s->in[0], 0, row_axis(n)));
    s->whole = row_axis(n);
    s->summary = arena_printf(p->arena, "%lld rows of %lld", (long long)rows, (long long)length);
    return true;
}

/* deviation(offset): the vector at j + offset, less the mean where it is taken away. */
static void put_deviation(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = context;
    const char *vector = arena_printf(out->arena, args[0] ? "v16_load(x + j + %lld)" : "v16_load(x + j)", (long long)args[0]);
    text_printf(out, s->node->op == OP_layer_normalization ? "v16_sub(%s, middle)" : "%s", vector);
}

static bool emit_rows(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    template_env *e = template_env_new(body->arena);
    const node *n = s->node;
    int bias = node_input(n, 2) ? s->input_operand[2] : -1;
    template_int(e, "length", row_length(n));
    template_int(e, "centered", n->op == OP_layer_normalization);
    template_int(e, "scale", s->input_operand[1]);
    template_int(e, "bias", bias);
    template_text(e, "mean", n->op == OP_layer_normalization ? " - mean" : "");
    template_text(e, "shift", bias < 0 ? "" : arena_printf(body->arena, " + x%d[j]", bias));
    template_call(e, "deviation", put_deviation, (void *)s);
    template_text(e, "epsilon", arena_printf(body->arena, "%.8e", node_float(n, "epsilon")));
    return template_expand(e, "backend/kernels/normalize_rows.c.in", body, p->diags);
}

const kernel_family kernel_normalize_rows = {.name = "normalize_rows", .accepts = accepts, .plan = plan_rows, .emit = emit_rows, .constant_time = step_always_constant_time, .open = OPEN_ANY};
