/* Types: f32[1,N,(+ H 2),?] @c16(1,1,1,1) quant(axis, scale, zero point), sequence<…>, optional<…>, map<key,…>, ? */
#include "ir/read.h"

#include <string.h>

enum { WIDEST_HALO = 1024 };

/* ---- dimensions ---- */

static bool read_dim(reader *r, dim *d);

static bool read_symbol(reader *r, const char *name, dim *d) {
    const symbol *found = graph_find_symbol(r->graph, name);
    if (found) *d = dim_symbol(r->arena, found);
    return found || scan_error(&r->scan, "declare it at the beginning of the graph: dim NAME in 1..", "there is no dimension '%.80s'", name);
}

/* Behind the bracket of (+ a b). */
static bool read_dim_operator(reader *r, dim *d) {
    static const struct {
        const char *name;
        dim (*make)(arena *, dim, dim);
    } operators[] = {{"+", dim_add}, {"*", dim_mul}, {"/", dim_floordiv}, {"%", dim_mod}, {"max", dim_max}, {"min", dim_min}};
    scanner *s = &r->scan;
    size_t op = 0, count = sizeof operators / sizeof *operators;
    while (op < count && !scan_accept(s, operators[op].name)) op++;
    if (op == count) return scan_error(s, NULL, "+, *, /, %%, max or min is expected here");
    dim x, y;
    if (!read_dim(r, &x)) return false;
    size_t place = scan_place(s);
    if (!read_dim(r, &y)) return false;
    if ((operators[op].make == dim_floordiv || operators[op].make == dim_mod) && dim_is_number(y) && y.size < 1)
        return diag_error_at(s->diags, &s->source, place, NULL, "a size is divided by positive numbers only");
    *d = operators[op].make(r->arena, x, y);
    return scan_expect(s, ")");
}

static bool read_dim(reader *r, dim *d) {
    scanner *s = &r->scan;
    char c = scan_peek(s);
    const char *name;
    if (scan_accept(s, "?")) {
        *d = dim_unknown(r->arena);
        return true;
    }
    if (scan_accept(s, "(")) {
        bool ok = read_deeper(r) && read_dim_operator(r, d);
        r->depth--;
        return ok;
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        *d = dim_number(0);
        return scan_int(s, 64, true, &d->size);
    }
    size_t place = scan_place(s);
    if (c == '"') {
        if (!scan_name(s, &name)) return false;
    } else if (!(name = scan_word(s))) {
        return scan_error(s, NULL, "a size is expected here: a number, a name, ? or (+ a b)");
    }
    size_t behind = s->at;
    s->at = place;
    if (!read_symbol(r, name, d)) return false;
    s->at = behind;
    return true;
}

/* ---- tensors ---- */

/* Sizes multiply without overflow everywhere else. */
static bool check_size(reader *r, const value_type *t, size_t place) {
    const int64_t limit = (int64_t)1 << 40;
    int64_t count = 1;
    for (int i = 0; i < t->rank; i++) {
        if (!dim_is_number(t->dims[i])) continue;
        int64_t size = t->dims[i].size;
        if (size < 0) return diag_error_at(r->scan.diags, &r->scan.source, place, NULL, "a size is negative");
        if (size > limit / count) return diag_error_at(r->scan.diags, &r->scan.source, place, NULL, "the tensor has more than 2^40 elements");
        if (size) count *= size;
    }
    return true;
}

static bool read_shape(reader *r, value_type *t) {
    scanner *s = &r->scan;
    size_t place = scan_place(s);
    dim dims[IR_MAX_RANK];
    t->rank = 0;
    if (!scan_expect(s, "[")) return false;
    if (scan_accept(s, "*")) {
        t->rank = -1;
    } else if (scan_peek(s) != ']') {
        do {
            if (t->rank == IR_MAX_RANK) return scan_error(s, NULL, "a tensor has at most %d dimensions", IR_MAX_RANK);
            if (!read_dim(r, &dims[t->rank++])) return false;
        } while (scan_accept(s, ","));
    }
    if (t->rank > 0) t->dims = arena_copy(r->arena, dims, sizeof *dims * (size_t)t->rank);
    return scan_expect(s, "]") && check_size(r, t, place);
}

static bool read_layout(reader *r, layout *l) {
    scanner *s = &r->scan;
    int *const sides[] = {&l->top, &l->left, &l->bottom, &l->right};
    if (!scan_accept(s, "c16")) return scan_error(s, NULL, "there is no such layout; c16(top, left, bottom, right) is one");
    l->kind = LAYOUT_C16;
    for (int i = 0; i < 4; i++) {
        int64_t width;
        if (!scan_expect(s, i ? "," : "(") || !scan_int_between(s, 0, WIDEST_HALO, &width)) return false;
        *sides[i] = (int)width;
    }
    if (scan_accept(s, ",")) {
        int64_t fill = 0;
        if (scan_accept(s, "bf16")) l->narrow = DT_BF16;
        else if (!scan_int_between(s, INT8_MIN, UINT8_MAX, &fill)) return false;
        l->fill = (int)fill;
    }
    return scan_expect(s, ")");
}

static bool read_quantization(reader *r, value_type *t) {
    scanner *s = &r->scan;
    quantization q = {.axis = -1};
    int64_t axis;
    if (!scan_expect(s, "(") || !scan_int_between(s, -1, t->rank < 0 ? IR_MAX_RANK - 1 : t->rank - 1, &axis)) return false;
    q.axis = (int)axis;
    if (!scan_expect(s, ",") || !read_parameter(r, "scale", &q.scale)) return false;
    if (!scan_expect(s, ",") || !read_parameter(r, "zero point", &q.zero_point)) return false;
    t->quant = arena_copy(r->arena, &q, sizeof q);
    return scan_expect(s, ")");
}

static bool read_tensor_type(reader *r, value_type *t) {
    t->kind = TYPE_TENSOR;
    if (!read_shape(r, t)) return false;
    if (scan_accept(&r->scan, "@") && !read_layout(r, &t->layout)) return false;
    return !scan_accept(&r->scan, "quant") || read_quantization(r, t);
}

/* ---- any type ---- */

static bool read_element(reader *r, dtype *elem) {
    size_t place = scan_place(&r->scan);
    const char *name = scan_word(&r->scan);
    *elem = name ? dtype_from_name(name) : DT_NONE;
    if (*elem != DT_NONE || (name && !strcmp(name, dtype_of(DT_NONE)->name))) return true;
    r->scan.at = place;
    return scan_error(&r->scan, "types look like f32[1,3,224,224]", "an element type such as f32 or i64 is expected here");
}

static bool read_inner(reader *r, value_type *t) {
    scanner *s = &r->scan;
    value_type inner;
    if (!scan_accept(s, "<")) return true;
    if (t->kind == TYPE_MAP && (!read_element(r, &t->elem) || !scan_expect(s, ","))) return false;
    if (!read_type(r, &inner)) return false;
    t->inner = arena_copy(r->arena, &inner, sizeof inner);
    return scan_expect(s, ">");
}

bool read_type(reader *r, value_type *t) {
    scanner *s = &r->scan;
    *t = (value_type){.kind = TYPE_UNKNOWN};
    if (scan_accept(s, "?")) return true;
    if (scan_accept(s, "sequence")) t->kind = TYPE_SEQUENCE;
    else if (scan_accept(s, "optional")) t->kind = TYPE_OPTIONAL;
    else if (scan_accept(s, "map")) t->kind = TYPE_MAP;
    bool ok = read_deeper(r);
    if (ok) ok = t->kind != TYPE_UNKNOWN ? read_inner(r, t) : read_element(r, &t->elem) && read_tensor_type(r, t);
    r->depth--;
    return ok;
}
