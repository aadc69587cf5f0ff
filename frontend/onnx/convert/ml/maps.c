#include "frontend/onnx/convert/ml/ml.h"

#include <string.h>

/* Maps exist while the model is read: a `map` node has the keys, the values, and how many of them there are; what reads it takes
 * them from there. Behind the entries that there are, keys and values are zero or empty, and so is the value of keys that are
 * not there. */

static value *constant_of(const draft *d, dtype elem, int64_t n, const void *data) {
    arena *mem = d->context->imp->arena;
    size_t size = dtype_bytes(elem, n);
    return value_constant(d->context->imp->graph, d->name, type_tensor(mem, elem, 1, &n), arena_copy(mem, data, size ? size : 1), d->name);
}

static value *text_of(const draft *d, const char *text) {
    const ir_string s = {text, strlen(text)};
    return constant_of(d, DT_STRING, 1, &s);
}

static value *zero_of(const draft *d, dtype elem) {
    static const char zeros[16] = {0};
    return elem == DT_STRING ? text_of(d, "") : constant_of(d, elem, 1, zeros);
}

/* "keys", "values" and "count" of the map that the node takes. */
static bool bind_map(recipe *r, const node **map) {
    draft *d = r->draft;
    const value *v = draft_input(d, 0);
    *map = v && v->producer && v->producer->op == OP_map && v->producer->n_inputs == 3 ? v->producer : NULL;
    if (!*map) return draft_error(d, NULL, "its input is no map");
    recipe_value(r, "keys", (*map)->inputs[0]);
    recipe_value(r, "values", (*map)->inputs[1]);
    recipe_value(r, "count", (*map)->inputs[2]);
    return true;
}

bool expand_dict_vectorizer(draft *d, const conversion *row) {
    (void)row;
    const node *map;
    recipe r = recipe_new(d);
    if (!bind_map(&r, &map)) return false;
    value *wanted = ml_vector(d, map->inputs[0]->type.elem == DT_STRING ? "string_vocabulary" : "int64_vocabulary");
    if (!wanted) return draft_error(d, NULL, "lacks the vocabulary for keys that are %s", dtype_of(map->inputs[0]->type.elem)->name);
    recipe_value(&r, "wanted", wanted);
    recipe_value(&r, "none", zero_of(d, map->inputs[1]->type.elem));
    recipe_run(&r, "y = Unsqueeze(Gather(Concat(values, none; axis=0), map_find(wanted, keys, count)), [0])");
    return recipe_return(&r, "y");
}

/* ---- CastMap ---- */

/* "at": the places of values, in the order of their keys or at them; "n": how many, where that is left to the map. */
static bool place_values(recipe *r, const node *map, bool *open) {
    draft *d = r->draft;
    const char *form = draft_string(d, "map_form", "DENSE");
    const int64_t most = draft_int(d, "max_map", 1), room = type_size(&map->inputs[0]->type, 0);
    const value_type *declared = d->declared ? d->declared[0] : NULL;
    const int64_t exact = declared && declared->kind == TYPE_TENSOR && declared->rank == 2 ? type_size(declared, 1) : -1;
    *open = false;
    if (!strcmp(form, "SPARSE")) {
        if (most < 1 || most > INT32_MAX) return draft_error(d, NULL, "its max_map is %lld", (long long)most);
        recipe_int(r, "most", most);
        recipe_run(r, "at = map_find(Range(0, $most, 1), keys, count)");
        return true;
    }
    if (strcmp(form, "DENSE") != 0) return draft_error(d, NULL, "map_form is '%.20s', neither DENSE nor SPARSE", form);
    if (exact > room) return draft_error(d, NULL, "gives %lld values of a map that has room for %lld", (long long)exact, (long long)room);
    *open = exact < 0;
    recipe_int(r, "exact", exact);
    recipe_run(r, exact < 0 ? "at = map_order(keys, count)" : "at = Slice(map_order(keys, count; exact=$exact), [0], [$exact])");
    return true;
}

/* Text is converted behind the choice, since that of unused entries is no number. */
static bool cast_values(recipe *r, dtype from) {
    static const struct { const char *to; bool from_text; const char *none, *text; } casts[] = {
        {"TO_FLOAT", false, NULL, "y = Gather(Concat(values, none; axis=0), at)"},
        {"TO_FLOAT", true, "0", "y = Cast(Gather(Concat(values, none; axis=0), at); to=1)"},
        {"TO_INT64", false, NULL, "y = Cast(Gather(Concat(values, none; axis=0), at); to=7)"},
        {"TO_INT64", true, "0", "y = Cast(Gather(Concat(values, none; axis=0), at); to=7)"},
        {"TO_STRING", false, "0.f", "y = Gather(Concat(string_from_float(values), none; axis=0), at)"},
        {"TO_STRING", true, "0.f", "y = Gather(Concat(values, none; axis=0), at)"},
    };
    draft *d = r->draft;
    const char *to = draft_string(d, "cast_to", "TO_FLOAT");
    if (from != DT_F32 && from != DT_STRING) return draft_error(d, NULL, "takes values that are f32 or strings, not %s", dtype_of(from)->name);
    for (size_t i = 0; i < sizeof casts / sizeof *casts; i++) {
        if (strcmp(casts[i].to, to) != 0 || casts[i].from_text != (from == DT_STRING)) continue;
        recipe_value(r, "none", casts[i].none ? text_of(d, casts[i].none) : zero_of(d, from));
        recipe_run(r, casts[i].text);
        return true;
    }
    return draft_error(d, NULL, "casts to '%.20s', which is none of TO_FLOAT, TO_STRING and TO_INT64", to);
}

bool expand_cast_map(draft *d, const conversion *row) {
    (void)row;
    const node *map;
    bool open;
    recipe r = recipe_new(d);
    if (!bind_map(&r, &map)) return false;
    if (map->inputs[0]->type.elem != DT_I64) return draft_error(d, NULL, "takes keys that are i64, not %s", dtype_of(map->inputs[0]->type.elem)->name);
    if (!place_values(&r, map, &open) || !cast_values(&r, map->inputs[1]->type.elem)) return false;
    recipe_run(&r, "y = Unsqueeze(y, [0])");
    value *y = recipe_get(&r, "y");
    if (y && open) size_note(d->context->imp, y, 1, map->inputs[2]);
    return recipe_return(&r, "y");
}

/* A list of maps from classes to scores: the classes, and rows of scores. */
bool expand_zip_map(draft *d, const conversion *row) {
    (void)row;
    value *keys = ml_class_labels(d), *scores = draft_input(d, 0);
    if (!keys) return draft_error(d, NULL, "lacks its class labels");
    if (draft_input_type(d, 0)->kind != TYPE_TENSOR || draft_input_type(d, 0)->rank > 2) return draft_error(d, NULL, "its input is no row or matrix of scores");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    if (draft_input_type(d, 0)->rank == 1) {
        recipe_run(&r, "x = Unsqueeze(x, [0])");
        scores = recipe_get(&r, "x");
    }
    value *parts[] = {keys, scores};
    node *map = node_new(d->context->region, NULL, OP_map, d->name, 2, parts, 1);
    d->outputs = ARENA_ARRAY(d->context->imp->arena, value *, d->n_outputs);
    d->outputs[0] = map->outputs[0];
    return !r.failed && infer_node(map, d->context->imp->diags);
}
