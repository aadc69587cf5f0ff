#include "frontend/onnx/import.h"

#include <math.h>

#include "ir/shape/move.h"
#include "ir/shape/shape.h"

/* Shapes that are computed while sizes are open: Shape, Gather, Concat, arithmetic on their results, and choices among them. Each
 * element of such a vector is an expression over sizes, divided by a power of two where it is a float; bools are 0 and 1. */

enum { MOST_TERMS = 16, MOST_DIVISOR = 1 << 16 };

typedef struct known_terms {
    const value *of;
    int n;
    const term *terms;
    struct known_terms *next;
} known_terms;

static bool is_whole(dtype t) { return t == DT_I64 || t == DT_I32 || t == DT_BOOL; }

static bool is_small(const value *v, int rank) {
    return v->type.kind == TYPE_TENSOR && (is_whole(v->type.elem) || v->type.elem == DT_F32 || v->type.elem == DT_F64) && v->type.rank >= 0 && v->type.rank <= rank &&
           type_is_static(&v->type) && type_count(&v->type) <= MOST_TERMS;
}

/* A float as a fraction of a power of two. */
static bool fraction(double x, term *to) {
    int64_t divisor = 1;
    while (x != floor(x) && divisor < MOST_DIVISOR) x *= 2, divisor *= 2;
    if (x != floor(x) || fabs(x) > 1e9) return false;
    *to = (term){dim_number((int64_t)x), divisor};
    return true;
}

static const term *sizes_as_terms(const importer *imp, const value *v, int *n) {
    const dim *sizes = value_sizes(imp->arena, v, n);
    term *terms = ARENA_ARRAY(imp->arena, term, *n);
    for (int i = 0; i < *n; i++) terms[i] = (term){sizes[i], 1};
    return terms;
}

/* Of a vector, or of a matrix, row by row. */
static const term *elements_of(const importer *imp, const value *v, int *n) {
    for (const known_terms *k = imp->terms; v && k; k = k->next)
        if (k->of == v) return *n = k->n, k->terms;
    if (v && v->producer && v->producer->op == OP_sizes) return sizes_as_terms(imp, v, n);
    if (!v || !v->constant || !is_small(v, 1)) return NULL;
    *n = (int)type_count(&v->type);
    term *terms = ARENA_ARRAY(imp->arena, term, *n);
    for (int i = 0; i < *n; i++) {
        if (is_whole(v->type.elem)) terms[i] = (term){dim_number(constant_int(v->constant, i)), 1};
        else if (!fraction(constant_float(v->constant, i), &terms[i])) return NULL;
    }
    return terms;
}

const term *terms_of(const importer *imp, const value *v, int *n) { return v && v->type.rank <= 1 ? elements_of(imp, v, n) : NULL; }

/* ---- the operators ---- */

/* Towards 0, as integers are divided and floats become integers; y is above 0. */
static dim quotient(arena *mem, dim x, dim y) {
    if (dim_equal(y, dim_number(1))) return x;
    if (dim_is_number(x) && dim_is_number(y)) return dim_number(x.size / y.size);
    const dim down = dim_floordiv(mem, x, y), none = dim_number(0), minus = dim_number(-1);
    if (dim_least(x) >= 0 || dim_reaches(x, 0)) return down;
    const dim up = dim_mul(mem, minus, dim_floordiv(mem, dim_mul(mem, minus, x), y));
    return dim_add(mem, dim_max(mem, down, none), dim_min(mem, up, none));
}

static dim whole(arena *mem, term t) { return quotient(mem, t.size, dim_number(t.divisor)); }

static dim rounded_down(arena *mem, term t) { return dim_floordiv(mem, t.size, dim_number(t.divisor)); }

static bool is_unknown(dim d) { return d.expr && d.expr->op == DIM_UNKNOWN; }

static bool combine(arena *mem, op_code op, bool floats, term x, term y, term *to) {
    if (op == OP_mul) *to = (term){dim_mul(mem, x.size, y.size), x.divisor * y.divisor};
    else if (op == OP_div && !floats && dim_is_number(y.size) && y.size.size > 0) *to = (term){quotient(mem, x.size, y.size), 1};
    else if (x.divisor != 1 || y.divisor != 1) return false;
    else if (op == OP_mod && !floats && dim_is_number(y.size) && y.size.size > 0) *to = (term){dim_mod(mem, x.size, y.size), 1};
    else if (op == OP_add || op == OP_sub) *to = (term){op == OP_add ? dim_add(mem, x.size, y.size) : dim_sub(mem, x.size, y.size), 1};
    else if (op == OP_max) *to = (term){dim_max(mem, x.size, y.size), 1};
    else if (op == OP_min) *to = (term){dim_min(mem, x.size, y.size), 1};
    else return false;
    return to->divisor <= MOST_DIVISOR;
}

static const term *elementwise(const importer *imp, const node *n, int count) {
    int n_x, n_y;
    const term *x = terms_of(imp, n->inputs[0], &n_x), *y = n->n_inputs == 2 ? terms_of(imp, n->inputs[1], &n_y) : NULL;
    const bool floats = !is_whole(n->outputs[0]->type.elem);
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; x && y && i < count; i++)
        if (!combine(imp->arena, n->op, floats, x[n_x == 1 ? 0 : i], y[n_y == 1 ? 0 : i], &to[i])) return NULL;
    return x && y ? to : NULL;
}

/* Whatever the sizes are. */
static bool never_negative(const dim_expr *e) {
    if (e->op == DIM_NUMBER) return e->number >= 0;
    if (e->op == DIM_SYMBOL) return true;
    return e->op != DIM_UNKNOWN && never_negative(e->a) && never_negative(e->b);
}

static bool is_below_all_sizes(term x) { return dim_is_number(x.size) && x.size.size < 0; }

/* 1 or 0 where the answer is the same for all sizes. */
static bool compare(arena *mem, op_code op, term x, term y, term *to) {
    if (x.divisor != 1 || y.divisor != 1) return false;
    if (op == OP_greater || op == OP_greater_or_equal) return compare(mem, op == OP_greater ? OP_less : OP_less_or_equal, y, x, to);
    const dim above = dim_sub(mem, y.size, x.size), below = dim_sub(mem, x.size, y.size);
    const bool differ = (is_below_all_sizes(x) && y.size.expr && never_negative(y.size.expr)) || (is_below_all_sizes(y) && x.size.expr && never_negative(x.size.expr));
    bool yes, no;
    switch (op) {
    case OP_less: yes = dim_reaches(above, 1), no = dim_reaches(below, 0); break;
    case OP_less_or_equal: yes = dim_reaches(above, 0), no = dim_reaches(below, 1); break;
    default: yes = dim_equal(x.size, y.size), no = differ || dim_reaches(above, 1) || dim_reaches(below, 1);
    }
    *to = (term){dim_number(yes), 1};
    return yes || no;
}

/* Is a size -1? No: then it is to be what it was. */
static const term *compared(const importer *imp, const node *n, int count) {
    int n_x, n_y;
    const term *x = terms_of(imp, n->inputs[0], &n_x), *y = terms_of(imp, n->inputs[1], &n_y);
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; x && y && i < count; i++)
        if (!compare(imp->arena, n->op, x[n_x == 1 ? 0 : i], y[n_y == 1 ? 0 : i], &to[i])) return NULL;
    return x && y ? to : NULL;
}

static const term *chosen(const importer *imp, const node *n, int count) {
    int length[3];
    const term *of[3], **c = of;
    for (int i = 0; i < 3; i++)
        if (!(of[i] = terms_of(imp, n->inputs[i], &length[i]))) return NULL;
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; i < count; i++) {
        const dim which = (*c)[length[0] == 1 ? 0 : i].size;
        if (!dim_is_number(which)) return NULL;
        const int from = which.size ? 1 : 2;
        to[i] = of[from][length[from] == 1 ? 0 : i];
    }
    return to;
}

static const term *multiplied(const importer *imp, const node *n) {
    int n_x;
    const term *x = terms_of(imp, n->inputs[0], &n_x);
    term *to = ARENA_NEW(imp->arena, term);
    *to = (term){dim_number(1), 1};
    for (int i = 0; x && i < n_x; i++)
        if (!combine(imp->arena, OP_mul, false, *to, x[i], to)) return NULL;
    return x ? to : NULL;
}

static const term *negated(const importer *imp, const node *n, int count) {
    int n_x;
    const term *x = terms_of(imp, n->inputs[0], &n_x);
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; x && i < count; i++) to[i] = (term){dim_mul(imp->arena, x[i].size, dim_number(-1)), x[i].divisor};
    return x ? to : NULL;
}

static const term *shape_terms(const importer *imp, const node *n, int count) {
    const value_type *t = &n->inputs[0]->type;
    if (t->kind != TYPE_TENSOR || t->rank < 0) return NULL;
    int64_t from = 0, end;
    if (n->op == OP_shape) shape_axes(n, t->rank, &from, &end);
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; i < count; i++) to[i] = (term){n->op == OP_size ? dims_product(imp->arena, t->dims, 0, t->rank) : t->dims[from + i], 1};
    return to;
}

static const term *gathered(const importer *imp, const node *n, int count) {
    int n_x, n_at;
    const term *x = terms_of(imp, n->inputs[0], &n_x), *at = terms_of(imp, n->inputs[1], &n_at);
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; x && at && i < count; i++) {
        int64_t from = dim_is_number(at[i].size) ? at[i].size.size : INT64_MAX;
        from += from < 0 ? n_x : 0;
        if (from < 0 || from >= n_x) return NULL;
        to[i] = x[from];
    }
    return x && at ? to : NULL;
}

static const term *sliced(const importer *imp, const node *n, int count) {
    int n_x;
    slice_axis axes[IR_MAX_RANK] = {[1] = {.step = 1, .count = dim_number(1)}};
    diagnostics quiet = {.stream = NULL};
    const term *x = elements_of(imp, n->inputs[0], &n_x);
    if (!x || n->inputs[0]->type.rank < 1 || slice_axes(n, axes, &quiet) < 1 || !dim_is_number(axes[0].start) || !dim_is_number(axes[1].start)) return NULL;
    const int64_t width = n->inputs[0]->type.rank > 1 ? type_size(&n->inputs[0]->type, 1) : 1, kept = axes[1].count.size;
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; i < count; i++) to[i] = x[(axes[0].start.size + i / kept * axes[0].step) * width + axes[1].start.size + i % kept * axes[1].step];
    return to;
}

static const term *transposed(const importer *imp, const node *n, int count) {
    int n_x, n_perm;
    const int64_t *perm = node_ints(n, "perm", &n_perm);
    const value_type *t = &n->inputs[0]->type;
    const term *x = elements_of(imp, n->inputs[0], &n_x);
    if (!x || t->rank != 2 || (n_perm && !perm[0])) return NULL;
    const int64_t rows = t->dims[0].size, columns = t->dims[1].size;
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int64_t i = 0; i < count; i++) to[i] = x[i % rows * columns + i / rows];
    return to;
}

static const term *joined(const importer *imp, const node *n, int count) {
    term *to = ARENA_ARRAY(imp->arena, term, count);
    int at = 0;
    for (int i = 0; i < n->n_inputs; i++) {
        int more;
        const term *x = terms_of(imp, n->inputs[i], &more);
        for (int k = 0; x && k < more; k++) to[at++] = x[k];
        if (!x) return NULL;
    }
    return to;
}

/* As it is, or what `rounds` makes of it. */
static const term *cast(const importer *imp, const node *n, int count, dim (*rounds)(arena *mem, term t)) {
    int n_x;
    const term *x = elements_of(imp, n->inputs[0], &n_x);
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; x && i < count; i++) to[i] = rounds ? (term){rounds(imp->arena, x[i]), 1} : x[i];
    return x ? to : NULL;
}

/* One number, as often as it is wanted. */
static const term *gathered_one(const importer *imp, const node *n, int count) {
    int n_x;
    const term *x = terms_of(imp, n->inputs[0], &n_x);
    term *to = ARENA_ARRAY(imp->arena, term, count);
    for (int i = 0; x && n_x == 1 && i < count; i++) to[i] = *x;
    return x && n_x == 1 ? to : NULL;
}

static const term *terms_made(const importer *imp, const node *n) {
    const int count = (int)type_count(&n->outputs[0]->type);
    switch (n->op) {
    case OP_shape:
    case OP_size: return shape_terms(imp, n, count);
    case OP_gather: return gathered(imp, n, count);
    case OP_slice: return sliced(imp, n, count);
    case OP_transpose: return transposed(imp, n, count);
    case OP_concat: return joined(imp, n, count);
    case OP_add:
    case OP_sub:
    case OP_mul:
    case OP_div:
    case OP_mod:
    case OP_max:
    case OP_min: return elementwise(imp, n, count);
    case OP_equal:
    case OP_less:
    case OP_less_or_equal:
    case OP_greater:
    case OP_greater_or_equal: return compared(imp, n, count);
    case OP_where: return chosen(imp, n, count);
    case OP_reduce_prod: return count == 1 ? multiplied(imp, n) : NULL;
    case OP_neg: return negated(imp, n, count);
    case OP_cast: return cast(imp, n, count, is_whole(n->outputs[0]->type.elem) ? whole : NULL);
    case OP_floor: return cast(imp, n, count, rounded_down);
    case OP_expand: return gathered_one(imp, n, count);
    case OP_identity:
    case OP_reshape:
    case OP_squeeze:
    case OP_unsqueeze: return cast(imp, n, count, NULL);
    default: return NULL;
    }
}

/* ---- what becomes of them ---- */

static value *as_constant(importer *imp, const node *n, const term *terms, int count) {
    int64_t *ints = ARENA_ARRAY(imp->arena, int64_t, count);
    const value_type *t = &n->outputs[0]->type;
    for (int i = 0; i < count; i++) {
        if (!dim_is_number(terms[i].size) || (t->elem != DT_I64 && t->elem != DT_BOOL)) return NULL;
        dtype_store_int(t->elem, ints, i, terms[i].size.size);
    }
    return value_constant(imp->graph, n->outputs[0]->name, *t, ints, arena_printf(imp->arena, "%s | folded", n->name));
}

value *sizes_value(importer *imp, region *r, node *before, const char *name, int n, const dim *sizes, bool scalar) {
    int64_t *ints = ARENA_ARRAY(imp->arena, int64_t, n), shape = n;
    bool open = false;
    for (int k = 0; k < n; k++) ints[k] = sizes[k].size, open = open || !dim_is_number(sizes[k]);
    const value_type t = type_tensor(imp->arena, DT_I64, !scalar, &shape);
    if (!open) return value_constant(imp->graph, name, t, ints, name);
    node *made = node_new(r, before, OP_sizes, name, 0, NULL, 1);
    node_set_type(made, "size", type_tensor_dims(imp->arena, DT_I64, n, sizes));
    if (scalar) node_set_int(made, "scalar", 1);
    made->outputs[0]->type = t;
    return made->outputs[0];
}

/* In place of the nodes that compute them. */
static value *as_sizes(importer *imp, node *n, const term *terms, int count) {
    const value *made = n->outputs[0];
    dim *sizes = ARENA_ARRAY(imp->arena, dim, count);
    for (int i = 0; i < count; i++) sizes[i] = terms[i].size;
    if (made->type.elem != DT_I64 || made->type.rank > 1) return NULL;
    value *v = sizes_value(imp, n->parent, n, n->name, count, sizes, !made->type.rank);
    v->name = made->name;
    node_remove(n);
    return v;
}

value *terms_note(importer *imp, node *n) {
    if (n->n_regions || n->n_outputs != 1 || !n->outputs[0] || !n->n_inputs || !n->inputs[0] || !is_small(n->outputs[0], 2)) return NULL;
    const term *terms = terms_made(imp, n);
    const int count = (int)type_count(&n->outputs[0]->type);
    for (int i = 0; terms && i < count; i++)
        if (is_unknown(terms[i].size)) return NULL;
    if (!terms) return NULL;
    value *known = as_constant(imp, n, terms, count);
    if (known) return node_remove(n), known;
    if ((known = as_sizes(imp, n, terms, count))) return known;
    known_terms *k = ARENA_NEW(imp->arena, known_terms);
    *k = (known_terms){n->outputs[0], count, terms, imp->terms};
    imp->terms = k;
    return NULL;
}

const dim *terms_as_sizes(const importer *imp, const value *v, int *n) {
    const term *terms = terms_of(imp, v, n);
    dim *sizes = terms ? ARENA_ARRAY(imp->arena, dim, *n) : NULL;
    for (int i = 0; sizes && i < *n; i++) sizes[i] = whole(imp->arena, terms[i]);
    return sizes;
}

bool term_as_size(const importer *imp, const value *v, dim *to) {
    int n;
    const term *t = terms_of(imp, v, &n);
    if (!t || n != 1 || t->divisor != 1) return false;
    *to = t->size;
    return true;
}
