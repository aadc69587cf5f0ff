#include "compiler/proof/proof.h"

#include <string.h>

object *object_new(proof *p, const char *name, int64_t size) {
    object *r = ARENA_NEW(p->arena, object);
    r->name = name;
    r->size = form_constant(size);
    return r;
}

c_value pointer_value(object *r, int64_t offset) { return (c_value){.kind = VALUE_POINTER, .object = r, .form = form_constant(offset)}; }

object *variable_object(proof *p, variable *v) {
    if (v->memory) return v->memory;
    v->memory = object_new(p, v->name, v->type.size);
    v->memory->constant = v->type.constant;
    if (v->global && v->initial && v->type.constant && v->type.kind == TYPE_ARRAY) fill_from_list(p, v->memory, &v->type, v->initial);
    return v->memory;
}

/* What a constant array of pointers or integers holds; missing elements are 0. */
void fill_from_list(proof *p, object *r, const c_type *array, const tree_node *list) {
    if (!array->constant || array->count < list->n_kids || list->kind != NODE_LIST || !list->n_kids) return;
    const c_type *t = &list->kids[0]->type;
    if (t->kind != TYPE_INTEGER && t->kind != TYPE_POINTER && t->kind != TYPE_ARRAY) return;
    if (!r->contents) r->contents = ARENA_ARRAY(p->arena, c_value, array->count);
    r->element = array->element;
    r->n_contents = array->count;
    for (int64_t i = 0; i < array->count; i++)
        r->contents[i] = i < list->n_kids ? walk_expression(p, list->kids[i]) : t->kind == TYPE_INTEGER ? integer_value(form_constant(0)) : (c_value){.kind = VALUE_POINTER};
}

static void access_failed(proof *p, const tree_node *at, const c_value *pointer, const form *bytes, bool writes) {
    range from = facts_range(p->facts, &pointer->form), size = facts_range(p->facts, bytes);
    char lo[32] = "-infinity", hi[32] = "infinity";
    if (from.lo != INT64_MIN) snprintf(lo, sizeof lo, "%lld", (long long)from.lo);
    if (from.hi != INT64_MAX && size.hi != INT64_MAX) snprintf(hi, sizeof hi, "%lld", (long long)(from.hi + size.hi - 1));
    proof_fail(p, at, "cannot show that this %s stays within %s: it may touch bytes %s to %s of %lld", writes ? "store" : "load",
               pointer->object->name, lo, hi, (long long)facts_range(p->facts, &pointer->object->size).hi);
}

void check_access(proof *p, const tree_node *at, const c_value *pointer, const form *bytes, bool writes) {
    if (p->probing || p->failed) return;
    if (pointer->kind != VALUE_POINTER) {
        proof_fail(p, at, "cannot show where this address points: it depends on data");
        return;
    }
    if (!pointer->object) {
        proof_fail(p, at, "cannot show that this pointer is not null");
        return;
    }
    p->n_accesses++;
    if (writes && pointer->object->constant) {
        proof_fail(p, at, "cannot show that this store is allowed: %s is only to be read", pointer->object->name);
        return;
    }
    form left = pointer->object->size;
    bool fits = form_add(&left, -1, &pointer->form, &left) && form_add(&left, -1, bytes, &left);
    if (!fits || !facts_at_least(p->facts, &pointer->form, 0) || !facts_at_least(p->facts, &left, 0)) access_failed(p, at, pointer, bytes, writes);
}

static c_value any_content(proof *p, const object *r, const c_type *t) {
    range hull = {INT64_MAX, INT64_MIN};
    for (int64_t i = 0; i < r->n_contents; i++) {
        if (r->contents[i].kind != VALUE_INTEGER) return unknown_value(p, t);
        range one = facts_range(p->facts, &r->contents[i].form);
        if (one.lo < hull.lo) hull.lo = one.lo;
        if (one.hi > hull.hi) hull.hi = one.hi;
    }
    return integer_value(facts_symbol(p->facts, hull));
}

c_value load_value(proof *p, const tree_node *at, const c_value *pointer, const c_type *t) {
    const form bytes = form_constant(t->size);
    check_access(p, at, pointer, &bytes, false);
    if (pointer->kind != VALUE_POINTER || !pointer->object || !pointer->object->contents) return unknown_value(p, t);
    const object *r = pointer->object;
    form where = facts_fold(p->facts, &pointer->form);
    int64_t i = r->element ? where.constant / r->element : 0;
    if (where.n) return t->kind == TYPE_INTEGER ? any_content(p, r, t) : (c_value){.kind = VALUE_DATA};
    return i >= 0 && i < r->n_contents && where.constant % r->element == 0 ? r->contents[i] : unknown_value(p, t);
}

c_value span_of(proof *p, const tree_node *at, const c_value *pointer, int64_t bytes, bool writes) {
    const form size = form_constant(bytes);
    check_access(p, at, pointer, &size, writes);
    if (pointer->kind != VALUE_POINTER || !pointer->object) return (c_value){.kind = VALUE_DATA};
    object *parent = pointer->object;
    int64_t from = pointer->form.n ? -1 : pointer->form.constant;
    object *r = parent->parts;
    while (r && (r->from != from || !form_equal(&r->size, &size) || r->constant != !writes)) r = r->next_part;
    if (!r) {
        r = object_new(p, arena_printf(p->arena, from < 0 ? "a part of %s" : "the part of %s from byte %lld", parent->name, (long long)from), bytes);
        r->constant = !writes;
        r->part_of = parent;
        r->from = from;
        r->next_part = parent->parts;
        parent->parts = r;
    }
    return pointer_value(r, 0);
}
