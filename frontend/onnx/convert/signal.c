#include "frontend/onnx/convert/recipe.h"

#include <math.h>
#include <string.h>

static value *make_constant_of(draft *d, dtype elem, int rank, const int64_t *dims, const double *x) {
    arena *mem = d->context->imp->arena;
    value_type t = type_tensor(mem, elem, rank, dims);
    int64_t count = type_count(&t);
    void *data = arena_alloc(mem, dtype_bytes(elem, count) + 1);
    for (int64_t i = 0; i < count; i++) dtype_store_float(elem, data, i, x[i]);
    return value_constant(d->context->imp->graph, d->name, t, data, d->name);
}

/* A constant scalar, or what the model declares of axis `axis` of the output; -1 after an error. */
static int64_t known_size(draft *d, int input, int axis, const char *what) {
    const value *v = draft_input(d, input);
    const value_type *declared = d->declared ? d->declared[0] : NULL;
    int64_t n = -1;
    if (v && v->constant && type_count(&v->type) == 1) n = constant_int(v->constant, 0);
    else if (declared && declared->rank > axis && axis >= 0) n = type_size(declared, axis);
    if (n < 0 || n > INT32_MAX) draft_error(d, "make it a constant", "its %s is not known", what);
    return n < 0 || n > INT32_MAX ? -1 : n;
}

/* ---- windows: a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n) ---- */

static const struct {
    const char *op_type;
    double a0, a1, a2;
} windows[] = {
    {"HannWindow", 0.5, 0.5, 0},
    {"HammingWindow", 25.0 / 46, 21.0 / 46, 0},
    {"BlackmanWindow", 0.42, 0.5, 0.08},
};

bool expand_window(draft *d, const conversion *row) {
    (void)row;
    int64_t size = known_size(d, 0, 0, "size");
    dtype elem = dtype_from_onnx(draft_int(d, "output_datatype", 1));
    if (size < 0) return false;
    if (elem == DT_NONE || dtype_of(elem)->kind == CLASS_STRING || dtype_of(elem)->kind == CLASS_COMPLEX)
        return draft_error(d, NULL, "its output_datatype is no number");
    double *x = ARENA_ARRAY(d->context->imp->arena, double, size);
    int64_t period = draft_int(d, "periodic", 1) ? size : size - 1;
    size_t kind = 0;
    while (strcmp(windows[kind].op_type, d->op_type) != 0) kind++;
    for (int64_t i = 0; i < size; i++) {
        double angle = 2 * 3.14159265358979323846 * (double)i / (double)(period ? period : 1);
        x[i] = windows[kind].a0 - windows[kind].a1 * cos(angle) + windows[kind].a2 * cos(2 * angle);
    }
    d->outputs = ARENA_ARRAY(d->context->imp->arena, value *, 1);
    d->outputs[0] = make_constant_of(d, elem, 1, &size, x);
    return true;
}

/* ---- DFT: along the axis before the last unless an input names another, perhaps at run time only ---- */

bool dft_along_input(draft *d, const conversion *row) {
    (void)row;
    const value *axis = draft_input(d, 2);
    const int64_t usual = -2;
    const value_type *x = draft_input_type(d, 0), *declared = d->declared ? d->declared[0] : NULL;
    if (!axis) draft_set_input(d, 2, draft_ints(d, "axis", 1, &usual));
    if (!axis || axis->constant) return true;
    if (!type_is_static(x) || !declared || !type_is_static(declared)) return draft_error(d, "make it a constant", "its axis is not known");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x length axis");
    recipe_int(&r, "rank", x->rank);
    recipe_int(&r, "inverse", draft_int(d, "inverse", 0));
    recipe_int(&r, "onesided", draft_int(d, "onesided", 0));
    recipe_run(&r, "axis = Where(Less(axis, 0:axis), Add(axis, $rank:axis), axis)");
    for (int k = 0; k < x->rank - 1 && !r.failed; k++) { /* all axes that lead to the declared shape, then a choice */
        if (!draft_input(d, 1) && type_size(x, k) < 2 && draft_int(d, "onesided", 0)) continue; /* nothing to transform */
        recipe_int(&r, "k", k);
        recipe_run(&r, "along = DFT(x, length, $k; inverse=$inverse, onesided=$onesided)");
        value *along = recipe_get(&r, "along");
        bool fits = along && along->type.rank == declared->rank;
        for (int i = 0; fits && i < declared->rank; i++) fits = type_size(&along->type, i) == declared->dims[i].size;
        if (!fits) continue;
        if (!recipe_get(&r, "y")) recipe_run(&r, "y = Identity(along)");
        else recipe_run(&r, "y = Where(Equal(axis, $k:axis), along, y)");
    }
    return recipe_return(&r, "y");
}

/* ---- STFT: the frames, each times the window, transformed ---- */

/* How many frames of that length lie inside of a signal; both may be open. */
static bool count_frames(draft *d, dim signal, dim length, dim *frames) {
    const value *step = draft_input(d, 1);
    const value_type *declared = d->declared ? d->declared[0] : NULL;
    arena *mem = d->context->imp->arena;
    const dim rest = dim_sub(mem, signal, length);
    if ((dim_is_number(length) && length.size < 1) || (dim_is_number(rest) && rest.size < 0))
        return draft_error(d, NULL, "its frames do not fit the signal");
    if (step && step->constant && constant_int(step->constant, 0) > 0)
        *frames = dim_add(mem, dim_floordiv(mem, rest, dim_number(constant_int(step->constant, 0))), dim_number(1));
    else if (declared && declared->rank == 4 && dim_is_number(declared->dims[1])) *frames = declared->dims[1];
    else return draft_error(d, "make it a constant", "its frame step is not known");
    return true;
}

/* As long as the window, as an input says, or as the signal. */
static bool frame_length(draft *d, dim *length) {
    const value_type *w = draft_input(d, 2) ? draft_sized(d, 2) : NULL;
    if (draft_input(d, 2)) return w && (w->rank == 1 ? *length = w->dims[0], true : draft_error(d, NULL, "its window is not of rank 1"));
    if (!draft_input(d, 3)) return *length = draft_input_type(d, 0)->dims[1], true;
    return term_as_size(d->context->imp, draft_input(d, 3), length) || draft_error(d, "make it a constant", "its frame length is not known");
}

bool expand_stft(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    dim frames, length;
    if (!x || x->rank < 2 || !frame_length(d, &length) || !count_frames(d, x->dims[1], length, &frames)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x step window");
    recipe_size(&r, "frames", frames);
    recipe_size(&r, "length", length);
    recipe_run(&r, "at = Add(Mul(Unsqueeze(Range(0, frames, 1), [1]), Cast(Reshape(step, []); to=7)), Range(0, length, 1))");
    recipe_int(&r, "onesided", draft_int(d, "onesided", 1));
    if (x->rank == 2) recipe_run(&r, "x = Unsqueeze(x, [2])");
    recipe_run(&r, "frames = Gather(x, at; axis=1)");
    if (draft_input(d, 2)) recipe_run(&r, "frames = Mul(frames, Unsqueeze(window, [1]))");
    recipe_run(&r, "y = DFT(frames, _, 2; onesided=$onesided)");
    return recipe_return(&r, "y");
}

/* ---- AffineGrid: theta times every position of the grid ---- */

enum { GRID_AXES = 3 };

/* Sizes of the grid, by its second input or what the model declares. */
static bool grid_sizes(draft *d, int axes, dim *dims) {
    int count;
    const value_type *declared = d->declared ? d->declared[0] : NULL;
    const dim *size = draft_input(d, 1) ? terms_as_sizes(d->context->imp, draft_input(d, 1), &count) : NULL;
    const bool given = size && count == axes + 2, stated = declared && declared->rank == axes + 2 && type_is_static(declared);
    if (!given && !stated) return draft_error(d, "make it a constant", "its size is not known");
    int64_t all = 1;
    for (int i = 0; i < axes; i++) {
        dims[i] = given ? size[i + 2] : declared->dims[i + 1];
        if (dim_is_number(dims[i]) && (dims[i].size < 0 || dims[i].size > 1 << 20)) return draft_error(d, NULL, "its size is not possible");
        all *= dim_is_number(dims[i]) ? dims[i].size : 1;
        if (all > 1 << 26) return draft_error(d, NULL, "its grid is too large");
    }
    return true;
}

/* x, y, z and 1 of each position, the last axis first. */
static value *fixed_grid(draft *d, dtype elem, int axes, const dim *sizes) {
    const bool corners = draft_int(d, "align_corners", 0);
    int64_t count = 1;
    for (int k = 0; k < axes; k++) count *= sizes[k].size;
    double *x = ARENA_ARRAY(d->context->imp->arena, double, count * (axes + 1));
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = i;
        for (int k = axes - 1; k >= 0; rest /= sizes[k].size, k--) {
            double at = (double)(rest % sizes[k].size), last = (double)(sizes[k].size - 1);
            double place = corners ? (last > 0 ? 2 * at / last - 1 : -1) : (2 * at + 1) / (double)sizes[k].size - 1;
            x[i * (axes + 1) + (axes - 1 - k)] = place;
        }
        x[i * (axes + 1) + axes] = 1;
    }
    return make_constant_of(d, elem, 3, (int64_t[]){1, count, axes + 1}, x);
}

/* The same, "grid", computed when the program runs. */
static void open_grid(recipe *r, int axes, const dim *sizes) {
    const bool corners = draft_int(r->draft, "align_corners", 0);
    dim plane[GRID_AXES + 1];
    for (int k = 0; k < axes; k++) plane[k] = sizes[k];
    plane[axes] = dim_number(1);
    recipe_sizes(r, "plane", axes + 1, plane);
    recipe_run(r, "grid = Expand(1.0:theta, plane)");
    for (int k = 0; k < axes; k++) {
        int64_t shape[GRID_AXES + 1] = {1, 1, 1, 1};
        shape[k] = -1;
        recipe_size(r, "size", sizes[k]);
        recipe_ints(r, "along", axes + 1, shape);
        recipe_run(r, "at = CastLike(Mul(Range(0, size, 1), 2), theta)");
        if (corners) recipe_run(r, "at = Div(at, CastLike(Max(Sub(size, 1), 1), theta))");
        else recipe_run(r, "at = Div(Add(at, 1.0:theta), CastLike(size, theta))");
        recipe_run(r, "grid = Concat(Expand(Reshape(Sub(at, 1.0:theta), $along), plane), grid; axis=-1)");
    }
    recipe_int(r, "columns", axes + 1);
    recipe_run(r, "grid = Reshape(grid, [1,-1,$columns])");
}

bool expand_affine_grid(draft *d, const conversion *row) {
    (void)row;
    const value_type *theta = draft_sized(d, 0);
    const int axes = theta && theta->rank == 3 ? (int)type_size(theta, 1) : 0;
    dim result[GRID_AXES + 2];
    if (axes != 2 && axes != 3) return draft_error(d, NULL, "needs matrices of 2x3 or 3x4");
    if (!grid_sizes(d, axes, result + 1)) return false;
    bool fixed = true;
    for (int i = 1; i <= axes; i++) fixed = fixed && dim_is_number(result[i]);
    result[0] = theta->dims[0], result[axes + 1] = dim_number(axes);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "theta");
    if (fixed) recipe_value(&r, "grid", fixed_grid(d, theta->elem, axes, result + 1));
    else open_grid(&r, axes, result + 1);
    recipe_sizes(&r, "result", axes + 2, result);
    recipe_run(&r, "y = Reshape(MatMul(grid, Transpose(theta; perm=[0,2,1])), result)");
    return recipe_return(&r, "y");
}
