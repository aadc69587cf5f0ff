#include "frontend/frontend.h"

#include <string.h>

#include "frontend/onnx/tensors.h"
#include "frontend/onnx/wire_scan.h"

/* The suite's data files do not say which message they hold: the wanted type does. */

static bool read_sequence(model_file *f, const Onnx__SequenceProto *s, tensor *out);
static bool read_optional(model_file *f, const Onnx__OptionalProto *o, tensor *out);

static bool read_tensor(model_file *f, const Onnx__TensorProto *t, tensor *out) {
    constant c;
    if (!tensor_proto_read(f, t, &c)) return false;
    *out = (tensor){.type = c.type, .data = arena_copy(f->arena, c.data, dtype_bytes(c.type.elem, type_count(&c.type)))};
    return true;
}

static void set_inner(model_file *f, tensor *out, type_kind kind) {
    value_type *inner = ARENA_NEW(f->arena, value_type);
    if (out->n_items) *inner = out->items[0].type;
    out->type = (value_type){.kind = kind, .inner = inner};
}

/* Values of one element each as an array. */
static bool join_values(model_file *f, const tensor *list, tensor *out) {
    const int64_t n = list->n_items;
    const dtype elem = n ? list->items[0].type.elem : DT_F32;
    *out = tensor_new(f->arena, type_tensor(f->arena, elem, 1, &n));
    for (int i = 0; i < n; i++) {
        const tensor *t = &list->items[i];
        if (t->type.kind != TYPE_TENSOR || t->type.elem != elem || type_count(&t->type) != 1 || dtype_of(elem)->bits < 8)
            return diag_error(f->diags, "", NULL, "holds a map whose values are not single ones of one type");
        memcpy((char *)out->data + (size_t)i * dtype_bytes(elem, 1), t->data, dtype_bytes(elem, 1));
    }
    return true;
}

/* Two items: the keys and their values. */
static bool read_map(model_file *f, const Onnx__MapProto *m, tensor *out) {
    const bool text = m->n_string_keys > 0;
    const int64_t n = (int64_t)(text ? m->n_string_keys : m->n_keys);
    tensor list = {.n_items = 0};
    *out = (tensor){.items = ARENA_ARRAY(f->arena, tensor, 2), .n_items = 2};
    if (m->values && !read_sequence(f, m->values, &list)) return false;
    if (list.n_items != n) return diag_error(f->diags, "", NULL, "holds a map of %lld keys and %d values", (long long)n, list.n_items);
    tensor *keys = &out->items[0];
    *keys = tensor_new(f->arena, type_tensor(f->arena, text ? DT_STRING : DT_I64, 1, &n));
    for (int64_t i = 0; i < n; i++) {
        const ProtobufCBinaryData *s = text ? &m->string_keys[i] : NULL;
        if (s) ((ir_string *)keys->data)[i] = (ir_string){arena_strndup(f->arena, (const char *)s->data, s->len), s->len};
        else ((int64_t *)keys->data)[i] = m->keys[i];
    }
    if (!join_values(f, &list, &out->items[1])) return false;
    value_type *inner = ARENA_NEW(f->arena, value_type);
    *inner = type_tensor(f->arena, out->items[1].type.elem, 0, NULL);
    out->type = (value_type){.kind = TYPE_MAP, .elem = keys->type.elem, .inner = inner};
    return true;
}

static bool read_sequence(model_file *f, const Onnx__SequenceProto *s, tensor *out) {
    size_t n = s->n_tensor_values + s->n_sequence_values + s->n_map_values + s->n_optional_values;
    *out = (tensor){.items = ARENA_ARRAY(f->arena, tensor, n)};
    for (size_t i = 0; i < s->n_tensor_values; i++)
        if (!read_tensor(f, s->tensor_values[i], &out->items[out->n_items++])) return false;
    for (size_t i = 0; i < s->n_sequence_values; i++)
        if (!read_sequence(f, s->sequence_values[i], &out->items[out->n_items++])) return false;
    for (size_t i = 0; i < s->n_map_values; i++)
        if (!read_map(f, s->map_values[i], &out->items[out->n_items++])) return false;
    for (size_t i = 0; i < s->n_optional_values; i++)
        if (!read_optional(f, s->optional_values[i], &out->items[out->n_items++])) return false;
    set_inner(f, out, TYPE_SEQUENCE);
    return true;
}

static bool read_optional(model_file *f, const Onnx__OptionalProto *o, tensor *out) {
    *out = (tensor){.items = ARENA_ARRAY(f->arena, tensor, 1)};
    tensor *item = out->items;
    bool present = o->tensor_value || o->sequence_value || o->optional_value;
    if (o->tensor_value && !read_tensor(f, o->tensor_value, item)) return false;
    if (o->sequence_value && !read_sequence(f, o->sequence_value, item)) return false;
    if (o->optional_value && !read_optional(f, o->optional_value, item)) return false;
    out->n_items = present;
    set_inner(f, out, TYPE_OPTIONAL);
    return true;
}

static bool read_as(model_file *f, type_kind kind, tensor *out) {
    const ProtobufCMessageDescriptor *root = kind == TYPE_SEQUENCE   ? &onnx__sequence_proto__descriptor
                                             : kind == TYPE_OPTIONAL ? &onnx__optional_proto__descriptor
                                             : kind == TYPE_MAP      ? &onnx__map_proto__descriptor
                                                                     : &onnx__tensor_proto__descriptor;
    const ProtobufCMessage *m = wire_unpack(root, f->bytes, f->size, wire_default_limit(f->size), f->arena, f->diags);
    if (!m) return false;
    if (kind == TYPE_SEQUENCE) return read_sequence(f, (const Onnx__SequenceProto *)m, out);
    if (kind == TYPE_OPTIONAL) return read_optional(f, (const Onnx__OptionalProto *)m, out);
    if (kind == TYPE_MAP) return read_map(f, (const Onnx__MapProto *)m, out);
    return read_tensor(f, (const Onnx__TensorProto *)m, out);
}

/* An optional, of which there are two forms: itself, or (as the suite writes those that are there) what is in it. */
static bool read_either(model_file *f, const value_type *want, tensor *out) {
    diagnostics quiet = {.stream = NULL}, *loud = f->diags;
    tensor *item = ARENA_NEW(f->arena, tensor);
    type_kind inner = want->inner->kind;
    f->diags = &quiet;
    bool whole = read_as(f, TYPE_OPTIONAL, out), fits = whole && (!out->n_items || out->items[0].type.kind == inner);
    bool bare = !(fits && out->n_items) && read_as(f, inner, item);
    f->diags = loud;
    if (bare) {
        *out = (tensor){.items = item, .n_items = 1};
        set_inner(f, out, TYPE_OPTIONAL);
    }
    return bare || fits || diag_error(f->diags, "", NULL, "holds no optional value of its type");
}

bool frontend_read_tensor(const char *path, const value_type *want, tensor *out, arena *a, diagnostics *d) {
    model_file f;
    if (!model_file_open(&f, path, a, d)) return false;
    bool ok = want && want->kind == TYPE_OPTIONAL ? read_either(&f, want, out) : read_as(&f, want ? want->kind : TYPE_TENSOR, out);
    model_file_close(&f);
    return ok;
}
