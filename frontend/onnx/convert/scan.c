#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* Scan is a loop over the slices of its inputs: the body becomes a Loop's, which gathers its slices itself. */

typedef struct scan {
    int states, slices, stacked; /* inputs carried, inputs cut into slices, outputs stacked from slices */
    dim steps;
} scan;

static int64_t listed(const draft *d, const char *name, int i) {
    const attr *a = draft_attr(d, name);
    return a && a->kind == ATTR_INTS && i < a->n ? a->ints[i] : 0;
}

static bool read_scan(draft *d, scan *s) {
    const region *r = d->n_regions == 1 ? d->regions[0] : NULL;
    const int64_t slices = draft_int(d, "num_scan_inputs", 0);
    if (slices < 1 || slices > d->n_inputs) return draft_error(d, NULL, "scans %lld of %d inputs", (long long)slices, d->n_inputs);
    s->slices = (int)slices;
    s->states = d->n_inputs - s->slices;
    if (!r || r->n_inputs != d->n_inputs || r->n_outputs < s->states)
        return draft_error(d, NULL, "its body does not fit its inputs");
    s->stacked = r->n_outputs - s->states;
    for (int i = 0; i < s->slices; i++) {
        const value_type *t = draft_input_type(d, s->states + i);
        int64_t axis = listed(d, "scan_input_axes", i);
        if (t->kind != TYPE_TENSOR || t->rank < 0) return draft_static(d, s->states + i) != NULL;
        axis += axis < 0 ? t->rank : 0;
        if (axis < 0 || axis >= t->rank) return draft_error(d, NULL, "scans along axis %lld, which is not there", (long long)axis);
        const dim steps = t->dims[axis];
        if (steps.expr && steps.expr->op == DIM_UNKNOWN) return draft_static(d, s->states + i) != NULL;
        if (i && !dim_equal(s->steps, steps)) return draft_error(d, NULL, "its inputs differ in length");
        s->steps = steps;
    }
    return true;
}

/* At the head of the body: slice number `at` of v. */
static value *slice_of(draft *d, region *r, value *v, value *at, int64_t axis, bool backwards, dim steps) {
    node *first = r->first;
    if (backwards) {
        value *last = draft_size(d, r, first, "last", dim_add(d->context->imp->arena, steps, dim_number(-1)));
        at = node_new(r, first, OP_sub, d->name, 2, (value *[]){last, at}, 1)->outputs[0];
    }
    node *n = node_new(r, first, OP_gather, d->name, 2, (value *[]){v, at}, 1);
    node_set_int(n, "axis", axis);
    return n->outputs[0];
}

static void remake_body(draft *d, const scan *s, region *r) {
    graph *g = d->context->imp->graph;
    value **old = r->inputs;
    int n = r->n_inputs;
    r->inputs = NULL;
    r->n_inputs = 0;
    value *at = region_add_input(r, "iteration", type_tensor(g->arena, DT_I64, 0, NULL));
    region_add_input(r, "condition", type_tensor(g->arena, DT_BOOL, 0, NULL));
    for (int i = 0; i < s->states; i++) {
        value *v = region_add_input(r, old[i]->name, old[i]->type);
        value_replace_uses(old[i], v);
    }
    for (int i = s->states; i < n; i++) {
        int k = i - s->states;
        value *v = slice_of(d, r, d->inputs[i], at, listed(d, "scan_input_axes", k), listed(d, "scan_input_directions", k) == 1, s->steps);
        v->name = old[i]->name;
        value_replace_uses(old[i], v);
    }
    int n_outputs = r->n_outputs;
    value **results = arena_copy(g->arena, r->outputs, sizeof(value *) * (size_t)n_outputs);
    region_add_output(r, results[n_outputs - 1]);
    region_set_output(r, 0, r->inputs[1]);
    for (int i = 0; i < n_outputs; i++) region_set_output(r, i + 1, results[i]);
}

/* Before version 9: each row of a batch is scanned by itself. A loop over rows holds the Scan of today. */
bool scan_of_batch(draft *d, const conversion *row) {
    arena *mem = d->context->imp->arena;
    graph *g = d->context->imp->graph;
    const value_type *first = d->n_inputs > 1 ? draft_static(d, 1) : NULL;
    attr directions;
    if (!first || first->rank < 1) return draft_error(d, NULL, "its inputs are no batches of known shape");
    if (d->inputs[0]) return draft_error(d, "cut the inputs to equal lengths", "has sequence_lens, which is not supported");
    if (draft_take(d, "directions", &directions)) {
        directions.name = "scan_input_directions";
        draft_set_attr(d, directions);
    }
    context inside = *d->context;
    inside.region = region_new(g, NULL);
    value *at = region_add_input(inside.region, "row", type_tensor(mem, DT_I64, 0, NULL));
    region_add_output(inside.region, region_add_input(inside.region, "condition", type_tensor(mem, DT_BOOL, 0, NULL)));
    draft one = *d;
    one.context = &inside;
    one.declared = NULL;
    one.n_inputs = d->n_inputs - 1;
    one.inputs = ARENA_ARRAY(mem, value *, one.n_inputs);
    for (int i = 0; i < one.n_inputs; i++) {
        value *pair[] = {d->inputs[i + 1], at};
        if (!(one.inputs[i] = draft_emit(&one, "Gather", "row", 2, pair, 0, NULL))) return false;
    }
    bool *all = ARENA_ARRAY(mem, bool, d->n_outputs);
    for (int i = 0; i < d->n_outputs; i++) all[i] = true;
    one.wanted = all;
    if (!scan_to_loop(&one, row)) return false;
    for (int i = 0; i < d->n_outputs; i++) region_add_output(inside.region, one.outputs[i]);
    static const char *const body = "body";
    draft rows = *d;
    rows.op_type = "Loop";
    rows.n_attrs = 0;
    rows.n_inputs = 2;
    rows.inputs = arena_copy(mem, (value *[]){draft_size(d, d->context->region, NULL, "rows", first->dims[0]), NULL}, 2 * sizeof(value *));
    rows.regions = arena_copy(mem, &inside.region, sizeof inside.region);
    rows.region_names = arena_copy(mem, &body, sizeof body);
    rows.n_regions = 1;
    bool ok = draft_finish(&rows);
    d->outputs = rows.outputs;
    return ok;
}

bool scan_to_loop(draft *d, const conversion *row) {
    (void)row;
    scan s = {0};
    if (!read_scan(d, &s)) return false;
    remake_body(d, &s, d->regions[0]);
    draft loop = *d;
    loop.op_type = "Loop";
    loop.n_attrs = 0;
    loop.n_inputs = s.states + 2;
    loop.inputs = ARENA_ARRAY(d->context->imp->arena, value *, s.states + 2);
    loop.inputs[0] = draft_size(d, d->context->region, NULL, "steps", s.steps);
    for (int i = 0; i < s.states; i++) loop.inputs[i + 2] = d->inputs[i];
    if (!draft_finish(&loop)) return false;
    recipe r = recipe_new(d);
    d->outputs = loop.outputs;
    for (int i = s.states; i < d->n_outputs; i++) { /* results stacked along other axes, or from the end */
        int64_t axis = listed(d, "scan_output_axes", i - s.states);
        if (!d->wanted[i]) continue;
        recipe_value(&r, "y", d->outputs[i]);
        if (listed(d, "scan_output_directions", i - s.states) == 1) recipe_run(&r, "y = Slice(y, [-1], [-9223372036854775807], [0], [-1])");
        const value_type *t = &d->outputs[i]->type;
        axis += axis < 0 && t->rank > 0 ? t->rank : 0;
        if (axis && t->rank > axis) {
            int64_t perm[IR_MAX_RANK];
            for (int k = 0; k < t->rank; k++) perm[k] = k < axis ? k + 1 : k == axis ? 0 : k;
            recipe_ints(&r, "perm", t->rank, perm);
            recipe_run(&r, "y = Transpose(y; perm=$perm)");
        }
        d->outputs[i] = recipe_get(&r, "y");
    }
    return !r.failed;
}
