#include "frontend/onnx/convert/convert.h"

#include <string.h>

static void set_string(draft *d, const char *name, const char *s) {
    draft_set_attr(d, (attr){.name = name, .kind = ATTR_STRING, .s = {s, strlen(s)}});
}

/* Version 10: inputs x, scales; positions are floor(i / scale). */
bool resize_without_roi(draft *d, const conversion *row) {
    (void)row;
    value *scales = draft_input(d, 1);
    draft_set_input(d, 1, NULL);
    draft_set_input(d, 2, scales);
    set_string(d, "coordinate_transformation_mode", "asymmetric");
    set_string(d, "nearest_mode", "floor");
    return true;
}

static value *float_list(const draft *d, const char *label, const attr *a) {
    arena *mem = d->context->imp->arena;
    int64_t n = a->n;
    float *data = ARENA_ARRAY(mem, float, n);
    for (int64_t i = 0; i < n; i++) data[i] = (float)a->floats[i];
    const char *name = arena_printf(mem, "%s.%s", d->name, label);
    return value_constant(d->context->imp->graph, name, type_tensor(mem, DT_F32, 1, &n), data, name);
}

/* Resize took its place; version 7 had the scales in an attribute. */
bool upsample_to_resize(draft *d, const conversion *row) {
    attr scales;
    if (draft_take(d, "scales", &scales)) {
        if (scales.kind != ATTR_FLOATS) return draft_error(d, NULL, "attribute 'scales' is no list of floats");
        draft_set_input(d, 1, float_list(d, "scales", &scales));
    }
    const attr *mode = draft_attr(d, "mode");
    if (mode && mode->kind == ATTR_STRING && !strcmp(mode->s.bytes, "bilinear")) set_string(d, "mode", "linear");
    d->op_type = "Resize";
    return resize_without_roi(d, row);
}
