/* Gives the convolutional parts of a network the layout NCHW16c (DESIGN, "How it gets fast", 1) and puts explicit
 * conversions at their borders. Inputs of convolutions get a halo of zeros as wide as the padding, so that inner loops
 * need no bounds checks; values that share memory in a concat or split get the same halo.
 *
 * What is not f32 or u8, not 4-D or has an operator without a C16 kernel stays row-major. */
#include "passes/passes.h"

#include <string.h>

typedef struct assignment {
    graph *graph;
    diagnostics *diags;
    value **to_c16, **from_c16; /* by value id: the converted twin, made once */
    int capacity;
    dtype compute; /* what convolutions that read C16 multiply in */
} assignment;

/* ---- what an operator can do ---- */

static bool is_element(dtype t) { return t == DT_F32 || t == DT_U8; }

/* Images and channels are counted now, their sizes may be open. */
static bool is_4d(const value *v) {
    const value_type *t = &v->type;
    return is_element(t->elem) && t->rank == 4 && type_is_bounded(t) && dim_is_number(t->dims[0]) && dim_is_number(t->dims[1]);
}

static bool is_conv(const node *n) { return n->op == OP_conv || n->op == OP_conv_max_pool || n->op == OP_conv_integer; }

static bool is_c16(const value *v) { return v->type.layout.kind == LAYOUT_C16; }

/* Lanes beyond the last channel hold whatever the expression makes of zeros: it must be finite. */
static bool finite_on_zeros(const expr *e) {
    static const char *const risky[] = {"div", "log", "pow", "reciprocal", "mod", "atanh", "acosh", "asin", "acos", "sqrt"};
    if (!e || e->kind != EXPR_OP) return true;
    for (size_t i = 0; i < sizeof risky / sizeof *risky; i++)
        if (!strcmp(op_of((op_code)e->op)->name, risky[i])) return false;
    for (int i = 0; i < e->n_args; i++)
        if (!finite_on_zeros(e->args[i])) return false;
    return true;
}

/* Vectors hold floats, and these functions have no form for them (backend/emit/expr.c). */
static bool has_vector_form(const expr *e) {
    static const op_code scalar[] = {OP_log, OP_sin, OP_cos, OP_tan, OP_asin, OP_acos, OP_atan, OP_sinh, OP_cosh, OP_asinh,
                                     OP_acosh, OP_atanh, OP_sign, OP_pow, OP_mod, OP_softplus, OP_shrink};
    if (!e) return true;
    if (e->kind != EXPR_OP) return is_element(e->dtype) || e->kind == EXPR_ACC;
    if (e->op == OP_cast ? e->dtype != DT_F32 : e->dtype != DT_F32 && (e->op != OP_saturate || e->dtype != DT_U8)) return false;
    for (size_t i = 0; e->kind == EXPR_OP && i < sizeof scalar / sizeof *scalar; i++)
        if ((op_code)e->op == scalar[i]) return false;
    for (int i = 0; i < e->n_args; i++)
        if (!has_vector_form(e->args[i])) return false;
    return true;
}

static bool epilogue_fits(const node *n) {
    if (!has_vector_form(n->epilogue)) return false;
    return type_size(&n->outputs[0]->type, 1) % C16 == 0 || finite_on_zeros(n->epilogue);
}

/* An extra operand that C16 kernels can read: a tensor of the result's shape, one number a channel, or one number. */
static bool fits_result(const value *v, const value_type *result) {
    if (!is_element(v->type.elem) || (v->constant && v->type.elem != DT_F32) || !type_is_bounded(&v->type)) return false;
    if (type_is_static(&v->type) && type_count(&v->type) == 1) return v->constant != NULL;
    int rank = v->type.rank;
    if (rank == 4 && !v->constant) {
        bool per_channel = type_is_static(&v->type) && type_size(&v->type, 0) == type_size(result, 0);
        per_channel &= type_size(&v->type, 1) == type_size(result, 1) && type_size(&v->type, 2) == 1 && type_size(&v->type, 3) == 1;
        return type_same_shape(&v->type, result) || per_channel;
    }
    if (!v->constant || rank < 3 || rank > 4) return false;
    return type_count(&v->type) == type_size(result, 1) && type_size(&v->type, rank - 3) == type_size(result, 1);
}

static bool extras_fit(const node *n, int from) {
    for (int i = from; i < n->n_inputs; i++)
        if (n->inputs[i] && !fits_result(n->inputs[i], &n->outputs[0]->type)) return false;
    return true;
}

/* Wider padding than any network has would make the halo larger than the data. */
static bool halo_is_small(const node *n) {
    enum { WIDEST_HALO = 256 };
    window w;
    if (!window_of(n, &w, &(diagnostics){.stream = NULL})) return false;
    for (int i = 0; i < w.n_axes; i++)
        if (w.pad_begin[i] > WIDEST_HALO || w.pad_end[i] > WIDEST_HALO) return false;
    return true;
}

static int64_t steps_of(const node *n, int axis) {
    int count;
    const int64_t *dilations = node_ints(n, "dilations", &count);
    return count > axis ? dilations[axis] : 1;
}

bool conv_fits_c16(const node *n) {
    const value *x = n->inputs[0], *w = n->inputs[1], *y = n->outputs[0];
    if (n->op == OP_conv_integer ? x->type.elem != DT_U8 || w->type.elem != DT_I8 || !n->epilogue : x->type.elem != DT_F32) return false;
    if (!is_4d(x) || !is_4d(y) || !w->constant || w->type.rank != 4 || n->prologue) return false;
    if (n->n_inputs > 2 && n->n_core_inputs > 2 && n->inputs[2] && !n->inputs[2]->constant) return false;
    if (!type_count(&x->type) || !type_count(&y->type)) return false;
    int64_t group = node_int(n, "group"), in = type_size(&x->type, 1), out = type_size(&y->type, 1);
    bool depthwise = group == in && out == in && (n->op != OP_conv_integer || steps_of(n, 1) == 1);
    bool grouped = in / group % C16 == 0 && out / group % C16 == 0;
    return (group == 1 || depthwise || grouped) && extras_fit(n, n->n_core_inputs) && epilogue_fits(n) && halo_is_small(n);
}

/* What a convolution reads becomes C16 anyway: then a pooling before it had better be on vectors too. */
static bool leads_to_conv(const node *n) {
    for (const use *u = n->outputs[0]->uses; u; u = u->next)
        if (u->index == 0 && u->node && is_conv(u->node) && conv_fits_c16(u->node)) return true;
    return false;
}

static bool follows_input(const node *n) {
    return is_4d(n->inputs[0]) && (is_c16(n->inputs[0]) || leads_to_conv(n)) && is_4d(n->outputs[0]) && n->n_outputs == 1 && !n->prologue &&
           extras_fit(n, n->n_core_inputs) && epilogue_fits(n);
}

/* Powers are taken by roots. A window reaches no further than the next block, and finds nothing beyond the last channel. */
static bool lrn_fits(const node *n) {
    return node_float(n, "beta") == 0.75 && node_int(n, "size") <= 2 * C16 && type_size(&n->outputs[0]->type, 1) % C16 == 0 &&
           n->inputs[0]->type.elem == DT_F32 && follows_input(n);
}

static bool elementwise_fits(const node *n) {
    const value *y = n->outputs[0];
    bool any = false;
    if (!is_4d(y) || !epilogue_fits(n) || !extras_fit(n, 0)) return false;
    for (int i = 0; i < n->n_inputs; i++) any |= is_c16(n->inputs[i]) && type_same_shape(&n->inputs[i]->type, &y->type);
    return any;
}

static bool concat_fits(const node *n) {
    int64_t axis = node_int(n, "axis");
    bool any = false;
    if (!is_4d(n->outputs[0]) || (axis != 1 && axis != -3)) return false;
    for (int i = 0; i < n->n_inputs; i++) {
        const value *part = n->inputs[i];
        if (!is_4d(part) || part->constant || (i + 1 < n->n_inputs && type_size(&part->type, 1) % C16)) return false;
        any |= is_c16(part);
    }
    return any;
}

/* Parts that are views: whole blocks of one image's channels. */
static bool split_fits(const node *n) {
    int64_t axis = node_int(n, "axis");
    const value *whole = n->inputs[0];
    if (!is_4d(whole) || !is_c16(whole) || type_size(&whole->type, 0) != 1 || (axis != 1 && axis != -3) || n->epilogue) return false;
    for (int i = 0; i < n->n_outputs; i++) {
        const value *part = n->outputs[i];
        if (!part || !is_4d(part) || (i + 1 < n->n_outputs && type_size(&part->type, 1) % C16)) return false;
    }
    return true;
}

static bool wants_c16(const node *n) {
    if (!n->n_inputs || !n->inputs[0] || !n->outputs[0] || n->n_regions) return false;
    switch (n->op) {
    case OP_conv:
    case OP_conv_integer:
    case OP_conv_max_pool: return conv_fits_c16(n);
    case OP_max_pool:
    case OP_average_pool:
    case OP_adaptive_average_pool:
    case OP_adaptive_max_pool:
    case OP_global_average_pool:
    case OP_global_max_pool: return follows_input(n);
    case OP_lrn: return lrn_fits(n);
    case OP_concat: return concat_fits(n);
    case OP_split: return split_fits(n);
    case OP_fused: return elementwise_fits(n);
    default: return (op_of(n->op)->props & PROP_ELEMENTWISE) && !n->epilogue && elementwise_fits(n);
    }
}

/* Where a product is of two channels: do those that are saved take longer than to lay out the pixels? Counted by pixel and 16
 * outputs, of which a few tens take as long. */
static bool pairs_pay(const node *n) {
    enum { LAYING_OUT = 24 };
    const value_type *x = &n->inputs[0]->type, *w = &n->inputs[1]->type, *y = &n->outputs[0]->type;
    if (!type_is_static(x) || !type_is_static(y)) return false;
    const int64_t products = type_count(y) * type_size(w, 2) * type_size(w, 3), pixels = type_count(x) / type_size(x, 1);
    return products / C16 * (type_size(x, 1) / 2) > LAYING_OUT * pixels;
}

/* A stem reads few channels: better in NCHW than 16 lanes of which most are padding. */
static bool reads_row_major(const assignment *s, const node *n) {
    enum { STEM_CHANNELS = 4 };
    const bool stem = is_conv(n) && n->op != OP_conv_integer && !is_c16(n->inputs[0]) && type_size(&n->inputs[0]->type, 1) <= STEM_CHANNELS;
    return stem && node_int(n, "group") == 1 && !(s->compute == DT_BF16 && pairs_pay(n));
}

/* ---- conversions ---- */

static value *convert(assignment *s, node *before, op_code op, value *v, layout to) {
    value ***table = op == OP_to_c16 ? &s->to_c16 : &s->from_c16;
    if (v->id < s->capacity && (*table)[v->id]) return (*table)[v->id];
    /* right behind the producer, so that every reader sees it */
    node *at = v->producer ? v->producer->next : v->parent->first;
    if (!v->producer && v->parent != before->parent) at = v->parent->first;
    node *c = node_new(v->parent, at, op, arena_printf(s->graph->arena, "%s (layout)", v->name), 1, &v, 1);
    c->outputs[0]->type = v->type;
    c->outputs[0]->type.layout = to;
    if (v->id < s->capacity) (*table)[v->id] = c->outputs[0];
    return c->outputs[0];
}

static void set_input_layouts(assignment *s, node *n, bool c16) {
    for (int i = 0; i < n->n_inputs; i++) {
        value *v = n->inputs[i];
        if (!v || v->constant) continue;
        if (!c16 && is_c16(v)) node_set_input(n, i, convert(s, n, OP_from_c16, v, (layout){.kind = LAYOUT_ROW_MAJOR}));
        if (c16 && !is_c16(v) && v->type.rank == 4 && !(i == 0 && reads_row_major(s, n)))
            node_set_input(n, i, convert(s, n, OP_to_c16, v, (layout){.kind = LAYOUT_C16}));
    }
}

/* A stem's padding becomes a node of its own: the kernel itself has no bounds checks. */
static bool pad_stem(assignment *s, node *n) {
    window w;
    if (!window_of(n, &w, s->diags)) return false;
    int64_t pads[8] = {0, 0, w.pad_begin[0], w.pad_begin[1], 0, 0, w.pad_end[0], w.pad_end[1]}, none[4] = {0}, eight = 8;
    if (!(pads[2] | pads[3] | pads[6] | pads[7])) return true;
    arena *a = s->graph->arena;
    value *x = n->inputs[0];
    value *amounts = value_constant(s->graph, "pads", type_tensor(a, DT_I64, 1, &eight), arena_copy(a, pads, sizeof pads), "cnnc: halo of a stem");
    node *pad = node_new(n->parent, n, OP_pad, arena_printf(a, "%s (padding)", n->name), 2, (value *[]){x, amounts}, 1);
    if (!infer_node(pad, s->diags)) return false;
    node_set_input(n, 0, pad->outputs[0]);
    node_set_ints(n, "pads", 4, none);
    node_set_string(n, "auto_pad", "NOTSET");
    return true;
}

static bool assign_region(assignment *s, region *r) {
    for (node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_regions; i++)
            if (!assign_region(s, n->regions[i])) return false;
        if (n->op == OP_to_c16 || n->op == OP_from_c16) continue;
        bool c16 = wants_c16(n);
        if (c16 && reads_row_major(s, n) && !pad_stem(s, n)) return false;
        set_input_layouts(s, n, c16);
        for (int i = 0; i < n->n_outputs && c16; i++) n->outputs[i]->type.layout.kind = LAYOUT_C16;
    }
    for (int i = 0; i < r->n_outputs; i++) {
        value *v = r->outputs[i];
        if (!is_c16(v)) continue;
        node *c = node_new(r, NULL, OP_from_c16, arena_printf(s->graph->arena, "%s (layout)", v->name), 1, &v, 1);
        c->outputs[0]->type = v->type;
        c->outputs[0]->type.layout = (layout){.kind = LAYOUT_ROW_MAJOR};
        c->outputs[0]->name = v->name;
        region_set_output(r, i, c->outputs[0]);
    }
    return true;
}

/* ---- halos ---- */

static int larger(int x, int64_t y) { return y > x ? (int)y : x; }

static layout joined(layout x, layout y) {
    return (layout){LAYOUT_C16, larger(x.top, y.top), larger(x.left, y.left), larger(x.bottom, y.bottom), larger(x.right, y.right),
                    larger(x.fill, y.fill), x.narrow};
}

static bool halo_of_conv(assignment *s, node *n, bool *changed) {
    window w;
    if (!window_of(n, &w, s->diags)) return false;
    int64_t end[2];
    for (int i = 0; i < 2; i++) { /* the last window's end may stay short of the padding */
        int64_t last = (w.out[i].size - 1) * w.stride[i] + (w.kernel[i] - 1) * w.dilation[i] + 1;
        end[i] = dim_is_number(w.in[i]) ? last - w.pad_begin[i] - w.in[i].size : w.pad_end[i];
    }
    layout *l = &n->inputs[0]->type.layout;
    layout needed = {LAYOUT_C16, (int)w.pad_begin[0], (int)w.pad_begin[1], larger(0, end[0]), larger(0, end[1]), 0, l->narrow};
    if (n->op == OP_conv_integer) needed.fill = (int)node_int(n, "x_zero");
    layout wide = joined(*l, needed);
    *changed |= memcmp(l, &wide, sizeof wide) != 0;
    *l = wide;
    return true;
}

/* Parts of a concat or split share its memory. */
static void share_halo(value *whole, value *const *parts, int n_parts, bool *changed) {
    layout wide = whole->type.layout;
    for (int i = 0; i < n_parts; i++) wide = joined(wide, parts[i]->type.layout);
    for (int i = -1; i < n_parts; i++) {
        layout *l = &(i < 0 ? whole : parts[i])->type.layout;
        *changed |= memcmp(l, &wide, sizeof wide) != 0;
        *l = wide;
    }
}

static bool widen_halos(assignment *s, region *r, bool *changed) {
    for (node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_regions; i++)
            if (!widen_halos(s, n->regions[i], changed)) return false;
        if (is_conv(n) && is_c16(n->inputs[0]) && !halo_of_conv(s, n, changed)) return false;
        if (n->op == OP_concat && is_c16(n->outputs[0])) share_halo(n->outputs[0], n->inputs, n->n_inputs, changed);
        if (n->op == OP_split && is_c16(n->outputs[0])) share_halo(n->inputs[0], n->outputs, n->n_outputs, changed);
    }
    return true;
}

bool pass_assign_layout(graph *g, const pass_options *o) {
    if (!o->conv_layouts) return true;
    assignment s = {.graph = g, .diags = g->diags, .capacity = g->next_value, .compute = o->compute};
    s.to_c16 = ARENA_ARRAY(g->arena, value *, s.capacity);
    s.from_c16 = ARENA_ARRAY(g->arena, value *, s.capacity);
    if (!assign_region(&s, g->body)) return false;
    for (bool changed = true; changed;) {
        changed = false;
        if (!widen_halos(&s, g->body, &changed)) return false;
    }
    return true;
}
