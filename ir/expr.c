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

static void print_attrs(FILE *f, const node *n) {
    for (const attr_spec *s = op_of(n->op)->attrs; s->kind != ATTR_END; s++) {
        if (!node_has(n, s->name)) continue;
        if (s->kind == ATTR_FLOAT) fprintf(f, ", %s=%.9g", s->name, node_float(n, s->name));
        else if (s->kind == ATTR_INT) fprintf(f, ", %s=%lld", s->name, (long long)node_int(n, s->name));
        else if (s->kind == ATTR_STRING) fprintf(f, ", %s=\"%s\"", s->name, node_string(n, s->name));
    }
}

void expr_print(FILE *f, const expr *e) {
    switch (e->kind) {
    case EXPR_ACC: fputs("acc", f); return;
    case EXPR_INPUT: fprintf(f, "in%d", e->input); return;
    case EXPR_CONST: fprintf(f, "%s(%.17g)", dtype_of(e->dtype)->name, e->value); return;
    default: break;
    }
    fprintf(f, "%s(", op_of((op_code)e->op)->name);
    for (int i = 0; i < e->n_args; i++) {
        if (i) fputs(", ", f);
        expr_print(f, e->args[i]);
    }
    if (e->attrs) print_attrs(f, e->attrs);
    fputc(')', f);
    if (e->op == OP_NONE || e->dtype != e->args[0]->dtype) fprintf(f, ":%s", dtype_of(e->dtype)->name);
}
