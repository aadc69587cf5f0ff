#include "ir/ir.h"

#include <math.h>

static const expr *make(arena *a, expr e) { return arena_copy(a, &e, sizeof e); }

const expr *expr_acc(arena *a, dtype t) { return make(a, (expr){.kind = EXPR_ACC, .dtype = t}); }

const expr *expr_input(arena *a, int input, dtype t) {
    return make(a, (expr){.kind = EXPR_INPUT, .dtype = t, .input = input});
}

const expr *expr_const(arena *a, double x, dtype t) {
    return make(a, (expr){.kind = EXPR_CONST, .dtype = t, .value = x});
}

const expr *expr_op(arena *a, const node *n, dtype t, int n_args, const expr *const *args) {
    expr e = {.kind = EXPR_OP, .op = (int)n->op, .dtype = t, .attrs = n, .n_args = n_args};
    for (int i = 0; i < n_args; i++) e.args[i] = args[i];
    return make(a, e);
}

const expr *expr_substitute(arena *a, const expr *e, const expr *acc, const int *map) {
    if (!e) return NULL;
    switch (e->kind) {
    case EXPR_ACC: return acc ? acc : e;
    case EXPR_INPUT: return map ? expr_input(a, map[e->input], e->dtype) : e;
    case EXPR_CONST: return e;
    default: break;
    }
    expr copy = *e;
    for (int i = 0; i < e->n_args; i++) copy.args[i] = expr_substitute(a, e->args[i], acc, map);
    return make(a, copy);
}

const expr *expr_rebind(arena *a, const expr *e, int input, const expr *acc, const int *map) {
    if (e->kind == EXPR_INPUT) return e->input == input ? acc : expr_input(a, map[e->input], e->dtype);
    if (e->kind != EXPR_OP) return e;
    expr copy = *e;
    for (int i = 0; i < e->n_args; i++) copy.args[i] = expr_rebind(a, e->args[i], input, acc, map);
    return make(a, copy);
}
