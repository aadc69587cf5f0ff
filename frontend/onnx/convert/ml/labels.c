#include "frontend/onnx/convert/ml/ml.h"

#include <string.h>

/* ai.onnx.ml: one value for another. */

/* ---- LabelEncoder ---- */

/* The attribute keys_TYPE, values_TYPE or default_TYPE that is given, as a vector; NULL: none is. */
static value *vector_of(draft *d, const char *what, const char *const *types) {
    for (int i = 0; types[i]; i++) {
        value *v = ml_vector(d, arena_printf(d->context->imp->arena, "%s_%s", what, types[i]));
        if (v) return v;
    }
    return NULL;
}

static value *usual_default(draft *d, dtype elem) {
    static const ir_string unused = {"_Unused", 7};
    arena *mem = d->context->imp->arena;
    const int64_t one = 1;
    void *data = arena_alloc(mem, 16);
    if (elem == DT_STRING) memcpy(data, &unused, sizeof unused);
    else dtype_store_float(elem, data, 0, dtype_of(elem)->kind == CLASS_FLOAT ? -0.0 : -1);
    return value_constant(d->context->imp->graph, d->name, type_tensor(mem, elem, 1, &one), data, d->name);
}

/* Before version 2: classes_strings[i] stands for i, whichever of them is the input. */
static bool classes_as_keys(draft *d) {
    attr classes;
    if (!draft_take(d, "classes_strings", &classes)) return true;
    bool from_strings = draft_input_type(d, 0)->elem == DT_STRING;
    int64_t *numbers = ARENA_ARRAY(d->context->imp->arena, int64_t, classes.n);
    for (int i = 0; i < classes.n; i++) numbers[i] = i;
    classes.name = from_strings ? "keys_strings" : "values_strings";
    draft_set_attr(d, classes);
    draft_set_attr(d, (attr){.name = from_strings ? "values_int64s" : "keys_int64s", .kind = ATTR_INTS, .n = classes.n, .ints = numbers});
    return true;
}

/* "at": which of the keys each of x is; their count: none. */
static void find_keys(recipe *r, const value *keys) {
    recipe_int(r, "count", type_count(&keys->type));
    if (keys->type.elem == DT_STRING) {
        recipe_run(r, "at = string_find(x, keys)");
        return;
    }
    /* the last of equal keys counts, and NaN is equal to NaN */
    recipe_run(r, "wide = Unsqueeze(x, [-1])\nsame = Equal(wide, CastLike(keys, wide))");
    if (dtype_of(keys->type.elem)->kind == CLASS_FLOAT) recipe_run(r, "same = Or(same, And(IsNaN(wide), IsNaN(keys)))");
    recipe_run(r, "same = Cast(same; to=6)\nfound = Greater(ReduceMax(same, [-1]; keepdims=0), 0:same)\n"
                  "at = Where(found, ArgMax(same; axis=-1, keepdims=0, select_last_index=1), $count)");
}

/* "y": the value that belongs to the key, or `otherwise`. */
static bool replace_keys(draft *d, value *keys, value *values, value *otherwise) {
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_value(&r, "keys", keys);
    recipe_value(&r, "values", values);
    recipe_value(&r, "otherwise", otherwise);
    find_keys(&r, keys);
    recipe_run(&r, "y = Gather(Concat(values, otherwise; axis=0), at)");
    return recipe_return(&r, "y");
}

bool expand_label_encoder(draft *d, const conversion *row) {
    (void)row;
    static const char *const lists[] = {"tensor", "strings", "int64s", "floats", NULL}, *const singles[] = {"tensor", "string", "int64", "float", NULL};
    if (!classes_as_keys(d)) return false;
    value *keys = vector_of(d, "keys", lists), *values = vector_of(d, "values", lists);
    if (!keys || !values) return draft_error(d, NULL, "lacks its keys or values");
    const char *const mine[] = {values->type.elem == DT_STRING ? singles[1] : values->type.elem == DT_F32 ? singles[3] : singles[2], NULL};
    value *otherwise = vector_of(d, "default", draft_attr(d, "default_tensor") ? singles : mine);
    bool fits = otherwise && otherwise->type.elem == values->type.elem;
    return replace_keys(d, keys, values, fits ? otherwise : usual_default(d, values->type.elem));
}

/* Strings for integers or the other way round, by two lists in the same order. */
bool expand_category_mapper(draft *d, const conversion *row) {
    (void)row;
    value *strings = ml_vector(d, "cats_strings"), *ints = ml_vector(d, "cats_int64s");
    bool from_strings = draft_input_type(d, 0)->elem == DT_STRING;
    if (!strings || !ints || type_count(&strings->type) != type_count(&ints->type)) return draft_error(d, NULL, "its lists of categories do not fit");
    value *otherwise = ml_vector(d, from_strings ? "default_int64" : "default_string");
    if (!otherwise) otherwise = usual_default(d, from_strings ? DT_I64 : DT_STRING);
    return replace_keys(d, from_strings ? strings : ints, from_strings ? ints : strings, otherwise);
}

/* A 1 at the category, in a dimension of its own; all zero for none of them. */
bool expand_category_one_hot(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    value *cats = ml_vector(d, x->elem == DT_STRING ? "cats_strings" : "cats_int64s");
    if (!cats || !type_count(&cats->type)) return draft_error(d, NULL, "lacks its list of categories");
    if (!draft_int(d, "zeros", 1)) return draft_error(d, "set zeros = 1", "must fail on other categories, which emitted code does not");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_value(&r, "keys", cats);
    if (x->elem != DT_STRING) recipe_run(&r, "x = Cast(x; to=7)"); /* numbers are cut to integers */
    find_keys(&r, cats);
    recipe_run(&r, "y = Cast(Equal(Unsqueeze(at, [-1]), Range(0, $count, 1)); to=1)");
    return recipe_return(&r, "y");
}
