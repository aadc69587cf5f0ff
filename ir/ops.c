#include "ir/ir.h"

#include <string.h>

#define OP(id, onnx, min_in, max_in, min_out, max_out, shape, eval, props, ...) \
    shape_fn shape_##shape;                                                     \
    eval_fn eval_##eval;
#include "ir/ops.def"
#undef OP

#define A_INT(name, value) {ATTR_INT, #name, false, value, 0, NULL}
#define A_FLOAT(name, value) {ATTR_FLOAT, #name, false, 0, value, NULL}
#define A_STRING(name, value) {ATTR_STRING, #name, false, 0, 0, value}
#define A_INTS(name) {ATTR_INTS, #name, false, 0, 0, NULL}
#define A_FLOATS(name) {ATTR_FLOATS, #name, false, 0, 0, NULL}
#define A_STRINGS(name) {ATTR_STRINGS, #name, false, 0, 0, NULL}
#define A_TENSOR(name) {ATTR_TENSOR, #name, false, 0, 0, NULL}
#define A_TYPE(name) {ATTR_TYPE, #name, false, 0, 0, NULL}
#define R_INT(name) {ATTR_INT, #name, true, 0, 0, NULL}
#define R_FLOAT(name) {ATTR_FLOAT, #name, true, 0, 0, NULL}
#define R_STRING(name) {ATTR_STRING, #name, true, 0, 0, NULL}
#define R_INTS(name) {ATTR_INTS, #name, true, 0, 0, NULL}
#define A_END {ATTR_END, NULL, false, 0, 0, NULL}

#define OP(id, onnx, min_in, max_in, min_out, max_out, shape, eval, props, ...) \
    static const attr_spec attrs_##id[] = {__VA_ARGS__, A_END};
#include "ir/ops.def"
#undef OP

static const op_info infos[OP_COUNT] = {
    [OP_NONE] = {"none", NULL, 0, 0, 0, 0, NULL, NULL, PROP_NONE, NULL},
#define OP(id, onnx, min_in, max_in, min_out, max_out, shape, eval, props, ...) \
    [OP_##id] = {#id, onnx, min_in, max_in, min_out, max_out, shape_##shape, eval_##eval, props, attrs_##id},
#include "ir/ops.def"
#undef OP
};

const op_info *op_of(op_code op) { return &infos[op]; }

op_code op_from_name(const char *name) {
    for (int op = OP_NONE + 1; op < OP_COUNT; op++)
        if (!strcmp(infos[op].name, name)) return (op_code)op;
    return OP_NONE;
}

op_code op_from_onnx(const char *domain, const char *op_type) {
    bool standard = !*domain || !strcmp(domain, "ai.onnx");
    size_t prefix = strlen(domain);
    for (int op = OP_NONE + 1; op < OP_COUNT; op++) {
        const char *name = infos[op].onnx;
        if (!name) continue;
        if (standard ? !strcmp(name, op_type)
                     : !strncmp(name, domain, prefix) && name[prefix] == '.' && !strcmp(name + prefix + 1, op_type))
            return (op_code)op;
    }
    return OP_NONE;
}

const char *const attr_kind_names[] = {[ATTR_END] = "none",     [ATTR_INT] = "int",         [ATTR_FLOAT] = "float",
                                       [ATTR_STRING] = "string", [ATTR_INTS] = "ints",       [ATTR_FLOATS] = "floats",
                                       [ATTR_STRINGS] = "strings", [ATTR_TENSOR] = "tensor", [ATTR_TYPE] = "type"};

const attr_spec *op_attr(op_code op, const char *name) {
    for (const attr_spec *s = infos[op].attrs; s && s->kind != ATTR_END; s++)
        if (!strcmp(s->name, name)) return s;
    return NULL;
}
