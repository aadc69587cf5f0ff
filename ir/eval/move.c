/* Data movement: every result is elements of the input at other places. */
#include "ir/eval/eval.h"
#include "ir/shape/move.h"

#include <string.h>

/* y[i0, i1, …] = x[start + sum of i_k * step_k] */
static void copy_strided(tensor *y, const tensor *x, int64_t start, const int64_t *step) {
    int64_t index[IR_MAX_RANK] = {0}, count = tensor_count(y), from = start;
    for (int64_t i = 0; i < count; i++) {
        copy_element(y, i, x, from);
        for (int k = y->type.rank - 1; k >= 0; k--) {
            from += step[k];
            if (++index[k] < y->type.dims[k].size) break;
            from -= step[k] * index[k];
            index[k] = 0;
        }
    }
}

bool eval_copy(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)a, (void)d;
    memcpy(out[0].data, in[0]->data, dtype_bytes(in[0]->type.elem, tensor_count(in[0])));
    return true;
}

bool eval_shape(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    const value_type *t = in[0] ? &in[0]->type : &n->inputs[0]->type;
    int64_t from, to;
    shape_axes(n, t->rank, &from, &to);
    for (int64_t k = from; k < to; k++) ((int64_t *)out[0].data)[k - from] = t->dims[k].size;
    return true;
}

bool eval_sizes(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)in, (void)a;
    const value_type *t = &node_attr(n, "size")->type;
    if (!type_is_static(t)) return node_error(d, n, "--dim NAME=SIZE", "is made of sizes that are open");
    for (int k = 0; k < t->rank; k++) ((int64_t *)out[0].data)[k] = t->dims[k].size;
    return true;
}

bool eval_size(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    *(int64_t *)out[0].data = type_count(in[0] ? &in[0]->type : &n->inputs[0]->type);
    return true;
}

bool eval_constant_of_shape(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)in, (void)a, (void)d;
    const attr *v = node_attr(n, "value");
    if (!v || !v->tensor) return true; /* zeros */
    tensor x = {.type = v->tensor->type, .data = (void *)v->tensor->data};
    for (int64_t i = 0; i < tensor_count(&out[0]); i++) copy_element(&out[0], i, &x, 0);
    return true;
}

bool eval_transpose(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    int count, rank = in[0]->type.rank;
    const int64_t *perm = node_ints(n, "perm", &count);
    int64_t strides[IR_MAX_RANK], step[IR_MAX_RANK];
    row_major_strides(&in[0]->type, strides);
    for (int i = 0; i < rank; i++) step[i] = strides[count ? perm[i] : rank - 1 - i];
    copy_strided(&out[0], in[0], 0, step);
    return true;
}

/* A copy of n whose inputs are the given tensors as constants: what shape helpers read. */
static node with_inputs(const node *n, const tensor *const *in, arena *a) {
    node known = *n;
    known.inputs = ARENA_ARRAY(a, value *, n->n_core_inputs);
    for (int i = 0; i < n->n_core_inputs; i++) {
        if (!in[i]) continue;
        value *v = ARENA_NEW(a, value);
        constant *c = ARENA_NEW(a, constant);
        c->type = in[i]->type;
        c->data = in[i]->data;
        *v = (value){.name = "", .type = in[i]->type, .constant = c};
        known.inputs[i] = v;
    }
    return known;
}

bool eval_slice(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    slice_axis axes[IR_MAX_RANK];
    node known = with_inputs(n, in, a);
    if (slice_axes(&known, axes, d) < 0) return false;
    int64_t strides[IR_MAX_RANK], step[IR_MAX_RANK], start = 0;
    row_major_strides(&in[0]->type, strides);
    for (int i = 0; i < in[0]->type.rank; i++) {
        start += axes[i].start.size * strides[i];
        step[i] = axes[i].step * strides[i];
    }
    copy_strided(&out[0], in[0], start, step);
    return true;
}

bool eval_crop(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    int count;
    const int64_t *offset = node_ints(n, "offset", &count);
    int64_t strides[IR_MAX_RANK], start = 0;
    row_major_strides(&in[0]->type, strides);
    for (int i = 0; i < count; i++) start += offset[i] * strides[i];
    copy_strided(&out[0], in[0], start, strides);
    return true;
}

bool eval_expand(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)a, (void)d;
    int64_t step[IR_MAX_RANK];
    broadcast_strides(&in[0]->type, out[0].type.rank, step);
    copy_strided(&out[0], in[0], 0, step);
    return true;
}

/* y[i] = x[place(i)] by index along each axis; -1: the fill element. */
typedef int64_t place_fn(const void *context, int axis, int64_t i);

static void copy_by_axis(tensor *y, const tensor *x, const tensor *fill, place_fn *place, const void *context) {
    int64_t strides[IR_MAX_RANK], index[IR_MAX_RANK] = {0}, count = tensor_count(y);
    row_major_strides(&x->type, strides);
    for (int64_t i = 0; i < count; i++) {
        int64_t from = 0;
        for (int k = 0; k < y->type.rank && from >= 0; k++) {
            int64_t at = place(context, k, index[k]);
            from = at < 0 ? -1 : from + at * strides[k];
        }
        if (from >= 0) copy_element(y, i, x, from);
        else if (fill) copy_element(y, i, fill, 0);
        for (int k = y->type.rank - 1; k >= 0 && ++index[k] == y->type.dims[k].size; k--) index[k] = 0;
    }
}

static int64_t tile_place(const void *context, int axis, int64_t i) { return i % ((const value_type *)context)->dims[axis].size; }

bool eval_tile(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)a, (void)d;
    copy_by_axis(&out[0], in[0], NULL, tile_place, &in[0]->type);
    return true;
}

typedef struct padding {
    char mode; /* first letter: constant, reflect, edge, wrap */
    int64_t begin[IR_MAX_RANK], size[IR_MAX_RANK];
} padding;

static int64_t pad_place(const void *context, int axis, int64_t i) {
    const padding *p = context;
    int64_t size = p->size[axis], at = i - p->begin[axis];
    if (at >= 0 && at < size) return at;
    if (p->mode == 'c' || !size) return -1;
    if (p->mode == 'e') return at < 0 ? 0 : size - 1;
    if (p->mode == 'w') return (at % size + size) % size;
    if (size == 1) return 0;
    int64_t period = 2 * (size - 1);
    at = (at % period + period) % period;
    return at < size ? at : period - at;
}

bool eval_pad(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    padding p = {.mode = *node_string(n, "mode")};
    int64_t end[IR_MAX_RANK];
    node known = with_inputs(n, in, a);
    if (pad_amounts(&known, p.begin, end, d) < 0) return false;
    for (int i = 0; i < in[0]->type.rank; i++) p.size[i] = in[0]->type.dims[i].size;
    copy_by_axis(&out[0], in[0], n->n_core_inputs > 2 ? in[2] : NULL, pad_place, &p);
    return true;
}

/* Copies x into y, or (back) y's part into x, where x begins at `at` along axis. */
static void copy_part(tensor *whole, const tensor *part, int axis, int64_t at, bool back) {
    int64_t outer = 1, inner = 1, size = tensor_size(part, axis), total = tensor_size(whole, axis);
    for (int i = 0; i < axis; i++) outer *= part->type.dims[i].size;
    for (int i = axis + 1; i < part->type.rank; i++) inner *= part->type.dims[i].size;
    tensor p = *part;
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < size * inner; i++) {
            int64_t there = (o * total + at) * inner + i, here = o * size * inner + i;
            if (back) copy_element(&p, here, whole, there);
            else copy_element(whole, there, part, here);
        }
}

bool eval_concat(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    int axis = (int)node_int(n, "axis");
    if (axis < 0) axis += out[0].type.rank;
    int64_t at = 0;
    for (int i = 0; i < n->n_core_inputs; i++) {
        copy_part(&out[0], in[i], axis, at, false);
        at += tensor_size(in[i], axis);
    }
    return true;
}

bool eval_split(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a, (void)d;
    int axis = (int)node_int(n, "axis");
    if (axis < 0) axis += in[0]->type.rank;
    tensor whole = *in[0];
    int64_t at = 0, parts = n->n_outputs, size = tensor_size(in[0], axis);
    int64_t wanted = node_int(n, "num_outputs") > parts ? node_int(n, "num_outputs") : parts;
    for (int i = 0; i < parts; i++) {
        if (n->outputs[i]) copy_part(&whole, &out[i], axis, at, true);
        at += n->n_core_inputs > 1 && in[1] ? dtype_load_int(in[1]->type.elem, in[1]->data, i) : (size + wanted - 1) / wanted;
    }
    return true;
}
