#include "frontend/onnx/convert/recipe.h"

#include <math.h>

/* Arithmetic on quantised tensors, by numbers of more bits. */

/* ---- QuantizeLinear, DequantizeLinear ---- */

/* The axis in which input 0 has blocks, from 0 on, and in `block` their length if all are as long; else false. */
static bool splits_evenly(const draft *d, int64_t *axis, int64_t *block) {
    const value_type *x = draft_input_type(d, 0);
    *axis = draft_int(d, "axis", 1), *block = draft_int(d, "block_size", 0);
    if (*block <= 0 || x->rank < 1 || x->rank >= IR_MAX_RANK || !type_is_static(x)) return false;
    *axis += *axis < 0 ? x->rank : 0;
    return *axis >= 0 && *axis < x->rank && x->dims[*axis].size % *block == 0;
}

/* "x" gets an axis more, behind that of the blocks, for what is within them: there parameters broadcast. */
static void split_blocks(recipe *r, draft *d) {
    const value_type *x = draft_input_type(d, 0);
    int64_t axis, block, whole[IR_MAX_RANK], split[IR_MAX_RANK];
    if (!splits_evenly(d, &axis, &block)) return;
    for (int i = 0; i < x->rank; i++) whole[i] = split[i + (i > axis)] = x->dims[i].size;
    split[axis] /= block, split[axis + 1] = block;
    recipe_ints(r, "whole", x->rank, whole);
    recipe_ints(r, "split", x->rank + 1, split);
    recipe_run(r, "x = Reshape(x, $split)");
}

static void join_blocks(recipe *r, const draft *d) {
    int64_t axis, block;
    if (splits_evenly(d, &axis, &block)) recipe_run(r, "y = Reshape(y, $whole)");
}

/* A scale or zero point fit to broadcast with "x": a number for all, one for each index of an axis, or for blocks of it. */
static bool spread_parameter(recipe *r, draft *d, const char *name, int input) {
    arena *mem = d->context->imp->arena;
    const value_type *x = draft_input_type(d, 0), *t = draft_input_type(d, input);
    int64_t axis = draft_int(d, "axis", 1), block = draft_int(d, "block_size", 0);
    if (x->kind != TYPE_TENSOR || t->kind != TYPE_TENSOR || x->rank < 0 || t->rank < 0)
        return draft_error(d, NULL, "the rank of its input is not known");
    if (!t->rank || (t->rank == 1 && type_size(t, 0) == 1 && x->rank <= 1)) return true;
    if (x->rank == 1 && t->rank == 1) axis = 0;
    axis += axis < 0 ? x->rank : 0;
    if (axis < 0 || axis >= x->rank) return draft_error(d, NULL, "axis %lld is outside of its input", (long long)axis);
    if (t->rank == 1 && (!block || x->rank == 1) && block == 0) {
        int64_t shape[IR_MAX_RANK];
        for (int i = 0; i < x->rank; i++) shape[i] = i == axis ? -1 : 1;
        recipe_ints(r, "shape", x->rank, shape);
        recipe_run(r, arena_printf(mem, "%s = Reshape(%s, $shape)", name, name));
        return true;
    }
    if (t->rank != x->rank || block < 0 || !type_is_static(t) || !type_is_static(x))
        return draft_error(d, NULL, "its scale does not fit its input");
    if (!block) return true;
    recipe_int(r, "inner", axis + 1);
    if (splits_evenly(d, &axis, &block)) {
        recipe_run(r, arena_printf(mem, "%s = Unsqueeze(%s, [$inner])", name, name));
        return true;
    }
    const int64_t size = x->dims[axis].size;
    if (block > size) block = size > 0 ? size : 1; /* what is beyond the input is cut off again */
    int64_t wide[IR_MAX_RANK + 1], flat[IR_MAX_RANK];
    for (int i = 0; i < x->rank; i++) {
        flat[i] = i == axis ? t->dims[i].size * block : t->dims[i].size;
        wide[i + (i > axis)] = t->dims[i].size;
    }
    wide[axis + 1] = block;
    recipe_ints(r, "wide", x->rank + 1, wide);
    recipe_ints(r, "flat", x->rank, flat);
    recipe_int(r, "axis", axis);
    recipe_int(r, "size", size);
    recipe_run(r, arena_printf(mem, "%s = Slice(Reshape(Expand(Unsqueeze(%s, [$inner]), $wide), $flat), [0], [$size], [$axis])", name, name));
    return true;
}

static bool is_real(dtype t) { return dtype_of(t)->kind == CLASS_FLOAT; }

/* As passes know it: f32 and 8 bits, from or to 32 bits for biases, with parameters that are constants. The zero point that the model leaves
 * out is 0 of type `integer`. */
static bool is_plain(draft *d, dtype integer, bool by_axis) {
    const value *scale = draft_input(d, 1), *zero = draft_input(d, 2);
    int64_t float_type = dtype_of(DT_F32)->onnx, precision = draft_int(d, "precision", 0), to = draft_int(d, "output_dtype", 0);
    if (!scale || !scale->constant || scale->type.elem != DT_F32 || scale->type.rank > 1 || draft_input_type(d, 0)->rank < 0) return false;
    bool real = !to || to == float_type || to == dtype_of(integer)->onnx, many = type_count(&scale->type) != 1;
    if (draft_int(d, "block_size", 0) || (precision && precision != float_type) || !real) return false;
    if (many && !by_axis) return false;
    if (integer == DT_I32) return !zero || (zero->constant && type_count(&zero->type) == 1 && !constant_int(zero->constant, 0));
    if (integer != DT_U8 && integer != DT_I8) return false;
    return !zero || (zero->constant && zero->type.rank <= 1 && (type_count(&zero->type) == 1 || type_count(&zero->type) == type_count(&scale->type)));
}

static bool keep_plain(draft *d, dtype integer) {
    static const char *const settled[] = {"precision", "output_dtype", "saturate", "block_size"};
    attr dropped;
    for (size_t i = 0; i < sizeof settled / sizeof *settled; i++) draft_take(d, settled[i], &dropped);
    if (draft_input_type(d, 0)->rank < 2) draft_set_attr(d, (attr){.name = "axis", .kind = ATTR_INT});
    if (draft_input(d, 2)) return true;
    graph *g = d->context->imp->graph;
    draft_set_input(d, 2, value_constant(g, "zero point", type_tensor(g->arena, integer, 0, NULL), arena_alloc(g->arena, 16), "cnnc: zero point"));
    return true;
}

bool expand_quantize(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0), *s = draft_input_type(d, 1);
    dtype to = draft_input(d, 2) ? draft_input_type(d, 2)->elem : dtype_from_onnx(draft_int(d, "output_dtype", 2));
    if (!draft_input(d, 2) && !draft_int(d, "output_dtype", 0)) to = DT_U8;
    if (x->kind != TYPE_TENSOR || s->kind != TYPE_TENSOR || to == DT_NONE || to == DT_STRING)
        return draft_error(d, NULL, "the types of its inputs are not known");
    if (x->elem == DT_F32 && is_plain(d, to, false)) return keep_plain(d, to);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x scale zero");
    if (!spread_parameter(&r, d, "scale", 1) || (draft_input(d, 2) && !spread_parameter(&r, d, "zero", 2))) return false;
    split_blocks(&r, d);
    int64_t precision = draft_int(d, "precision", 0);
    recipe_int(&r, "precision", precision ? precision : dtype_of(s->elem)->onnx);
    recipe_int(&r, "to", dtype_of(to)->onnx);
    recipe_int(&r, "saturate", draft_int(d, "saturate", 1));
    recipe_run(&r, "y = Cast(Cast(Div(Cast(x; to=$precision), Cast(scale; to=$precision)); to=$precision); to=1)");
    if (is_real(to)) {
        if (draft_input(d, 2)) recipe_run(&r, "y = Add(y, Cast(zero; to=1))");
        recipe_run(&r, "y = Cast(y; to=$to, saturate=$saturate)");
        join_blocks(&r, d);
        return recipe_return(&r, "y");
    }
    int bits = dtype_of(to)->bits;
    bool is_signed = dtype_of(to)->kind == CLASS_INT;
    recipe_float(&r, "low", is_signed ? -ldexp(1, bits - 1) : 0);
    recipe_float(&r, "high", ldexp(1, bits - is_signed) - 1);
    recipe_run(&r, "y = Round(y)");
    if (draft_input(d, 2)) recipe_run(&r, "y = Add(y, Cast(zero; to=1))");
    recipe_run(&r, "y = Cast(Clip(y, $low, $high); to=$to)");
    join_blocks(&r, d);
    return recipe_return(&r, "y");
}

bool expand_dequantize(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0), *s = draft_input_type(d, 1);
    if (x->kind != TYPE_TENSOR || s->kind != TYPE_TENSOR) return draft_error(d, NULL, "the types of its inputs are not known");
    if (is_plain(d, x->elem, true)) return keep_plain(d, x->elem);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x scale zero");
    if (!spread_parameter(&r, d, "scale", 1) || (draft_input(d, 2) && !spread_parameter(&r, d, "zero", 2))) return false;
    split_blocks(&r, d);
    int64_t to = draft_int(d, "output_dtype", 0);
    recipe_int(&r, "to", to ? to : dtype_of(s->elem)->onnx);
    recipe_int(&r, "wide", is_real(x->elem) ? 1 : 6);
    recipe_run(&r, "y = Cast(x; to=$wide)");
    if (draft_input(d, 2)) recipe_run(&r, "y = Sub(y, Cast(zero; to=$wide))");
    recipe_run(&r, "y = Cast(Mul(Cast(y; to=1), Cast(scale; to=1)); to=$to)");
    join_blocks(&r, d);
    return recipe_return(&r, "y");
}

/* ---- what is made of them ---- */

/* 8 bits from the range of the input, which always holds zero. */
bool expand_dynamic_quantize(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_run(&r, "low = Min(ReduceMin(x; keepdims=0), 0.0)\nhigh = Max(ReduceMax(x; keepdims=0), 0.0)\n"
                   "scale = Div(Sub(high, low), 255.0)\n"
                   "scale = Where(Greater(scale, 0.0), scale, 1.0)\n" /* nothing but zeros, as ONNX Runtime has it */
                   "zero = Cast(Round(Clip(Div(Neg(low), scale), 0.0, 255.0)); to=2)\n"
                   "y = QuantizeLinear(x, scale, zero)");
    return recipe_return(&r, "y scale zero");
}

bool expand_qlinear_conv(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x xs xz w ws wz ys yz bias");
    if (draft_input(d, 8)) recipe_run(&r, "bias = Mul(Cast(bias; to=1), Mul(Reshape(xs, [-1]), Reshape(ws, [-1])))");
    recipe_run(&r, "x = DequantizeLinear(x, xs, xz)\nw = DequantizeLinear(w, ws, wz; axis=0)");
    draft conv = *d;
    value *inputs[] = {recipe_get(&r, "x"), recipe_get(&r, "w"), recipe_get(&r, "bias")};
    if (r.failed) return false;
    conv.op_type = "Conv";
    conv.inputs = inputs;
    conv.n_inputs = 3;
    if (!draft_finish(&conv)) return false;
    recipe_value(&r, "y", conv.outputs[0]);
    recipe_run(&r, "y = QuantizeLinear(y, ys, yz)");
    return recipe_return(&r, "y");
}

/* Scales and zero points of one element are scalars; more belong to the rows of a and the columns of b. */
static void scalars(recipe *r, const draft *d, const char *words, int first) {
    for (int i = first; i < first + 2; i++, words += 3) {
        const char name[3] = {words[0], words[1], 0};
        const value_type *t = draft_input_type(d, i);
        if (t->kind == TYPE_TENSOR && type_count(t) == 1 && t->rank > 0)
            recipe_run(r, arena_printf(d->context->imp->arena, "%s = Reshape(%s, [])", name, name));
    }
}

bool expand_qlinear_matmul(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a as az b bs bz ys yz");
    scalars(&r, d, "as az", 1);
    scalars(&r, d, "bs bz", 4);
    scalars(&r, d, "ys yz", 6);
    recipe_run(&r, "as = Cast(as; to=1)\nbs = Cast(bs; to=1)\nys = Cast(ys; to=1)\n"
                   "y = MatMul(DequantizeLinear(a, as, az; axis=-2), DequantizeLinear(b, bs, bz; axis=-1))\n"
                   "y = QuantizeLinear(y, ys, yz)");
    return recipe_return(&r, "y");
}

/* x - zero as i32 */
static void shifted(recipe *r, const draft *d, const char *x, const char *zero, int input, const char *shape) {
    arena *mem = d->context->imp->arena;
    recipe_run(r, arena_printf(mem, "%s = Cast(%s; to=6)", x, x));
    if (!draft_input(d, input)) return;
    const value_type *t = draft_input_type(d, input);
    bool one = t->kind == TYPE_TENSOR && type_count(t) == 1, many = t->kind == TYPE_TENSOR && t->rank > 1; /* as they are */
    const char *fitting = one || !many ? arena_printf(mem, "Reshape(%s, %s)", zero, one ? "[]" : shape) : zero;
    recipe_run(r, arena_printf(mem, "%s = Sub(%s, Cast(%s; to=6))", x, x, fitting));
}

bool expand_conv_integer(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w xz wz");
    shifted(&r, d, "x", "xz", 2, "[-1]");
    shifted(&r, d, "w", "wz", 3, "[-1,1,1,1]");
    value *inputs[] = {recipe_get(&r, "x"), recipe_get(&r, "w")};
    if (r.failed) return false;
    d->op_type = "Conv";
    d->n_inputs = 2;
    d->inputs = arena_copy(d->context->imp->arena, inputs, sizeof inputs);
    return true;
}

bool expand_matmul_integer(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a b az bz");
    shifted(&r, d, "a", "az", 2, "[-1,1]");
    shifted(&r, d, "b", "bz", 3, "[-1]");
    recipe_run(&r, "y = MatMul(a, b)");
    return recipe_return(&r, "y");
}
