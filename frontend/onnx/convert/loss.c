#include "frontend/onnx/convert/recipe.h"

#include <string.h>

/* -input[n, target, d], weighted by class; a target of ignore_index counts for nothing. */
bool expand_nll_loss(draft *d, const conversion *row) {
    (void)row;
    bool ignores = draft_attr(d, "ignore_index") != NULL, weighted = draft_input(d, 2) != NULL;
    const char *reduction = draft_string(d, "reduction", "mean");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x target weight");
    recipe_int(&r, "ignored", draft_int(d, "ignore_index", 0));
    recipe_run(&r, "at = Unsqueeze(target, [1])");
    if (ignores) recipe_run(&r, "skip = Equal(at, $ignored:at)\nat = Where(skip, 0:at, at)");
    recipe_run(&r, "loss = Neg(GatherElements(x, at; axis=1))");
    if (weighted) recipe_run(&r, "share = Gather(weight, at)");
    else if (ignores) recipe_run(&r, "share = 1.0:x");
    if (ignores) recipe_run(&r, "share = Where(skip, 0.0:x, share)");
    if (weighted || ignores) recipe_run(&r, "loss = Mul(loss, share)");
    recipe_run(&r, "loss = Squeeze(loss, [1])");
    if (!strcmp(reduction, "sum")) recipe_run(&r, "loss = ReduceSum(loss; keepdims=0)");
    else if (!strcmp(reduction, "mean") && (weighted || ignores))
        recipe_run(&r, "loss = Div(ReduceSum(loss; keepdims=0), ReduceSum(share; keepdims=0))");
    else if (!strcmp(reduction, "mean")) recipe_run(&r, "loss = ReduceMean(loss; keepdims=0)");
    else if (strcmp(reduction, "none") != 0) return draft_error(d, NULL, "reduction '%.40s' is not known", reduction);
    return recipe_return(&r, "loss");
}

bool expand_softmax_cross_entropy(draft *d, const conversion *row) {
    (void)row;
    draft inner = *d;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x target weight");
    recipe_run(&r, "logs = LogSoftmax(x; axis=1)");
    value *logs = recipe_get(&r, "logs");
    if (!logs) return false;
    inner.op_type = "NegativeLogLikelihoodLoss";
    inner.version = ONNX_OPSET_MAX;
    inner.n_outputs = 1;
    inner.inputs = arena_copy(d->context->imp->arena, d->inputs, sizeof(value *) * (size_t)d->n_inputs);
    inner.inputs[0] = logs;
    if (!convert(&inner)) return false;
    recipe_value(&r, "loss", inner.outputs[0]);
    return recipe_return(&r, "loss logs");
}
