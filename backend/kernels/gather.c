/* Elements at places that other tensors name: gathering copies runs of `inner` elements from there, scattering writes or
 * adds them there. One loop over tuples of indices serves all; they differ in the text of the place. */
#include "backend/kernels/row_major.h"

#include <string.h>

typedef struct schedule {
    number tuples, inner;
} schedule;

static bool scatters(const node *n) { return n->op == OP_scatter_elements || n->op == OP_scatter_nd || n->op == OP_tensor_scatter; }

static bool gathers(const node *n) { return n->op == OP_gather || n->op == OP_gather_elements || n->op == OP_gather_nd; }

static bool accepts(const node *n) {
    if (!(scatters(n) || gathers(n)) || n->epilogue || !n->outputs[0] || !row_major_moves(n)) return false;
    if (n->inputs[0]->type.elem == DT_STRING && !gathers(n)) return false;
    return type_count(&n->inputs[0]->type) > 0 || type_count(&n->outputs[0]->type) == 0;
}

static int axis_of(const step *s) {
    int axis = (int)node_int(s->node, "axis");
    return axis < 0 ? axis + s->in[0].rank : axis;
}

static bool plan_gather(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    step_add_node(p, s, n);
    arena *a = p->arena;
    const operand *x = &s->in[0], *at = &s->in[1];
    bool nd = n->op == OP_gather_nd || n->op == OP_scatter_nd;
    if (nd) {
        int first = n->op == OP_gather_nd ? (int)node_int(n, "batch_dims") : 0;
        c->tuples = operand_count(a, at, 0, at->rank - 1);
        c->inner = operand_count(a, x, first + (int)at->dims[at->rank - 1], x->rank);
    } else if (n->op == OP_gather || n->op == OP_tensor_scatter) {
        int axis = axis_of(s);
        c->inner = operand_count(a, x, axis + 1, x->rank);
        c->tuples = n->op == OP_gather ? number_mul(a, operand_count(a, x, 0, axis), operand_count(a, at, 0, at->rank)) : operand_count(a, at, 0, axis + 1);
    } else {
        c->inner = number_known(1);
        c->tuples = operand_count(a, at, 0, at->rank);
    }
    s->schedule = c;
    step_set_open_extent(s, scatters(n) || dtype_of(x->elem)->bits < 8 ? number_known(1) : c->tuples);
    s->summary = arena_printf(a, "%s runs of %s", number_text(a, c->tuples), number_text(a, c->inner));
    return true;
}

/* ---- places ---- */

static void put_index(text *out, const operand *at, int operand_index, const char *where, number size) {
    text_printf(out, "wrap_index((int64_t)");
    emit_load(out, at->elem, arena_printf(out->arena, "x%d", operand_index), where);
    text_printf(out, ", %s)", number_text(out->arena, size));
}

static void put_gather_place(text *out, const step *s, const schedule *c) {
    arena *a = out->arena;
    int axis = axis_of(s);
    const number all = operand_count(a, &s->in[1], 0, s->in[1].rank), size = operand_size(&s->in[0], axis);
    const char *picks = number_is(all, 0) ? "1" : number_text(a, all);
    text_printf(out, "(i / %s * %s + ", picks, number_text(a, size));
    put_index(out, &s->in[1], 1, arena_printf(a, "i %% %s", picks), size);
    text_printf(out, ") * %s", number_text(a, c->inner));
}

static void put_element_place(text *out, const step *s) {
    const operand *x = &s->in[0], *at = &s->in[1];
    int axis = axis_of(s);
    number strides[IR_MAX_RANK], sizes[IR_MAX_RANK], own;
    for (int k = 0; k < x->rank; k++) strides[k] = operand_count(out->arena, x, k + 1, x->rank);
    own = strides[axis];
    strides[axis] = number_known(0);
    operand_sizes(at, sizes);
    if (put_strided_index(out, x->rank, sizes, strides, "i")) text_put(out, " + ");
    put_index(out, at, 1, "i", operand_size(x, axis));
    text_printf(out, " * %s", number_text(out->arena, own));
}

static void put_tuple_place(text *out, const step *s, const schedule *c) {
    arena *a = out->arena;
    const operand *x = &s->in[0], *at = &s->in[1];
    int batch = s->node->op == OP_gather_nd ? (int)node_int(s->node, "batch_dims") : 0, k = (int)at->dims[at->rank - 1];
    for (int j = 0; j < k; j++) text_put(out, "(");
    if (batch) text_printf(out, "i / %s", number_text(a, operand_count(a, at, batch, at->rank - 1)));
    else text_put(out, "0");
    for (int j = 0; j < k; j++) {
        text_printf(out, " * %s + ", number_text(a, operand_size(x, batch + j)));
        put_index(out, at, 1, arena_printf(a, "i * %d + %d", k, j), operand_size(x, batch + j));
        text_put(out, ")");
    }
    text_printf(out, " * %s", number_text(a, c->inner));
}

static void put_cache_place(text *out, const step *s, const schedule *c) {
    arena *a = out->arena;
    int axis = axis_of(s);
    const char *steps = number_text(a, operand_size(&s->in[1], axis)), *each = number_text(a, operand_count(a, &s->in[1], 1, axis + 1));
    const number whole = operand_size(&s->in[0], axis);
    const char *size = number_text(a, whole);
    text start = {.arena = a};
    text_printf(&start, "i %% %s", steps);
    if (s->n_in > 2) {
        text_put(&start, " + ");
        emit_load(&start, s->in[2].elem, "x2", arena_printf(a, "i / %s", each));
    }
    bool circular = *node_string(s->node, "mode") == 'c';
    text_printf(out, "(i / %s * %s + wrap_index((%s)", steps, size, start.bytes);
    if (circular) text_printf(out, " %% %s", size);
    text_printf(out, ", %s)) * %s", size, number_text(a, c->inner));
}

static void put_place(text *out, const step *s, const schedule *c) {
    switch (s->node->op) {
    case OP_gather: put_gather_place(out, s, c); return;
    case OP_tensor_scatter: put_cache_place(out, s, c); return;
    case OP_gather_elements:
    case OP_scatter_elements: put_element_place(out, s); return;
    default: put_tuple_place(out, s, c); return;
    }
}

/* ---- emission ---- */

static void put_copy(text *out, dtype t, number inner) {
    arena *a = out->arena;
    text loaded = {.arena = a};
    const char *n = number_text(a, inner);
    if (dtype_of(t)->bits < 8) {
        emit_load(&loaded, t, "x0", "from + j");
        text_printf(out, "for (ptrdiff_t j = 0; j < %s; j++) ", n);
        emit_store(out, t, "y0", arena_printf(a, "i * %s + j", n), loaded.bytes);
    } else if (number_is(inner, 1)) text_put(out, "y0[i] = x0[from];");
    else text_printf(out, "memcpy(y0 + i * %s, x0 + from, %s);", n, bytes_text(a, inner, t));
}

/* "y0[at] = y0[at] + x2[from];" */
static void put_update(text *out, const step *s) {
    const char *how = s->node->op == OP_tensor_scatter ? "none" : node_string(s->node, "reduction");
    int source = s->node->op == OP_tensor_scatter ? 1 : 2;
    dtype t = s->out[0].elem;
    const char *type = compute_ctype(t);
    text old = {.arena = out->arena}, more = {.arena = out->arena}, result = {.arena = out->arena};
    emit_load(&old, t, "y0", "at");
    emit_load(&more, t, arena_printf(out->arena, "x%d", source), "from");
    const char *o = old.bytes, *m = more.bytes;
    if (!strcmp(how, "none")) text_put(&result, m);
    else if (!strcmp(how, "max")) text_printf(&result, "(%s > %s ? %s : %s)", m, o, m, o);
    else if (!strcmp(how, "min")) text_printf(&result, "(%s < %s ? %s : %s)", m, o, m, o);
    else {
        const char *wide = dtype_of(t)->kind == CLASS_FLOAT ? type : "uint64_t";
        text_printf(&result, "(%s)((%s)%s %c (%s)%s)", type, wide, o, !strcmp(how, "add") ? '+' : '*', wide, m);
    }
    emit_store(out, t, "y0", "at", result.bytes);
}

static bool emit_gather(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    const operand *x = &s->in[0];
    text place = {.arena = body->arena}, copy = {.arena = body->arena};
    put_place(&place, s, c);
    template_env *e = template_env_new(body->arena);
    template_number(e, "tuples", c->tuples);
    template_number(e, "inner", c->inner);
    template_text(e, "bytes", bytes_text(body->arena, operand_count(body->arena, x, 0, x->rank), x->elem));
    template_text(e, scatters(s->node) ? "to" : "from", place.bytes);
    if (scatters(s->node)) put_update(&copy, s);
    else put_copy(&copy, x->elem, c->inner);
    template_text(e, scatters(s->node) ? "store" : "copy", copy.bytes);
    /* several tuples may be one thread's: a piece of work is all of them where elements share bytes */
    if (!scatters(s->node) && number_is(s->extent[0], 1) && !number_is(c->tuples, 1)) {
        text_printf(body, "    begin = 0, end = %s;\n", number_text(body->arena, c->tuples));
    }
    return template_expand(e, scatters(s->node) ? "backend/kernels/scatter.c.in" : "backend/kernels/gather.c.in", body, p->diags);
}

const kernel_family kernel_gather = {.name = "gather", .accepts = accepts, .plan = plan_gather, .emit = emit_gather, .open = OPEN_ANY};
