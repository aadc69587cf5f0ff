/* Attributes and elementwise expressions: where(greater(acc, in3):bool, acc, f32(0)). */
#include "ir/read.h"

#include <stdlib.h>
#include <string.h>

/* ---- attributes ---- */

bool attr_follows(scanner ahead) {
    return scan_word(&ahead) && scan_accept(&ahead, "=");
}

/* Reads items into *list, an array in the arena of `size` bytes each; their number in *count. */
static bool read_list(reader *r, int *count, size_t size, void *list, bool (*item)(scanner *, void *)) {
    scanner *s = &r->scan;
    char *items = NULL;
    int room = 0;
    *count = 0;
    if (!scan_expect(s, "[")) return false;
    while (scan_peek(s) != ']') {
        if (*count && !scan_expect(s, ",")) return false;
        if (*count == room) {
            char *more = arena_alloc(r->arena, size * (size_t)(room = 2 * room + 4));
            if (*count) memcpy(more, items, size * (size_t)*count);
            items = more;
        }
        if (!item(s, items + size * (size_t)(*count)++)) return false;
    }
    memcpy(list, &items, sizeof items);
    return scan_expect(s, "]");
}

static bool int_item(scanner *s, void *x) { return scan_int(s, 64, true, x); }
static bool float_item(scanner *s, void *x) { return scan_float(s, x); }
static bool string_item(scanner *s, void *x) { return scan_string(s, x); }

static bool read_attr_value(reader *r, attr *a) {
    scanner *s = &r->scan;
    constant *c;
    switch (a->kind) {
    case ATTR_INT: return scan_int(s, 64, true, &a->i);
    case ATTR_FLOAT: return scan_float(s, &a->f);
    case ATTR_STRING: return scan_string(s, &a->s);
    case ATTR_TYPE: return read_type(r, &a->type);
    case ATTR_INTS: return read_list(r, &a->n, sizeof *a->ints, &a->ints, int_item);
    case ATTR_FLOATS: return read_list(r, &a->n, sizeof *a->floats, &a->floats, float_item);
    case ATTR_STRINGS: return read_list(r, &a->n, sizeof *a->strings, &a->strings, string_item);
    case ATTR_TENSOR:
        if (scan_peek(s) == '_') break;
        if (!read_parameter(r, a->name, &c)) return false;
        a->tensor = c;
        return true;
    case ATTR_END: break;
    }
    return scan_error(s, NULL, "attribute '%s' needs a value", a->name);
}

/* slope=float 0.1: an attribute of the model's own. */
static bool read_foreign_attr(reader *r, node *n) {
    scanner *s = &r->scan;
    attr a = {.name = scan_word(s)};
    if (!scan_expect(s, "=")) return false;
    const char *kind = scan_word(s);
    for (int i = ATTR_END + 1; kind && i <= ATTR_TYPE; i++)
        if (!strcmp(kind, attr_kind_names[i])) a.kind = (attr_kind)i;
    if (a.kind == ATTR_END) return scan_error(s, NULL, "attribute '%.80s' needs a kind (int, floats...) and a value", a.name);
    if (!read_attr_value(r, &a)) return false;
    if (node_has(n, a.name)) return scan_error(s, NULL, "attribute '%s' is given twice", a.name);
    node_set_attr(n, a);
    return true;
}

bool read_attr(reader *r, node *n) {
    scanner *s = &r->scan;
    size_t place = scan_place(s);
    const char *name = scan_word(s);
    const attr_spec *spec = name ? op_attr(n->op, name) : NULL;
    if (!spec || node_has(n, name)) s->at = place;
    if (!name) return scan_error(s, NULL, "an attribute is expected here: name=value");
    if (!spec && op_of(n->op)->props & PROP_FOREIGN) return read_foreign_attr(r, n);
    if (!spec) return scan_error(s, "'cnnc ops' lists operators", "%s has no attribute '%.80s'", op_of(n->op)->name, name);
    if (node_has(n, name)) return scan_error(s, NULL, "attribute '%s' is given twice", name);
    attr a = {.name = spec->name, .kind = spec->kind};
    if (!scan_expect(s, "=") || !read_attr_value(r, &a)) return false;
    node_set_attr(n, a);
    return true;
}

/* ---- expressions ---- */

static bool read_element(reader *r, dtype *t) {
    size_t place = scan_place(&r->scan);
    const char *name = scan_word(&r->scan);
    *t = name ? dtype_from_name(name) : DT_NONE;
    if (*t != DT_NONE) return true;
    r->scan.at = place;
    return scan_error(&r->scan, NULL, "an element type such as f32 is expected here");
}

/* in3 */
static bool read_input(reader *r, const node *n, const char *word, size_t place, const expr **e) {
    char *end;
    unsigned long i = strtoul(word + 2, &end, 10);
    if (*end || i >= (unsigned long)n->n_inputs || !n->inputs[i])
        return diag_error_at(r->scan.diags, &r->scan.source, place, "in0 is the first input in the node's brackets", "the node has no input for '%.40s'", word);
    *e = expr_input(r->arena, (int)i, n->inputs[i]->type.elem);
    return true;
}

/* Behind the name of an operator. */
static bool read_call(reader *r, const node *n, op_code op, const expr **e) {
    scanner *s = &r->scan;
    const expr *args[3];
    int n_args = 0;
    node *holder = node_new(r->detached, NULL, op, "", 0, NULL, 0);
    if (!scan_expect(s, "(")) return false;
    while (scan_peek(s) != ')') {
        if ((n_args || holder->n_attrs) && !scan_expect(s, ",")) return false;
        if (holder->n_attrs || attr_follows(r->scan)) {
            if (!read_attr(r, holder)) return false;
        } else if (n_args == 3) {
            return scan_error(s, NULL, "an operator of an expression has at most 3 operands");
        } else if (!read_expr(r, n, &args[n_args++])) {
            return false;
        }
    }
    if (!n_args) return scan_error(s, NULL, "%s lacks its operands", op_of(op)->name);
    dtype t = args[0]->dtype;
    if (!scan_expect(s, ")") || (scan_accept(s, ":") && !read_element(r, &t))) return false;
    *e = expr_op(r->arena, holder, t, n_args, args);
    return true;
}

static bool read_operand(reader *r, const node *n, const expr **e) {
    scanner *s = &r->scan;
    size_t place = scan_place(s);
    const char *word = scan_word(s);
    if (!word) return scan_error(s, NULL, "an expression is expected here: acc, in1, f32(0.5) or an operator");
    dtype t = DT_F32;
    if (!strcmp(word, "acc")) {
        if (scan_accept(s, ":") && !read_element(r, &t)) return false;
        *e = expr_acc(r->arena, t);
        return true;
    }
    op_code op = op_from_name(word);
    if (op != OP_NONE) return read_call(r, n, op, e);
    if (word[0] == 'i' && word[1] == 'n' && word[2] >= '0' && word[2] <= '9') return read_input(r, n, word, place, e);
    double x;
    t = dtype_from_name(word);
    if (t == DT_NONE) return diag_error_at(s->diags, &s->source, place, "'cnnc ops' lists operators", "there is no operator '%.80s'", word);
    if (!scan_expect(s, "(") || !scan_float(s, &x)) return false;
    *e = expr_const(r->arena, x, t);
    return scan_expect(s, ")");
}

bool read_expr(reader *r, const node *n, const expr **e) {
    bool ok = read_deeper(r) && read_operand(r, n, e);
    r->depth--;
    return ok;
}
