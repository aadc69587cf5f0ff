#include "compiler/proof/proof.h"

#include <stdlib.h>
#include <string.h>

c_value *variables_copy(const proof *p) {
    size_t n = (size_t)p->function->n_slots * sizeof(c_value);
    c_value *copy = malloc(n ? n : 1);
    if (!copy) abort();
    memcpy(copy, p->variables, n);
    return copy;
}

void variables_restore(proof *p, c_value *copy) {
    memcpy(p->variables, copy, (size_t)p->function->n_slots * sizeof(c_value));
    free(copy);
}

static range hull_of(range a, range b) { return (range){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi}; }

/* Of two places in memory: one as large as the smaller. Of a place and no place: the place, if code is expected to look whether
 * it is there. */
static c_value join_pointers(proof *p, const c_value *a, const c_value *b) {
    c_value r = {.kind = VALUE_DATA};
    const c_value *some = a->object ? a : b;
    if (!a->object || !b->object) return some->object->optional ? *some : r;
    if (a->form.n || b->form.n || a->object->size.n || b->object->size.n || a->form.constant < 0 || b->form.constant < 0) return r;
    int64_t x = a->object->size.constant - a->form.constant, y = b->object->size.constant - b->form.constant;
    object *either = object_new(p, arena_printf(p->arena, "%s or %s", a->object->name, b->object->name), x < y ? x : y);
    either->constant = a->object->constant || b->object->constant;
    return pointer_value(either, 0);
}

c_value join_values(proof *p, const c_value *a, range a_range, const c_value *b, range b_range) {
    if (a->kind != b->kind) return (c_value){.kind = VALUE_DATA};
    if (a->kind == VALUE_DATA || (a->kind == VALUE_FUNCTION && a->function == b->function)) return *a;
    if (a->kind == VALUE_FUNCTION) return (c_value){.kind = VALUE_DATA};
    if (a->object == b->object && form_equal(&a->form, &b->form)) return *a;
    if (a->kind == VALUE_POINTER && a->object != b->object) return join_pointers(p, a, b);
    c_value r = *a;
    r.form = facts_symbol(p->facts, hull_of(a_range, b_range));
    return r;
}

static range *ranges(const proof *p) {
    range *r = calloc((size_t)p->function->n_slots + 1, sizeof(range));
    if (!r) abort();
    for (int i = 0; i < p->function->n_slots; i++)
        if (p->variables[i].kind == VALUE_INTEGER || p->variables[i].kind == VALUE_POINTER) r[i] = facts_range(p->facts, &p->variables[i].form);
    return r;
}

static flow execute_else(proof *p, const tree_node *n) { return n->n_kids > 2 ? walk_statement(p, n->kids[2]) : FLOW_NEXT; }

/* Both ways, and what is true after either. */
static flow both_ways(proof *p, const tree_node *n) {
    facts_mark here = facts_here(p->facts);
    c_value *before = variables_copy(p);
    if (!assume_condition(p, n->kids[0], true)) {
        facts_forget(p->facts, here);
        free(before);
        assume_condition(p, n->kids[0], false);
        return execute_else(p, n);
    }
    flow first = walk_statement(p, n->kids[1]);
    c_value *then = variables_copy(p);
    range *then_ranges = ranges(p);
    facts_forget(p->facts, here);
    variables_restore(p, before);
    flow second = FLOW_NEXT;
    bool other = assume_condition(p, n->kids[0], false);
    if (other) second = execute_else(p, n);
    if (!other) {
        memcpy(p->variables, then, (size_t)p->function->n_slots * sizeof(c_value));
        second = first;
    } else if (first == FLOW_NEXT && second == FLOW_NEXT) {
        range *else_ranges = ranges(p);
        facts_forget(p->facts, here);
        for (int i = 0; i < p->function->n_slots; i++)
            p->variables[i] = join_values(p, &then[i], then_ranges[i], &p->variables[i], else_ranges[i]);
        free(else_ranges);
    } else if (first == FLOW_NEXT) { /* the other way has left: what was assumed on this one stays true */
        facts_forget(p->facts, here);
        memcpy(p->variables, then, (size_t)p->function->n_slots * sizeof(c_value));
        assume_condition(p, n->kids[0], true);
        second = first;
    }
    free(then);
    free(then_ranges);
    return second;
}

static flow execute_if(proof *p, const tree_node *n) {
    truth t = walk_condition(p, n->kids[0]);
    if (t == TRUTH_YES) return walk_statement(p, n->kids[1]);
    return t == TRUTH_NO ? execute_else(p, n) : both_ways(p, n);
}

static flow execute_return(proof *p, const tree_node *n) {
    c_value v = {.kind = VALUE_DATA};
    if (n->n_kids) v = walk_expression(p, n->kids[0]);
    if (n->n_kids) v = convert_value(p, &v, &p->function->result);
    if (!p->returned) p->result = v;
    else {
        bool forms = v.kind == p->result.kind && (v.kind == VALUE_INTEGER || v.kind == VALUE_POINTER);
        range a = forms ? facts_range(p->facts, &p->result.form) : (range){0, 0}, b = forms ? facts_range(p->facts, &v.form) : (range){0, 0};
        p->result = join_values(p, &p->result, a, &v, b);
    }
    p->returned = true;
    return FLOW_RETURN;
}

/* Sizes that follow from open ones, as the functions that run all steps declare them, get a symbol each, so that products of those have
 * one term; so do differences of which more is known than of their sides. */
static void name_size(proof *p, c_value *v) {
    const bool plain = v->form.n == 1 && v->form.terms[0].factor == 1 && !v->form.constant;
    form same;
    if (v->kind != VALUE_INTEGER || !v->form.n || plain) return;
    if (strncmp(p->function->name, "run", 3) != 0 && (v->form.n < 2 || !facts_relate(p->facts, &v->form))) return;
    const form name = facts_symbol(p->facts, facts_range(p->facts, &v->form));
    if (!form_add(&name, -1, &v->form, &same)) return;
    facts_assume_zero(p->facts, same);
    v->form = name;
}

static void execute_declaration(proof *p, const tree_node *n) {
    variable *v = n->variable;
    if (v->type.kind == TYPE_ARRAY) {
        object *r = variable_object(p, v);
        if (n->n_kids && v->type.constant) fill_from_list(p, r, &v->type, n->kids[0]);
        if (n->n_kids && !r->contents) walk_expression(p, n->kids[0]);
        return;
    }
    c_value start = n->n_kids ? walk_expression(p, n->kids[0]) : unknown_value(p, &v->type);
    if (v->slot < 0) return;
    p->variables[v->slot] = convert_value(p, &start, &v->type);
    if (v->type.constant) name_size(p, &p->variables[v->slot]);
}

flow walk_statement(proof *p, const tree_node *n) {
    p->work++;
    if (p->failed) return FLOW_RETURN;
    flow f = FLOW_NEXT;
    switch (n->kind) {
    case NODE_BLOCK:
        for (int i = 0; i < n->n_kids && f == FLOW_NEXT; i++) f = walk_statement(p, n->kids[i]);
        return f;
    case NODE_DECLARE: execute_declaration(p, n); return f;
    case NODE_IF: return execute_if(p, n);
    case NODE_FOR: return walk_for(p, n);
    case NODE_RETURN: return execute_return(p, n);
    case NODE_BREAK: return FLOW_BREAK;
    case NODE_CONTINUE: return FLOW_CONTINUE;
    default: walk_expression(p, n); return f;
    }
}
