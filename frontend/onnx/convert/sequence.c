#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* Sequences exist while the model is read: a `sequence` node lists its elements, and what reads it takes them from there.
 * Optionals that hold a tensor are that tensor. */

static bool elements_of(draft *d, int input, value *const **items, int *n) {
    const value *v = draft_input(d, input);
    const node *made = v ? v->producer : NULL;
    *items = NULL;
    *n = 0;
    if (!made || made->op != OP_sequence)
        return draft_error(d, NULL, "its sequence is not put together from known elements");
    *items = made->inputs;
    *n = made->n_inputs;
    return true;
}

/* A position that a constant input names, in [0, n] (or below n); `otherwise` when left out. */
static bool position_of(draft *d, int input, int n, bool behind_last, int otherwise, int *at) {
    const value *v = draft_input(d, input);
    *at = otherwise;
    if (!v) return true;
    if (!v->constant || type_count(&v->type) != 1) return draft_error(d, "make it a constant", "its position is not known");
    int64_t i = constant_int(v->constant, 0);
    i += i < 0 ? n : 0;
    if (i < 0 || i > n || (i == n && !behind_last)) return draft_error(d, NULL, "position %lld is outside of %d elements", (long long)i, n);
    *at = (int)i;
    return true;
}

static bool return_value(draft *d, value *v) {
    recipe r = recipe_new(d);
    recipe_value(&r, "y", v);
    return recipe_return(&r, "y");
}

static bool return_sequence(draft *d, int n, value *const *items) {
    node *made = node_new(d->context->region, NULL, OP_sequence, d->name, n, items, 1);
    d->outputs = ARENA_ARRAY(d->context->imp->arena, value *, d->n_outputs);
    d->outputs[0] = made->outputs[0];
    return infer_node(made, d->context->imp->diags);
}

bool sequence_empty(draft *d, const conversion *row) {
    (void)row;
    return return_sequence(d, 0, NULL);
}

bool sequence_insert(draft *d, const conversion *row) {
    (void)row;
    value *const *items;
    int n, at;
    if (!elements_of(d, 0, &items, &n) || !position_of(d, 2, n, true, n, &at)) return false;
    value **more = ARENA_ARRAY(d->context->imp->arena, value *, n + 1);
    for (int i = 0; i <= n; i++) more[i] = i < at ? items[i] : i == at ? draft_input(d, 1) : items[i - 1];
    return return_sequence(d, n + 1, more);
}

bool sequence_erase(draft *d, const conversion *row) {
    (void)row;
    value *const *items;
    int n, at;
    if (!elements_of(d, 0, &items, &n)) return false;
    if (!n) return draft_error(d, NULL, "erases from an empty sequence");
    if (!position_of(d, 1, n, false, n - 1, &at)) return false;
    value **fewer = ARENA_ARRAY(d->context->imp->arena, value *, n);
    for (int i = 0; i < n - 1; i++) fewer[i] = items[i + (i >= at)];
    return return_sequence(d, n - 1, fewer);
}

bool sequence_at(draft *d, const conversion *row) {
    (void)row;
    value *const *items;
    int n, at;
    return elements_of(d, 0, &items, &n) && position_of(d, 1, n, false, 0, &at) && return_value(d, items[at]);
}

bool sequence_length(draft *d, const conversion *row) {
    (void)row;
    value *const *items;
    int n;
    if (!elements_of(d, 0, &items, &n)) return false;
    recipe r = recipe_new(d);
    recipe_int(&r, "n", n);
    recipe_run(&r, "y = $n");
    return recipe_return(&r, "y");
}

bool concat_from_sequence(draft *d, const conversion *row) {
    (void)row;
    value *const *items;
    int n;
    if (!elements_of(d, 0, &items, &n)) return false;
    if (!n) return draft_error(d, NULL, "joins an empty sequence");
    int64_t axis = draft_int(d, "axis", 0);
    attr along = {.name = "axis", .kind = ATTR_INT, .i = axis};
    value **parts = ARENA_ARRAY(d->context->imp->arena, value *, n);
    for (int i = 0; i < n; i++) {
        value *unsqueeze[] = {items[i], draft_ints(d, "axis", 1, &axis)};
        parts[i] = draft_int(d, "new_axis", 0) ? draft_emit(d, "Unsqueeze", "part", 2, unsqueeze, 0, NULL) : items[i];
        if (!parts[i]) return false;
    }
    value *whole = draft_emit(d, "Concat", "whole", n, parts, 1, &along);
    return whole && return_value(d, whole);
}

/* How many parts, and their sizes where these are constants. */
static bool split_sizes(draft *d, int64_t size, int64_t **sizes, int *n) {
    enum { MOST = 1 << 16 };
    const value *split = draft_input(d, 1);
    int64_t each = 1, parts = size;
    *sizes = NULL;
    *n = 0;
    if (split && (split->type.rank > 0 || !split->constant)) {
        parts = type_count(&split->type);
        if (split->type.rank != 1 || parts < 0 || parts > MOST) return draft_error(d, NULL, "the number of its parts is not known");
        *n = (int)parts;
        if (!split->constant) return true;
        *sizes = ARENA_ARRAY(d->context->imp->arena, int64_t, parts);
        for (int i = 0; i < *n; i++) (*sizes)[i] = constant_int(split->constant, i);
        return true;
    }
    if (split) each = constant_int(split->constant, 0);
    if (size < 0 || each < 1) return draft_error(d, NULL, "the number of its parts is not known");
    parts = (size + each - 1) / each;
    if (parts > MOST) return draft_error(d, NULL, "makes %lld parts", (long long)parts);
    *n = (int)parts;
    *sizes = ARENA_ARRAY(d->context->imp->arena, int64_t, parts);
    for (int i = 0; i < *n; i++) (*sizes)[i] = i < *n - 1 ? each : size - each * (parts - 1);
    return true;
}

bool split_to_sequence(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    int64_t axis = draft_int(d, "axis", 0), *sizes;
    int n;
    if (x->kind != TYPE_TENSOR || x->rank < 1) return draft_error(d, NULL, "the rank of its input is not known");
    axis += axis < 0 ? x->rank : 0;
    if (axis < 0 || axis >= x->rank) return draft_error(d, NULL, "axis %lld is outside of its input", (long long)axis);
    if (!split_sizes(d, type_size(x, (int)axis), &sizes, &n)) return false;
    value *inputs[] = {draft_input(d, 0), sizes ? draft_ints(d, "sizes", n, sizes) : draft_input(d, 1)};
    node *split = node_new(d->context->region, NULL, OP_split, d->name, 2, inputs, n);
    node_set_int(split, "axis", axis);
    if (!infer_node(split, d->context->imp->diags)) return false;
    value **parts = ARENA_ARRAY(d->context->imp->arena, value *, n);
    bool squeezes = !draft_input(d, 1) && !draft_int(d, "keepdims", 1);
    for (int i = 0; i < n; i++) {
        value *squeeze[] = {split->outputs[i], draft_ints(d, "axis", 1, &axis)};
        parts[i] = squeezes ? draft_emit(d, "Squeeze", "part", 2, squeeze, 0, NULL) : split->outputs[i];
        if (!parts[i]) return false;
    }
    return return_sequence(d, n, parts);
}

/* ---- what passes sequences on ---- */

static bool is_sequence(const value *v) { return v && v->producer && v->producer->op == OP_sequence; }

bool identity_of_sequence(draft *d, const conversion *row) {
    (void)row;
    if (d->n_inputs != 1 || (d->inputs[0] && !is_sequence(d->inputs[0]))) return true;
    d->outputs = ARENA_ARRAY(d->context->imp->arena, value *, d->n_outputs);
    d->outputs[0] = d->inputs[0];
    return true;
}

static int width(const value *v) { return is_sequence(v) ? v->producer->n_inputs : 1; }

/* How many values the branches return when sequences count as their elements; 0: there are none, -1: after an error. */
static int flat_width(const draft *d) {
    int total = 0;
    bool any = false;
    for (int i = 0; i < d->n_outputs; i++) {
        const value *x = d->regions[0]->outputs[i], *y = d->regions[1]->outputs[i];
        if (is_sequence(x) != is_sequence(y) || width(x) != width(y)) {
            draft_error(d, "fix its condition: --fix NAME=VALUE", "its branches return sequences of different lengths");
            return -1;
        }
        any = any || is_sequence(x);
        total += width(x);
    }
    return any ? total : 0;
}

static void flatten_outputs(region *r, int n) {
    value **old = arena_copy(r->graph->arena, r->outputs, sizeof(value *) * (size_t)n);
    region_drop_outputs(r);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < width(old[i]); k++) region_add_output(r, is_sequence(old[i]) ? old[i]->producer->inputs[k] : old[i]);
}

/* Branches that return sequences of equal length return their elements instead. */
bool if_of_sequences(draft *d, const conversion *row) {
    (void)row;
    if (d->n_regions != 2 || d->regions[0]->n_outputs < d->n_outputs || d->regions[1]->n_outputs < d->n_outputs) return true;
    arena *mem = d->context->imp->arena;
    int total = flat_width(d), n = d->n_outputs;
    if (total <= 0) return total == 0;
    value **old = arena_copy(mem, d->regions[0]->outputs, sizeof(value *) * (size_t)n), **made = ARENA_ARRAY(mem, value *, n);
    bool *wanted = ARENA_ARRAY(mem, bool, total);
    for (int i = 0, at = 0; i < n; i++)
        for (int k = 0; k < width(old[i]); k++) wanted[at++] = d->wanted[i];
    draft flat = *d;
    flat.n_outputs = total;
    flat.wanted = wanted;
    flat.declared = NULL;
    for (int b = 0; b < 2; b++) flatten_outputs(d->regions[b], n);
    if (!draft_finish(&flat)) return false;
    for (int i = 0, at = 0; i < n; at += width(old[i++])) {
        made[i] = flat.outputs[at];
        if (!is_sequence(old[i])) continue;
        node *sequence = node_new(d->context->region, NULL, OP_sequence, d->name, width(old[i]), flat.outputs + at, 1);
        made[i] = sequence->outputs[0];
        if (!infer_node(sequence, d->context->imp->diags)) return false;
    }
    d->outputs = made;
    return true;
}

/* ---- optionals ---- */

bool optional_has_element(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_int(&r, "there", draft_input(d, 0) != NULL);
    recipe_run(&r, "y = Cast($there; to=9)");
    return recipe_return(&r, "y");
}

/* Optional likewise; without an input it is empty. */
bool optional_get_element(draft *d, const conversion *row) {
    (void)row;
    value *v = draft_input(d, 0);
    if (!v && strcmp(d->op_type, "Optional") != 0) return draft_error(d, NULL, "takes the element of an empty optional");
    if (v && !is_sequence(v)) return return_value(d, v);
    d->outputs = ARENA_ARRAY(d->context->imp->arena, value *, d->n_outputs);
    d->outputs[0] = v;
    return true;
}
