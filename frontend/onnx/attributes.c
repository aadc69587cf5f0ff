#include "frontend/onnx/import.h"
#include "frontend/onnx/tensors.h"

#include <string.h>

typedef Onnx__AttributeProto proto;

#define KIND(name) ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__##name

const Onnx__AttributeProto *resolve_attribute(const context *c, const Onnx__AttributeProto *p, const context **home) {
    *home = c;
    if (!*p->ref_attr_name) return p;
    for (size_t i = 0; c->call && i < c->call->n_bindings; i++)
        if (!strcmp(c->call->bindings[i].name, p->ref_attr_name)) {
            *home = c->call->bindings[i].home;
            return c->call->bindings[i].value;
        }
    return NULL;
}

/* Files of the first IR versions do not say. */
static int guess_type(const proto *p) {
    if (p->t) return KIND(TENSOR);
    if (p->g) return KIND(GRAPH);
    if (p->n_floats) return KIND(FLOATS);
    if (p->n_ints) return KIND(INTS);
    if (p->n_strings) return KIND(STRINGS);
    if (p->s.len) return KIND(STRING);
    if (p->f != 0) return KIND(FLOAT);
    return p->i ? KIND(INT) : KIND(UNDEFINED);
}

static ir_string string_copy(arena *a, ProtobufCBinaryData s) {
    return (ir_string){arena_strndup(a, (const char *)s.data, s.len), s.len};
}

static void list_size(attr *out, attr_kind kind, size_t n) {
    out->kind = kind;
    out->n = (int)n; /* far below INT_MAX: wire_scan bounds it */
}

static void import_list(arena *a, const proto *p, int type, attr *out) {
    if (type == KIND(INTS)) {
        list_size(out, ATTR_INTS, p->n_ints);
        out->ints = p->ints;
    } else if (type == KIND(FLOATS)) {
        list_size(out, ATTR_FLOATS, p->n_floats);
        double *f = ARENA_ARRAY(a, double, p->n_floats);
        for (size_t i = 0; i < p->n_floats; i++) f[i] = (double)p->floats[i];
        out->floats = f;
    } else {
        list_size(out, ATTR_STRINGS, p->n_strings);
        ir_string *s = ARENA_ARRAY(a, ir_string, p->n_strings);
        for (size_t i = 0; i < p->n_strings; i++) s[i] = string_copy(a, p->strings[i]);
        out->strings = s;
    }
}

static bool import_tensor(const context *c, const proto *p, int type, attr *out) {
    constant *t = ARENA_NEW(c->imp->arena, constant);
    out->kind = ATTR_TENSOR;
    out->tensor = t;
    if (type == KIND(TENSOR) && p->t) return tensor_proto_read(c->imp->file, p->t, t);
    if (type == KIND(SPARSE_TENSOR) && p->sparse_tensor) return sparse_tensor_proto_read(c->imp->file, p->sparse_tensor, t);
    return diag_error(c->imp->diags, "", "export the model again", "attribute '%.80s' lacks its tensor", p->name);
}

bool import_attribute(const context *c, const Onnx__NodeProto *n, const Onnx__AttributeProto *p, attr *out) {
    int type = p->type ? p->type : guess_type(p);
    *out = (attr){.name = p->name, .i = p->i, .f = (double)p->f, .s = string_copy(c->imp->arena, p->s)};
    switch (type) {
    case KIND(UNDEFINED): return true;
    case KIND(INT): out->kind = ATTR_INT; return true;
    case KIND(FLOAT): out->kind = ATTR_FLOAT; return true;
    case KIND(STRING): out->kind = ATTR_STRING; return true;
    case KIND(INTS):
    case KIND(FLOATS):
    case KIND(STRINGS): import_list(c->imp->arena, p, type, out); return true;
    case KIND(TENSOR):
    case KIND(SPARSE_TENSOR): return import_tensor(c, p, type, out);
    case KIND(TYPE_PROTO):
        out->kind = ATTR_TYPE;
        return !p->tp || import_bare_type(c->imp, p->tp, p->name, &out->type);
    default:
        return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "attribute '%.80s' is of a kind that cnnc does not read (%d)",
                          p->name, type);
    }
}
