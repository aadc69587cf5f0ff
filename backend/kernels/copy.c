/* Contiguous copies, and the halo around C16 planes. */
#include "backend/emit/template.h"
#include "backend/kernels/row_major.h"

static bool never(const node *n) {
    (void)n;
    return false;
}

/* x0 and y0 differ in their outermost stride at most: C16 parts of a concat with a batch. */
static bool emit_copy(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    const operand *from = &s->in[0], *to = &s->out[0];
    bool c16 = from->layout.kind == LAYOUT_C16;
    arena *a = body->arena;
    template_env *e = template_env_new(body->arena);
    template_int(e, "batch", c16 ? from->dims[0] : 1);
    template_int(e, "from", from->batch);
    template_int(e, "to", to->batch);
    template_number(e, "bytes", c16 ? number_known((int64_t)dtype_bytes(from->elem, from->batch)) : bytes_of(a, operand_count(a, from, 0, from->rank), from->elem));
    return template_expand(e, "backend/kernels/copy.c.in", body, p->diags);
}

static bool emit_halo(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    const operand *o = &s->out[0];
    template_env *e = template_env_new(body->arena);
    template_int(e, "pieces", number_is(s->extent[0], 1) ? o->dims[1] / C16 : 1);
    template_number(e, "height", operand_size(o, 2));
    template_int(e, "block", o->block);
    template_number(e, "row", operand_row(o));
    template_int(e, "top", o->layout.top);
    template_int(e, "bottom", o->layout.bottom);
    template_int(e, "left", o->layout.left);
    template_int(e, "right", o->layout.right);
    template_int(e, "pixel", (int64_t)dtype_bytes(o->elem, C16));
    template_text(e, "type", dtype_of(o->elem)->ctype);
    template_int(e, "fill", o->layout.fill);
    return template_expand(e, "backend/kernels/halo.c.in", body, p->diags);
}

const kernel_family kernel_copy = {.name = "copy", .accepts = never, .emit = emit_copy};
const kernel_family kernel_halo = {.name = "halo", .accepts = never, .emit = emit_halo};
