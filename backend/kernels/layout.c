/* Row-major NCHW or NHWC to NCHW16c and back. */
#include "backend/kernels/c16.h"

static bool has_c16(dtype t) { return t == DT_F32 || t == DT_U8; }

static bool makes_c16(const node *n) { return n->op == OP_to_c16 || n->op == OP_nhwc_to_c16; }
static bool is_nhwc(const node *n) { return n->op == OP_nhwc_to_c16 || n->op == OP_c16_to_nhwc; }

static bool accepts(const node *n) {
    return (makes_c16(n) || n->op == OP_from_c16 || n->op == OP_c16_to_nhwc) && has_c16(n->outputs[0]->type.elem);
}

enum { BLOCKS_AT_ONCE = 8 }; /* of a position in NHWC, so that neighbours are read or written with it */

/* NHWC of float32 on both sides goes by vectors. */
static bool in_vectors(const step *s) { return is_nhwc(s->node) && s->in[0].elem == DT_F32 && s->out[0].elem == DT_F32; }

static bool plan_layout(plan *p, const node *n, step *s) {
    const value_type *t = &(makes_c16(n) ? n->outputs[0] : n->inputs[0])->type;
    step_add_node(p, s, n);
    const int64_t at_once = in_vectors(s) ? BLOCKS_AT_ONCE : 1, blocks = c16_blocks(type_size(t, 1)), most = blocks < at_once ? blocks : at_once;
    step_set_extent(s, type_size(t, 0) * ((blocks + at_once - 1) / at_once));
    s->whole = 1;
    for (int i = 0; i < p->n_targets; i++) s->unit_work[i] = WORK(most, C16, type_size(t, 2), type_size(t, 3));
    return true;
}

static bool emit_layout(const plan *p, const step *s, const target *machine, text *body) {
    (void)machine;
    bool to = makes_c16(s->node);
    const operand *c16 = to ? &s->out[0] : &s->in[0];
    template_env *e = template_env_new(body->arena);
    bool narrow = c16->elem == DT_BF16;
    template_int(e, "narrow", narrow);
    template_text(e, "type", dtype_of(c16->elem)->ctype);
    template_text(e, "row_major", narrow ? "float" : dtype_of(c16->elem)->ctype);
    template_int(e, "to_c16", to);
    template_int(e, "nhwc", is_nhwc(s->node));
    template_int(e, "batch", c16->dims[0]);
    template_int(e, "channels", c16->dims[1]);
    template_int(e, "channel_blocks", c16_blocks(c16->dims[1]));
    template_number(e, "height", operand_size(c16, 2));
    template_number(e, "width", operand_size(c16, 3));
    template_int(e, "c_batch", c16->batch);
    template_int(e, "c_block", c16->block);
    template_number(e, "c_row", operand_row(c16));
    template_number(e, "c_origin", operand_origin(body->arena, c16));
    template_int(e, "at_once", BLOCKS_AT_ONCE);
    return template_expand(e, in_vectors(s) ? "backend/kernels/layout_rows.c.in" : "backend/kernels/layout.c.in", body, p->diags);
}

const kernel_family kernel_layout = {.name = "layout", .accepts = accepts, .plan = plan_layout, .emit = emit_layout,
                                     .constant_time = step_always_constant_time, .open = OPEN_PLANES};
