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

void shape_axes(const node *n, int rank, int64_t *from, int64_t *to) {
    *from = node_int(n, "start");
    *to = node_int(n, "end");
    *from += *from < 0 ? rank : 0;
    *to += *to < 0 ? rank : 0;
    if (*from < 0) *from = 0;
    if (*from > rank) *from = rank;
    if (*to > rank) *to = rank;
    if (*to < *from) *to = *from;
}

bool shape_shape(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int64_t from, to;
    shape_axes(n, t->rank, &from, &to);
    dim count = dim_number(to - from);
    set_output(n, 0, DT_I64, 1, &count);
    return true;
}

bool shape_sizes(node *n, diagnostics *d) {
    const attr *size = node_attr(n, "size");
    const bool scalar = node_int(n, "scalar");
    if (!size || size->type.kind != TYPE_TENSOR || size->type.rank < 0 || (scalar && size->type.rank != 1)) return node_error(d, n, NULL, "lacks sizes");
    const dim count = dim_number(size->type.rank);
    set_output(n, 0, DT_I64, scalar ? 0 : 1, &count);
    return true;
}

bool shape_size(node *n, diagnostics *d) {
    (void)d;
    set_output(n, 0, DT_I64, 0, NULL);
    return true;
}

/* Sizes that input i gives, below rank IR_MAX_RANK. 1: known, 0: not, -1: after an error. */
static int input_sizes(const node *n, int i, int *rank, const dim **sizes, diagnostics *d) {
    *sizes = value_sizes(mem(n), node_input(n, i), rank);
    if (!*sizes) return 0;
    if (overflowing_rank(n, *rank, d)) return -1;
    for (int k = 0; k < *rank; k++)
        if (dim_is_number((*sizes)[k]) && (*sizes)[k].size < 0) return node_error(d, n, NULL, "size %lld is negative", (long long)(*sizes)[k].size) - 1;
    return 1;
}

/* The output's dimensions are the elements of input i. */
static bool shape_from_input(node *n, int i, dtype t, diagnostics *d) {
    int rank, known;
    const dim *want;
    if ((known = input_sizes(n, i, &rank, &want, d)) < 0) return false;
    if (known) return set_output(n, 0, t, rank, want), true;
    int64_t entries = n->inputs[i]->type.rank == 1 ? type_size(&n->inputs[i]->type, 0) : -1;
    if (entries >= 0 && entries <= IR_MAX_RANK) set_unknown_dims(n, t, (int)entries);
    else set_output(n, 0, t, -1, NULL);
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
    for (int i = 0; i < t->rank; i++) dims[i] = axes[i].count;
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

/* Of numbers, as the standard has it. */
static slice_axis slice_numbers(int64_t size, int64_t from, int64_t to, int64_t step) {
    int64_t low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
    from += from < 0 ? size : 0;
    to += to < 0 ? size : 0;
    from = from < 0 ? 0 : from > high ? high : from;
    to = to < low ? low : to > size ? size : to;
    if (step < 0 && from < 0) from = 0;
    int64_t span = step > 0 ? to - from : from - to, stride = step > 0 ? step : -step;
    return (slice_axis){.touched = true, .start = dim_number(from), .step = step, .count = dim_number(span > 0 && size ? (span - 1) / stride + 1 : 0)};
}

/* Within [low, high]. While symbols have no bounds yet, what is computed from sizes is taken to be so. */
static dim clamp(arena *a, dim x, dim low, dim high) {
    if (dim_is_number(x) && !dim_is_bounded(high) && x.size > 0) return dim_min(a, x, high);
    return dim_is_bounded(x) && dim_is_bounded(high) ? dim_min(a, dim_max(a, x, low), high) : x;
}

/* Counted from the end where it is negative. */
static dim from_begin(arena *a, dim size, dim at) {
    const dim zero = dim_number(0), one = dim_number(1), below = dim_sub(a, zero, at);
    if (dim_is_number(at) && at.size >= INT32_MAX) return size;
    if (!dim_is_bounded(at) || dim_reaches(at, 0)) return at;
    const dim negative = dim_reaches(below, 1) ? one : dim_min(a, dim_max(a, below, zero), one);
    return dim_add(a, dim_mul(a, size, negative), at);
}

/* The same along an axis of open size, or between sizes that are open. */
static slice_axis slice_open(arena *a, dim size, dim from, dim to, int64_t step) {
    const dim zero = dim_number(0), one = dim_number(1), low = step < 0 ? dim_number(-1) : zero, high = step < 0 ? dim_sub(a, size, one) : size;
    to = dim_is_number(to) && to.size <= -INT32_MAX ? low : from_begin(a, size, to);
    from = dim_is_number(from) && from.size <= -INT32_MAX ? zero : from_begin(a, size, from);
    from = clamp(a, from, zero, high), to = clamp(a, to, low, high);
    const int64_t stride = step > 0 ? step : -step;
    const dim span = step > 0 ? dim_sub(a, to, from) : dim_sub(a, from, to);
    dim count = dim_floordiv(a, dim_add(a, span, dim_number(stride - 1)), dim_number(stride));
    if (dim_is_bounded(count)) count = dim_max(a, count, zero);
    return (slice_axis){.touched = true, .start = from, .step = step, .count = count};
}

int slice_axes(const node *n, slice_axis *out, diagnostics *d) {
    const value_type *t = &n->inputs[0]->type;
    int n_starts, n_ends, n_axes = 0, n_steps = 0;
    const dim *starts = value_sizes(mem(n), node_input(n, 1), &n_starts), *ends = value_sizes(mem(n), node_input(n, 2), &n_ends);
    bool has_axes = n->n_core_inputs > 3 && n->inputs[3], has_steps = n->n_core_inputs > 4 && n->inputs[4];
    const int64_t *axes = has_axes ? constant_ints(n, 3, &n_axes) : NULL, *steps = has_steps ? constant_ints(n, 4, &n_steps) : NULL;
    if (!starts || !ends || (has_axes && !axes) || (has_steps && !steps)) return 0;
    if (n_ends != n_starts || (has_axes && n_axes != n_starts) || (has_steps && n_steps != n_starts) || n_starts > t->rank)
        return node_error(d, n, NULL, "starts, ends, axes and steps differ in length") - 1;
    for (int i = 0; i < t->rank; i++) out[i] = (slice_axis){.start = dim_number(0), .step = 1, .count = t->dims[i]};
    for (int i = 0; i < n_starts; i++) {
        int axis;
        if (!resolve_axis(n, has_axes ? axes[i] : i, t->rank, &axis, d)) return -1;
        const int64_t step = has_steps ? steps[i] : 1;
        const dim size = t->dims[axis], from = starts[i], to = ends[i];
        if (!step || step == INT64_MIN) return node_error(d, n, NULL, "step %lld is not possible", (long long)step) - 1;
        if (size.expr && size.expr->op == DIM_UNKNOWN) out[axis].touched = true;
        else if (dim_is_number(size) && dim_is_number(from) && dim_is_number(to)) out[axis] = slice_numbers(size.size, from.size, to.size, step);
        else out[axis] = slice_open(mem(n), size, from, to, step);
    }
    return 1;
}

bool shape_expand(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    int rank, known;
    const dim *want;
    if ((known = input_sizes(n, 1, &rank, &want, d)) < 0) return false;
    if (!known) return set_output(n, 0, t->elem, -1, NULL), true;
    value_type wanted = type_tensor_dims(mem(n), t->elem, rank, want);
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
    const dim *repeats = value_sizes(mem(n), node_input(n, 1), &count);
    if (!repeats) return set_unknown_dims(n, t->elem, t->rank), true;
    if (count != t->rank) return node_error(d, n, NULL, "%d repeats for rank %d", count, t->rank);
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < count; i++) {
        if (dim_is_number(repeats[i]) && repeats[i].size < 0) return node_error(d, n, NULL, "repeat %lld is negative", (long long)repeats[i].size);
        dims[i] = dim_mul(mem(n), t->dims[i], repeats[i]);
    }
    set_output(n, 0, t->elem, t->rank, dims);
    return true;
}

int pad_sizes(const node *n, dim *begin, dim *end, diagnostics *d) {
    const value_type *t = &n->inputs[0]->type;
    int count, n_axes = t->rank;
    const dim *pads = value_sizes(mem(n), node_input(n, 1), &count);
    const int64_t *axes = NULL;
    bool has_axes = n->n_core_inputs > 3 && n->inputs[3];
    if (has_axes) axes = constant_ints(n, 3, &n_axes);
    if (!pads || (has_axes && !axes)) return 0;
    if (count != 2 * n_axes) return node_error(d, n, NULL, "%d pads for %d axes", count, n_axes) - 1;
    for (int i = 0; i < t->rank; i++) begin[i] = end[i] = dim_number(0);
    for (int i = 0; i < n_axes; i++) {
        int axis;
        if (!resolve_axis(n, has_axes ? axes[i] : i, t->rank, &axis, d)) return -1;
        begin[axis] = pads[i];
        end[axis] = pads[n_axes + i];
    }
    return 1;
}

int pad_amounts(const node *n, int64_t *begin, int64_t *end, diagnostics *d) {
    dim before[IR_MAX_RANK], behind[IR_MAX_RANK];
    int known = pad_sizes(n, before, behind, d);
    for (int k = 0; known == 1 && k < n->inputs[0]->type.rank; k++) {
        if (!dim_is_number(before[k]) || !dim_is_number(behind[k])) return 0;
        begin[k] = before[k].size, end[k] = behind[k].size;
    }
    return known;
}

bool shape_pad(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!t) return false;
    dim begin[IR_MAX_RANK], end[IR_MAX_RANK];
    int known = pad_sizes(n, begin, end, d);
    if (known < 0) return false;
    if (!known) return set_unknown_dims(n, t->elem, t->rank), true;
    dim dims[IR_MAX_RANK];
    for (int i = 0; i < t->rank; i++) {
        dims[i] = dim_add(mem(n), t->dims[i], dim_add(mem(n), begin[i], end[i]));
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

/* Part i of an axis that is cut into `parts` of one size, but for the last ones. */
static dim even_part(arena *a, dim size, int64_t parts, int64_t i) {
    const dim chunk = dim_floordiv(a, dim_add(a, size, dim_number(parts - 1)), dim_number(parts)), left = dim_sub(a, size, dim_mul(a, chunk, dim_number(i)));
    if (dim_is_bounded(size)) return dim_max(a, dim_min(a, chunk, left), dim_number(0));
    return i < parts - 1 ? chunk : left;
}

bool shape_split(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d);
    int axis, count = 0;
    if (!t || !resolve_axis(n, node_int(n, "axis"), t->rank, &axis, d)) return false;
    bool given = n->n_core_inputs > 1 && n->inputs[1];
    const dim *sizes = given ? value_sizes(mem(n), n->inputs[1], &count) : NULL;
    const dim size = t->dims[axis];
    int64_t parts = n->n_outputs, wanted = node_int(n, "num_outputs") > parts ? node_int(n, "num_outputs") : parts;
    if (sizes && count < parts) return node_error(d, n, NULL, "%d sizes for %lld outputs", count, (long long)parts);
    dim dims[IR_MAX_RANK], total = dim_number(0);
    memcpy(dims, t->dims, sizeof(dim) * (size_t)t->rank);
    for (int i = 0; i < (sizes ? count : parts); i++) {
        const dim part = sizes                                                  ? sizes[i]
                         : given || (size.expr && size.expr->op == DIM_UNKNOWN) ? dim_unknown(mem(n))
                                                                                : even_part(mem(n), size, wanted, i);
        if (dim_is_number(part) && part.size < 0) return node_error(d, n, NULL, "size %lld is negative", (long long)part.size);
        total = dim_add(mem(n), total, part);
        if (sizes && dim_is_number(size) && dim_is_number(total) && total.size > size.size)
            return node_error(d, n, NULL, "its parts add up to more than axis %d has, %lld", axis, (long long)size.size);
        dims[axis] = part;
        if (i < parts) set_output(n, i, t->elem, t->rank, dims);
    }
    if (sizes && dim_is_number(size) && dim_is_number(total) && total.size != size.size)
        return node_error(d, n, NULL, "its parts add up to %lld, axis %d has %lld", (long long)total.size, axis, (long long)size.size);
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
