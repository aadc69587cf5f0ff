#include "compiler/proof/proof.h"

#include <string.h>

static bool is_comparison(const char *op) {
    return !strcmp(op, "<") || !strcmp(op, ">") || !strcmp(op, "<=") || !strcmp(op, ">=") || !strcmp(op, "==") || !strcmp(op, "!=");
}

static bool is_lvalue(const tree_node *n) {
    return n->kind == NODE_REFERENCE || n->kind == NODE_INDEX || n->kind == NODE_MEMBER || (n->kind == NODE_UNARY && n->op[0] == '*');
}

/* ---- places ---- */

static void check_index(proof *p, const tree_node *n, const c_value *i) {
    const c_type *array = &n->kids[0]->type;
    if (array->kind != TYPE_ARRAY || array->count < 0 || p->probing || p->failed) return;
    form last = form_constant(array->count - 1);
    bool fits = i->kind == VALUE_INTEGER && form_add(&last, -1, &i->form, &last) && facts_at_least(p->facts, &i->form, 0) &&
                facts_at_least(p->facts, &last, 0);
    range r = i->kind == VALUE_INTEGER ? facts_range(p->facts, &i->form) : (range){INT64_MIN, INT64_MAX};
    if (!fits) proof_fail(p, n, "cannot show that this index, %lld to %lld, stays below %lld", (long long)r.lo, (long long)r.hi, (long long)array->count);
}

c_value address_of(proof *p, const tree_node *n) {
    c_value base, offset;
    switch (n->kind) {
    case NODE_REFERENCE: return n->variable ? pointer_value(variable_object(p, n->variable), 0) : (c_value){.kind = VALUE_DATA};
    case NODE_UNARY: return walk_expression(p, n->kids[0]);
    case NODE_INDEX:
        base = walk_expression(p, n->kids[0]);
        offset = walk_expression(p, n->kids[1]);
        check_index(p, n, &offset);
        return arithmetic(p, "+", &base, &offset, &n->kids[0]->type, n->type.size);
    case NODE_MEMBER:
        base = n->arrow ? walk_expression(p, n->kids[0]) : address_of(p, n->kids[0]);
        offset = integer_value(form_constant(n->value));
        return arithmetic(p, "+", &base, &offset, &n->kids[0]->type, 1);
    default: return (c_value){.kind = VALUE_DATA};
    }
}

static c_value value_at(proof *p, const tree_node *n) {
    if (n->kind == NODE_MEMBER && !n->arrow && !is_lvalue(n->kids[0])) { /* of what a function returns */
        walk_expression(p, n->kids[0]);
        return unknown_value(p, &n->type);
    }
    c_value at = address_of(p, n);
    return n->type.kind == TYPE_ARRAY ? at : load_value(p, n, &at, &n->type);
}

static c_value reference(proof *p, const tree_node *n) {
    if (n->function) return (c_value){.kind = VALUE_FUNCTION, .function = n->function};
    variable *v = n->variable;
    if (v->type.kind == TYPE_ARRAY) return pointer_value(variable_object(p, v), 0);
    if (v->taken || v->type.kind == TYPE_VALUE || v->type.kind == TYPE_STRUCTURE) return unknown_value(p, &v->type);
    if (v->global) return v->initial && v->type.constant ? walk_expression(p, v->initial) : unknown_value(p, &v->type);
    c_value r = p->variables[v->slot];
    if (r.kind == VALUE_INTEGER || r.kind == VALUE_POINTER) r.form = facts_fold(p->facts, &r.form);
    return r;
}

/* ---- conditions ---- */

/* Left minus right where both are integers. */
static bool difference(proof *p, const tree_node *n, form *out) {
    c_value a = walk_expression(p, n->kids[0]), b = walk_expression(p, n->kids[1]);
    return a.kind == VALUE_INTEGER && b.kind == VALUE_INTEGER && form_add(&a.form, -1, &b.form, out);
}

static truth sign_of_difference(proof *p, const char *op, const form *d) {
    range r = facts_range(p->facts, d);
    bool below = r.hi < 0, above = r.lo > 0, not_above = r.hi <= 0, not_below = r.lo >= 0;
    bool equal = not_above && not_below;
    const struct {
        const char *op;
        bool yes, no;
    } rules[] = {{"<", below, not_below},  {">", above, not_above},         {"<=", not_above, above},
                 {">=", not_below, below}, {"==", equal, below || above}, {"!=", below || above, equal}};
    for (int i = 0; i < 6; i++)
        if (!strcmp(op, rules[i].op)) return rules[i].yes ? TRUTH_YES : rules[i].no ? TRUTH_NO : TRUTH_MAYBE;
    return TRUTH_MAYBE;
}

static truth compare(proof *p, const tree_node *n) {
    c_value a = walk_expression(p, n->kids[0]), b = walk_expression(p, n->kids[1]);
    form d;
    if (a.kind == VALUE_INTEGER && b.kind == VALUE_INTEGER && form_add(&a.form, -1, &b.form, &d)) return sign_of_difference(p, n->op, &d);
    bool nulls = a.kind == VALUE_POINTER && b.kind == VALUE_POINTER && ((!a.object && !(b.object && b.object->optional)) || (!b.object && !(a.object && a.object->optional)));
    if (!nulls || n->op[1] != '=') return TRUTH_MAYBE;
    return (!a.object && !b.object) == (n->op[0] == '=') ? TRUTH_YES : TRUTH_NO;
}

static truth both_or_either(proof *p, const tree_node *n) {
    bool both = n->op[0] == '&';
    truth first = walk_condition(p, n->kids[0]), settles = both ? TRUTH_NO : TRUTH_YES;
    if (first == settles) return first;
    facts_mark here = facts_here(p->facts);
    truth second = assume_condition(p, n->kids[0], both) ? walk_condition(p, n->kids[1]) : settles;
    facts_forget(p->facts, here);
    return second == settles || first == second ? second : TRUTH_MAYBE;
}

truth walk_condition(proof *p, const tree_node *n) {
    if (n->kind == NODE_BINARY && is_comparison(n->op)) return compare(p, n);
    if (n->kind == NODE_BINARY && (!strcmp(n->op, "&&") || !strcmp(n->op, "||"))) return both_or_either(p, n);
    if (n->kind == NODE_UNARY && n->op[0] == '!') {
        truth t = walk_condition(p, n->kids[0]);
        return t == TRUTH_MAYBE ? t : t == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
    }
    if (n->kind == NODE_CAST && n->type.kind == TYPE_INTEGER) return walk_condition(p, n->kids[0]);
    c_value v = walk_expression(p, n);
    if (v.kind == VALUE_POINTER) return !v.object ? TRUTH_NO : v.object->optional ? TRUTH_MAYBE : TRUTH_YES;
    if (v.kind == VALUE_FUNCTION) return TRUTH_YES;
    return v.kind == VALUE_INTEGER ? sign_of_difference(p, "!=", &v.form) : TRUTH_MAYBE;
}

/* d != 0: above or below, if it is known which. */
static bool assume_other_than_zero(proof *p, const form *d) {
    form zero = form_constant(0), negative;
    const range r = facts_range(p->facts, d);
    if (r.lo == 0 && r.hi == 0) return false;
    if (!form_add(&zero, -1, d, &negative) || (r.lo < 0 && r.hi > 0)) return true;
    form side = r.lo >= 0 ? *d : negative;
    side.constant--;
    return facts_assume(p->facts, side);
}

static bool assume_comparison(proof *p, const tree_node *n, bool holds) {
    static const char *const opposite[][2] = {{"<", ">="}, {">", "<="}, {"<=", ">"}, {">=", "<"}, {"==", "!="}, {"!=", "=="}};
    const char *op = n->op;
    for (int i = 0; i < 6 && !holds; i++)
        if (!strcmp(n->op, opposite[i][0])) op = opposite[i][1];
    form d, zero = form_constant(0), one = form_constant(1), negative, less;
    if (!difference(p, n, &d) || !form_add(&zero, -1, &d, &negative)) return true;
    if (!strcmp(op, "==")) return facts_assume_zero(p->facts, d);
    if (!strcmp(op, "!=")) return assume_other_than_zero(p, &d);
    const form *side = op[0] == '<' ? &negative : &d;
    if (op[1]) return facts_assume(p->facts, *side);
    return !form_add(side, -1, &one, &less) || facts_assume(p->facts, less);
}

bool assume_condition(proof *p, const tree_node *n, bool holds) {
    if (n->kind == NODE_BINARY && is_comparison(n->op)) return assume_comparison(p, n, holds);
    if (n->kind == NODE_UNARY && n->op[0] == '!') return assume_condition(p, n->kids[0], !holds);
    if (n->kind == NODE_CAST && n->type.kind == TYPE_INTEGER) return assume_condition(p, n->kids[0], holds);
    if (n->kind != NODE_BINARY || (strcmp(n->op, "&&") && strcmp(n->op, "||"))) {
        const c_value v = n->type.kind == TYPE_INTEGER ? walk_expression(p, n) : (c_value){.kind = VALUE_DATA};
        if (v.kind != VALUE_INTEGER) return true;
        return holds ? assume_other_than_zero(p, &v.form) : facts_assume_zero(p->facts, v.form);
    }
    if ((n->op[0] == '&') == holds) return assume_condition(p, n->kids[0], holds) && assume_condition(p, n->kids[1], holds);
    return true; /* one of the two: nothing that a form could say */
}

/* ---- values ---- */

/* That b, the value on the one way, is at most (sign -1) or at least a there. */
static bool stays(proof *p, const c_value *a, const c_value *b, int sign) {
    form zero = form_constant(0), d;
    return form_add(&b->form, -1, &a->form, &d) && form_add(&zero, sign, &d, &d) && facts_at_least(p->facts, &d, 0);
}

static void relate(proof *p, const c_value *result, const c_value *bound, int sign) {
    form zero = form_constant(0), d;
    if (form_add(&result->form, -1, &bound->form, &d) && form_add(&zero, sign, &d, &d)) facts_assume(p->facts, d);
}

/* What was made on one way may be true there only. */
static bool older(const c_value *v, facts_mark here) {
    for (int i = 0; i < v->form.n; i++)
        if (v->form.terms[i].symbol >= here.n_symbols) return false;
    return true;
}

/* Minimum and maximum are what most conditional expressions are: the result is bounded by both sides then. */
static c_value either(proof *p, const tree_node *n) {
    bool can[2];
    c_value v[2];
    range r[2];
    bool bounds[2][2] = {{false, false}, {false, false}}; /* [side of the bound][0: above, 1: below] */
    c_value compared = {.kind = VALUE_DATA};
    if (n->kids[0]->kind == NODE_BINARY && is_comparison(n->kids[0]->op)) compared = walk_expression(p, n->kids[0]->kids[0]);
    bool at_most = compared.kind == VALUE_INTEGER, opposes = at_most;
    c_value opposite = integer_value(form_constant(0));
    if (opposes) opposes = form_add(&opposite.form, -1, &compared.form, &opposite.form);
    facts_mark here = facts_here(p->facts);
    for (int side = 0; side < 2; side++) {
        can[side] = assume_condition(p, n->kids[0], side == 0);
        if (can[side]) v[side] = walk_expression(p, n->kids[1 + side]), v[side] = convert_value(p, &v[side], &n->type);
        if (can[side] && v[side].kind == VALUE_INTEGER) r[side] = facts_range(p->facts, &v[side].form);
        const bool integer = can[side] && v[side].kind == VALUE_INTEGER;
        at_most = at_most && (!can[side] || (integer && stays(p, &v[side], &compared, 1)));
        opposes = opposes && (!can[side] || (integer && stays(p, &v[side], &opposite, -1)));
        facts_forget(p->facts, here);
    }
    if (!can[0] || !can[1]) return v[can[0] ? 0 : 1];
    bool integers = v[0].kind == VALUE_INTEGER && v[1].kind == VALUE_INTEGER;
    if (integers && older(&v[0], here) && older(&v[1], here) && !form_equal(&v[0].form, &v[1].form))
        for (int side = 0; side < 2; side++) {
            /* On this side's way the result is v[side]: how is it to the other? */
            assume_condition(p, n->kids[0], side == 0);
            bounds[!side][0] = stays(p, &v[!side], &v[side], -1);
            bounds[!side][1] = stays(p, &v[!side], &v[side], 1);
            facts_forget(p->facts, here);
        }
    c_value result = join_values(p, &v[0], integers ? r[0] : (range){0, 0}, &v[1], integers ? r[1] : (range){0, 0});
    if (at_most && result.kind == VALUE_INTEGER) relate(p, &result, &compared, -1);
    if (opposes && result.kind == VALUE_INTEGER) relate(p, &result, &opposite, 1);
    for (int side = 0; side < 2 && result.kind == VALUE_INTEGER && integers; side++)
        for (int below = 0; below < 2; below++)
            if (bounds[side][below]) relate(p, &result, &v[side], below ? 1 : -1);
    return result;
}

static c_value choose(proof *p, const tree_node *n) {
    truth t = walk_condition(p, n->kids[0]);
    if (t == TRUTH_MAYBE) return either(p, n);
    c_value v = walk_expression(p, n->kids[t == TRUTH_YES ? 1 : 2]);
    return convert_value(p, &v, &n->type);
}

static c_value assign(proof *p, const tree_node *n) {
    const tree_node *to = n->kids[0];
    c_value from = walk_expression(p, n->kids[1]);
    variable *v = to->kind == NODE_REFERENCE ? to->variable : NULL;
    bool kept = v && v->slot >= 0 && !v->taken;
    if (n->op[0]) {
        c_value old = kept ? reference(p, to) : v ? unknown_value(p, &to->type) : value_at(p, to);
        from = arithmetic(p, n->op, &old, &from, &to->type, to->type.element);
    } else from = convert_value(p, &from, &to->type);
    if (kept) p->variables[v->slot] = from;
    else if (!v || v->global) {
        c_value at = address_of(p, to);
        const form bytes = form_constant(to->type.size);
        check_access(p, to, &at, &bytes, true);
    }
    return from;
}

/* ++ and --, whose value emitted code never uses. */
static c_value step_by_one(proof *p, const tree_node *n) {
    const tree_node one = {.kind = NODE_NUMBER, .line = n->line, .value = 1, .type = {.kind = TYPE_INTEGER, .size = 4, .lo = INT32_MIN, .hi = INT32_MAX}};
    tree_node *kids[] = {n->kids[0], (tree_node *)(uintptr_t)&one};
    tree_node sum = *n;
    sum.kind = NODE_ASSIGN, sum.kids = kids, sum.n_kids = 2;
    assign(p, &sum);
    return unknown_value(p, &n->type);
}

static c_value truth_value(proof *p, truth t) {
    return integer_value(t == TRUTH_MAYBE ? facts_symbol(p->facts, (range){0, 1}) : form_constant(t == TRUTH_YES));
}

static c_value unary(proof *p, const tree_node *n) {
    if (n->op[0] == '*') return value_at(p, n);
    if (n->op[0] == '&') return address_of(p, n->kids[0]);
    if (n->op[0] == '!') return truth_value(p, walk_condition(p, n));
    c_value v = walk_expression(p, n->kids[0]), zero = integer_value(form_constant(0));
    if (n->op[0] == '-') return arithmetic(p, "-", &zero, &v, &n->type, 0);
    return n->op[0] == '+' ? v : unknown_value(p, &n->type);
}

static c_value binary(proof *p, const tree_node *n) {
    if (is_comparison(n->op) || !strcmp(n->op, "&&") || !strcmp(n->op, "||")) return truth_value(p, walk_condition(p, n));
    c_value a = walk_expression(p, n->kids[0]), b = walk_expression(p, n->kids[1]);
    if (n->op[0] == ',') return b;
    const c_type *pointer = n->kids[0]->type.kind == TYPE_INTEGER ? &n->kids[1]->type : &n->kids[0]->type;
    return arithmetic(p, n->op, &a, &b, &n->type, pointer->element);
}

c_value walk_expression(proof *p, const tree_node *n) {
    p->work++;
    if (p->failed) return (c_value){.kind = VALUE_DATA};
    c_value v;
    switch (n->kind) {
    case NODE_NUMBER: return integer_value(form_constant(n->value));
    case NODE_DATA: return unknown_value(p, &n->type);
    case NODE_REFERENCE: return reference(p, n);
    case NODE_UNARY: return unary(p, n);
    case NODE_STEP: return step_by_one(p, n);
    case NODE_BINARY: return binary(p, n);
    case NODE_ASSIGN: return assign(p, n);
    case NODE_CONDITIONAL: return choose(p, n);
    case NODE_CALL: return walk_call(p, n);
    case NODE_INDEX:
    case NODE_MEMBER: return value_at(p, n);
    case NODE_CAST: v = walk_expression(p, n->kids[0]); return convert_value(p, &v, &n->type);
    case NODE_LIST:
        for (int i = 0; i < n->n_kids; i++) walk_expression(p, n->kids[i]);
        return (c_value){.kind = VALUE_DATA};
    default: proof_fail(p, n, "cannot show what this does: emitted code has nothing like it"); return (c_value){.kind = VALUE_DATA};
    }
}
