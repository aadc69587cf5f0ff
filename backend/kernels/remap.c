/* Slices and pads that strided copies cannot do: amounts that inputs name at run time, and padding with what the tensor
 * holds. Every output element is looked up, axis by axis. */
#include "backend/kernels/row_major.h"
#include "backend/schedule/schedule.h"
#include "ir/shape/move.h"

#include <string.h>

static bool accepts(const node *n) {
    return (n->op == OP_slice || n->op == OP_pad) && n->outputs[0] && !n->epilogue && row_major_accepts(n);
}

static bool plan_remap(plan *p, const node *n, step *s) {
    step_add_node(p, s, n);
    s->summary = "an element at a time";
    return true;
}

static const char *count_of(arena *a, const operand *x) { return number_text(a, operand_count(a, x, 0, x->rank)); }

/* "(ptrdiff_t)x3[k]", or nothing when input i is left out. */
static const char *entry(arena *a, const step *s, int i, const char *index) {
    if (!node_input(s->node, i)) return NULL;
    return arena_printf(a, "(ptrdiff_t)x%d[%s]", s->input_operand[i], index);
}

static void put_axis(text *out, const step *s, int input) {
    const char *axis = entry(out->arena, s, input, "k");
    if (axis) text_printf(out, "        const ptrdiff_t axis = wrap_index(%s, %d);\n", axis, s->in[0].rank);
    else text_put(out, "        const ptrdiff_t axis = k;\n");
}

static void put_slice(text *out, const step *s) {
    arena *a = out->arena;
    const char *stride = entry(a, s, 4, "k");
    text_printf(out, "    ptrdiff_t first[%d] = {0}, step[%d];\n    for (int k = 0; k < %d; k++) step[k] = 1;\n", s->in[0].rank, s->in[0].rank, s->in[0].rank);
    text_printf(out, "    for (int k = 0; k < %s; k++) {\n", count_of(a, &s->in[1]));
    put_axis(out, s, 3);
    text_printf(out, "        const ptrdiff_t from = %s;\n        first[axis] = from < 0 ? from + in_size[axis] : from;\n", entry(a, s, 1, "k"));
    if (stride) text_printf(out, "        step[axis] = %s;\n", stride);
    text_put(out, "        if (first[axis] < 0) first[axis] = 0;\n        if (first[axis] >= in_size[axis]) first[axis] = in_size[axis] - 1;\n    }\n");
}

static void put_pad(text *out, const step *s) {
    arena *a = out->arena;
    int rank = s->in[0].rank;
    text_printf(out, "    ptrdiff_t first[%d] = {0};\n    for (int k = 0; k < %lld; k++) {\n", rank, (long long)(s->in[1].dims[0] / 2));
    put_axis(out, s, 3);
    text_printf(out, "        first[axis] = -%s;\n    }\n", entry(a, s, 1, "k"));
}

static void put_copy(text *out, const step *s) {
    const operand *x = &s->in[0];
    bool pads = s->node->op == OP_pad, fills = pads && *node_string(s->node, "mode") == 'c', given = fills && node_input(s->node, 2);
    text loaded = {.arena = out->arena}, filled = {.arena = out->arena};
    emit_load(&loaded, x->elem, "x0", "from");
    if (given) emit_load(&filled, x->elem, arena_printf(out->arena, "x%d", s->input_operand[2]), "0");
    if (!fills) emit_store(out, x->elem, "y0", "i", loaded.bytes);
    else emit_store(out, x->elem, "y0", "i", arena_printf(out->arena, "from >= 0 ? %s : %s", loaded.bytes, given ? filled.bytes : "0"));
}

static bool emit_remap(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    arena *a = body->arena;
    text head = {.arena = a}, copy = {.arena = a};
    bool pads = s->node->op == OP_pad;
    if (pads) put_pad(&head, s);
    else put_slice(&head, s);
    put_copy(&copy, s);
    template_env *e = template_env_new(a);
    template_int(e, "rank", s->in[0].rank);
    template_text(e, "count", count_of(a, &s->out[0]));
    template_text(e, "static", schedule_is_open(s->node) ? "" : "static ");
    template_int(e, "pads", pads);
    template_int(e, "mode", *node_string(s->node, "mode"));
    template_text(e, "in", operand_sizes_text(a, &s->in[0]));
    template_text(e, "out", operand_sizes_text(a, &s->out[0]));
    template_text(e, "head", head.bytes);
    template_text(e, "copy", copy.bytes);
    return template_expand(e, "backend/kernels/remap.c.in", body, p->diags);
}

const kernel_family kernel_remap = {.name = "remap", .accepts = accepts, .plan = plan_remap, .emit = emit_remap, .open = OPEN_ANY};
