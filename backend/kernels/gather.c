/* Elements at places that other tensors name: gathering copies runs of `inner` elements from there, scattering writes or
 * adds them there. One loop over tuples of indices serves all; they differ in the text of the place. */
#include "backend/kernels/row_major.h"

#include <string.h>

typedef struct schedule {
    int64_t tuples, inner;
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

static int64_t product(const operand *x, int from, int to) {
    int64_t p = 1;
    for (int k = from; k < to; k++) p *= x->dims[k];
    return p;
}

static bool plan_gather(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    step_add_node(p, s, n);
    const operand *x = &s->in[0], *at = &s->in[1];
    bool nd = n->op == OP_gather_nd || n->op == OP_scatter_nd;
    if (nd) {
        int first = n->op == OP_gather_nd ? (int)node_int(n, "batch_dims") : 0;
        c->tuples = product(at, 0, at->rank - 1);
        c->inner = product(x, first + (int)at->dims[at->rank - 1], x->rank);
    } else if (n->op == OP_gather || n->op == OP_tensor_scatter) {
        int axis = axis_of(s);
        c->inner = product(x, axis + 1, x->rank);
        c->tuples = n->op == OP_gather ? product(x, 0, axis) * product(at, 0, at->rank) : product(at, 0, axis + 1);
    } else {
        c->inner = 1;
        c->tuples = product(at, 0, at->rank);
    }
    s->schedule = c;
    step_set_extent(s, scatters(n) || dtype_of(x->elem)->bits < 8 ? 1 : c->tuples);
    s->summary = arena_printf(p->arena, "%lld runs of %lld", (long long)c->tuples, (long long)c->inner);
    return true;
}

/* ---- places ---- */

static void put_index(text *out, const operand *at, int operand_index, const char *where, int64_t size) {
    text_printf(out, "wrap_index((int64_t)");
    emit_load(out, at->elem, arena_printf(out->arena, "x%d", operand_index), where);
    text_printf(out, ", %lld)", (long long)size);
}

static void put_gather_place(text *out, const step *s, const schedule *c) {
    int axis = axis_of(s);
    int64_t picks = product(&s->in[1], 0, s->in[1].rank), size = s->in[0].dims[axis];
    text_printf(out, "(i / %lld * %lld + ", (long long)(picks ? picks : 1), (long long)size);
    put_index(out, &s->in[1], 1, arena_printf(out->arena, "i %% %lld", (long long)(picks ? picks : 1)), size);
    text_printf(out, ") * %lld", (long long)c->inner);
}

static void put_element_place(text *out, const step *s) {
    const operand *x = &s->in[0], *at = &s->in[1];
    int axis = axis_of(s);
    int64_t strides[IR_MAX_RANK], own;
    for (int k = 0; k < x->rank; k++) strides[k] = product(x, k + 1, x->rank);
    own = strides[axis];
    strides[axis] = 0;
    if (put_strided_index(out, x->rank, at->dims, strides, "i")) text_put(out, " + ");
    put_index(out, at, 1, "i", x->dims[axis]);
    text_printf(out, " * %lld", (long long)own);
}

static void put_tuple_place(text *out, const step *s, const schedule *c) {
    const operand *x = &s->in[0], *at = &s->in[1];
    int batch = s->node->op == OP_gather_nd ? (int)node_int(s->node, "batch_dims") : 0, k = (int)at->dims[at->rank - 1];
    for (int j = 0; j < k; j++) text_put(out, "(");
    if (batch) text_printf(out, "i / %lld", (long long)product(at, batch, at->rank - 1));
    else text_put(out, "0");
    for (int j = 0; j < k; j++) {
        text_printf(out, " * %lld + ", (long long)x->dims[batch + j]);
        put_index(out, at, 1, arena_printf(out->arena, "i * %d + %d", k, j), x->dims[batch + j]);
        text_put(out, ")");
    }
    text_printf(out, " * %lld", (long long)c->inner);
}

static void put_cache_place(text *out, const step *s, const schedule *c) {
    int axis = axis_of(s);
    int64_t steps = s->in[1].dims[axis], size = s->in[0].dims[axis], each = product(&s->in[1], 1, axis + 1);
    text start = {.arena = out->arena};
    text_printf(&start, "i %% %lld", (long long)steps);
    if (s->n_in > 2) {
        text_put(&start, " + ");
        emit_load(&start, s->in[2].elem, "x2", arena_printf(out->arena, "i / %lld", (long long)each));
    }
    bool circular = *node_string(s->node, "mode") == 'c';
    text_printf(out, "(i / %lld * %lld + wrap_index((%s)", (long long)steps, (long long)size, start.bytes);
    if (circular) text_printf(out, " %% %lld", (long long)size);
    text_printf(out, ", %lld)) * %lld", (long long)size, (long long)c->inner);
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

static void put_copy(text *out, dtype t, int64_t inner) {
    text loaded = {.arena = out->arena};
    int64_t bytes = (int64_t)stored_bytes(t, inner);
    if (dtype_of(t)->bits < 8) {
        emit_load(&loaded, t, "x0", "from + j");
        text_printf(out, "for (ptrdiff_t j = 0; j < %lld; j++) ", (long long)inner);
        emit_store(out, t, "y0", arena_printf(out->arena, "i * %lld + j", (long long)inner), loaded.bytes);
    } else if (inner == 1) text_put(out, "y0[i] = x0[from];");
    else text_printf(out, "memcpy(y0 + i * %lld, x0 + from, %lld);", (long long)inner, (long long)bytes);
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
    template_int(e, "tuples", c->tuples);
    template_int(e, "inner", c->inner);
    template_int(e, "bytes", (int64_t)stored_bytes(x->elem, product(x, 0, x->rank)));
    template_text(e, scatters(s->node) ? "to" : "from", place.bytes);
    if (scatters(s->node)) put_update(&copy, s);
    else put_copy(&copy, x->elem, c->inner);
    template_text(e, scatters(s->node) ? "store" : "copy", copy.bytes);
    /* several tuples may be one thread's: a piece of work is all of them where elements share bytes */
    if (!scatters(s->node) && number_is(s->extent[0], 1) && c->tuples != 1) {
        text_printf(body, "    begin = 0, end = %lld;\n", (long long)c->tuples);
    }
    return template_expand(e, scatters(s->node) ? "backend/kernels/scatter.c.in" : "backend/kernels/gather.c.in", body, p->diags);
}

const kernel_family kernel_gather = {.name = "gather", .accepts = accepts, .plan = plan_gather, .emit = emit_gather};
