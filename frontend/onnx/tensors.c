#include "frontend/onnx/tensors.h"

#include "frontend/onnx/external_data.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DROP_COPIED = 1 << 20 }; /* copies this large give the file's pages back */

static const bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

bool check_shape(diagnostics *d, const char *place, dtype elem, size_t rank, const int64_t *dims, int64_t *count) {
    const char *hint = "check the shapes in the model";
    if (rank > IR_MAX_RANK)
        return diag_error(d, place, hint, "has %zu dimensions, more than %d", rank, IR_MAX_RANK);
    bool empty = false;
    int64_t n = 1;
    for (size_t i = 0; i < rank; i++) {
        if (dims[i] < 0) return diag_error(d, place, hint, "axis %zu has size %lld", i, (long long)dims[i]);
        if (!dims[i]) empty = true;
        else if (dims[i] > TENSOR_MAX_BYTES / n)
            return diag_error(d, place, hint, "axis %zu of size %lld makes it too large: 2^40 elements, or more", i, (long long)dims[i]);
        else n *= dims[i];
    }
    if (!empty && n > TENSOR_MAX_BYTES * 8 / dtype_of(elem)->bits)
        return diag_error(d, place, hint, "is too large: 2^40 bytes, or more");
    *count = empty ? 0 : n;
    return true;
}

/* What tensors unfold to, beyond what the file itself holds, comes out of one purse. */
static void *take_memory(model_file *f, const char *place, size_t size) {
    if (size > f->memory_left) {
        diag_error(f->diags, place, "store it as raw_data or as external data",
                   "needs %zu bytes, more than a model of this size may unfold to", size);
        return NULL;
    }
    f->memory_left -= size;
    return arena_alloc(f->arena, size);
}

/* ---- plain bytes ---- */

/* Complex numbers and packed small ones are made of parts. */
static size_t part_size(dtype t) {
    const dtype_info *info = dtype_of(t);
    int bits = info->kind == CLASS_COMPLEX ? info->bits / 2 : info->bits;
    return bits < 8 ? 1 : (size_t)bits / 8;
}

static void swap_bytes(uint8_t *data, size_t size, size_t part) {
    for (uint8_t *p = data; p < data + size; p += part)
        for (size_t i = 0; i < part / 2; i++) {
            uint8_t b = p[i];
            p[i] = p[part - 1 - i];
            p[part - 1 - i] = b;
        }
}

/* The pages were read once and are wanted no more; they can always be read again. */
static void drop_pages(const uint8_t *data, size_t size) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)data + page - 1) / page * page, to = ((uintptr_t)data + size) / page * page;
    if (to > from) madvise((void *)from, to - from, MADV_DONTNEED);
}

static const void *aligned(model_file *f, const char *place, dtype elem, const uint8_t *data, size_t size, bool mapped) {
    size_t part = part_size(elem);
    bool swap = big_endian && part > 1;
    if ((uintptr_t)data % part == 0 && !swap) return data;
    uint8_t *copy = take_memory(f, place, size);
    if (!copy) return NULL;
    memcpy(copy, data, size);
    if (mapped && size >= DROP_COPIED) drop_pages(data, size);
    if (swap) swap_bytes(copy, size, part);
    return copy;
}

static bool size_error(model_file *f, const char *place, const constant *c, size_t has, size_t needs, const char *of) {
    return diag_error(f->diags, place, "the file is truncated or its shape is wrong", "has %zu %s of %s data where %zu are needed",
                      has, of, dtype_of(c->type.elem)->name, needs);
}

static bool read_bytes(model_file *f, const Onnx__TensorProto *t, const char *place, int64_t count, constant *out) {
    const uint8_t *data;
    size_t size, needed = dtype_bytes(out->type.elem, count);
    bool external = t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    if (out->type.elem == DT_STRING) return diag_error(f->diags, place, "export the model again", "stores strings as raw bytes");
    if (external) {
        if (!external_data_find(f, t, place, needed, &data, &size)) return false;
    } else {
        data = f->bytes + t->raw_offset;
        size = (size_t)t->raw_size;
    }
    if (size != needed) return size_error(f, place, out, size, needed, "bytes");
    out->data = aligned(f, place, out->type.elem, data, size, external || f->mapped);
    return out->data != NULL;
}

/* ---- typed fields ---- */

static bool read_strings(model_file *f, const Onnx__TensorProto *t, const char *place, int64_t count, constant *out) {
    if (t->n_string_data != (size_t)count) return size_error(f, place, out, t->n_string_data, (size_t)count, "elements");
    ir_string *s = take_memory(f, place, sizeof *s * (size_t)count);
    if (!s) return false;
    for (size_t i = 0; i < t->n_string_data; i++)
        s[i] = (ir_string){(const char *)t->string_data[i].data, t->string_data[i].len};
    out->data = s;
    return true;
}

/* Where a type's typed data lies, how many numbers, and their width. */
typedef struct typed_data {
    const void *data;
    size_t n, width;
} typed_data;

static typed_data typed_of(const Onnx__TensorProto *t, dtype elem) {
    switch (elem) {
    case DT_F32:
    case DT_C64: return (typed_data){t->float_data, t->n_float_data, 4};
    case DT_F64:
    case DT_C128: return (typed_data){t->double_data, t->n_double_data, 8};
    case DT_I64: return (typed_data){t->int64_data, t->n_int64_data, 8};
    case DT_U32:
    case DT_U64: return (typed_data){t->uint64_data, t->n_uint64_data, 8};
    default: return (typed_data){t->int32_data, t->n_int32_data, 4};
    }
}

/* Each number holds one part; of types below a byte, one byte of packed elements. */
static bool read_typed(model_file *f, const Onnx__TensorProto *t, const char *place, int64_t count, constant *out) {
    dtype elem = out->type.elem;
    if (elem == DT_STRING) return read_strings(f, t, place, count, out);
    typed_data from = typed_of(t, elem);
    size_t part = part_size(elem), size = dtype_bytes(elem, count);
    if (from.n != size / part) return size_error(f, place, out, from.n, size / part, "numbers");
    if (size) out->data = from.data;
    if (part == from.width || !size) return true;
    uint8_t *data = take_memory(f, place, size);
    if (!data) return false;
    dtype narrow = part == 4 ? DT_U32 : part == 2 ? DT_U16 : DT_U8;
    for (size_t i = 0; i < from.n; i++) {
        int64_t x = from.width == 8 ? ((const int64_t *)from.data)[i] : ((const int32_t *)from.data)[i];
        dtype_store_int(narrow, data, (int64_t)i, x);
    }
    out->data = data;
    return true;
}

/* ---- tensors ---- */

bool tensor_proto_read(model_file *f, const Onnx__TensorProto *t, constant *out) {
    char place[256];
    snprintf(place, sizeof place, "tensor '%.200s'", t->name);
    dtype elem = dtype_from_onnx(t->data_type);
    int64_t count;
    if (elem == DT_NONE) return diag_error(f->diags, place, "export the model again", "has element type %d, which cnnc does not know", t->data_type);
    if (t->segment) return diag_error(f->diags, place, "export the model again", "is split into segments");
    if (!check_shape(f->diags, place, elem, t->n_dims, t->dims, &count)) return false;
    *out = (constant){.type = type_tensor(f->arena, elem, (int)t->n_dims, t->dims), .data = ""};
    out->origin = arena_printf(f->arena, "%s:%s", f->name, t->name);
    bool bytes = t->raw_offset || t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    return bytes ? read_bytes(f, t, place, count, out) : read_typed(f, t, place, count, out);
}

/* The flat position of sparse element k: linear indices [n], or coordinates [n, rank]. -1: outside. */
static int64_t sparse_position(const Onnx__SparseTensorProto *t, const constant *indices, int64_t k, int64_t count) {
    if (indices->type.rank == 1) {
        int64_t at = constant_int(indices, k);
        return at < count ? at : -1;
    }
    int64_t at = 0, rank = (int64_t)t->n_dims;
    for (int64_t axis = 0; axis < rank; axis++) {
        int64_t i = constant_int(indices, k * rank + axis);
        if (i < 0 || i >= t->dims[axis]) return -1;
        at = at * t->dims[axis] + i;
    }
    return at;
}

bool sparse_tensor_proto_read(model_file *f, const Onnx__SparseTensorProto *t, constant *out) {
    constant values, indices;
    if (!t->values || !t->indices) return diag_error(f->diags, "", "export the model again", "a sparse tensor lacks its values or indices");
    if (!tensor_proto_read(f, t->values, &values) || !tensor_proto_read(f, t->indices, &indices)) return false;
    char place[256];
    snprintf(place, sizeof place, "sparse tensor '%.200s'", t->values->name);
    dtype elem = values.type.elem;
    int64_t count, n = type_count(&values.type);
    if (!check_shape(f->diags, place, elem, t->n_dims, t->dims, &count)) return false;
    bool flat = indices.type.rank == 1 && type_size(&indices.type, 0) == n;
    bool coordinates = indices.type.rank == 2 && type_size(&indices.type, 0) == n && type_size(&indices.type, 1) == (int64_t)t->n_dims;
    bool bytes = elem != DT_STRING && dtype_of(elem)->bits >= 8;
    if (values.type.rank != 1 || indices.type.elem != DT_I64 || !(flat || coordinates) || !bytes)
        return diag_error(f->diags, place, "export the model again", "has values and indices that do not fit each other");
    size_t size = dtype_bytes(elem, count), item = dtype_bytes(elem, 1);
    uint8_t *dense = take_memory(f, place, size);
    if (!dense) return false;
    for (int64_t k = 0; k < n; k++) {
        int64_t at = sparse_position(t, &indices, k, count);
        if (at < 0) return diag_error(f->diags, place, "export the model again", "index %lld lies outside", (long long)k);
        memcpy(dense + (size_t)at * item, (const uint8_t *)values.data + (size_t)k * item, item);
    }
    *out = (constant){.type = type_tensor(f->arena, elem, (int)t->n_dims, t->dims), .data = dense, .origin = values.origin};
    return true;
}
