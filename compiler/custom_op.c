#include "compiler/custom_op.h"

#include <string.h>

/* One node against its function. */
typedef struct match {
    const node *n;
    const custom_function *f;
    arena *arena;
    diagnostics *diags;
} match;

static const value *tensor_of(const match *m, bool is_output, int i) {
    if (is_output) return i < m->n->n_outputs ? m->n->outputs[i] : NULL;
    return node_input(m->n, i);
}

static int tensor_count(const match *m, bool is_output) { return is_output ? (int)node_int(m->n, "custom_outputs") : m->n->n_core_inputs; }

static const char *type_text(const match *m, const value_type *t) {
    char *text = arena_alloc(m->arena, 256);
    FILE *f = fmemopen(text, 255, "w");
    if (f) type_print(f, t), fclose(f);
    return text;
}

/* ---- what would fit: the hint of each error ---- */

static const char *parameter_name(const match *m, bool is_output, int i) {
    for (int k = 0; k < m->f->n; k++) {
        const custom_parameter *c = &m->f->parameters[k];
        if (c->kind == CUSTOM_TENSOR && c->is_output == is_output && c->tensor == i) return c->name;
    }
    return arena_printf(m->arena, "%c%d", is_output ? 'y' : 'x', i);
}

static const char *list_tensors(const match *m, bool is_output, const char *list) {
    for (int i = 0; i < tensor_count(m, is_output); i++) {
        const value *v = tensor_of(m, is_output, i);
        const char *name = parameter_name(m, is_output, i), *comma = *list ? ", " : "";
        const char *ctype = v ? dtype_of(v->type.elem)->ctype : "float";
        int rank = v && v->type.rank > 0 ? v->type.rank : 1;
        list = arena_printf(m->arena, "%s%s%s%s *%s, const int64_t %s_dims[%d]", list, comma, is_output ? "" : "const ", ctype, name, name, rank);
    }
    return list;
}

static const char *list_attributes(const match *m, const char *list) {
    for (int i = 0; i < m->n->n_attrs; i++) {
        const attr *a = &m->n->attrs[i];
        if (custom_is_own_attr(a)) continue;
        static const char *const types[] = {[ATTR_INT] = "int64_t ", [ATTR_FLOAT] = "float ", [ATTR_STRING] = "const char *",
                                            [ATTR_INTS] = "const int64_t ", [ATTR_FLOATS] = "const float ", [ATTR_TYPE] = NULL};
        if (!types[a->kind]) continue;
        const char *length = a->kind == ATTR_INTS || a->kind == ATTR_FLOATS ? arena_printf(m->arena, "[%d]", a->n > 0 ? a->n : 1) : "";
        list = arena_printf(m->arena, "%s%s%s%s%s", list, *list ? ", " : "", types[a->kind], a->name, length);
    }
    return list;
}

static const char *expected(const match *m) {
    const char *list = list_tensors(m, true, list_attributes(m, list_tensors(m, false, "")));
    return arena_printf(m->arena, "it fits as: static void %s(%s)", m->f->name, list);
}

static bool misfit(const match *m, size_t at, const char *format, ...) IR_PRINTF(3, 4);
static bool misfit(const match *m, size_t at, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *colon = strrchr(m->f->operator, ':');
    return diag_error_at(m->diags, &m->f->source, at, expected(m), "%s of node '%.100s' (%.60s)", text, m->n->name, colon ? colon + 1 : m->f->operator);
}

/* ---- tensors ---- */

static bool check_tensor(const match *m, const custom_parameter *c) {
    const char *side = c->is_output ? "output" : "input";
    const value *v = tensor_of(m, c->is_output, c->tensor);
    if (c->tensor >= tensor_count(m, c->is_output))
        return misfit(m, c->at, "'%.60s' is %s %d, but there %s only %d", c->name, side, c->tensor, tensor_count(m, c->is_output) == 1 ? "is" : "are",
                      tensor_count(m, c->is_output));
    if (!v) return true;
    const value_type *t = &v->type;
    const dtype_info *elem = dtype_of(t->elem);
    if (!type_is_bounded(t)) return misfit(m, c->at, "fix the open dimensions with --dim: '%.60s' is %s, %s %d", c->name, type_text(m, t), side, c->tensor);
    if (elem->bits < 8 || elem->kind == CLASS_STRING || elem->kind == CLASS_COMPLEX)
        return misfit(m, c->at, "'%.60s' is of type %s, which custom operators cannot have: %s %d", c->name, elem->name, side, c->tensor);
    if (c->kind == CUSTOM_TENSOR && strcmp(c->ctype, elem->ctype) != 0)
        return misfit(m, c->at, "'%.60s' is '%s%s *' where '%s%s *' is needed for %s, %s %d", c->name, c->is_output ? "" : "const ", c->ctype,
                      c->is_output ? "" : "const ", elem->ctype, type_text(m, t), side, c->tensor);
    if (c->kind == CUSTOM_DIMS && c->length >= 0 && c->length != t->rank && (c->length != 1 || t->rank > 0))
        return misfit(m, c->at, "'%.60s' has %lld sizes where %s has %d, %s %d", c->name, (long long)c->length, type_text(m, t), t->rank, side, c->tensor);
    return true;
}

/* All tensors of the node have a parameter. */
static bool check_taken(const match *m, bool is_output) {
    int n = tensor_count(m, is_output), taken = 0;
    for (int i = 0; i < m->f->n; i++) taken += m->f->parameters[i].kind == CUSTOM_TENSOR && m->f->parameters[i].is_output == is_output;
    if (taken >= n) return true;
    return misfit(m, m->f->at, "%.80s has no parameter for %s %d", m->f->name, is_output ? "output" : "input", taken);
}

/* ---- attributes ---- */

static bool attribute_fits(const custom_parameter *c, const attr *a) {
    bool integer = !strcmp(c->ctype, "int64_t"), text = !strcmp(c->ctype, "char");
    switch (a->kind) {
    case ATTR_END:
    case ATTR_INT: return integer && !c->is_array;
    case ATTR_FLOAT: return !integer && !text && !c->is_array;
    case ATTR_STRING: return text && strlen(a->s.bytes) == a->s.size;
    case ATTR_INTS: return integer && c->is_array && (c->length < 0 || c->length == a->n);
    case ATTR_FLOATS: return !integer && !text && c->is_array && (c->length < 0 || c->length == a->n);
    default: return false;
    }
}

static const char *attribute_text(const match *m, const attr *a) {
    static const char *const kinds[] = {[ATTR_END] = "an integer", [ATTR_INT] = "an integer", [ATTR_FLOAT] = "a float", [ATTR_STRING] = "a string",
                                        [ATTR_STRINGS] = "a list of strings, which no parameter can be", [ATTR_TENSOR] = "a tensor, which no parameter can be",
                                        [ATTR_TYPE] = "a type, which no parameter can be"};
    if (a->kind == ATTR_INTS || a->kind == ATTR_FLOATS) return arena_printf(m->arena, "a list of %d %s", a->n, a->kind == ATTR_INTS ? "integers" : "floats");
    return kinds[a->kind];
}

static bool check_attribute(const match *m, const custom_parameter *c) {
    const attr *a = custom_attr(m->n, c->attribute, m->arena);
    if (!a) return misfit(m, c->at, "'%.60s' is no attribute", c->name);
    if (c->kind == CUSTOM_COUNT || attribute_fits(c, a)) return true;
    const char *array = !c->is_array ? "" : c->length < 0 ? "[]" : arena_printf(m->arena, "[%lld]", (long long)c->length);
    return misfit(m, c->at, "'%s%s %s%.60s%s' cannot hold %s, the attribute", c->is_array || !strcmp(c->ctype, "char") ? "const " : "", c->ctype,
                  strcmp(c->ctype, "char") ? "" : "*", c->name, array, attribute_text(m, a));
}

static bool is_taken(const match *m, const attr *a) {
    for (int i = 0; i < m->f->n; i++)
        if (m->f->parameters[i].attribute && custom_attr(m->n, m->f->parameters[i].attribute, m->arena) == a) return true;
    return false;
}

static bool check_match(const match *m) {
    for (int i = 0; i < m->f->n; i++) {
        const custom_parameter *c = &m->f->parameters[i];
        if (!(c->attribute ? check_attribute(m, c) : check_tensor(m, c))) return false;
    }
    if (!check_taken(m, false) || !check_taken(m, true)) return false;
    for (int i = 0; i < m->n->n_attrs; i++) {
        const attr *a = &m->n->attrs[i];
        if (!custom_is_own_attr(a) && !is_taken(m, a))
            return misfit(m, m->f->at, "%.80s has no parameter for attribute '%.80s', %s,", m->f->name, a->name, attribute_text(m, a));
    }
    return true;
}

bool custom_check(const region *r, const custom_function *functions, int n, arena *a, diagnostics *d) {
    for (const node *at = r->first; at; at = at->next) {
        for (int i = 0; i < at->n_regions; i++)
            if (!custom_check(at->regions[i], functions, n, a, d)) return false;
        if (at->op != OP_custom) continue;
        const match m = {at, custom_find(functions, n, at), a, d};
        if (!m.f)
            return node_error(d, at, arena_printf(a, "--custom-op %s=FILE.c", node_string(at, "custom_operator")), "no C file is given for the operator");
        if (!check_match(&m)) return false;
    }
    return true;
}
