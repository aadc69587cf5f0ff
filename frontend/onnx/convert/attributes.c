#include "frontend/onnx/convert/convert.h"

#include <string.h>

bool drop_attr(draft *d, const conversion *row) {
    attr ignored;
    draft_take(d, row->attr, &ignored);
    return true;
}

bool rename_attr(draft *d, const conversion *row) {
    attr *a = draft_attr(d, row->attr);
    if (a) a->name = row->text;
    return true;
}

bool default_int(draft *d, const conversion *row) {
    if (!draft_attr(d, row->attr)) draft_set_attr(d, (attr){.name = row->attr, .kind = ATTR_INT, .i = (int64_t)row->number});
    return true;
}

bool default_float(draft *d, const conversion *row) {
    if (!draft_attr(d, row->attr)) draft_set_attr(d, (attr){.name = row->attr, .kind = ATTR_FLOAT, .f = (double)(float)row->number});
    return true;
}

static attr string_attr(const char *name, const char *s) {
    return (attr){.name = name, .kind = ATTR_STRING, .s = {s, strlen(s)}};
}

bool default_string(draft *d, const conversion *row) {
    if (!draft_attr(d, row->attr)) draft_set_attr(d, string_attr(row->attr, row->text));
    return true;
}

/* text: "old=new" */
bool rename_text(draft *d, const conversion *row) {
    const attr *a = draft_attr(d, row->attr);
    size_t n = strcspn(row->text, "=");
    if (a && a->kind == ATTR_STRING && a->s.size == n && !memcmp(a->s.bytes, row->text, n))
        draft_set_attr(d, string_attr(row->attr, row->text + n + 1));
    return true;
}

bool rename_op(draft *d, const conversion *row) {
    d->op_type = row->text;
    return true;
}

/* An operator of another domain is the standard one of that name, as of version `number`. */
bool as_standard(draft *d, const conversion *row) {
    d->domain = "";
    d->op_type = row->text;
    d->version = (int64_t)row->number;
    return true;
}

/* ---- attributes that became inputs ---- */

static bool becomes_input(draft *d, const conversion *row, attr *a) {
    return !draft_input(d, row->input) && draft_take(d, row->attr, a);
}

bool attr_to_ints(draft *d, const conversion *row) {
    attr a;
    if (!becomes_input(d, row, &a)) return true;
    if (a.kind == ATTR_INT) a = (attr){.kind = ATTR_INTS, .n = 1, .ints = arena_copy(d->context->imp->arena, &a.i, sizeof a.i)};
    if (a.kind != ATTR_INTS && a.kind != ATTR_END)
        return draft_error(d, NULL, "attribute '%s' is no list of ints", row->attr);
    draft_set_input(d, row->input, draft_ints(d, row->attr, a.n, a.ints));
    return true;
}

/* number: what it is when not given */
bool attr_to_scalar_int(draft *d, const conversion *row) {
    attr a = {.kind = ATTR_INT, .i = (int64_t)row->number};
    draft_take(d, row->attr, &a);
    value *v = draft_ints(d, row->attr, 1, &a.i);
    value_type scalar = type_tensor(d->context->imp->arena, DT_I64, 0, NULL);
    v = value_constant(d->context->imp->graph, v->name, scalar, v->constant->data, v->constant->origin);
    draft_set_input(d, row->input, v);
    return true;
}

/* A float attribute becomes a scalar of input 0's type. */
bool attr_to_scalar(draft *d, const conversion *row) {
    attr a;
    if (!becomes_input(d, row, &a)) return true;
    if (a.kind != ATTR_FLOAT && a.kind != ATTR_END) return draft_error(d, NULL, "attribute '%s' is no float", row->attr);
    value *v = draft_scalar_like(d, row->attr, a.f, draft_input(d, 0));
    draft_set_input(d, row->input, v);
    return v != NULL;
}

/* ---- single operators ---- */

/* Without sizes the outputs' number decided; now num_outputs says so. */
bool split_evenly(draft *d, const conversion *row) {
    (void)row;
    if (draft_input(d, 1)) return true;
    draft_set_attr(d, (attr){.name = "num_outputs", .kind = ATTR_INT, .i = d->n_outputs});
    return true;
}

bool cast_by_name(draft *d, const conversion *row) {
    (void)row;
    static const struct { const char *name; dtype elem; } types[] = {
        {"FLOAT", DT_F32}, {"UINT8", DT_U8}, {"INT8", DT_I8}, {"UINT16", DT_U16}, {"INT16", DT_I16}, {"INT32", DT_I32},
        {"INT64", DT_I64}, {"STRING", DT_STRING}, {"BOOL", DT_BOOL}, {"FLOAT16", DT_F16}, {"DOUBLE", DT_F64},
        {"UINT32", DT_U32}, {"UINT64", DT_U64}, {"COMPLEX64", DT_C64}, {"COMPLEX128", DT_C128}};
    const attr *to = draft_attr(d, "to");
    if (!to || to->kind != ATTR_STRING) return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].name, to->s.bytes)) {
            draft_set_attr(d, (attr){.name = "to", .kind = ATTR_INT, .i = dtype_of(types[i].elem)->onnx});
            return true;
        }
    return draft_error(d, NULL, "casts to '%.40s', which is no type", to->s.bytes);
}

bool cast_to_known(draft *d, const conversion *row) {
    (void)row;
    const value_type *like = draft_input_type(d, 1);
    if (like->kind != TYPE_TENSOR) return true;
    draft_set_attr(d, (attr){.name = "to", .kind = ATTR_INT, .i = dtype_of(like->elem)->onnx});
    d->op_type = "Cast";
    d->n_inputs = 1;
    return true;
}

/* Floats of other sizes than the kernel takes, f32 and (number) perhaps another, go through f32. */
bool compute_in_f32(draft *d, const conversion *row) {
    arena *mem = d->context->imp->arena;
    const value_type *x = draft_input_type(d, 0);
    if (x->kind != TYPE_TENSOR || x->elem == DT_F32 || (row->number > 0 && x->elem == (dtype)row->number) || dtype_of(x->elem)->kind == CLASS_STRING || d->n_outputs < 1) return true;
    attr wide = {.name = "to", .kind = ATTR_INT, .i = dtype_of(DT_F32)->onnx}, narrow = {.name = "to", .kind = ATTR_INT, .i = dtype_of(x->elem)->onnx};
    draft inner = *d;
    bool *wanted = ARENA_ARRAY(mem, bool, d->n_outputs);
    for (int i = 0; i < d->n_outputs; i++) wanted[i] = true;
    inner.wanted = wanted;
    inner.inputs = arena_copy(mem, d->inputs, sizeof(value *) * (size_t)d->n_inputs);
    for (int i = 0; i < d->n_inputs; i++) {
        if (!d->inputs[i] || d->inputs[i]->type.kind != TYPE_TENSOR) continue;
        dtype t = d->inputs[i]->type.elem;
        if (i && dtype_of(t)->kind != CLASS_FLOAT) continue;
        if (t != DT_F32 && !(inner.inputs[i] = draft_emit(d, "Cast", "wide", 1, &d->inputs[i], 1, &wide))) return false;
    }
    if (!draft_finish(&inner)) return false;
    d->outputs = ARENA_ARRAY(mem, value *, d->n_outputs);
    for (int i = 0; i < d->n_outputs; i++) {
        value *v = inner.outputs[i];
        bool real = v && v->type.kind == TYPE_TENSOR && v->type.elem == DT_F32;
        d->outputs[i] = real ? draft_emit(d, "Cast", "narrow", 1, &v, 1, &narrow) : v;
        if (v && !d->outputs[i]) return false;
    }
    return true;
}
