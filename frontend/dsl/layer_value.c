#include "frontend/dsl/layer.h"

/* Its name is full: scopes and labels add nothing, so that a file imported from ONNX finds its own. */
datum lower_parameter(const layer_call *c) {
    value_type t;
    int64_t dims[IR_MAX_RANK];
    if (!type_of_ast(c->l, given(c, "type")->type, &t, false)) return datum_error();
    if (t.elem != DT_F32) return lower_error(c->l, place_of(c, "type"), "f32[…]", "parameters are f32"), datum_error();
    for (int i = 0; i < t.rank; i++) dims[i] = t.dims[i].size;
    return datum_tensor(new_parameter(c->l, c->at, given_string(c, "name"), t.rank > 1 ? PARAMETER_WEIGHT : PARAMETER_BIAS, t.rank, dims));
}

datum lower_constant(const layer_call *c) {
    return datum_tensor(constant_list(c->l, place_of(c, "numbers"), given(c, "type")->type, *given(c, "numbers")));
}
