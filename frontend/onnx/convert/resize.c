#include "frontend/onnx/convert/recipe.h"

#include <math.h>
#include <string.h>

static void set_string(draft *d, const char *name, const char *s) {
    draft_set_attr(d, (attr){.name = name, .kind = ATTR_STRING, .s = {s, strlen(s)}});
}

/* Version 10: inputs x, scales; positions are i / scale, rounded up where that makes the axis shorter, else down. */
bool resize_without_roi(draft *d, const conversion *row) {
    (void)row;
    value *scales = draft_input(d, 1);
    draft_set_input(d, 1, NULL);
    draft_set_input(d, 2, scales);
    set_string(d, "coordinate_transformation_mode", "asymmetric");
    set_string(d, "nearest_mode", "outward");
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
    (void)row;
    return true; /* the rows of Resize before version 11 do the rest */
}

/* ---- one axis after the other ---- */

typedef struct resizing {
    int n; /* axes that roi, scales and sizes name */
    int axes[IR_MAX_RANK];
    const constant *roi, *scales, *sizes; /* NULL: not given or not constant */
    bool scales_late, roi_late;           /* known at run time only */
} resizing;

static const constant *constant_input(const draft *d, int i, int count, bool *late) {
    const value *v = draft_input(d, i);
    if (!v || type_count(&v->type) == 0) return NULL;
    *late = !v->constant;
    return v->constant && type_count(&v->type) == count ? v->constant : NULL;
}

static bool read_resizing(draft *d, const value_type *x, resizing *r) {
    const attr *axes = draft_attr(d, "axes");
    bool sizes_late = false;
    *r = (resizing){.n = axes && axes->kind == ATTR_INTS ? axes->n : x->rank};
    if (r->n > x->rank) return draft_error(d, NULL, "names %d axes of %d", r->n, x->rank);
    for (int i = 0; i < r->n; i++) {
        int64_t axis = axes && axes->kind == ATTR_INTS ? axes->ints[i] : i;
        axis += axis < 0 ? x->rank : 0;
        if (axis < 0 || axis >= x->rank) return draft_error(d, NULL, "axis %lld is outside of its input", (long long)axis);
        r->axes[i] = (int)axis;
    }
    bool crops = !strcmp(draft_string(d, "coordinate_transformation_mode", ""), "tf_crop_and_resize");
    if (crops) r->roi = constant_input(d, 1, 2 * r->n, &r->roi_late);
    r->scales = constant_input(d, 2, r->n, &r->scales_late);
    r->sizes = constant_input(d, 3, r->n, &sizes_late);
    bool any = r->scales || r->scales_late || r->sizes || sizes_late;
    return any || draft_error(d, NULL, "has neither scales nor sizes for its %d axes", r->n);
}

/* The scale that all axes share where the aspect ratio is kept: by constant sizes in *common, else as a tensor. */
static value *common_scale(draft *d, const value_type *x, const resizing *r, bool larger, double *common) {
    double *by = ARENA_ARRAY(d->context->imp->arena, double, r->n);
    int64_t n = r->n;
    for (int i = 0; i < r->n; i++) {
        by[i] = (double)x->dims[r->axes[i]].size;
        if (!r->sizes) continue;
        double scale = (double)constant_int(r->sizes, i) / by[i];
        if (!i || (larger ? scale > *common : scale < *common)) *common = scale;
    }
    if (r->sizes) return NULL;
    recipe c = recipe_new(d);
    recipe_value(&c, "sizes", draft_input(d, 3));
    recipe_value(&c, "by", value_constant(d->context->imp->graph, d->name, type_tensor(d->context->imp->arena, DT_F64, 1, &n), by, d->name));
    recipe_ints(&c, "n", 1, &n);
    recipe_run(&c, "scale = Div(Cast(sizes; to=11), by)");
    recipe_run(&c, larger ? "scale = Expand(ReduceMax(scale), $n)" : "scale = Expand(ReduceMin(scale), $n)");
    return recipe_get(&c, "scale");
}

/* To `size`; -1 where that is open: then *open says it, or (NULL) the scale. */
static value *resize_one(draft *d, value *v, int axis, int64_t size, const dim *open, double scale, value *scales, const resizing *r, int entry) {
    static const char *const kept[] = {"mode", "nearest_mode", "cubic_coeff_a", "antialias", "exclude_outside", "extrapolation_value"};
    value *inputs[] = {v, r->roi_late ? draft_input(d, 1) : NULL, scales};
    node *n = node_new(d->context->region, NULL, OP_resize_axis, d->name, scales ? 3 : inputs[1] ? 2 : 1, inputs, 1);
    node_set_int(n, "axis", axis);
    node_set_int(n, "size", size);
    if (open) node_set_type(n, "open", type_tensor_dims(d->context->imp->arena, v->type.elem, 1, open));
    node_set_int(n, "entry", entry);
    node_set_int(n, "entries", r->n);
    node_set_float(n, "scale", scale);
    node_set_string(n, "transform", draft_string(d, "coordinate_transformation_mode", "half_pixel"));
    if (r->roi) node_set_float(n, "start", constant_float(r->roi, entry));
    if (r->roi) node_set_float(n, "end", constant_float(r->roi, entry + r->n));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (draft_attr(d, kept[i])) node_set_attr(n, *draft_attr(d, kept[i]));
    if (!strcmp(draft_string(d, "nearest_mode", ""), "outward")) node_set_string(n, "nearest_mode", scale < 1 ? "ceil" : "floor");
    return infer_node(n, d->context->imp->diags) ? n->outputs[0] : NULL;
}

/* Of an open size: by a whole factor. */
static bool is_multiplied(const value_type *x, const resizing *r, int i) {
    double scale = r->scales && !r->roi && !r->roi_late ? constant_float(r->scales, i) : 0;
    return type_size(x, r->axes[i]) < 0 && scale >= 1 && scale == floor(scale);
}

/* To an open size, or from one: what sizes computed from others say, or a scale, which as a float is a fraction of a power of two:
 * the product is rounded down as for sizes that are known. */
static bool is_open_size(draft *d, const value_type *x, const resizing *r, int i, dim *size) {
    enum { MOST_PARTS = 1 << 24, MOST = 1 << 12 };
    const dim from = x->dims[r->axes[i]];
    int count;
    const dim *sizes = terms_as_sizes(d->context->imp, draft_input(d, 3), &count);
    if (sizes && count == r->n) return *size = sizes[i], !dim_is_number(*size) || !dim_is_number(from);
    double scale = r->scales && !r->roi && !r->roi_late ? constant_float(r->scales, i) : 0;
    int64_t parts = 1;
    while (parts < MOST_PARTS && scale * (double)parts != floor(scale * (double)parts)) parts *= 2;
    if (dim_is_number(from) || !(scale > 0) || scale > MOST || scale * (double)parts != floor(scale * (double)parts)) return false;
    arena *mem = d->context->imp->arena;
    *size = dim_floordiv(mem, dim_mul(mem, from, dim_number((int64_t)(scale * (double)parts))), dim_number(parts));
    return true;
}

/* The new size of axis number i of r; -1 where it is multiplied, -2 after an error. */
static int64_t resized(draft *d, const value_type *x, const resizing *r, int i, double common) {
    if (is_multiplied(x, r, i)) return -1;
    if (type_size(x, r->axes[i]) < 0) {
        draft_error(d, "--dim NAME=SIZE", "resizes an axis of open size, neither to a size made of others nor by a constant scale");
        return -2;
    }
    const value_type *declared = d->declared ? d->declared[0] : NULL;
    double in = (double)x->dims[r->axes[i]].size;
    double span = r->roi ? constant_float(r->roi, i + r->n) - constant_float(r->roi, i) : 1;
    int64_t size = -2;
    int count;
    const dim *sizes = terms_as_sizes(d->context->imp, draft_input(d, 3), &count);
    if (common > 0) size = (int64_t)floor(in * common + 0.5);
    else if (sizes && count == r->n && dim_is_number(sizes[i])) size = sizes[i].size;
    else if (r->scales && !r->roi_late) size = (int64_t)floorf((float)(in * span) * (float)constant_float(r->scales, i)); /* exporters divide in f32 */
    else if (declared && declared->rank == x->rank) size = type_size(declared, r->axes[i]);
    if (size < 0) draft_error(d, "make its scales or sizes constants", "the size of its result is not known");
    return size;
}

bool expand_resize(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    const value *by = draft_input(d, 2);
    resizing r;
    int terms;
    bool open = x->kind == TYPE_TENSOR && x->rank >= 0 && ((by && by->constant) || terms_as_sizes(d->context->imp, draft_input(d, 3), &terms));
    if (!open) x = draft_static(d, 0);
    if (!x || !read_resizing(d, x, &r)) return false;
    const char *policy = draft_string(d, "keep_aspect_ratio_policy", "stretch");
    bool by_sizes = !r.scales && !r.scales_late, keeps = by_sizes && strcmp(policy, "stretch") != 0;
    double common = 0;
    if ((!r.scales && keeps) || r.scales_late || r.roi_late) {
        if (!draft_static(d, 0)) return false;
    }
    value *scales = r.scales_late ? draft_input(d, 2) : NULL, *v = draft_input(d, 0);
    if (keeps) scales = common_scale(d, x, &r, !strcmp(policy, "not_smaller"), &common);
    bool wide = x->elem == DT_F32;
    dtype elem = x->elem;
    attr to = {.name = "to", .kind = ATTR_INT, .i = dtype_of(DT_F32)->onnx};
    if (!wide) v = draft_emit(d, "Cast", "wide", 1, &v, 1, &to);
    for (int i = 0; i < r.n && v; i++) {
        dim to_size;
        if (!is_multiplied(x, &r, i) && !scales && is_open_size(d, x, &r, i, &to_size)) {
            const bool same_size = dim_equal(to_size, x->dims[r.axes[i]]) && (!r.scales || constant_float(r.scales, i) == 1);
            if (!same_size) v = resize_one(d, v, r.axes[i], -1, &to_size, r.scales ? constant_float(r.scales, i) : 0, NULL, &r, i);
            continue;
        }
        int64_t in = x->dims[r.axes[i]].size, size = resized(d, x, &r, i, common);
        if (size < -1) return false;
        double scale = keeps ? common : r.scales ? constant_float(r.scales, i) : in ? (double)size / (double)in : 1;
        bool same = !scales && size == in && scale == 1 && !r.roi && !r.roi_late;
        if (!same) v = resize_one(d, v, r.axes[i], size, NULL, scale > 0 ? scale : 1, scales, &r, i);
    }
    if (!v) return false;
    to.i = dtype_of(elem)->onnx;
    if (!wide && !(v = draft_emit(d, "Cast", "narrow", 1, &v, 1, &to))) return false;
    recipe result = recipe_new(d);
    recipe_value(&result, "y", v);
    return recipe_return(&result, "y");
}
