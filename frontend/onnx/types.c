#include "frontend/onnx/import.h"
#include "frontend/onnx/tensors.h"

#include <string.h>

enum { MAX_TYPE_DEPTH = 8, MAX_SYMBOLS = 4096 };

static const char *axis_name(importer *imp, const char *input, size_t axis) {
    return arena_printf(imp->arena, "%s_%zu", input, axis);
}

static bool given_size(const importer *imp, const char *name, int64_t *size) {
    for (int i = 0; i < imp->options->n_dims; i++)
        if (!strcmp(imp->options->dim_names[i], name)) {
            *size = imp->options->dim_sizes[i];
            return true;
        }
    return false;
}

/* The name of a dimension that the model leaves open; NULL when it is a number. Old exporters write -1 for "any". */
static const char *open_dim(importer *imp, const Onnx__TensorShapeProto__Dimension *d, const char *input, size_t axis) {
    if (d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM && *d->dim_param) return d->dim_param;
    if (d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && d->dim_value >= 0) return NULL;
    return axis_name(imp, input, axis);
}

/* A choice by sizes may be the same whatever they are within these. */
static void bound(const importer *imp, symbol *s) {
    const frontend_options *o = imp->options;
    for (int i = 0; i < o->n_bounds; i++)
        if (!strcmp(o->bound_names[i], s->name)) s->min = o->least[i], s->max = o->most[i];
}

static bool import_dim(importer *imp, const char *open, int64_t number, const char *place, bool symbols, dim *out) {
    if (!open || given_size(imp, open, &number)) {
        *out = dim_number(number);
        return true;
    }
    if (!symbols) {
        *out = dim_unknown(imp->arena);
        return true;
    }
    if (imp->graph->n_symbols >= MAX_SYMBOLS)
        return diag_error(imp->diags, place, "give them sizes with --dim", "more than %d dimensions have no size", MAX_SYMBOLS);
    symbol *s = graph_symbol(imp->graph, open);
    bound(imp, s);
    *out = dim_symbol(imp->arena, s);
    return true;
}

static bool import_tensor_type(importer *imp, const Onnx__TypeProto__Tensor *t, const char *name, bool symbols, value_type *out) {
    char place[256];
    snprintf(place, sizeof place, "value '%.200s'", name);
    dtype elem = dtype_from_onnx(t->elem_type);
    if (elem == DT_NONE) return diag_error(imp->diags, place, "export the model again", "has element type %d, which cnnc does not know", t->elem_type);
    if (!t->shape) {
        *out = (value_type){.kind = TYPE_TENSOR, .elem = elem, .rank = -1};
        return true;
    }
    size_t rank = t->shape->n_dim;
    if (rank > IR_MAX_RANK) return diag_error(imp->diags, place, "export the model again", "has %zu dimensions, more than %d", rank, IR_MAX_RANK);
    dim dims[IR_MAX_RANK];
    int64_t numbers[IR_MAX_RANK], count;
    for (size_t i = 0; i < rank; i++) {
        const Onnx__TensorShapeProto__Dimension *d = t->shape->dim[i];
        int64_t number = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE ? d->dim_value : 0;
        if (!import_dim(imp, open_dim(imp, d, name, i), number, place, symbols, &dims[i])) return false;
        numbers[i] = dim_is_number(dims[i]) ? dims[i].size : 1;
    }
    if (!check_shape(imp->diags, place, elem, rank, numbers, &count)) return false;
    *out = type_tensor_dims(imp->arena, elem, (int)rank, dims);
    return true;
}

static bool import_nested(importer *imp, const Onnx__TypeProto *t, const char *name, bool symbols, int depth, value_type *out);

static bool import_inner(importer *imp, type_kind kind, const Onnx__TypeProto *t, const char *name, bool symbols, int depth, value_type *out) {
    value_type *inner = ARENA_NEW(imp->arena, value_type);
    *out = (value_type){.kind = kind, .inner = inner};
    return !t || import_nested(imp, t, name, symbols, depth + 1, inner);
}

static bool import_nested(importer *imp, const Onnx__TypeProto *t, const char *name, bool symbols, int depth, value_type *out) {
    *out = (value_type){.kind = TYPE_UNKNOWN};
    if (depth > MAX_TYPE_DEPTH) return diag_error(imp->diags, "", "export the model again", "the type of '%.100s' is nested too deep", name);
    switch (t->value_case) {
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE: return import_tensor_type(imp, t->tensor_type, name, symbols, out);
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE:
        return import_inner(imp, TYPE_SEQUENCE, t->sequence_type->elem_type, name, false, depth, out);
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE:
        return import_inner(imp, TYPE_OPTIONAL, t->optional_type->elem_type, name, symbols, depth, out);
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
        if (!import_inner(imp, TYPE_MAP, t->map_type->value_type, name, false, depth, out)) return false;
        out->elem = dtype_from_onnx(t->map_type->key_type);
        return true;
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
        return diag_error(imp->diags, "", "make it dense before the model", "value '%.100s' is a sparse tensor", name);
    default: return true;
    }
}

bool import_bare_type(importer *imp, const Onnx__TypeProto *t, const char *name, value_type *out) {
    return import_nested(imp, t, name, false, 0, out);
}

bool import_type(importer *imp, const Onnx__ValueInfoProto *v, bool symbols, value_type *out) {
    *out = (value_type){.kind = TYPE_UNKNOWN};
    return !v->type || import_nested(imp, v->type, v->name, symbols, 0, out);
}

/* ---- --dim ---- */

static bool has_dim(importer *imp, const Onnx__GraphProto *g, const char *name) {
    for (size_t i = 0; i < g->n_input; i++) {
        const Onnx__TypeProto *t = g->input[i]->type;
        if (!t || t->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !t->tensor_type->shape) continue;
        for (size_t k = 0; k < t->tensor_type->shape->n_dim; k++) {
            const char *open = open_dim(imp, t->tensor_type->shape->dim[k], g->input[i]->name, k);
            if (open && !strcmp(open, name)) return true;
        }
    }
    return false;
}

bool check_dim_options(importer *imp, const Onnx__GraphProto *g) {
    for (int i = 0; i < imp->options->n_dims; i++) {
        const char *name = imp->options->dim_names[i];
        if (imp->options->dim_sizes[i] < 0) return diag_error(imp->diags, "", NULL, "--dim %.60s has a negative size", name);
        if (!has_dim(imp, g, name))
            return diag_error(imp->diags, "", "`cnnc inspect` shows the inputs with their dimensions",
                              "--dim %.60s: no input has a dimension of that name", name);
    }
    return true;
}
