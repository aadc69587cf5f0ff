/* Names in lines that no evaluation reached (branches not taken, blocks not called) are known too. */
#include "frontend/dsl/lower.h"

#include <string.h>

static void check_list(lowering *l, const ast *list);

static void check_pattern(lowering *l, const ast *p) {
    if (p->name) declare(l, p->name, datum_nothing());
    for (const ast *inner = p->a; inner; inner = inner->next) check_pattern(l, inner);
}

/* What is declared in it ends with it. */
static void check_inner(lowering *l, const ast *patterns, const ast *list) {
    variable *before = l->frame->variables;
    for (const ast *p = patterns; p; p = p->next) check_pattern(l, p);
    check_list(l, list);
    l->frame->variables = before;
}

static bool is_operator_of(const ast *e) { return e->kind == AST_MEMBER && e->a->kind == AST_NAME && !strcmp(e->a->name, "op"); }

static void check_one(lowering *l, const ast *e) {
    switch (e->kind) {
    case AST_NAME: look_up(l, e, e->name); return;
    case AST_COMPREHENSION:
        check_list(l, e->b->b);
        check_inner(l, e->b->a, e->a);
        return;
    case AST_LET:
        check_list(l, e->b);
        check_pattern(l, e->a);
        return;
    case AST_ASSIGN:
        check_list(l, e->a);
        assign(l, e, e->name, datum_nothing());
        return;
    case AST_FOR:
        check_list(l, e->b);
        check_inner(l, e->a, e->c);
        return;
    case AST_WHEN:
        check_list(l, e->a);
        check_inner(l, NULL, e->b);
        check_inner(l, NULL, e->c);
        return;
    case AST_TYPE: return; /* its names may be open sizes */
    default:
        if (is_operator_of(e)) return;
        check_list(l, e->a);
        check_list(l, e->b);
        check_list(l, e->c);
    }
}

static void check_list(lowering *l, const ast *list) {
    if (l->depth >= LOWER_MAX_DEPTH) return;
    l->depth++;
    for (const ast *e = list; e; e = e->next) check_one(l, e);
    l->depth--;
}

void check_names(lowering *l) {
    for (const variable *v = l->globals; v; v = v->next) {
        if (v->value.kind != DATUM_BLOCK) continue;
        const ast *block = v->value.block;
        frame f = {.block = block};
        l->frame = &f;
        for (const ast *p = block->a; p; p = p->next) {
            check_list(l, p->b);
            declare(l, p->name, datum_nothing());
        }
        check_list(l, block->b);
        l->frame = NULL;
    }
}
