#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* ai.onnx.ml: classical machine learning, by standard operators. */

bool expand_binarizer(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_float(&r, "threshold", draft_float(d, "threshold", 0));
    recipe_run(&r, "y = Where(Greater(x, $threshold:x), 1:x, 0:x)");
    return recipe_return(&r, "y");
}

bool expand_feature_extractor(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x columns");
    recipe_run(&r, "y = Gather(x, Reshape(columns, [-1]); axis=-1)");
    const value_type *x = draft_input_type(d, 0);
    if (x->kind == TYPE_TENSOR && x->rank == 1) recipe_run(&r, "y = Unsqueeze(y, [0])");
    return recipe_return(&r, "y");
}

/* ---- LabelEncoder ---- */

/* The attribute keys_TYPE, values_TYPE or default_TYPE that is given, as a vector; NULL: none is. */
static value *vector_of(draft *d, const char *what, const char *const *types) {
    arena *mem = d->context->imp->arena;
    for (int i = 0; types[i]; i++) {
        const attr *a = draft_attr(d, arena_printf(mem, "%s_%s", what, types[i]));
        if (!a) continue;
        bool list = a->kind == ATTR_INTS || a->kind == ATTR_FLOATS || a->kind == ATTR_STRINGS;
        int64_t n = a->kind == ATTR_TENSOR ? type_count(&a->tensor->type) : list ? a->n : 1;
        dtype elem = a->kind == ATTR_TENSOR ? a->tensor->type.elem
                     : a->kind == ATTR_INT || a->kind == ATTR_INTS ? DT_I64
                     : a->kind == ATTR_STRING || a->kind == ATTR_STRINGS ? DT_STRING : DT_F32;
        void *data = a->kind == ATTR_TENSOR ? (void *)a->tensor->data : arena_alloc(mem, dtype_bytes(elem, n) + 16);
        for (int64_t k = 0; a->kind != ATTR_TENSOR && k < n; k++) {
            if (elem == DT_I64) ((int64_t *)data)[k] = list ? a->ints[k] : a->i;
            else if (elem == DT_F32) ((float *)data)[k] = (float)(list ? a->floats[k] : a->f);
            else ((ir_string *)data)[k] = list ? a->strings[k] : a->s;
        }
        return value_constant(d->context->imp->graph, d->name, type_tensor(mem, elem, 1, &n), data, d->name);
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

bool expand_label_encoder(draft *d, const conversion *row) {
    (void)row;
    static const char *const lists[] = {"tensor", "strings", "int64s", "floats", NULL}, *const singles[] = {"tensor", "string", "int64", "float", NULL};
    if (!classes_as_keys(d)) return false;
    value *keys = vector_of(d, "keys", lists), *values = vector_of(d, "values", lists);
    if (!keys || !values) return draft_error(d, NULL, "lacks its keys or values");
    const char *const mine[] = {values->type.elem == DT_STRING ? singles[1] : values->type.elem == DT_F32 ? singles[3] : singles[2], NULL};
    value *otherwise = vector_of(d, "default", draft_attr(d, "default_tensor") ? singles : mine);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_value(&r, "keys", keys);
    recipe_value(&r, "values", values);
    recipe_value(&r, "otherwise", otherwise && otherwise->type.elem == values->type.elem ? otherwise : usual_default(d, values->type.elem));
    recipe_int(&r, "count", type_count(&keys->type));
    if (keys->type.elem == DT_STRING) {
        recipe_run(&r, "at = string_find(x, keys)");
    } else { /* the last of equal keys counts, and NaN is equal to NaN */
        recipe_run(&r, "wide = Unsqueeze(x, [-1])\nsame = Equal(wide, CastLike(keys, wide))");
        if (dtype_of(keys->type.elem)->kind == CLASS_FLOAT) recipe_run(&r, "same = Or(same, And(IsNaN(wide), IsNaN(keys)))");
        recipe_run(&r, "same = Cast(same; to=6)\nfound = Greater(ReduceMax(same, [-1]; keepdims=0), 0:same)\n"
                       "at = Where(found, ArgMax(same; axis=-1, keepdims=0, select_last_index=1), $count)");
    }
    recipe_run(&r, "y = Gather(Concat(values, otherwise; axis=0), at)");
    return recipe_return(&r, "y");
}
