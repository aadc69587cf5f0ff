#include "frontend/dsl/layer.h"

#include <float.h>
#include <string.h>

static value *softmax(const layer_call *c, op_code op, value *x, int64_t axis) {
    node *n = node_new(c->l->region, NULL, op, c->name, 1, &x, 1);
    node_set_int(n, "axis", axis);
    return infer_built(c->l, c->at, n) ? n->outputs[0] : NULL;
}

datum lower_softmax(const layer_call *c) { return datum_tensor(softmax(c, OP_softmax, given_tensor(c, "x"), given_int(c, "axis"))); }

static value *reduce(const layer_call *c, op_code op, value *x, int n_axes, const int64_t *axes, bool keep) {
    node *n = node_new(c->l->region, NULL, op, c->name, 2, (value *[]){x, constant_ints_of(c->l, n_axes, axes)}, 1);
    node_set_int(n, "keepdims", keep);
    return infer_built(c->l, c->at, n) ? n->outputs[0] : NULL;
}

datum lower_reduce(const layer_call *c) {
    int64_t axes[IR_MAX_RANK];
    int n;
    if (!given_ints(c, "axes", IR_MAX_RANK, axes, &n)) return datum_error();
    return datum_tensor(reduce(c, op_from_name(c->layer->name), given_tensor(c, "x"), n, axes, given_bool(c, "keep")));
}

/* - sum p log p. Where p is a softmax its logarithm is taken from before it, which loses nothing to rounding. */
datum lower_entropy(const layer_call *c) {
    value *p = given_tensor(c, "p"), *log_p;
    int64_t axis = given_int(c, "axis");
    if (axis < -p->type.rank || axis >= p->type.rank) return lower_error(c->l, place_of(c, "axis"), NULL, "there is no axis %lld", (long long)axis), datum_error();
    const node *from = p->producer;
    int64_t same = axis < 0 ? axis + p->type.rank : axis, of = from && from->op == OP_softmax ? node_int(from, "axis") : 0;
    if (from && from->op == OP_softmax && (of < 0 ? of + p->type.rank : of) == same) {
        log_p = softmax(c, OP_log_softmax, from->inputs[0], axis);
    } else {
        value *positive = layer_build(c, OP_max, 2, (value *[]){p, constant_like(c->l, FLT_MIN, p)});
        log_p = positive ? layer_build(c, OP_log, 1, &positive) : NULL;
    }
    value *terms = log_p ? layer_build(c, OP_mul, 2, (value *[]){p, log_p}) : NULL;
    value *sum = terms ? reduce(c, OP_reduce_sum, terms, 1, &axis, false) : NULL;
    return datum_tensor(sum ? layer_build(c, OP_neg, 1, &sum) : NULL);
}
