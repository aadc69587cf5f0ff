#include "frontend/onnx/reader.h"

#include <string.h>

/* Where a type's elements lie when they are not raw: which repeated field, and how many of its entries make an element. */
static const void *typed_field(const Onnx__TensorProto *p, dtype t, size_t *n, size_t *entry_size) {
    switch (t) {
    case DT_F32:
    case DT_C64: *n = p->n_float_data; *entry_size = sizeof(float); return p->float_data;
    case DT_F64:
    case DT_C128: *n = p->n_double_data; *entry_size = sizeof(double); return p->double_data;
    case DT_I64: *n = p->n_int64_data; *entry_size = sizeof(int64_t); return p->int64_data;
    case DT_U64:
    case DT_U32: *n = p->n_uint64_data; *entry_size = sizeof(uint64_t); return p->uint64_data;
    default: *n = p->n_int32_data; *entry_size = sizeof(int32_t); return p->int32_data;
    }
}

/* Small types are kept one (or, below a byte, one byte of them) an int32. */
static void copy_narrow(dtype t, const Onnx__TensorProto *p, uint8_t *to, size_t bytes) {
    size_t width = dtype_of(t)->bits >= 16 ? (size_t)dtype_of(t)->bits / 8 : 1;
    for (size_t i = 0; i * width < bytes; i++) {
        if (t == DT_U32) {
            uint32_t x = (uint32_t)p->uint64_data[i];
            memcpy(to + 4 * i, &x, 4);
        } else if (width == 4) {
            memcpy(to + 4 * i, &p->int32_data[i], 4);
        } else if (width == 2) {
            uint16_t x = (uint16_t)p->int32_data[i];
            memcpy(to + 2 * i, &x, 2);
        } else {
            to[i] = (uint8_t)p->int32_data[i];
        }
    }
}

static bool strings_from_proto(reader *r, const Onnx__TensorProto *p, const char *place, int64_t count, tensor *out) {
    if ((int64_t)p->n_string_data != count)
        return diag_error(r->diags, place, "the file is damaged", "%zu strings where its shape wants %lld", p->n_string_data, (long long)count);
    ir_string *s = ARENA_ARRAY(r->arena, ir_string, count);
    for (int64_t i = 0; i < count; i++)
        s[i] = (ir_string){arena_strndup(r->arena, (const char *)p->string_data[i].data, p->string_data[i].len), p->string_data[i].len};
    out->data = s;
    return true;
}

static bool data_from_proto(reader *r, const Onnx__TensorProto *p, const char *place, dtype t, int64_t count, tensor *out) {
    size_t bytes = dtype_bytes(t, count);
    if (p->has_raw_data) {
        if (p->raw_data.len != bytes)
            return diag_error(r->diags, place, "the file is damaged", "%zu bytes of data where its shape wants %zu", p->raw_data.len, bytes);
        bool aligned = (uintptr_t)p->raw_data.data % 8 == 0;
        out->data = aligned && bytes ? p->raw_data.data : arena_copy(r->arena, p->raw_data.data, bytes);
        return true;
    }
    size_t n, entry;
    const void *field = typed_field(p, t, &n, &entry);
    size_t bits = (size_t)dtype_of(t)->bits;
    size_t wanted = dtype_of(t)->kind == CLASS_COMPLEX ? 2 * (size_t)count : bits < 8 ? bytes : (size_t)count;
    if (n != wanted) return diag_error(r->diags, place, "the file is damaged", "%zu numbers where its shape wants %zu", n, wanted);
    bool as_stored = t != DT_U32 && (t == DT_F32 || t == DT_F64 || t == DT_I64 || t == DT_U64 || dtype_of(t)->kind == CLASS_COMPLEX);
    out->data = arena_alloc(r->arena, bytes);
    if (as_stored && bytes) memcpy(out->data, field, bytes);
    else copy_narrow(t, p, out->data, bytes);
    return true;
}

bool tensor_from_proto(reader *r, const Onnx__TensorProto *p, const char *place, tensor *out) {
    dtype t = dtype_from_onnx(p->data_type);
    if (t == DT_NONE) return diag_error(r->diags, place, NULL, "element type %d is not known", p->data_type);
    if (p->n_dims > IR_MAX_RANK) return diag_error(r->diags, place, NULL, "%zu dimensions; %d is the limit", p->n_dims, IR_MAX_RANK);
    int64_t count = 1;
    for (size_t i = 0; i < p->n_dims; i++)
        if (p->dims[i] < 0 || __builtin_mul_overflow(count, p->dims[i], &count) || count > (int64_t)1 << 40)
            return diag_error(r->diags, place, NULL, "dimension %zu is %lld: no tensor has this size", i, (long long)p->dims[i]);
    *out = (tensor){.type = type_tensor(r->arena, t, (int)p->n_dims, p->dims)};
    if (p->data_location == 1) return external_data(r, p, place, out);
    if (t == DT_STRING) return strings_from_proto(r, p, place, count, out);
    return data_from_proto(r, p, place, t, count, out);
}

static dim dim_from_proto(reader *r, const Onnx__TensorShapeProto__Dimension *d, const char *name, size_t axis) {
    const frontend_options *o = r->options;
    const char *symbol_name = d->dim_param && *d->dim_param ? d->dim_param : arena_printf(r->arena, "%s_%zu", name, axis);
    if (d->has_dim_value) return dim_number(d->dim_value);
    for (int i = 0; o && i < o->n_dims; i++)
        if (!strcmp(o->dim_names[i], symbol_name)) return dim_number(o->dim_sizes[i]);
    return dim_symbol(r->arena, graph_symbol(r->graph, symbol_name));
}

static value_type tensor_type_from_proto(reader *r, int32_t elem, const Onnx__TensorShapeProto *shape, const char *name) {
    value_type t = {.kind = TYPE_TENSOR, .elem = dtype_from_onnx(elem), .rank = -1};
    if (!shape || shape->n_dim > IR_MAX_RANK) return t;
    dim dims[IR_MAX_RANK];
    for (size_t i = 0; i < shape->n_dim; i++) dims[i] = dim_from_proto(r, shape->dim[i], name, i);
    return type_tensor_dims(r->arena, t.elem, (int)shape->n_dim, dims);
}

value_type type_from_proto(reader *r, const Onnx__TypeProto *p, const char *name) {
    value_type t = {.kind = TYPE_UNKNOWN}, inner;
    if (!p) return t;
    if (p->tensor_type) return tensor_type_from_proto(r, p->tensor_type->elem_type, p->tensor_type->shape, name);
    const Onnx__TypeProto *of = p->sequence_type ? p->sequence_type->elem_type : p->optional_type ? p->optional_type->elem_type : NULL;
    if (p->sequence_type) t.kind = TYPE_SEQUENCE;
    else if (p->optional_type) t.kind = TYPE_OPTIONAL;
    else if (p->map_type) t.kind = TYPE_MAP, t.elem = dtype_from_onnx(p->map_type->key_type), of = p->map_type->value_type;
    if (t.kind == TYPE_UNKNOWN) return t;
    inner = type_from_proto(r, of, name);
    t.inner = arena_copy(r->arena, &inner, sizeof inner);
    return t;
}
