/* Elements at places that other tensors name. */
#include "ir/eval/eval.h"
#include "ir/shape/shape.h"

#include <string.h>

/* Index `at` of an axis of that size, negative ones from its end. -1 after an error. */
static int64_t place(const node *n, int64_t at, int64_t size, diagnostics *d) {
    if (at < -size || at >= size) return node_error(d, n, NULL, "index %lld is outside of an axis of size %lld", (long long)at, (long long)size) - 1;
    return at < 0 ? at + size : at;
}

bool eval_gather(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    int axis = (int)node_int(n, "axis");
    if (axis < 0) axis += in[0]->type.rank;
    int64_t outer = 1, inner = 1, size = tensor_size(in[0], axis), picks = tensor_count(in[1]), to = 0;
    for (int i = 0; i < axis; i++) outer *= in[0]->type.dims[i].size;
    for (int i = axis + 1; i < in[0]->type.rank; i++) inner *= in[0]->type.dims[i].size;
    for (int64_t o = 0; o < outer; o++)
        for (int64_t p = 0; p < picks; p++) {
            int64_t at = dtype_load_int(in[1]->type.elem, in[1]->data, p);
            at += at < 0 ? size : 0;
            if (at < 0 || at >= size) return node_error(d, n, NULL, "index %lld is outside axis %d of size %lld", (long long)at, axis, (long long)size);
            for (int64_t i = 0; i < inner; i++) copy_element(&out[0], to++, in[0], (o * size + at) * inner + i);
        }
    return true;
}

/* Where element i of a tensor shaped like the indices lies in the data; -1 after an error. */
static int64_t element_place(const node *n, const value_type *data, const tensor *indices, int64_t i, int axis, diagnostics *d) {
    int64_t strides[IR_MAX_RANK], at = 0;
    row_major_strides(data, strides);
    int64_t index = place(n, dtype_load_int(indices->type.elem, indices->data, i), data->dims[axis].size, d);
    if (index < 0) return -1;
    for (int k = data->rank - 1; k >= 0; k--) {
        int64_t here = i % indices->type.dims[k].size;
        i /= indices->type.dims[k].size;
        at += (k == axis ? index : here) * strides[k];
    }
    return at;
}

static int axis_of(const node *n, int rank) {
    int axis = (int)node_int(n, "axis");
    return axis < 0 ? axis + rank : axis;
}

bool eval_gather_elements(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    for (int64_t i = 0; i < tensor_count(in[1]); i++) {
        int64_t from = element_place(n, &in[0]->type, in[1], i, axis_of(n, in[0]->type.rank), d);
        if (from < 0) return false;
        copy_element(&out[0], i, in[0], from);
    }
    return true;
}

/* Where tuple i of the indices points; -1 after an error. *inner: elements there. */
static int64_t tuple_place(const node *n, const value_type *data, const tensor *indices, int64_t i, int batch, int64_t *inner, diagnostics *d) {
    int64_t k = tensor_size(indices, -1), at = 0, tuples = 1;
    for (int b = batch; b < indices->type.rank - 1; b++) tuples *= indices->type.dims[b].size;
    if (batch) at = i / tuples;
    for (int64_t j = 0; j < k; j++) {
        int64_t size = data->dims[batch + j].size, index = place(n, dtype_load_int(indices->type.elem, indices->data, i * k + j), size, d);
        if (index < 0) return -1;
        at = at * size + index;
    }
    *inner = 1;
    for (int b = batch + (int)k; b < data->rank; b++) *inner *= data->dims[b].size;
    return at * *inner;
}

static int64_t tuple_count(const tensor *indices) {
    int64_t count = 1;
    for (int i = 0; i < indices->type.rank - 1; i++) count *= indices->type.dims[i].size;
    return count;
}

bool eval_gather_nd(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    int64_t inner = 1;
    for (int64_t i = 0; i < tuple_count(in[1]); i++) {
        int64_t from = tuple_place(n, &in[0]->type, in[1], i, (int)node_int(n, "batch_dims"), &inner, d);
        if (from < 0) return false;
        for (int64_t j = 0; j < inner; j++) copy_element(&out[0], i * inner + j, in[0], from + j);
    }
    return true;
}

/* ---- scattering ---- */

static double combine(char how, double old, double x) {
    return how == 'a' ? old + x : how == 'x' ? (x > old ? x : old) : how == 'i' ? (x < old ? x : old) : old * x;
}

/* y[to] = y[to] with x[from], as the node's reduction says. */
static void scatter_element(const node *n, tensor *y, int64_t to, const tensor *x, int64_t from) {
    const char *reduction = node_string(n, "reduction");
    char how = !strcmp(reduction, "max") ? 'x' : !strcmp(reduction, "min") ? 'i' : *reduction;
    dtype t = y->type.elem;
    if (how == 'n') copy_element(y, to, x, from);
    else if (is_float(y)) dtype_store_float(t, y->data, to, combine(how, dtype_load_float(t, y->data, to), dtype_load_float(t, x->data, from)));
    else {
        int64_t old = dtype_load_int(t, y->data, to), more = dtype_load_int(t, x->data, from);
        int64_t larger = old > more ? old : more, smaller = old > more ? more : old;
        int64_t sum = (int64_t)((uint64_t)old + (uint64_t)more), product = (int64_t)((uint64_t)old * (uint64_t)more);
        dtype_store_int(t, y->data, to, how == 'a' ? sum : how == 'x' ? larger : how == 'i' ? smaller : product);
    }
}

static void copy_all(tensor *y, const tensor *x) { memcpy(y->data, x->data, dtype_bytes(x->type.elem, tensor_count(x))); }

bool eval_scatter_elements(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    copy_all(&out[0], in[0]);
    for (int64_t i = 0; i < tensor_count(in[1]); i++) {
        int64_t to = element_place(n, &in[0]->type, in[1], i, axis_of(n, in[0]->type.rank), d);
        if (to < 0) return false;
        scatter_element(n, &out[0], to, in[2], i);
    }
    return true;
}

bool eval_scatter_nd(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    int64_t inner = 1;
    copy_all(&out[0], in[0]);
    for (int64_t i = 0; i < tuple_count(in[1]); i++) {
        int64_t to = tuple_place(n, &in[0]->type, in[1], i, 0, &inner, d);
        if (to < 0) return false;
        for (int64_t j = 0; j < inner; j++) scatter_element(n, &out[0], to + j, in[2], i * inner + j);
    }
    return true;
}

bool eval_tensor_scatter(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)a;
    int axis = axis_of(n, in[0]->type.rank);
    bool circular = *node_string(n, "mode") == 'c';
    int64_t inner = 1, outer = 1, size = tensor_size(in[0], axis), steps = tensor_size(in[1], axis);
    for (int k = 1; k < axis; k++) outer *= in[0]->type.dims[k].size;
    for (int k = axis + 1; k < in[0]->type.rank; k++) inner *= in[0]->type.dims[k].size;
    copy_all(&out[0], in[0]);
    for (int64_t i = 0; i < tensor_size(in[0], 0) * outer * steps; i++) {
        int64_t start = in[2] ? dtype_load_int(in[2]->type.elem, in[2]->data, i / (outer * steps)) : 0, at = start + i % steps;
        if (circular) at %= size;
        if (at < 0 || at >= size) return node_error(d, n, NULL, "writes at %lld of an axis of size %lld", (long long)at, (long long)size);
        for (int64_t j = 0; j < inner; j++) copy_element(&out[0], (i / steps * size + at) * inner + j, in[1], i * inner + j);
    }
    return true;
}

/* ---- places as data ---- */

bool eval_range(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)a, (void)d;
    dtype t = out->type.elem;
    for (int64_t i = 0; i < tensor_count(out); i++) {
        if (is_float(out)) dtype_store_float(t, out->data, i, dtype_load_float(t, in[0]->data, 0) + (double)i * dtype_load_float(t, in[2]->data, 0));
        else dtype_store_int(t, out->data, i, dtype_load_int(t, in[0]->data, 0) + i * dtype_load_int(t, in[2]->data, 0));
    }
    return true;
}

bool eval_non_zero(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    int64_t count = 0, found = 0, strides[IR_MAX_RANK], room = node_int(n, "room");
    if (room == ROOM_ALL) room = tensor_count(in[0]);
    for (int64_t i = 0; i < tensor_count(in[0]); i++) count += dtype_load_float(in[0]->type.elem, in[0]->data, i) != 0;
    if (room >= 0 && (count > room || (node_int(n, "exact") && count != room)))
        return node_error(d, n, NULL, "finds %lld elements where the model has %lld", (long long)count, (long long)room);
    if (room < 0) room = count;
    const int64_t dims[] = {in[0]->type.rank, room};
    out[0] = tensor_new(a, type_tensor(a, DT_I64, 2, dims));
    row_major_strides(&in[0]->type, strides);
    for (int64_t i = 0; i < tensor_count(in[0]); i++) {
        if (dtype_load_float(in[0]->type.elem, in[0]->data, i) == 0) continue;
        for (int k = 0; k < in[0]->type.rank; k++) ((int64_t *)out->data)[k * room + found] = i / strides[k] % in[0]->type.dims[k].size;
        found++;
    }
    if (out[1].data) *(int64_t *)out[1].data = found;
    return true;
}
