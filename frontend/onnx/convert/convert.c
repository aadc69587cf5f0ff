#include "frontend/onnx/convert/convert.h"

#include <limits.h>
#include <string.h>

enum { ALWAYS = INT_MAX };

/* A node goes through every row of its operator that is newer than it, from top to bottom. Versions below 7 have rows
 * as far as the ONNX test suite has models. */
static const conversion table[] = {
    {"Constant", ALWAYS, make_constant, 0, 0, 0, 0},

    /* names */
    {"Scatter", 11, rename_op, 0, 0, 0, "ScatterElements"},
    {"Upsample", 10, upsample_to_resize, 0, 0, 0, 0},

    /* attributes that became inputs */
    {"Squeeze", 13, attr_to_ints, "axes", 1, 0, 0},
    {"Unsqueeze", 13, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceSum", 13, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceMean", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceProd", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceMax", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceMin", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceL1", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceL2", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceSumSquare", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceLogSum", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceLogSumExp", 18, attr_to_ints, "axes", 1, 0, 0},
    {"Slice", 10, attr_to_ints, "starts", 1, 0, 0},
    {"Slice", 10, attr_to_ints, "ends", 2, 0, 0},
    {"Slice", 10, attr_to_ints, "axes", 3, 0, 0},
    {"Pad", 2, rename_attr, "paddings", 0, 0, "pads"},
    {"Pad", 11, attr_to_ints, "pads", 1, 0, 0},
    {"Pad", 11, attr_to_scalar, "value", 2, 0, 0},
    {"Clip", 11, attr_to_scalar, "min", 1, 0, 0},
    {"Clip", 11, attr_to_scalar, "max", 2, 0, 0},
    {"TopK", 10, attr_to_ints, "k", 1, 0, 0},
    {"Split", 13, attr_to_ints, "split", 1, 0, 0},
    {"Split", 18, split_evenly, 0, 0, 0, 0},
    {"DFT", 20, attr_to_scalar_int, "axis", 2, 1, 0},
    {"Reshape", 5, attr_to_ints, "shape", 1, 0, 0},
    {"Resize", 11, resize_without_roi, 0, 0, 0, 0},

    /* defaults that changed */
    {"Concat", 4, default_int, "axis", 0, 1, 0},
    {"Selu", 6, default_float, "alpha", 0, 1.6732, 0},
    {"Selu", 6, default_float, "gamma", 0, 1.0507, 0},
    {"RoiAlign", 16, default_string, "coordinate_transformation_mode", 0, 0, "output_half_pixel"},

    /* attributes that went away or changed their words */
    {"Dropout", 12, drop_attr, "ratio", 0, 0, 0}, /* inference: it never dropped anything */
    {"Dropout", 7, drop_attr, "is_test", 0, 0, 0},
    {"Gemm", 7, drop_attr, "broadcast", 0, 0, 0},
    {"BatchNormalization", 14, batch_normalization_modes, 0, 0, 0, 0},
    {"Cast", 6, cast_by_name, 0, 0, 0, 0},
    {"GridSample", 20, rename_text, "mode", 0, 0, "bilinear=linear"},
    {"GridSample", 20, rename_text, "mode", 0, 0, "bicubic=cubic"},

    /* meanings that changed */
    {"Softmax", 13, softmax_of_flattened, 0, 0, 0, 0},
    {"LogSoftmax", 13, softmax_of_flattened, 0, 0, 0, 0},
    {"Hardmax", 13, softmax_of_flattened, 0, 0, 0, 0},
    {"GroupNormalization", 21, group_to_channel_scale, 0, 0, 0, 0},
    {"Scan", 9, refuse_version, 0, 0, 0, "its batch axis went away in opset 9"},
    {"Add", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Sub", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Mul", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Div", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Pow", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"And", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Or", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Xor", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Equal", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Greater", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Less", 7, broadcast_at_axis, 0, 0, 0, 0},
};

enum { N_ROWS = sizeof table / sizeof *table };

bool converter_knows(const char *domain, const char *op_type) {
    static const char *const made[] = {"Constant", "Scatter", "Upsample"}; /* of these ops.def has no row */
    for (size_t i = 0; standard_domain(domain) && i < sizeof made / sizeof *made; i++)
        if (!strcmp(made[i], op_type)) return true;
    return false;
}

bool convert(draft *d) {
    attr ignored;
    if (d->version < 7) draft_take(d, "consumed_inputs", &ignored); /* a hint that nobody heeded */
    for (int i = 0; standard_domain(d->domain) && i < N_ROWS && !d->outputs; i++)
        if (!strcmp(table[i].op_type, d->op_type) && d->version < table[i].before && !table[i].convert(d, &table[i]))
            return false;
    return d->outputs || draft_finish(d);
}
