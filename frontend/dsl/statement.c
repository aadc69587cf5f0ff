#include "frontend/dsl/lower.h"

#include <string.h>

/* ---- loops ---- */

bool run_loop(lowering *l, const ast *loop, loop_body *body, void *context) {
    const datum *items;
    int n;
    if (ast_count(loop->a) > 2)
        return lower_error(l, loop->a, "patterns in brackets take lists apart: for i, [a, b] in …", "a loop has an element, or a number and an element");
    if (!elements_of(l, loop->b, evaluate(l, loop->b), &items, &n)) return false;
    const ast *index = loop->a->next ? loop->a : NULL, *element = index ? index->next : loop->a;
    variable **variables = l->frame ? &l->frame->variables : &l->globals, *before = *variables;
    for (int i = 0; i < n; i++, *variables = before) {
        if (!charge(l, loop, 1)) return false;
        if (index && !declare_pattern(l, index, datum_int(i))) return false;
        if (!declare_pattern(l, element, items[i])) return false;
        if (!body(l, context)) return false;
    }
    return true;
}

/* Statements that see their own variables last no longer than these. */
static void run_inner(lowering *l, const ast *statements) {
    variable *before = l->frame->variables;
    run_statements(l, statements);
    l->frame->variables = before;
}

/* A value on a line of its own is lost, unless the line is the last. */
static void check_used(lowering *l, const ast *s) {
    if (l->frame->result.kind == DATUM_ERROR) return;
    lower_error(l, s, "x = … keeps it, let y = … gives it a name", "nothing uses the value of this line");
}

static bool loop_statements(lowering *l, void *context) {
    const ast *loop = context;
    int errors = l->errors;
    run_inner(l, loop->c);
    if (!l->frame->returned && l->frame->result.kind != DATUM_NOTHING && l->frame->results) check_used(l, l->frame->results);
    return !l->frame->returned && l->errors == errors; /* once is enough for its errors */
}

static void run_for(lowering *l, const ast *s) {
    variable *before = l->frame->variables;
    run_loop(l, s, loop_statements, (void *)(uintptr_t)s);
    l->frame->variables = before;
    if (!l->frame->returned) l->frame->result = datum_nothing();
}

/* ---- leaving ---- */

static datum results_of(lowering *l, const ast *arguments) {
    if (arguments && !arguments->next) return evaluate(l, arguments->a);
    int n = ast_count(arguments), i = 0;
    datum *items = ARENA_ARRAY(l->arena, datum, n);
    for (const ast *r = arguments; r; r = r->next, i++) {
        items[i] = evaluate(l, r->a);
        if (items[i].kind == DATUM_ERROR) return datum_error();
    }
    return datum_list(items, n);
}

static void run_return(lowering *l, const ast *s) {
    l->frame->result = results_of(l, s->a);
    l->frame->results = s->a;
    l->frame->returned = true;
}

static bool check_condition(lowering *l, const ast *s, datum condition) {
    if (condition.kind == DATUM_ERROR) return false;
    if (condition.kind != DATUM_TENSOR)
        return lower_error(l, s->a, "compare a tensor with a number or an input", "an exit depends on a tensor, not on %s", datum_noun(condition));
    const value_type *t = &condition.tensor->type;
    if (t->elem != DT_BOOL) return lower_error(l, s->a, "compare it: … < threshold", "an exit needs yes or no, not numbers");
    if (type_is_static(t) && type_count(t) != 1)
        return lower_error(l, s->a, "exits are for one input at a time: batch 1", "an exit needs one yes or no, not %s", shape_text(l->arena, t));
    return true;
}

/* exit when c -> y: an If, of which the first branch yields y and the number of the exit; all that follows goes into the
 * other one, until lower.c closes it. */
static void run_exit(lowering *l, const ast *s) {
    for (const region *r = l->region; r->owner; r = r->owner->parent)
        if (r->owner->op == OP_loop) {
            lower_error(l, s, NULL, "an exit leaves the network, and cannot stand in a body that is repeated");
            return;
        }
    datum condition = evaluate(l, s->a), results = results_of(l, s->b);
    if (!check_condition(l, s, condition) || results.kind == DATUM_ERROR) return;
    const datum *items = results.kind == DATUM_LIST ? results.items : &results;
    int n = results.kind == DATUM_LIST ? results.count : 1;
    if (l->exits && n != l->exit_results) {
        lower_error(l, s, NULL, "this exit gives %d results, the one before %d", n, l->exit_results);
        return;
    }
    const char *name = layer_name(l, "exit");
    node *choice = node_new(l->region, NULL, OP_if, name, 1, &condition.tensor, n + 1);
    choice->n_regions = 2;
    choice->regions = ARENA_ARRAY(l->arena, region *, 2);
    for (int i = 0; i < 2; i++) choice->regions[i] = region_new(l->graph, choice);
    l->region = choice->regions[0];
    for (int i = 0; i < n; i++) {
        if (items[i].kind != DATUM_TENSOR) {
            lower_error(l, s, NULL, "an exit gives tensors, not %s", datum_noun(items[i]));
            return;
        }
        region_add_output(l->region, build(l, s, OP_identity, name, 1, &items[i].tensor));
    }
    region_add_output(l->region, exit_number(l, ++l->exits));
    l->exit_results = n;
    l->region = choice->regions[1];
}

/* ---- the rest ---- */

static void run_when(lowering *l, const ast *s) {
    bool yes;
    if (!evaluate_bool(l, s->a, &yes)) return;
    const ast *branch = yes ? s->b : s->c;
    if (!branch) return;
    if (branch == s->c && branch->kind == AST_WHEN && !branch->next) run_when(l, branch);
    else run_inner(l, branch);
}

static void run_scope(lowering *l, const ast *s) {
    datum name = evaluate(l, s->a);
    if (name.kind == DATUM_ERROR) return;
    if (name.kind != DATUM_STRING) {
        lower_error(l, s->a, "scope \"features\" { … }", "a scope has a string for a name, not %s", datum_noun(name));
        return;
    }
    const char *outer = l->path;
    l->path = joined(l, outer, name.string);
    run_statements(l, s->b); /* its variables stay: only names of layers are within */
    l->path = outer;
}

static void run_statement(lowering *l, const ast *s) {
    switch (s->kind) {
    case AST_LET: declare_pattern(l, s->a, evaluate(l, s->b)); return;
    case AST_ASSIGN: assign(l, s, s->name, evaluate(l, s->a)); return;
    case AST_EVALUATE: l->frame->result = evaluate(l, s->a), l->frame->results = s; return;
    case AST_RETURN: run_return(l, s); return;
    case AST_EXIT: run_exit(l, s); return;
    case AST_FOR: run_for(l, s); return;
    case AST_WHEN: run_when(l, s); return;
    case AST_SCOPE: run_scope(l, s); return;
    default: return;
    }
}

void run_statements(lowering *l, const ast *statements) {
    if (l->depth >= LOWER_MAX_DEPTH) {
        lower_error(l, statements, "does a block call itself without end?", "this is nested too deeply");
        return;
    }
    l->depth++;
    for (const ast *s = statements; s && !l->frame->returned; s = s->next) {
        l->frame->result = datum_nothing();
        l->frame->results = NULL;
        run_statement(l, s);
        if (s->next && s->kind == AST_EVALUATE) check_used(l, s);
    }
    l->depth--;
}
