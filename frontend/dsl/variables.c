#include "frontend/dsl/function.h"
#include "frontend/dsl/layer.h"
#include "frontend/dsl/lower.h"
#include "frontend/dsl/words.h"

#include <string.h>

static variable *find_in(variable *list, const char *name) {
    for (; list; list = list->next)
        if (!strcmp(list->name, name)) return list;
    return NULL;
}

static variable *find(const lowering *l, const char *name) {
    variable *v = l->frame ? find_in(l->frame->variables, name) : NULL;
    return v ? v : find_in(l->globals, name);
}

const variable *find_variable(const lowering *l, const char *name) { return find(l, name); }

void declare(lowering *l, const char *name, datum d) {
    variable **list = l->frame ? &l->frame->variables : &l->globals, *v = ARENA_NEW(l->arena, variable);
    *v = (variable){.name = name, .value = d, .next = *list};
    *list = v;
    if (d.kind == DATUM_TENSOR && d.tensor->producer && !d.tensor->producer->n_regions) d.tensor->name = name;
}

bool declare_pattern(lowering *l, const ast *pattern, datum d) {
    if (pattern->name) {
        declare(l, pattern->name, d);
        return true;
    }
    int wanted = ast_count(pattern->a), n = wanted;
    const datum *items = NULL;
    bool ok = d.kind == DATUM_ERROR || elements_of(l, pattern, d, &items, &n);
    if (ok && n != wanted) ok = lower_error(l, pattern, NULL, "%d names for a list of %d", wanted, n);
    int i = 0;
    for (const ast *p = pattern->a; p; p = p->next, i++) declare_pattern(l, p, ok && items ? items[i] : datum_error());
    return ok;
}

static const char *variable_hint(lowering *l, const char *name) {
    guess g = guess_for(name);
    for (const variable *v = l->frame ? l->frame->variables : NULL; v; v = v->next) guess_offer(&g, v->name);
    for (const variable *v = l->globals; v; v = v->next) guess_offer(&g, v->name);
    return guess_hint(&g, l->arena);
}

bool assign(lowering *l, const ast *at, const char *name, datum d) {
    variable *v = l->frame ? find_in(l->frame->variables, name) : NULL;
    if (!v) {
        const char *hint = variable_hint(l, name);
        bool global = find_in(l->globals, name) != NULL;
        declare(l, name, d);
        if (global) return lower_error(l, at, "declare one of the block's own with 'let'", "'%s' belongs to the file and cannot change", name);
        return lower_error(l, at, hint ? hint : "new names begin with 'let'", "'%s' has not been declared", name);
    }
    v->value = d;
    return true;
}

/* A function, layer or operator. */
static datum built_in(const char *name) {
    datum d = {.kind = DATUM_FUNCTION, .function = function_find(name)};
    if (d.function) return d;
    d = (datum){.kind = DATUM_LAYER, .layer = layer_find(name)};
    if (d.layer) return d;
    d = (datum){.kind = DATUM_OP, .op = op_from_name(name)};
    return d.op != OP_NONE && !(op_of(d.op)->props & PROP_CONTROL) ? d : datum_nothing();
}

datum look_up(lowering *l, const ast *at, const char *name) {
    const variable *v = find(l, name);
    if (v) return v->value;
    datum d = built_in(name);
    if (d.kind != DATUM_NOTHING) return d;
    guess g = guess_for(name);
    for (v = l->frame ? l->frame->variables : NULL; v; v = v->next) guess_offer(&g, v->name);
    for (v = l->globals; v; v = v->next) guess_offer(&g, v->name);
    layers_offer(&g);
    functions_offer(&g);
    for (int op = OP_NONE + 1; op < OP_COUNT; op++) guess_offer(&g, op_of((op_code)op)->name);
    lower_error(l, at, guess_hint(&g, l->arena), "'%s' is not known", name);
    return datum_error();
}

datum look_up_callee(lowering *l, const ast *at, const char *name) {
    const variable *v = find(l, name);
    if (!v || datum_is_callable(v->value) || v->value.kind == DATUM_ERROR) return look_up(l, at, name);
    datum d = built_in(name);
    return d.kind == DATUM_NOTHING ? v->value : d;
}
