#include "compiler/random_input.h"

/* splitmix64 */
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

bool random_tensor(value_type type, uint64_t *state, tensor *out, arena *a) {
    if (!type_is_static(&type) || type.elem == DT_STRING) return false;
    *out = tensor_new(a, type);
    const dtype_info *info = dtype_of(type.elem);
    /* A complex element is two floats. */
    bool is_complex = info->kind == CLASS_COMPLEX;
    dtype part = type.elem == DT_C64 ? DT_F32 : type.elem == DT_C128 ? DT_F64 : type.elem;
    int64_t count = type_count(&type) * (is_complex ? 2 : 1);
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits = next(state);
        if (info->kind == CLASS_FLOAT || is_complex)
            dtype_store_float(part, out->data, i, (double)(bits >> 40) * 0x1p-23 - 1);
        else if (info->kind == CLASS_BOOL || info->bits > 8) dtype_store_int(part, out->data, i, (int64_t)(bits >> 63));
        else dtype_store_int(part, out->data, i, (int64_t)(bits >> 56));
    }
    return true;
}

bool random_inputs(const region *body, uint64_t *state, tensor *inputs, arena *a, const char *cure, diagnostics *d) {
    for (int i = 0; i < body->n_inputs; i++) {
        const value *v = body->inputs[i];
        if (v->fallback) inputs[i] = (tensor){.type = v->type, .data = (void *)(uintptr_t)v->fallback->data};
        else if (!random_tensor(v->type, state, &inputs[i], a))
            return diag_error(d, "", cure, "input '%.80s' cannot be made up", v->name);
    }
    return true;
}
