#include "compiler/proof/proof.h"

#include <string.h>

c_value integer_value(form f) { return (c_value){.kind = VALUE_INTEGER, .form = f}; }

/* Of 64 bits without sign: numbers above INT64_MAX never come up in sizes, but data may hold them. */
c_value unknown_value(proof *p, const c_type *t) {
    if (t->kind != TYPE_INTEGER || (t->size >= 8 && t->lo == 0)) return (c_value){.kind = VALUE_DATA};
    return integer_value(facts_symbol(p->facts, (range){t->lo, t->hi}));
}

/* Within what the type can hold; else nothing is known. */
static c_value fit(proof *p, const form *f, const c_type *t) {
    form zero = form_constant(0), negative;
    bool low = t->lo == INT64_MIN || facts_at_least(p->facts, f, t->lo);
    bool high = t->hi == INT64_MAX || (form_add(&zero, -1, f, &negative) && facts_at_least(p->facts, &negative, -t->hi));
    return low && high ? integer_value(*f) : unknown_value(p, t);
}

c_value convert_value(proof *p, const c_value *v, const c_type *t) {
    if (t->kind == TYPE_POINTER) {
        if (v->kind == VALUE_INTEGER && !v->form.n && !v->form.constant) return (c_value){.kind = VALUE_POINTER}; /* NULL */
        return v->kind == VALUE_INTEGER ? (c_value){.kind = VALUE_DATA} : *v;
    }
    if (t->kind != TYPE_INTEGER) return t->kind == TYPE_ARRAY || t->kind == TYPE_STRUCTURE ? *v : (c_value){.kind = VALUE_DATA};
    return v->kind == VALUE_INTEGER ? fit(p, &v->form, t) : unknown_value(p, t);
}

static c_value multiply(proof *p, const form *a, const form *b, const c_type *t) {
    form zero = form_constant(0), r;
    const form *number = !a->n ? a : !b->n ? b : NULL, *other = number == a ? b : a;
    if (number) return form_add(&zero, number->constant, other, &r) ? fit(p, &r, t) : unknown_value(p, t);
    if (facts_multiply(p->facts, a, b, &r)) return fit(p, &r, t);
    range x = facts_range(p->facts, a), y = facts_range(p->facts, b);
    bool bounded = x.lo > INT64_MIN && y.lo > INT64_MIN && x.hi < INT64_MAX && y.hi < INT64_MAX;
    if (!bounded) return unknown_value(p, t);
    r = facts_symbol(p->facts, range_product(x, y));
    return fit(p, &r, t);
}

static c_value divide(proof *p, const form *a, const form *b, bool remainder, const c_type *t) {
    form quotient, rest;
    range by = facts_range(p->facts, b);
    if (by.lo < 1) return unknown_value(p, t);
    if (!b->n && facts_divide(p->facts, a, b->constant, &quotient, &rest)) return integer_value(remainder ? rest : quotient);
    if (b->n && facts_divide_by(p->facts, a, b, &quotient, &rest)) return integer_value(remainder ? rest : quotient);
    range x = facts_range(p->facts, a);
    if (remainder) {
        if (by.hi == INT64_MAX) return unknown_value(p, t);
        return integer_value(facts_symbol(p->facts, (range){x.lo < 0 ? 1 - by.hi : 0, by.hi - 1}));
    }
    if (x.lo == INT64_MIN || x.hi == INT64_MAX) return unknown_value(p, t);
    range q = {x.lo >= 0 ? x.lo / by.hi : x.lo / by.lo, x.hi >= 0 ? x.hi / by.lo : x.hi / by.hi};
    return integer_value(facts_symbol(p->facts, q));
}

static c_value bits(proof *p, char op, const form *a, const form *b, const c_type *t) {
    range x = facts_range(p->facts, a), y = facts_range(p->facts, b);
    if (op == '&' && y.lo >= 0) return integer_value(facts_symbol(p->facts, (range){0, x.lo >= 0 && x.hi < y.hi ? x.hi : y.hi}));
    if (op == '&' && x.lo >= 0) return integer_value(facts_symbol(p->facts, (range){0, x.hi}));
    if (op == '&' || x.lo < 0 || y.lo < 0) return unknown_value(p, t);
    int64_t all = 0, high = x.hi > y.hi ? x.hi : y.hi;
    while (all < high) all = all * 2 + 1;
    return integer_value(facts_symbol(p->facts, (range){0, all}));
}

static c_value shift(proof *p, bool left, const form *a, const form *b, const c_type *t) {
    if (b->n || b->constant < 0 || b->constant > 61) return unknown_value(p, t);
    const form power = form_constant((int64_t)1 << b->constant);
    return left ? multiply(p, a, &power, t) : facts_at_least(p->facts, a, 0) ? divide(p, a, &power, false, t) : unknown_value(p, t);
}

static c_value on_pointers(proof *p, const char *op, const c_value *a, const c_value *b, const c_type *t, int64_t element) {
    const c_value *base = a->kind == VALUE_POINTER ? a : b, *other = base == a ? b : a;
    c_value r = {.kind = VALUE_DATA};
    form difference;
    if (other->kind == VALUE_POINTER) {
        if (*op != '-' || a->object != b->object || !form_add(&a->form, -1, &b->form, &difference)) return unknown_value(p, t);
        const form by = form_constant(element ? element : 1);
        return divide(p, &difference, &by, false, t);
    }
    if (other->kind != VALUE_INTEGER || !base->object) return r;
    r = *base;
    if (!form_add(&base->form, *op == '-' ? -element : element, &other->form, &r.form)) r.kind = VALUE_DATA;
    return r;
}

/* element: bytes of what a pointer among the operands points to. */
c_value arithmetic(proof *p, const char *op, const c_value *a, const c_value *b, const c_type *t, int64_t element) {
    if (a->kind == VALUE_POINTER || b->kind == VALUE_POINTER) return on_pointers(p, op, a, b, t, element);
    if (a->kind != VALUE_INTEGER || b->kind != VALUE_INTEGER) return unknown_value(p, t);
    form r;
    switch (*op) {
    case '+':
    case '-': return form_add(&a->form, *op == '-' ? -1 : 1, &b->form, &r) ? fit(p, &r, t) : unknown_value(p, t);
    case '*': return multiply(p, &a->form, &b->form, t);
    case '/':
    case '%': return divide(p, &a->form, &b->form, *op == '%', t);
    case '<':
    case '>': return shift(p, *op == '<', &a->form, &b->form, t);
    case '&':
    case '|':
    case '^': return bits(p, *op, &a->form, &b->form, t);
    default: return unknown_value(p, t);
    }
}
