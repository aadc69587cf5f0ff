#include "frontend/onnx/convert/convert.h"

#include <string.h>

/* value_int, value_floats and so on: the attribute as a tensor. */
static bool tensor_of(const draft *d, const attr *a, constant *c) {
    arena *mem = d->context->imp->arena;
    bool list = a->kind == ATTR_INTS || a->kind == ATTR_FLOATS || a->kind == ATTR_STRINGS;
    int64_t n = list ? a->n : 1;
    bool ints = a->kind == ATTR_INT || a->kind == ATTR_INTS, strings = a->kind == ATTR_STRING || a->kind == ATTR_STRINGS;
    dtype elem = ints ? DT_I64 : strings ? DT_STRING : DT_F32;
    void *data = arena_alloc(mem, dtype_bytes(elem, n > 0 ? n : 1));
    for (int64_t i = 0; i < n; i++) {
        if (ints) ((int64_t *)data)[i] = list ? a->ints[i] : a->i;
        else if (strings) ((ir_string *)data)[i] = list ? a->strings[i] : a->s;
        else ((float *)data)[i] = (float)(list ? a->floats[i] : a->f);
    }
    *c = (constant){.type = type_tensor(mem, elem, list, &n), .data = data};
    return true;
}

static attr_kind kind_of(const char *name) {
    static const struct { const char *name; attr_kind kind; } forms[] = {
        {"value", ATTR_TENSOR},       {"sparse_value", ATTR_TENSOR},  {"value_int", ATTR_INT},
        {"value_ints", ATTR_INTS},    {"value_float", ATTR_FLOAT},    {"value_floats", ATTR_FLOATS},
        {"value_string", ATTR_STRING}, {"value_strings", ATTR_STRINGS}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!strcmp(forms[i].name, name)) return forms[i].kind;
    return ATTR_END;
}

bool make_constant(draft *d, const conversion *row) {
    (void)row;
    arena *mem = d->context->imp->arena;
    if (d->n_attrs != 1 || d->n_outputs != 1) return draft_error(d, NULL, "needs one value and one output");
    attr *a = &d->attrs[0];
    attr_kind kind = kind_of(a->name);
    if (a->kind == ATTR_END) a->kind = kind;
    if (kind == ATTR_END || a->kind != kind) return draft_error(d, NULL, "attribute '%.80s' gives no value", a->name);
    constant c;
    if (kind == ATTR_TENSOR && a->tensor) c = *a->tensor;
    else if (kind == ATTR_TENSOR || !tensor_of(d, a, &c)) return draft_error(d, NULL, "lacks its value");
    const char *origin = arena_printf(mem, "%s:%s", d->context->imp->file->name, d->name);
    d->outputs = ARENA_ARRAY(mem, value *, 1);
    d->outputs[0] = value_constant(d->context->imp->graph, d->name, c.type, c.data, origin);
    return true;
}
