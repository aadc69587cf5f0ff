#include "frontend/dsl/layer.h"

/* A tensor or a list of them; none where the slot is open. */
static const datum *tensors_of(const layer_call *c, const char *slot, int *n) {
    const datum *d = given(c, slot);
    *n = d->kind == DATUM_NOTHING ? 0 : d->kind == DATUM_LIST ? d->count : 1;
    return d->kind == DATUM_LIST ? d->items : d;
}

static bool is_single(const value *v, dtype elem) { return v->type.elem == elem && type_is_static(&v->type) && type_count(&v->type) == 1; }

/* The most turns: a number, or a tensor of one; NULL where the slot is open. */
static bool given_turns(const layer_call *c, value **turns) {
    const datum *d = given(c, "most");
    static const value whole = {.type.elem = DT_I64};
    *turns = d->kind == DATUM_INT ? constant_like(c->l, (double)d->integer, &whole) : d->kind == DATUM_TENSOR ? d->tensor : NULL;
    if (d->kind == DATUM_NOTHING || (*turns && is_single(*turns, DT_I64))) return true;
    return lower_error(c->l, place_of(c, "most"), NULL, "the most turns are a whole number, or a tensor of one (i64)");
}

/* Whether there is a first turn; NULL where the slot is open. */
static bool given_first(const layer_call *c, value **first) {
    *first = given(c, "first")->kind == DATUM_TENSOR ? given_tensor(c, "first") : NULL;
    if (!*first || is_single(*first, DT_BOOL)) return true;
    return lower_error(c->l, place_of(c, "first"), NULL, "whether there is a first turn is one yes or no");
}

/* What the body gives for its turn, in the region of the loop. */
static datum call_body(const layer_call *c, const region *r) {
    lowering *l = c->l;
    int n_given, n = 0;
    const datum *given_tensors = tensors_of(c, "given", &n_given);
    argument *arguments = ARENA_ARRAY(l->arena, argument, r->n_inputs + n_given);
    for (int i = 0; i < r->n_inputs; i++)
        if (i != 1) arguments[n++].value = datum_tensor(r->inputs[i]); /* input 1 says that there is a turn: it is always yes */
    for (int i = 0; i < n_given; i++) arguments[n++].value = given_tensors[i];
    for (int i = 0; i < n; i++) arguments[i].at = place_of(c, "body");
    return call(l, c->at, *given(c, "body"), arguments, n);
}

/* Whether to go on, and the next values; they may be from outside, so each gets a node in the region. */
static bool add_results(const layer_call *c, region *r, datum results, int n) {
    lowering *l = c->l;
    const ast *at = place_of(c, "body");
    if (results.kind == DATUM_ERROR) return false;
    const datum *items = results.kind == DATUM_LIST ? results.items : &results;
    int count = results.kind == DATUM_LIST ? results.count : 1;
    if (count != n + 1)
        return lower_error(l, at, "return go_on, x", "the body gives %d values, not %d: whether to go on, and the next tensors", count, n + 1);
    for (int i = 0; i <= n; i++) {
        if (items[i].kind != DATUM_TENSOR) return lower_error(l, at, NULL, "a body gives tensors, not %s", datum_noun(items[i]));
        value *v = build(l, at, OP_identity, c->name, 1, &items[i].tensor);
        if (!v) return false;
        region_add_output(r, v);
    }
    if (is_single(r->outputs[0], DT_BOOL)) return true;
    const value_type *go_on = &r->outputs[0]->type;
    return lower_error(l, at, "compare a single number: total < 10", "whether to go on is one yes or no, not %s of %s",
                       shape_text(l->arena, go_on), dtype_of(go_on->elem)->name);
}

/* The body is called once, with the region's inputs. */
static bool build_body(const layer_call *c, node *loop, int n) {
    lowering *l = c->l;
    region *r = region_new(l->graph, loop), *outside = l->region;
    loop->n_regions = 1;
    loop->regions = ARENA_ARRAY(l->arena, region *, 1);
    loop->regions[0] = r;
    region_add_input(r, "turn", type_tensor(l->arena, DT_I64, 0, NULL));
    region_add_input(r, "go_on", type_tensor(l->arena, DT_BOOL, 0, NULL));
    for (int i = 0; i < n; i++) region_add_input(r, "x", loop->inputs[i + 2]->type);
    const char *path = l->path;
    l->path = c->name;
    l->region = r;
    bool ok = add_results(c, r, call_body(c, r), n);
    l->region = outside;
    l->path = path;
    return ok;
}

datum lower_repeat(const layer_call *c) {
    lowering *l = c->l;
    int n;
    const datum *x = tensors_of(c, "x", &n);
    if (!datum_is_callable(*given(c, "body")))
        return lower_error(l, place_of(c, "body"), NULL, "the body of repeat is a block, not %s", datum_noun(*given(c, "body"))), datum_error();
    value **inputs = ARENA_ARRAY(l->arena, value *, n + 2);
    if (!given_turns(c, &inputs[0]) || !given_first(c, &inputs[1])) return datum_error();
    for (int i = 0; i < n; i++) inputs[i + 2] = x[i].tensor;
    node *loop = node_new(l->region, NULL, OP_loop, c->name, n + 2, inputs, n);
    if (!build_body(c, loop, n) || !infer_built(l, c->at, loop)) return datum_error();
    if (n == 1) return datum_tensor(loop->outputs[0]);
    datum *items = ARENA_ARRAY(l->arena, datum, n);
    for (int i = 0; i < n; i++) items[i] = datum_tensor(loop->outputs[i]);
    return datum_list(items, n);
}
