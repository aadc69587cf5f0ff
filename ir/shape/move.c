/* Data movement: shapes. */
#include "ir/shape/move.h"
#include "ir/shape/shape.h"

#include <string.h>

static arena *mem(const node *n) { return node_arena(n); }

static void set_unknown_dims(node *n, dtype t, int rank) {
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < rank && i < IR_MAX_RANK; i++) dims[i] = dim_unknown(mem(n));
    set_output(n, 0, t, rank, dims);
}

static bool overflowing_rank(const node *n, int rank, diagnostics *d) {
    return rank < 0 || rank > IR_MAX_RANK ? !node_error(d, n, NULL, "its result would have %d dimensions; %d is the limit", rank, IR_MAX_RANK) : false;
}

/* The size that -1 stands for. Open sizes that the shape copies cancel, numbers are divided, so that N*8 in rows of 8 is N. */
static dim rest_of(const node *n, const value_type *t, const bool *copied, dim product) {
    dim numbers = dim_number(1), open = dim_number(1);
    for (int i = 0; i < t->rank; i++) {
        dim *part = dim_is_number(t->dims[i]) ? &numbers : &open;
        if (part == &numbers || !copied[i]) *part = dim_mul(mem(n), *part, t->dims[i]);
    }
    bool exact = dim_is_number(product) && product.size > 0 && numbers.size % product.size == 0;
    if (exact) return dim_mul(mem(n), open, dim_number(numbers.size / product.size));
    return dim_floordiv(mem(n), dim_mul(mem(n), open, numbers), product);
}

bool shape_reshape(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    const attr *size = node_attr(n, "size");
    if (size && size->type.kind == TYPE_TENSOR) return set_output(n, 0, t->elem, size->type.rank, size->type.dims), true;
    int rank, minus = -1;
    const int64_t *want = constant_ints(n, 1, &rank);
    if (!want) {
        int64_t known = n->inputs[1]->type.rank == 1 ? type_size(&n->inputs[1]->type, 0) : -1;
        if (known >= 0 && known <= IR_MAX_RANK) set_unknown_dims(n, t->elem, (int)known);
        else set_output(n, 0, t->elem, -1, NULL);
        return true;
    }
    if (overflowing_rank(n, rank, d)) return false;
    bool copied[IR_MAX_RANK] = {false};
    dim dims[IR_MAX_RANK], product = dim_number(1), rest = product, all = dims_product(mem(n), t->dims, 0, t->rank);
    for (int i = 0; i < rank; i++) {
        bool copies = want[i] == 0 && !node_int(n, "allowzero");
        if (want[i] < -1 || (want[i] == -1 && minus >= 0) || (copies && i >= t->rank))
            return node_error(d, n, NULL, "cannot reshape: entry %d of the shape is %lld", i, (long long)want[i]);
        dims[i] = copies ? t->dims[i] : dim_number(want[i]);
        if (want[i] == -1) minus = i;
        else product = dim_mul(mem(n), product, dims[i]);
        copied[i] = copies;
        bool cancels = copies && !dim_is_number(dims[i]);
        if (want[i] != -1 && !cancels) rest = dim_mul(mem(n), rest, dims[i]);
    }
    if (minus >= 0) {
        bool exact = dim_is_number(all) && dim_is_number(product) && product.size && all.size % product.size == 0;
        if (dim_is_number(all) && dim_is_number(product) && !exact && all.size)
            return node_error(d, n, NULL, "cannot reshape %lld elements into groups of %lld", (long long)all.size, (long long)product.size);
        dims[minus] = dim_is_number(product) && product.size == 0 ? dim_number(0) : rest_of(n, t, copied, rest);
    } else if (dim_is_number(all) && dim_is_number(product) && all.size != product.size) {
        return node_error(d, n, NULL, "cannot reshape %lld elements into %lld", (long long)all.size, (long long)product.size);
    }
    set_output(n, 0, t->elem, rank, dims);
    return true;
}

bool shape_flatten(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int64_t axis = node_int(n, "axis");
    if (axis < 0) axis += t->rank;
    if (axis < 0 || axis > t->rank) return node_error(d, n, NULL, "axis %lld does not fit rank %d", (long long)node_int(n, "axis"), t->rank);
    dim dims[2] = {dims_product(mem(n), t->dims, 0, (int)axis), dims_product(mem(n), t->dims, (int)axis, t->rank)};
    set_output(n, 0, t->elem, 2, dims);
    return true;
}

/* Marks the axes that constant input 1 names, for a tensor of `rank`; false after an error. */
static bool mark_axes(const node *n, const int64_t *axes, int count, int rank, bool *marked, diagnostics *d) {
    for (int i = 0; i < count; i++) {
        int axis;
        if (!resolve_axis(n, axes[i], rank, &axis, d)) return false;
        if (marked[axis]) return node_error(d, n, NULL, "axis %d is named twice", axis);
        marked[axis] = true;
    }
    return true;
}

bool shape_squeeze(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    bool marked[IR_MAX_RANK] = {false}, given = n->n_core_inputs > 1 && n->inputs[1];
    int count = 0, rank = 0;
    const int64_t *axes = given ? constant_ints(n, 1, &count) : NULL;
    if (given && !axes) return set_output(n, 0, t->elem, -1, NULL), true;
    if (given && !mark_axes(n, axes, count, t->rank, marked, d)) return false;
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < t->rank; i++) {
        bool one = type_size(t, i) == 1;
        if (given && marked[i] && !one && dim_is_number(t->dims[i])) return node_error(d, n, NULL, "axis %d has size %lld, not 1", i, (long long)t->dims[i].size);
        if (given ? !marked[i] : !one) dims[rank++] = t->dims[i];
    }
    set_output(n, 0, t->elem, rank, dims);
    return true;
}

bool shape_unsqueeze(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int count;
    const int64_t *axes = constant_ints(n, 1, &count);
    if (!axes) return set_output(n, 0, t->elem, -1, NULL), true;
    bool marked[IR_MAX_RANK] = {false};
    if (overflowing_rank(n, t->rank + count, d) || !mark_axes(n, axes, count, t->rank + count, marked, d)) return false;
    dim dims[IR_MAX_RANK];
    for (int i = 0, from = 0; i < t->rank + count; i++) dims[i] = marked[i] ? dim_number(1) : t->dims[from++];
    set_output(n, 0, t->elem, t->rank + count, dims);
    return true;
}

/* The axes [*from, *to) that Shape is asked for. */
static void shape_range(const node *n, int rank, int64_t *from, int64_t *to) {
    *from = node_int(n, "start");
    *to = node_int(n, "end");
    *from += *from < 0 ? rank : 0;
    *to += *to < 0 ? rank : 0;
    *from = *from < 0 ? 0 : *from > rank ? rank : *from;
    *to = *to < *from ? *from : *to > rank ? rank : *to;
}

bool shape_shape(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int64_t from, to;
    shape_range(n, t->rank, &from, &to);
    dim count = dim_number(to - from);
    set_output(n, 0, DT_I64, 1, &count);
    return true;
}

bool shape_size(node *n, diagnostics *d) {
    (void)d;
    set_output(n, 0, DT_I64, 0, NULL);
    return true;
}

/* The output's dimensions are the numbers in constant input i. */
static bool shape_from_input(node *n, int i, dtype t, diagnostics *d) {
    int rank;
    const int64_t *want = constant_ints(n, i, &rank);
    if (!want) {
        int64_t known = n->inputs[i]->type.rank == 1 ? type_size(&n->inputs[i]->type, 0) : -1;
        if (known >= 0 && known <= IR_MAX_RANK) set_unknown_dims(n, t, (int)known);
        else set_output(n, 0, t, -1, NULL);
        return true;
    }
    if (overflowing_rank(n, rank, d)) return false;
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < rank; k++) {
        if (want[k] < 0) return node_error(d, n, NULL, "size %lld is negative", (long long)want[k]);
        dims[k] = dim_number(want[k]);
    }
    set_output(n, 0, t, rank, dims);
    return true;
}

bool shape_constant_of_shape(node *n, diagnostics *d) {
    const attr *a = node_attr(n, "value");
    return shape_from_input(n, 0, a && a->tensor ? a->tensor->type.elem : DT_F32, d);
}

bool shape_transpose(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int count;
    const int64_t *perm = node_ints(n, "perm", &count);
    bool seen[IR_MAX_RANK] = {false};
    dim dims[IR_MAX_RANK];
    if (node_has(n, "perm") && count != t->rank) return node_error(d, n, NULL, "perm has %d entries for rank %d", count, t->rank);
    for (int i = 0; i < t->rank; i++) {
        int64_t from = count ? perm[i] : t->rank - 1 - i;
        if (from < 0 || from >= t->rank || seen[from]) return node_error(d, n, NULL, "perm is no permutation");
        seen[from] = true;
        dims[i] = t->dims[from];
    }
    set_output(n, 0, t->elem, t->rank, dims);
    return true;
}

bool shape_slice(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    slice_axis axes[IR_MAX_RANK];
    int known = slice_axes(n, axes, d);
    if (known < 0) return false;
    if (!known) return set_unknown_dims(n, t->elem, t->rank), true;
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < t->rank; i++) dims[i] = axes[i].touched && !dim_is_number(t->dims[i]) ? dim_unknown(mem(n)) : axes[i].touched ? dim_number(axes[i].count) : t->dims[i];
    set_output(n, 0, t->elem, t->rank, dims);
    return true;
}

bool shape_crop(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    const attr *size = node_attr(n, "size");
    int count;
    const int64_t *offset = node_ints(n, "offset", &count);
    if (!t) return false;
    if (!size || size->type.kind != TYPE_TENSOR || size->type.rank != t->rank || count != t->rank)
        return node_error(d, n, NULL, "wants a size and an offset for each axis of its input");
    for (int i = 0; i < t->rank; i++) {
        int64_t in = type_size(t, i), out = type_size(&size->type, i);
        if (offset[i] < 0 || (dim_is_number(t->dims[i]) && dim_is_number(size->type.dims[i]) && (out < 0 || offset[i] > in || out > in - offset[i])))
            return node_error(d, n, NULL, "has no %lld elements from %lld on along axis %d", (long long)out, (long long)offset[i], i);
    }
    set_output(n, 0, t->elem, t->rank, size->type.dims);
    return true;
}

int slice_axes(const node *n, slice_axis *out, diagnostics *d) {
    const value_type *t = &n->inputs[0]->type;
    int n_starts, n_ends, n_axes = 0, n_steps = 0;
    const int64_t *starts = constant_ints(n, 1, &n_starts), *ends = constant_ints(n, 2, &n_ends);
    bool has_axes = n->n_core_inputs > 3 && n->inputs[3], has_steps = n->n_core_inputs > 4 && n->inputs[4];
    const int64_t *axes = has_axes ? constant_ints(n, 3, &n_axes) : NULL, *steps = has_steps ? constant_ints(n, 4, &n_steps) : NULL;
    if (!starts || !ends || (has_axes && !axes) || (has_steps && !steps)) return 0;
    if (n_ends != n_starts || (has_axes && n_axes != n_starts) || (has_steps && n_steps != n_starts) || n_starts > t->rank)
        return node_error(d, n, NULL, "starts, ends, axes and steps differ in length") - 1;
    for (int i = 0; i < t->rank; i++) out[i] = (slice_axis){.start = 0, .step = 1, .count = type_size(t, i)};
    for (int i = 0; i < n_starts; i++) {
        int axis;
        if (!resolve_axis(n, has_axes ? axes[i] : i, t->rank, &axis, d)) return -1;
        int64_t size = type_size(t, axis), step = has_steps ? steps[i] : 1, from = starts[i], to = ends[i];
        if (!step || step == INT64_MIN) return node_error(d, n, NULL, "step %lld is not possible", (long long)step) - 1;
        if (size < 0) size = 0;
        int64_t low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
        from += from < 0 ? size : 0;
        to += to < 0 ? size : 0;
        from = from < 0 ? 0 : from > high ? high : from;
        to = to < low ? low : to > size ? size : to;
        if (step < 0 && from < 0) from = 0;
        int64_t span = step > 0 ? to - from : from - to, stride = step > 0 ? step : -step;
        out[axis] = (slice_axis){.touched = true, .start = from, .step = step, .count = span > 0 && size ? (span - 1) / stride + 1 : 0};
    }
    return 1;
}

bool shape_expand(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int rank;
    const int64_t *want = constant_ints(n, 1, &rank);
    if (!want) return set_output(n, 0, t->elem, -1, NULL), true;
    if (overflowing_rank(n, rank, d)) return false;
    int64_t sizes[IR_MAX_RANK];
    for (int i = 0; i < rank; i++)
        if ((sizes[i] = want[i]) < 0) return node_error(d, n, NULL, "size %lld is negative", (long long)want[i]);
    value_type wanted = type_tensor(mem(n), t->elem, rank, sizes);
    const value_type *both[2] = {t, &wanted};
    dim dims[IR_MAX_RANK];
    if (!broadcast_dims(mem(n), 2, both, &rank, dims)) return node_error(d, n, NULL, "its input does not broadcast to the shape it is expanded to");
    set_output(n, 0, t->elem, rank, dims);
    return true;
}

bool shape_tile(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int count;
    const int64_t *repeats = constant_ints(n, 1, &count);
    if (!repeats) return set_unknown_dims(n, t->elem, t->rank), true;
    if (count != t->rank) return node_error(d, n, NULL, "%d repeats for rank %d", count, t->rank);
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < count; i++) {
        if (repeats[i] < 0) return node_error(d, n, NULL, "repeat %lld is negative", (long long)repeats[i]);
        dims[i] = dim_mul(mem(n), t->dims[i], dim_number(repeats[i]));
    }
    set_output(n, 0, t->elem, t->rank, dims);
    return true;
}

int pad_amounts(const node *n, int64_t *begin, int64_t *end, diagnostics *d) {
    const value_type *t = &n->inputs[0]->type;
    int count, n_axes = t->rank;
    const int64_t *pads = constant_ints(n, 1, &count), *axes = NULL;
    bool has_axes = n->n_core_inputs > 3 && n->inputs[3];
    if (has_axes) axes = constant_ints(n, 3, &n_axes);
    if (!pads || (has_axes && !axes)) return 0;
    if (count != 2 * n_axes) return node_error(d, n, NULL, "%d pads for %d axes", count, n_axes) - 1;
    for (int i = 0; i < t->rank; i++) begin[i] = end[i] = 0;
    for (int i = 0; i < n_axes; i++) {
        int axis;
        if (!resolve_axis(n, has_axes ? axes[i] : i, t->rank, &axis, d)) return -1;
        begin[axis] = pads[i];
        end[axis] = pads[n_axes + i];
    }
    return 1;
}

bool shape_pad(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int64_t begin[IR_MAX_RANK], end[IR_MAX_RANK];
    int known = pad_amounts(n, begin, end, d);
    if (known < 0) return false;
    if (!known) return set_unknown_dims(n, t->elem, t->rank), true;
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < t->rank; i++) {
        dims[i] = dim_add(mem(n), t->dims[i], dim_add(mem(n), dim_number(begin[i]), dim_number(end[i])));
        if (dim_is_number(dims[i]) && dims[i].size < 0) return node_error(d, n, NULL, "negative pads leave axis %d with size %lld", i, (long long)dims[i].size);
    }
    set_output(n, 0, t->elem, t->rank, dims);
    return true;
}

bool shape_concat(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d);
    int axis;
    if (!t || !resolve_axis(n, node_int(n, "axis"), t->rank, &axis, d)) return false;
    dim dims[IR_MAX_RANK];
    memcpy(dims, t->dims, sizeof(dim) * (size_t)t->rank);
    for (int i = 1; i < n->n_core_inputs; i++) {
        const value_type *u = input_type(n, i, t->rank, t->rank, d);
        if (!u) return false;
        if (u->elem != t->elem) return node_error(d, n, NULL, "input %d is %s, the first is %s", i, dtype_of(u->elem)->name, dtype_of(t->elem)->name);
        for (int k = 0; k < t->rank; k++) {
            if (k == axis) dims[k] = dim_add(mem(n), dims[k], u->dims[k]);
            else if (!dim_is_number(dims[k])) dims[k] = u->dims[k];
            else if (dim_is_number(u->dims[k]) && u->dims[k].size != dims[k].size)
                return node_error(d, n, NULL, "input %d has size %lld along axis %d, the first has %lld", i, (long long)u->dims[k].size, k, (long long)dims[k].size);
        }
    }
    set_output(n, 0, t->elem, t->rank, dims);
    return true;
}

bool shape_split(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d);
    int axis, count = 0;
    if (!t || !resolve_axis(n, node_int(n, "axis"), t->rank, &axis, d)) return false;
    bool given = n->n_core_inputs > 1 && n->inputs[1];
    const int64_t *sizes = given ? constant_ints(n, 1, &count) : NULL;
    int64_t size = type_size(t, axis), parts = n->n_outputs, total = 0;
    int64_t wanted = node_int(n, "num_outputs") > parts ? node_int(n, "num_outputs") : parts;
    if (sizes && count < parts) return node_error(d, n, NULL, "%d sizes for %lld outputs", count, (long long)parts);
    dim dims[IR_MAX_RANK];
    memcpy(dims, t->dims, sizeof(dim) * (size_t)t->rank);
    for (int i = 0; i < (sizes ? count : parts); i++) {
        int64_t chunk = size < 0 ? -1 : size / wanted + (size % wanted != 0), left = size - chunk * i;
        int64_t part = sizes ? sizes[i] : given || size < 0 ? -1 : left < chunk ? (left < 0 ? 0 : left) : chunk;
        if (sizes && part < 0) return node_error(d, n, NULL, "size %lld is negative", (long long)part);
        if (sizes && size >= 0 && part > size - total) return node_error(d, n, NULL, "its parts add up to more than axis %d has, %lld", axis, (long long)size);
        if (size >= 0) total += part;
        dims[axis] = part < 0 ? dim_unknown(mem(n)) : dim_number(part);
        if (i < parts) set_output(n, i, t->elem, t->rank, dims);
    }
    if (sizes && size >= 0 && total != size) return node_error(d, n, NULL, "its parts add up to %lld, axis %d has %lld", (long long)total, axis, (long long)size);
    return true;
}

bool shape_bit_cast(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    dtype to = dtype_from_onnx(node_int(n, "to"));
    if (to == DT_NONE || dtype_of(to)->bits != dtype_of(t->elem)->bits || to == DT_STRING || t->elem == DT_STRING)
        return node_error(d, n, NULL, "cannot see %s as element type %lld", dtype_of(t->elem)->name, (long long)node_int(n, "to"));
    set_output(n, 0, to, t->rank, t->dims);
    return true;
}
