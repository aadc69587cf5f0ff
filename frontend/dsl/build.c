/* Nodes, constants and parameters of the graph. */
#include "frontend/dsl/lower.h"

#include <stdlib.h>
#include <string.h>

const char *shape_text(arena *a, const value_type *t) {
    char *bytes = NULL;
    size_t size;
    FILE *f = open_memstream(&bytes, &size);
    if (!f) return "?";
    if (t->rank < 0) fputs("[…]", f);
    for (int i = 0; i < t->rank; i++) {
        fputc(i ? ',' : '[', f);
        dim_print(f, t->dims[i]);
    }
    if (t->rank >= 0) fputs(t->rank ? "]" : "[]", f);
    fclose(f);
    char *text = arena_strdup(a, bytes);
    free(bytes);
    return text;
}

bool infer_built(lowering *l, const ast *at, node *n) {
    if (!charge(l, at, LOWER_NODE_STEPS)) return false;
    diagnostics quiet = {.stream = NULL};
    if (infer_node(n, &quiet)) return true;
    const char *message = strstr(quiet.first, "): ");
    lower_error(l, at, NULL, "%s: %s", op_of(n->op)->name, message ? message + 3 : quiet.first);
    return false;
}

node *build_node(lowering *l, const ast *at, op_code op, const char *name, int n_inputs, value *const *inputs, int n_outputs) {
    for (int i = 0; i < n_inputs; i++)
        if (!inputs[i] && i < op_of(op)->min_in) return NULL;
    node *n = node_new(l->region, NULL, op, name, n_inputs, inputs, n_outputs);
    return infer_built(l, at, n) ? n : NULL;
}

value *build(lowering *l, const ast *at, op_code op, const char *name, int n_inputs, value *const *inputs) {
    node *n = build_node(l, at, op, name, n_inputs, inputs, 1);
    return n ? n->outputs[0] : NULL;
}

bool known_size(lowering *l, const ast *at, const value *v, int axis, const char *what, int64_t *size) {
    *size = type_size(&v->type, axis);
    if (*size >= 0) return true;
    return lower_error(l, at, OPEN_SIZE_HINT, "the %s of %s is open", what, shape_text(l->arena, &v->type));
}

/* ---- constants ---- */

value *constant_ints_of(lowering *l, int n, const int64_t *ints) {
    int64_t shape = n;
    value_type t = type_tensor(l->arena, DT_I64, 1, &shape);
    return value_constant(l->graph, "ints", t, arena_copy(l->arena, ints, sizeof *ints * (size_t)(n ? n : 1)), NULL);
}

value *constant_like(lowering *l, double x, const value *like) {
    dtype elem = like->type.elem;
    void *data = arena_alloc(l->arena, 16);
    if (dtype_of(elem)->kind == CLASS_FLOAT) dtype_store_float(elem, data, 0, x);
    else dtype_store_int(elem, data, 0, (int64_t)x);
    return value_constant(l->graph, "scalar", type_tensor(l->arena, elem, 0, NULL), data, NULL);
}

value *exit_number(lowering *l, int number) {
    int64_t one = 1;
    int32_t *data = ARENA_NEW(l->arena, int32_t);
    *data = number;
    return value_constant(l->graph, "exit", type_tensor(l->arena, DT_I32, 1, &one), data, NULL);
}

/* ---- types ---- */

/* --dim NAME=SIZE: the layers behind may then ask for the size. */
static bool bound_size(lowering *l, const ast *at, const symbol *s, dim *out) {
    const frontend_options *o = l->options;
    for (int i = 0; i < o->n_dims; i++) {
        if (strcmp(o->dim_names[i], s->name) != 0) continue;
        int64_t size = o->dim_sizes[i];
        if (size < s->min || (s->max && size > s->max)) return lower_error(l, at, NULL, "'%s' cannot be %lld, as --dim says", s->name, (long long)size);
        *out = dim_number(size);
        return true;
    }
    if (o->open_size) *out = dim_number(o->open_size);
    return true;
}

static bool dim_of(lowering *l, const ast *e, bool symbols, dim *out) {
    const ast *size = e->a;
    bool named = e->name || (size && size->kind == AST_NAME && !find_variable(l, size->name));
    if (!named) {
        int64_t n;
        if (!evaluate_int(l, size, &n)) return false;
        if (n < 0 || n > INT32_MAX) return lower_error(l, size, NULL, "a tensor cannot have %lld elements on an axis", (long long)n);
        *out = dim_number(n);
        return true;
    }
    const char *name = e->name ? e->name : size->name;
    if (!symbols) return lower_error(l, e, "only inputs of the network have open sizes", "'%s' is no number", name);
    datum range = e->name ? evaluate(l, e->b) : datum_nothing();
    if (range.kind == DATUM_ERROR) return false;
    if (e->name && (range.kind != DATUM_LIST || !range.count || range.items[0].kind != DATUM_INT || range.items[0].integer < 0))
        return lower_error(l, e, "H in 64..=512", "a size has a range of whole numbers");
    symbol *s = graph_symbol(l->graph, name);
    if (e->name) s->min = range.items[0].integer, s->max = range.items[range.count - 1].integer;
    *out = dim_symbol(l->arena, s);
    return bound_size(l, e, s, out);
}

bool type_of_ast(lowering *l, const ast *type, value_type *t, bool symbols) {
    dim dims[IR_MAX_RANK];
    int rank = 0;
    for (const ast *e = type->a; e; e = e->next) {
        if (rank == IR_MAX_RANK) return lower_error(l, e, NULL, "a tensor has at most %d axes", IR_MAX_RANK);
        if (!dim_of(l, e, symbols, &dims[rank++])) return false;
    }
    *t = type_tensor_dims(l->arena, dtype_from_name(type->name), rank, dims);
    return true;
}

static int count_numbers(datum d) {
    if (d.kind != DATUM_LIST) return 1;
    int n = 0;
    for (int i = 0; i < d.count; i++) n += count_numbers(d.items[i]);
    return n;
}

static bool store_numbers(lowering *l, const ast *at, dtype elem, datum d, void *data, int64_t *i) {
    if (d.kind == DATUM_LIST) {
        for (int k = 0; k < d.count; k++)
            if (!store_numbers(l, at, elem, d.items[k], data, i)) return false;
        return true;
    }
    if (d.kind == DATUM_INT || d.kind == DATUM_BOOL) {
        if (dtype_of(elem)->kind == CLASS_FLOAT) dtype_store_float(elem, data, (*i)++, (double)d.integer);
        else dtype_store_int(elem, data, (*i)++, d.integer);
        return true;
    }
    if (d.kind == DATUM_FLOAT && dtype_of(elem)->kind == CLASS_FLOAT) {
        dtype_store_float(elem, data, (*i)++, d.number);
        return true;
    }
    return lower_error(l, at, NULL, "%s is no element of %s", datum_noun(d), dtype_of(elem)->name);
}

value *constant_list(lowering *l, const ast *at, const ast *type, datum d) {
    value_type t;
    if (!type_of_ast(l, type, &t, false)) return NULL;
    dtype_class kind = dtype_of(t.elem)->kind;
    if (kind == CLASS_STRING || kind == CLASS_COMPLEX || kind == CLASS_NONE) {
        lower_error(l, type, NULL, "constants of %s cannot be written", type->name);
        return NULL;
    }
    int64_t count = type_count(&t), i = 0;
    if (count != count_numbers(d)) {
        lower_error(l, at, NULL, "%d numbers for %lld elements of %s", count_numbers(d), (long long)count, shape_text(l->arena, &t));
        return NULL;
    }
    void *data = arena_alloc(l->arena, dtype_bytes(t.elem, count) + 16);
    return store_numbers(l, at, t.elem, d, data, &i) ? value_constant(l->graph, "constant", t, data, NULL) : NULL;
}

/* ---- parameters ---- */

static void grow_parameters(lowering *l) {
    int n = l->n_parameters;
    if (n & (n - 1)) return; /* doubles at powers of two */
    parameter *more = ARENA_ARRAY(l->arena, parameter, n ? 2 * n : 1);
    if (n) memcpy(more, l->parameters, sizeof *more * (size_t)n);
    l->parameters = more;
}

/* Sums that a weight takes part in, and their terms: of a convolution's filters, or a matrix. */
static void set_fans(parameter *p, int rank, const int64_t *dims) {
    int64_t taps = 1;
    for (int i = 2; i < rank; i++) taps *= dims[i];
    p->fan_in = rank > 1 ? dims[1] * taps : 1;
    p->fan_out = rank ? dims[0] * taps : 1;
}

value *new_parameter(lowering *l, const ast *at, const char *name, parameter_role role, int rank, const int64_t *dims) {
    void *before;
    if (names_find(&l->taken, name, &before)) {
        const ast *first = before;
        int line = 1;
        for (size_t i = 0; i < first->at; i++) line += first->text->text[i] == '\n';
        lower_error(l, at, "label one of them: \"name\": layer(…)", "there is a parameter '%s' already (%s:%d)", name, first->text->file, line);
        return NULL;
    }
    names_add(&l->taken, name, (void *)(uintptr_t)at);
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        if (dims[i] > 0 && count <= INT64_MAX / 16 / dims[i] && (count *= dims[i]) <= INT32_MAX) continue;
        lower_error(l, at, NULL, "the parameter '%s' has no possible size", name);
        return NULL;
    }
    grow_parameters(l);
    parameter *p = &l->parameters[l->n_parameters++];
    *p = (parameter){.name = name, .role = role, .text = at->text, .at = at->at};
    p->v = value_constant(l->graph, name, type_tensor(l->arena, DT_F32, rank, dims), NULL, name);
    set_fans(p, rank, dims);
    return p->v;
}
