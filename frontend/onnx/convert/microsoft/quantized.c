#include "frontend/onnx/convert/microsoft/microsoft.h"

#include <string.h>

/* com.microsoft: arithmetic on quantised tensors that the standard has on floats only. A tensor comes with its scale and
 * zero point, both numbers for the whole of it; what is computed lies between DequantizeLinear and QuantizeLinear. */

static arena *mem(const recipe *r) { return r->draft->context->imp->arena; }

/* "y" with the scale "ys" and zero point "yz", in the element type of input `like`. */
static bool quantize_result(recipe *r, int like) {
    recipe_int(r, "type", dtype_of(draft_input_type(r->draft, like)->elem)->onnx);
    recipe_run(r, recipe_get(r, "yz") ? "y = QuantizeLinear(y, ys, yz)" : "y = QuantizeLinear(y, ys; output_dtype=$type)");
    return recipe_return(r, "y");
}

static bool has_type(draft *d, int input) {
    return draft_input_type(d, input)->kind == TYPE_TENSOR || draft_error(d, NULL, "the type of input %d is not known", input);
}

/* The same, rounded after the zero point is added: halves go another way than QuantizeLinear's. */
static bool quantize_sum(recipe *r, int like) {
    dtype t = draft_input_type(r->draft, like)->elem;
    recipe_int(r, "type", dtype_of(t)->onnx);
    recipe_float(r, "low", t == DT_I8 ? -128 : 0);
    recipe_float(r, "high", t == DT_I8 ? 127 : 255);
    recipe_run(r, "y = Div(y, ys)");
    if (recipe_get(r, "yz")) recipe_run(r, "y = Add(y, Cast(yz; to=1))");
    recipe_run(r, "y = Cast(Clip(Round(y), $low, $high); to=$type)");
    return recipe_return(r, "y");
}

/* Inputs a as az [b bs bz] ys yz. text: "y" from "a" (and "b"); number: of the operands. */
bool expand_between_quantized(draft *d, const conversion *row) {
    if (!has_type(d, 0)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, row->number == 2 ? "a as az b bs bz ys yz" : "a as az ys yz");
    recipe_float(&r, "alpha", draft_float(d, "alpha", 0.01));
    recipe_run(&r, "a = DequantizeLinear(a, as, az)");
    if (row->number == 2) recipe_run(&r, "b = DequantizeLinear(b, bs, bz)");
    recipe_run(&r, row->text);
    return row->number == 2 ? quantize_sum(&r, 0) : quantize_result(&r, 0);
}

bool expand_quantized_where(draft *d, const conversion *row) {
    (void)row;
    if (!has_type(d, 1)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "condition a as az b bs bz ys yz");
    recipe_run(&r, "y = Where(condition, DequantizeLinear(a, as, az), DequantizeLinear(b, bs, bz))");
    return quantize_result(&r, 1);
}

bool expand_quantized_concat(draft *d, const conversion *row) {
    (void)row;
    if (d->n_inputs < 5 || d->n_inputs % 3 != 2) return draft_error(d, NULL, "its inputs are no tensors with scales and zero points");
    if (!has_type(d, 2)) return false;
    recipe r = recipe_new(d);
    char *parts = arena_alloc(mem(&r), 16 * (size_t)d->n_inputs), *end = parts;
    recipe_inputs(&r, "ys yz");
    for (int i = 2; i < d->n_inputs; i += 3) {
        recipe_value(&r, "a", draft_input(d, i));
        recipe_value(&r, "as", draft_input(d, i + 1));
        recipe_value(&r, "az", draft_input(d, i + 2));
        recipe_run(&r, arena_printf(mem(&r), "part%d = DequantizeLinear(a, as, az)", i));
        end += snprintf(end, 16, i > 2 ? " part%d" : "part%d", i);
    }
    recipe_call(&r, "y", "Concat", parts);
    return quantize_result(&r, 2);
}

/* `opset` says which Softmax is meant: before 13 that of the flattened rows. */
bool expand_quantized_softmax(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    if (!has_type(d, 0)) return false;
    int64_t axis = draft_int(d, "axis", -1);
    if (x->rank < 1) return draft_error(d, NULL, "the rank of its input is not known");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a as az ys yz");
    recipe_int(&r, "axis", axis + (axis < 0 ? x->rank : 0));
    recipe_run(&r, "a = DequantizeLinear(a, as, az)");
    if (draft_int(d, "opset", 13) < 13) recipe_run(&r, "y = Reshape(Softmax(Flatten(a; axis=$axis)), Shape(a))");
    else recipe_run(&r, "y = Softmax(a; axis=$axis)");
    return quantize_result(&r, 0);
}

/* text: a pool; with channels_last between moves of channels */
bool expand_quantized_pool(draft *d, const conversion *row) {
    attr last = {.i = 0};
    draft_take(d, "channels_last", &last);
    if (!has_type(d, 0)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a as az ys yz");
    recipe_run(&r, "a = DequantizeLinear(a, as, az)");
    if (last.i && draft_input_type(d, 0)->rank < 3) return draft_error(d, NULL, "the rank of its input is not known");
    if (last.i) recipe_move_channels(&r, "a", draft_input_type(d, 0)->rank, true);
    recipe_call(&r, "y", row->text, "a");
    if (last.i) recipe_move_channels(&r, "y", draft_input_type(d, 0)->rank, false);
    return quantize_result(&r, 0);
}

bool expand_quantized_mean(draft *d, const conversion *row) {
    (void)row;
    attr axes = {.n = 0};
    draft_take(d, "axes", &axes);
    if (!has_type(d, 0)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a as az ys yz");
    recipe_ints(&r, "axes", axes.n, axes.ints);
    recipe_int(&r, "keepdims", draft_int(d, "keepdims", 1));
    recipe_run(&r, "y = ReduceMean(DequantizeLinear(a, as, az), $axes; keepdims=$keepdims)");
    return quantize_result(&r, 0);
}

/* Channels may come last here; else it is the standard's. */
bool expand_quantized_conv(draft *d, const conversion *row) {
    (void)row;
    attr last = {.i = 0};
    draft_take(d, "channels_last", &last);
    if (!last.i) {
        d->domain = "";
        d->version = ONNX_OPSET_MAX;
        return true;
    }
    int rank = draft_input_type(d, 0)->rank;
    if (!has_type(d, 0) || rank < 3) return draft_error(d, NULL, "the rank of its input is not known");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x xs xz w ws wz ys yz bias");
    recipe_move_channels(&r, "x", rank, true);
    recipe_call(&r, "y", "QLinearConv", draft_input(d, 8) ? "x xs xz w ws wz ys yz bias" : "x xs xz w ws wz ys yz");
    recipe_move_channels(&r, "y", rank, false);
    return recipe_return(&r, "y");
}

/* ---- products ---- */

/* `name` minus its zero point, as i32. */
static void take_zero(recipe *r, const char *name, const char *zero) {
    recipe_run(r, arena_printf(mem(r), "%s = Cast(%s; to=6)", name, name));
    if (recipe_get(r, zero)) recipe_run(r, arena_printf(mem(r), "%s = Sub(%s, Cast(%s; to=6))", name, name, zero));
}

bool expand_quantized_gemm(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a as az b bs bz c ys yz");
    recipe_float(&r, "alpha", draft_float(d, "alpha", 1));
    if (draft_int(d, "transA", 0)) recipe_run(&r, "a = Transpose(a; perm=[1,0])");
    take_zero(&r, "a", "az");
    /* zero points of b belong to columns, which may be its rows */
    if (draft_int(d, "transB", 0)) recipe_run(&r, "b = Transpose(b; perm=[1,0])");
    take_zero(&r, "b", "bz");
    recipe_run(&r, "y = MatMul(a, b)");
    if (draft_input(d, 6)) recipe_run(&r, "y = Add(y, c)");
    recipe_run(&r, "y = Mul(Cast(y; to=1), Mul(Mul(as, bs), $alpha:as))");
    return draft_input(d, 7) ? quantize_result(&r, 0) : recipe_return(&r, "y");
}

/* "y" of a and b as i32, by scales, plus the bias */
static bool scaled_product(recipe *r) {
    take_zero(r, "a", "az");
    take_zero(r, "b", "bz");
    recipe_run(r, "y = Mul(Cast(MatMul(a, b); to=1), Mul(as, bs))");
    if (recipe_get(r, "bias")) recipe_run(r, "y = Add(y, bias)");
    return recipe_return(r, "y");
}

bool expand_matmul_integer_to_float(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a b as bs az bz bias");
    return scaled_product(&r);
}

bool expand_dynamic_quantize_matmul(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x b bs bz bias");
    recipe_run(&r, "a, as, az = DynamicQuantizeLinear(x)");
    return scaled_product(&r);
}

/* ---- MatMulNBits: weights of a few bits, the lowest first in each byte ---- */

void unpack_bits(recipe *r, const char *name, int64_t bits, int rank) {
    const char *parts = "";
    if (bits == 8) return;
    recipe_int(r, "last", rank);
    recipe_int(r, "mask", (1 << bits) - 1);
    for (int64_t at = 0; at < 8; at += bits) {
        recipe_int(r, "at", at);
        recipe_run(r, arena_printf(mem(r), "part%lld = Unsqueeze(BitwiseAnd(BitShift(%s, $at:%s; direction=\"RIGHT\"), $mask:%s), [$last])", (long long)at,
                                   name, name, name));
        parts = arena_printf(mem(r), "%s%spart%lld", parts, at ? ", " : "", (long long)at);
    }
    recipe_run(r, arena_printf(mem(r), "%s = Concat(%s; axis=$last)", name, parts));
}

bool expand_matmul_nbits(draft *d, const conversion *row) {
    (void)row;
    int64_t bits = draft_int(d, "bits", 4), n = draft_int(d, "N", 0), k = draft_int(d, "K", 0), block = draft_int(d, "block_size", 0);
    if ((bits != 2 && bits != 4 && bits != 8) || n < 1 || k < 1 || block < 8 || n > INT32_MAX || k > INT32_MAX || block > INT32_MAX)
        return draft_error(d, NULL, "its attributes are out of range");
    if (draft_input(d, 4) || draft_int(d, "weight_prepacked", 0)) return draft_error(d, "export the model without them", "has an index of groups, or packed weights");
    const value_type *zero = draft_input_type(d, 3);
    int64_t blocks = (k + block - 1) / block;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w scales zeros groups bias");
    recipe_int(&r, "n", n);
    recipe_int(&r, "k", k);
    recipe_int(&r, "blocks", blocks);
    recipe_int(&r, "block", block);
    recipe_run(&r, arena_printf(mem(&r), "w = Reshape(w, [$n,$blocks,%lld])", (long long)(block * bits / 8)));
    unpack_bits(&r, "w", bits, 3);
    recipe_run(&r, "scales = Reshape(scales, [$n,$blocks,1])\nw = CastLike(Reshape(w, [$n,$blocks,$block]), x)");
    if (!draft_input(d, 3)) {
        recipe_float(&r, "middle", 1 << (bits - 1));
        recipe_run(&r, "w = Sub(w, $middle:w)");
    } else {
        if (zero->kind == TYPE_TENSOR && zero->elem == DT_U8) {
            recipe_run(&r, "zeros = Reshape(zeros, [$n,-1])");
            unpack_bits(&r, "zeros", bits, 2);
            recipe_run(&r, "zeros = Slice(Reshape(zeros, [$n,-1]), [0], [$blocks], [1])");
        }
        recipe_run(&r, "w = Sub(w, CastLike(Reshape(zeros, [$n,$blocks,1]), w))");
    }
    recipe_run(&r, "w = Slice(Reshape(Mul(w, scales), [$n,-1]), [0], [$k], [1])\ny = MatMul(x, Transpose(w; perm=[1,0]))");
    if (draft_input(d, 5)) recipe_run(&r, "y = Add(y, bias)");
    return recipe_return(&r, "y");
}

/* ---- MatMulBnb4: the values of bitsandbytes' 4-bit types, two in a byte, the first in its upper half ---- */

static const float fp4_values[16] = {0, 1.0f / 192, 2.0f / 3, 1, 1.0f / 3, 0.5f, 1.0f / 6, 0.25f, 0, -1.0f / 192, -2.0f / 3, -1, -1.0f / 3, -0.5f, -1.0f / 6, -0.25f};
/* quantiles of the normal distribution, with a zero */
static const float nf4_values[16] = {-1,
                                     -0.6961928009986877f,
                                     -0.5250730514526367f,
                                     -0.39491748809814453f,
                                     -0.28444138169288635f,
                                     -0.18477343022823334f,
                                     -0.09105003625154495f,
                                     0,
                                     0.07958029955625534f,
                                     0.16093020141124725f,
                                     0.24611230194568634f,
                                     0.33791524171829224f,
                                     0.44070982933044434f,
                                     0.5626170039176941f,
                                     0.7229568362236023f,
                                     1};

bool expand_matmul_bnb4(draft *d, const conversion *row) {
    (void)row;
    int64_t n = draft_int(d, "N", 0), k = draft_int(d, "K", 0), block = draft_int(d, "block_size", 0), type = draft_int(d, "quant_type", 0);
    if (n < 1 || k < 1 || block < 1 || n > INT32_MAX || k > INT32_MAX || block > INT32_MAX || (type != 0 && type != 1))
        return draft_error(d, NULL, "its attributes are out of range");
    int64_t sixteen = 16;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w largest");
    recipe_value(&r, "values", value_constant(d->context->imp->graph, "values", type_tensor(mem(&r), DT_F32, 1, &sixteen),
                                              arena_copy(mem(&r), type ? nf4_values : fp4_values, sizeof nf4_values), "values"));
    recipe_int(&r, "n", n);
    recipe_int(&r, "k", k);
    recipe_int(&r, "count", n * k);
    recipe_int(&r, "blocks", (n * k + block - 1) / block);
    recipe_int(&r, "block", block);
    recipe_run(&r, "w = Reshape(w, [-1,1])\ncodes = Concat(BitShift(w, 4:w; direction=\"RIGHT\"), BitwiseAnd(w, 15:w); axis=1)\n"
                   "w = Slice(Gather(values, Cast(Reshape(codes, [-1]); to=6)), [0], [$count], [0])\n"
                   "scales = Reshape(Expand(Reshape(largest, [$blocks,1]), [$blocks,$block]), [-1])\n"
                   "w = Reshape(CastLike(Mul(w, Cast(Slice(scales, [0], [$count], [0]); to=1)), x), [$n,$k])");
    recipe_run(&r, draft_int(d, "transB", 1) ? "y = MatMul(x, Transpose(w; perm=[1,0]))" : "y = MatMul(x, w)");
    return recipe_return(&r, "y");
}

/* ---- GatherBlockQuantized: rows of a table of a few bits, with a scale for each block of a row ---- */

/* "NAME", [..][packed] of 4-bit integers or of bytes that hold several, as [-1, n]. */
static void unpack_rows(recipe *r, const char *name, int64_t bits, int64_t packed, int64_t n) {
    recipe_int(r, "n", n);
    recipe_int(r, "packed", packed);
    recipe_int(r, "unpacked", packed * (8 / bits));
    recipe_run(r, arena_printf(mem(r), "%s = Reshape(%s, [-1,$packed])", name, name));
    unpack_bits(r, name, bits, 2);
    recipe_run(r, arena_printf(mem(r), "%s = Slice(Reshape(%s, [-1,$unpacked]), [0], [$n], [1])", name, name));
}

bool expand_gather_block_quantized(draft *d, const conversion *row) {
    (void)row;
    const value_type *table = draft_static(d, 0), *at = draft_sized(d, 1), *scales = draft_static(d, 2),
                     *zeros = draft_input(d, 3) ? draft_static(d, 3) : NULL;
    if (!table || !at || !scales || (draft_input(d, 3) && !zeros)) return false;
    const int rank = table->rank;
    int64_t bits = table->elem == DT_U8 ? draft_int(d, "bits", 4) : 8, block = draft_int(d, "block_size", 128), axis = draft_int(d, "quantize_axis", 1);
    int64_t gathered = draft_int(d, "gather_axis", 0), columns = rank > 1 ? type_size(table, -1) * 8 / bits : 0;
    if (rank < 2 || (axis != rank - 1 && axis != -1) || (gathered != 0 && gathered != -rank))
        return draft_error(d, NULL, "gathers along another axis than the first, or has blocks along another than the last");
    if ((bits != 2 && bits != 4 && bits != 8) || block < 1 || columns % block || type_size(scales, -1) != columns / block)
        return draft_error(d, NULL, "its blocks do not fit its table");
    dim shape[IR_MAX_RANK];
    int n = 0;
    for (int k = 0; k < at->rank && n < IR_MAX_RANK; k++) shape[n++] = at->dims[k];
    for (int k = 1; k < rank - 1 && n < IR_MAX_RANK; k++) shape[n++] = table->dims[k];
    if (n < IR_MAX_RANK) shape[n++] = dim_number(columns);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "table index scales zeros");
    recipe_int(&r, "blocks", columns / block);
    recipe_int(&r, "block", block);
    recipe_dims(&r, "shape", n, shape);
    recipe_run(&r, "w = Gather(table, index)\nscales = Reshape(Gather(scales, index), [-1,$blocks,1])");
    unpack_rows(&r, "w", bits, type_size(table, -1), columns);
    recipe_run(&r, "w = CastLike(Reshape(w, [-1,$blocks,$block]), scales)");
    if (zeros) {
        recipe_run(&r, "zeros = Gather(zeros, index)");
        unpack_rows(&r, "zeros", bits, type_size(zeros, -1), columns / block);
        recipe_run(&r, "w = Sub(w, CastLike(Reshape(zeros, [-1,$blocks,1]), scales))");
    } else if (table->elem == DT_U8) {
        recipe_float(&r, "middle", (double)(1 << (bits - 1)));
        recipe_run(&r, "w = Sub(w, $middle:w)");
    }
    recipe_run(&r, "y = Reshape(Mul(w, scales), $shape)");
    return recipe_return(&r, "y");
}

/* ---- DynamicQuantizeLSTM: its weights are integers, turned; inputs stay floats, where ONNX Runtime rounds them to 8 bits ---- */

static value *weights_of(draft *d, int weights, int scale) {
    const value_type *scales = draft_static(d, scale);
    if (!scales) return NULL;
    recipe r = recipe_new(d);
    recipe_value(&r, "w", draft_input(d, weights));
    recipe_value(&r, "scale", draft_input(d, scale));
    recipe_value(&r, "zero", draft_input(d, scale + 1));
    recipe_int(&r, "directions", type_size(draft_input_type(d, weights), 0));
    recipe_run(&r, "w = Sub(CastLike(w, scale), Reshape(CastLike(zero, scale), [$directions,1,-1]))\n"
                   "w = Transpose(Mul(w, Reshape(scale, [$directions,1,-1])); perm=[0,2,1])");
    return r.failed ? NULL : recipe_get(&r, "w");
}

bool quantized_lstm(draft *d, const conversion *row) {
    value *w = weights_of(d, 1, 8), *r = w ? weights_of(d, 2, 10) : NULL;
    if (!r) return false;
    draft_set_input(d, 1, w);
    draft_set_input(d, 2, r);
    d->n_inputs = 8;
    return as_standard(d, row);
}
