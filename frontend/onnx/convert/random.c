#include "frontend/onnx/convert/recipe.h"

#include <math.h>
#include <string.h>

/* Operators that draw numbers. All draw from one generator (runtime/library/random_fill.h), which starts anew with each
 * node and each run: a seed gives the numbers that numpy.random.RandomState(seed) gives. Nodes without a seed have one each. */

static void bind_draws(draft *d, recipe *r, const value_type *like) {
    double seed = draft_float(d, "seed", (double)d->context->imp->graph->next_node);
    int64_t dims[IR_MAX_RANK];
    for (int k = 0; k < like->rank; k++) dims[k] = like->dims[k].size;
    recipe_ints(r, "shape", like->rank, dims);
    recipe_int(r, "seed", isfinite(seed) && fabs(seed) < 1e15 ? (int64_t)seed & UINT32_MAX : 0);
}

/* RandomUniform, RandomNormal and their Like forms. */
bool expand_random(draft *d, const conversion *row) {
    bool normal = row->number != 0, like_input = d->n_inputs == 1;
    value_type like = {.kind = TYPE_TENSOR, .elem = DT_F32};
    const attr *shape = draft_attr(d, "shape");
    if (like_input) {
        const value_type *x = draft_static(d, 0);
        if (!x) return false;
        like = *x;
    } else {
        if (!shape || shape->kind != ATTR_INTS || shape->n > IR_MAX_RANK) return draft_error(d, NULL, "lacks its shape");
        like = type_tensor(d->context->imp->arena, DT_F32, shape->n, shape->ints);
    }
    int64_t to = draft_int(d, "dtype", dtype_of(like.elem)->onnx);
    if (dtype_of(dtype_from_onnx(to))->kind != CLASS_FLOAT) return draft_error(d, NULL, "draws numbers of a type that is no float");
    double low = draft_float(d, "low", 0), high = draft_float(d, "high", 1);
    recipe r = recipe_new(d);
    bind_draws(d, &r, &like);
    recipe_int(&r, "dtype", to);
    recipe_int(&r, "normal", normal);
    recipe_float(&r, "scale", normal ? draft_float(d, "scale", 1) : high - low);
    recipe_float(&r, "shift", normal ? draft_float(d, "mean", 0) : low);
    recipe_run(&r, "x = Cast(random(; shape=$shape, seed=$seed, normal=$normal); to=$dtype)\n"
                   "y = Add(Mul(x, CastLike($scale, x)), CastLike($shift, x))");
    return recipe_return(&r, "y");
}

/* 1 with the probability that x holds. */
bool expand_bernoulli(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_static(d, 0);
    if (!x) return false;
    recipe r = recipe_new(d);
    bind_draws(d, &r, x);
    recipe_inputs(&r, "x");
    recipe_int(&r, "dtype", draft_int(d, "dtype", dtype_of(x->elem)->onnx));
    recipe_run(&r, "u = random(; shape=$shape, seed=$seed, normal=0)\np = Cast(x; to=11)\none = Cast(1.0; to=11)\nhalf = Cast(0.5; to=11)\n"
                   "y = Cast(Where(LessOrEqual(p, half), Greater(u, Sub(one, p)), LessOrEqual(u, p)); to=$dtype)");
    return recipe_return(&r, "y");
}

/* Samples of classes whose logarithms of weights x holds: how many of the running sums lie below a draw. */
bool expand_multinomial(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_static(d, 0);
    if (!x) return false;
    if (x->rank != 2) return draft_error(d, NULL, "its input is no matrix");
    const int64_t dims[] = {type_size(x, 0), draft_int(d, "sample_size", 1), 1};
    const value_type draws = type_tensor(d->context->imp->arena, DT_F64, 3, dims);
    if (dims[1] < 0) return draft_error(d, NULL, "has a negative sample_size");
    recipe r = recipe_new(d);
    bind_draws(d, &r, &draws);
    recipe_inputs(&r, "x");
    recipe_int(&r, "dtype", draft_int(d, "dtype", 6));
    recipe_int(&r, "last", type_size(x, 1) - 1);
    recipe_run(&r, "u = random(; shape=$shape, seed=$seed, normal=0)\nsums = Unsqueeze(CumSum(Softmax(Cast(x; to=11)), 1), [1])\n"
                   "y = Cast(Min(ReduceSum(Cast(LessOrEqual(sums, u); to=7), [2]; keepdims=0), $last); to=$dtype)");
    return recipe_return(&r, "y");
}

/* Before version 10 the mask, all ones where nothing is dropped, is of the input's type. */
static bool mask_as_input(draft *d) {
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_run(&r, "y = Identity(x)\nmask = Expand(1.0:x, Shape(x))");
    return recipe_return(&r, "y mask");
}

/* In training; what never drops anything is left to the operator's kernel. */
bool expand_dropout(draft *d, const conversion *row) {
    (void)row;
    const value *ratio = draft_input(d, 1), *training = draft_input(d, 2);
    bool never = !training || (training->constant && !constant_int(training->constant, 0)) ||
                 (ratio && ratio->constant && type_count(&ratio->type) == 1 && constant_float(ratio->constant, 0) == 0);
    if (never) return d->version >= 10 || d->n_outputs < 2 || mask_as_input(d);
    const value_type *x = draft_static(d, 0);
    attr seed;
    if (!x) return false;
    if (draft_take(d, "seed", &seed)) /* an int here, a float in the other operators */
        draft_set_attr(d, (attr){.name = "seed", .kind = ATTR_FLOAT, .f = (double)seed.i});
    recipe r = recipe_new(d);
    bind_draws(d, &r, x);
    recipe_inputs(&r, "x ratio training");
    if (!ratio) recipe_run(&r, "ratio = 0.5:x");
    recipe_run(&r, "u = random(; shape=$shape, seed=$seed, normal=0)\nkeep = Or(Not(training), GreaterOrEqual(u, Cast(ratio; to=11)))\n"
                   "ratio = Cast(ratio; to=1)\nscale = CastLike(Where(training, Div(1.0, Sub(1.0, ratio)), 1.0), x)\n"
                   "y = Where(keep, Mul(x, scale), 0:x)");
    return recipe_return(&r, "y keep");
}
