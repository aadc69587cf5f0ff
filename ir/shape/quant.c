#include "ir/shape/shape.h"

static bool is_byte(dtype t) { return t == DT_U8 || t == DT_I8; }

/* One number, or one for each index of the axis. */
static bool check_parameter(const node *n, int i, diagnostics *d) {
    const value_type *x = &n->inputs[0]->type, *t = input_type(n, i, 0, 1, d);
    if (!t) return false;
    if (!t->rank || x->rank < 0) return true;
    int axis;
    if (type_size(t, 0) == 1) return true;
    if (!resolve_axis(n, node_int(n, "axis"), x->rank, &axis, d)) return false;
    return dim_equal(t->dims[0], x->dims[axis]) || node_error(d, n, NULL, "input %d does not fit its axis %d", i, axis);
}

/* From the element type of the input to another one; the scale is of the type that is not an integer. */
static bool convert(node *n, dtype from, dtype to, dtype real, dtype integer, diagnostics *d) {
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!x || !check_parameter(n, 1, d) || !check_parameter(n, 2, d)) return false;
    bool types = x->elem == from && (real == DT_F32 || real == DT_F64) && n->inputs[2]->type.elem == integer;
    if (!types) return node_error(d, n, NULL, "its inputs have the wrong types");
    set_output(n, 0, to, x->rank, x->dims);
    return true;
}

bool shape_quantize_linear(node *n, diagnostics *d) {
    dtype to = n->inputs[2]->type.elem, real = n->inputs[1]->type.elem;
    return is_byte(to) ? convert(n, real, to, real, to, d) : node_error(d, n, NULL, "quantises to 8 bits only");
}

bool shape_dequantize_linear(node *n, diagnostics *d) {
    dtype from = n->inputs[0]->type.elem, real = n->inputs[1]->type.elem;
    return is_byte(from) || from == DT_I32 ? convert(n, from, real, real, from, d) : node_error(d, n, NULL, "is of 8 or 32 bits only");
}

bool shape_saturate(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!x) return false;
    dtype to = dtype_from_onnx(node_int(n, "to"));
    int64_t low = node_int(n, "low"), high = node_int(n, "high"), least = to == DT_I8 ? INT8_MIN : 0, most = to == DT_I8 ? INT8_MAX : UINT8_MAX;
    if (x->elem != DT_F32 || !is_byte(to)) return node_error(d, n, NULL, "makes 8-bit integers of f32");
    int64_t zero = node_int(n, "zero");
    if (low < least || high > most || low > high || zero < least || zero > most) return node_error(d, n, NULL, "its bounds do not fit the type");
    set_output(n, 0, to, x->rank, x->dims);
    return true;
}
