#include "frontend/onnx/convert/recipe.h"

#include <math.h>
#include <string.h>

/* Products of a sequence with itself and their kin, as ONNX defines them: by matmul, softmax and masks. */

/* ---- Attention ---- */

typedef struct heads {
    bool flat; /* [batch, sequence, hidden] instead of [batch, heads, sequence, size] */
    dim batch, queries, past, total; /* total: of keys, those of the past too */
    int64_t q_heads, kv_heads, size, v_size;
} heads;

static bool is_zero(dim d) { return dim_equal(d, dim_number(0)); }

static bool find_heads(draft *d, heads *h) {
    const value_type *q = draft_sized(d, 0), *k = draft_sized(d, 1), *v = draft_sized(d, 2);
    if (!q || !k || !v) return false;
    if (q->rank != k->rank || q->rank != v->rank || (q->rank != 3 && q->rank != 4))
        return draft_error(d, NULL, "its query, key and value are not all of rank 3 or 4");
    *h = (heads){.flat = q->rank == 3, .batch = q->dims[0], .queries = q->dims[q->rank - 2], .past = dim_number(0)};
    h->q_heads = h->flat ? draft_int(d, "q_num_heads", 0) : type_size(q, 1);
    h->kv_heads = h->flat ? draft_int(d, "kv_num_heads", 0) : type_size(k, 1);
    if (h->q_heads < 1 || h->kv_heads < 1 || h->q_heads % h->kv_heads)
        return draft_error(d, NULL, "%lld heads of queries cannot share %lld of keys", (long long)h->q_heads, (long long)h->kv_heads);
    if (type_size(q, -1) < 0 || type_size(v, -1) < 0) return draft_error(d, "fix it: --dim NAME=SIZE", "the size of its heads is open");
    h->size = type_size(q, -1) / (h->flat ? h->q_heads : 1);
    h->v_size = type_size(v, -1) / (h->flat ? h->kv_heads : 1);
    if (draft_input(d, 4)) {
        const value_type *past = draft_sized(d, 4);
        if (!past || past->rank != 4) return draft_error(d, NULL, "its past keys are not of rank 4");
        h->past = past->dims[2];
    }
    h->total = dim_add(d->context->imp->arena, h->past, k->dims[k->rank - 2]);
    return true;
}

static void split_heads(recipe *r, const heads *h) {
    const int64_t q[] = {0, 0, h->q_heads, h->size}, k[] = {0, 0, h->kv_heads, h->size}, v[] = {0, 0, h->kv_heads, h->v_size};
    recipe_ints(r, "q_shape", 4, q);
    recipe_ints(r, "k_shape", 4, k);
    recipe_ints(r, "v_shape", 4, v);
    if (h->flat)
        recipe_run(r, "q = Transpose(Reshape(q, $q_shape); perm=[0,2,1,3])\n"
                      "k = Transpose(Reshape(k, $k_shape); perm=[0,2,1,3])\n"
                      "v = Transpose(Reshape(v, $v_shape); perm=[0,2,1,3])");
    if (!is_zero(h->past)) recipe_run(r, "k = Concat(past_key, k; axis=2)\nv = Concat(past_value, v; axis=2)");
    recipe_run(r, "present_key = Identity(k)\npresent_value = Identity(v)");
    if (h->q_heads == h->kv_heads) return;
    for (int i = 0; i < 2; i++) {
        const dim kv = dim_number(h->kv_heads), share = dim_number(h->q_heads / h->kv_heads), size = dim_number(i ? h->v_size : h->size);
        const dim shared[] = {h->batch, kv, share, h->total, size}, joined[] = {h->batch, dim_number(h->q_heads), h->total, size};
        recipe_sizes(r, "shared", 5, shared);
        recipe_sizes(r, "joined", 4, joined);
        recipe_run(r, i ? "v = Reshape(Expand(Unsqueeze(v, [2]), shared), joined)" : "k = Reshape(Expand(Unsqueeze(k, [2]), shared), joined)");
    }
}

/* Which key each query sees, by position: `distance` = query's position - key's. */
static void add_positions(recipe *r, const draft *d, const heads *h) {
    int64_t left = draft_int(d, "left_window_size", -1), right = draft_int(d, "right_window_size", -1);
    if (draft_int(d, "is_causal", 0) && right != 0) right = 0;
    recipe_size(r, "past", h->past);
    recipe_size(r, "queries", h->queries);
    recipe_size(r, "total", h->total);
    recipe_int(r, "left", left);
    recipe_int(r, "minus_right", right >= 0 ? -right : 0);
    bool positions = left >= 0 || right >= 0, cache = draft_input(d, 6) != NULL;
    if (positions) {
        recipe_run(r, "keys = Range(0, total, 1)\nrows = Unsqueeze(Range(0, queries, 1), [1])");
        if (cache) recipe_run(r, "rows = Add(rows, Reshape(Sub(nonpad, queries), [-1,1,1,1]))");
        else recipe_run(r, "rows = Add(rows, past)");
        recipe_run(r, "distance = Sub(rows, keys)");
    }
    if (left >= 0) recipe_run(r, "bias = Add(bias, Where(LessOrEqual(distance, $left), 0.0:q, -inf:q))");
    if (right >= 0) recipe_run(r, "bias = Add(bias, Where(GreaterOrEqual(distance, $minus_right), 0.0:q, -inf:q))");
    if (cache)
        recipe_run(r, "valid = Less(Range(0, total, 1), Unsqueeze(nonpad, [1,2,3]))\nbias = Add(bias, Where(valid, 0.0:q, -inf:q))");
}

/* What is added to the scores: `bias`, from zeros of [queries, total] on. */
static bool make_bias(recipe *r, draft *d, const heads *h) {
    const dim shape[] = {h->queries, h->total};
    recipe_sizes(r, "bias_shape", 2, shape);
    if (draft_input(d, 3)) {
        const value_type *mask = draft_sized(d, 3);
        if (!mask || mask->rank < 1) return false;
        if (mask->elem == DT_BOOL) recipe_run(r, "bias = Where(mask, 0.0:q, -inf:q)");
        else recipe_run(r, "bias = CastLike(mask, q)");
        const dim columns = mask->dims[mask->rank - 1], more = dim_sub(d->context->imp->arena, h->total, columns);
        dim pads[2 * IR_MAX_RANK];
        for (int k = 0; k < 2 * mask->rank; k++) pads[k] = dim_number(0);
        pads[2 * mask->rank - 1] = more;
        const bool whole = dim_equal(columns, dim_number(1)) || (dim_is_number(more) && more.size <= 0);
        if (!whole) recipe_sizes(r, "pads", 2 * mask->rank, pads), recipe_run(r, "bias = Pad(bias, pads, -inf:q)");
        recipe_run(r, "bias = Add(bias, Expand(0.0:q, bias_shape))");
    } else {
        recipe_run(r, "bias = Expand(0.0:q, bias_shape)");
    }
    add_positions(r, d, h);
    return true;
}

bool expand_attention(draft *d, const conversion *row) {
    (void)row;
    heads h;
    if (!find_heads(d, &h)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "q k v mask past_key past_value nonpad");
    double scale = draft_float(d, "scale", 0), softcap = draft_float(d, "softcap", 0);
    recipe_float(&r, "root", sqrt(draft_attr(d, "scale") ? scale : 1 / sqrt((double)h.size)));
    recipe_float(&r, "softcap", softcap);
    split_heads(&r, &h);
    if (!make_bias(&r, d, &h)) return false;
    recipe_run(&r, "root = CastLike($root, q)\nscores = MatMul(Mul(q, root), Mul(Transpose(k; perm=[0,1,3,2]), root))\nout = Identity(scores)");
    int64_t mode = draft_int(d, "qk_matmul_output_mode", 0);
    if (softcap > 0) {
        recipe_run(&r, "cap = CastLike($softcap, q)\nscores = Mul(cap, Tanh(Div(scores, cap)))");
        if (mode == 1) recipe_run(&r, "out = Identity(scores)");
    }
    recipe_run(&r, "scores = Add(scores, bias)");
    if (mode == 2) recipe_run(&r, "out = Identity(scores)");
    recipe_int(&r, "precision", draft_int(d, "softmax_precision", dtype_of(draft_input_type(d, 0)->elem)->onnx));
    recipe_run(&r, "wide = Cast(scores; to=$precision)\nprobabilities = Softmax(wide)\n"
                   "masked = Equal(ReduceMax(bias, [-1]), -inf:q)\n"
                   "probabilities = CastLike(Where(masked, 0.0:wide, probabilities), q)");
    if (mode == 3) recipe_run(&r, "out = Identity(probabilities)");
    recipe_run(&r, "y = MatMul(probabilities, v)");
    if (h.flat) recipe_run(&r, "y = Reshape(Transpose(y; perm=[0,2,1,3]), [0,0,-1])");
    return recipe_return(&r, "y present_key present_value out");
}

/* ---- RotaryEmbedding ---- */

bool expand_rotary_embedding(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    int64_t n_heads = x->rank == 4 ? type_size(x, 1) : draft_int(d, "num_heads", 0);
    if ((x->rank != 3 && x->rank != 4) || n_heads < 1) return draft_error(d, NULL, "does not know its number of heads");
    if (type_size(x, -1) < 0) return draft_error(d, "fix it: --dim NAME=SIZE", "the size of its heads is open");
    int64_t size = x->rank == 4 ? type_size(x, 3) : type_size(x, 2) / n_heads;
    int64_t turned = draft_int(d, "rotary_embedding_dim", 0);
    if (!turned) turned = size;
    const dim sequence = x->dims[x->rank == 4 ? 2 : 1], shape[] = {x->dims[0], sequence, dim_number(n_heads), dim_number(size)};
    const dim part[] = {x->dims[0], sequence, dim_number(n_heads), dim_number(turned)};
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x cos sin ids");
    recipe_sizes(&r, "shape", 4, shape);
    recipe_sizes(&r, "part", 4, part);
    recipe_int(&r, "turned", turned);
    recipe_int(&r, "half", turned / 2);
    recipe_int(&r, "rest", size - turned);
    if (x->rank == 4) recipe_run(&r, "t = Transpose(x; perm=[0,2,1,3])");
    else recipe_run(&r, "t = Reshape(x, shape)");
    if (draft_input(d, 3)) recipe_run(&r, "cos = Gather(cos, ids)\nsin = Gather(sin, ids)");
    recipe_run(&r, "cos = Unsqueeze(cos, [2])\nsin = Unsqueeze(sin, [2])");
    if (turned < size) recipe_run(&r, "t, rest = Split(t, [$turned,$rest]; axis=3)");
    bool interleaved = draft_int(d, "interleaved", 0);
    if (interleaved) recipe_run(&r, "a = Slice(t, [0], [$turned], [3], [2])\nb = Slice(t, [1], [$turned], [3], [2])");
    else recipe_run(&r, "a, b = Split(t, [$half,$half]; axis=3)");
    recipe_run(&r, "real = Sub(Mul(cos, a), Mul(sin, b))\nimaginary = Add(Mul(sin, a), Mul(cos, b))");
    if (interleaved) recipe_run(&r, "y = Reshape(Concat(Unsqueeze(real, [4]), Unsqueeze(imaginary, [4]); axis=4), part)");
    else recipe_run(&r, "y = Concat(real, imaginary; axis=3)");
    if (turned < size) recipe_run(&r, "y = Concat(y, rest; axis=3)");
    if (x->rank == 4) recipe_run(&r, "y = Transpose(y; perm=[0,2,1,3])");
    else recipe_run(&r, "y = Reshape(y, [0,0,-1])");
    return recipe_return(&r, "y");
}

/* ---- CausalConvWithState ---- */

/* ONNX Runtime's may also have taps that are apart, and channels that come last. */
bool expand_causal_conv(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0), *w = draft_static(d, 1);
    if (!x || !w || x->rank != 3 || w->rank != 3) return draft_error(d, NULL, "needs an input and a weight of rank 3");
    const bool last = draft_int(d, "channels_last", 0);
    const int64_t dilation = draft_int(d, "dilation", 1), state = (type_size(w, 2) - 1) * dilation;
    const dim length = x->dims[last ? 1 : 2];
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w bias past");
    if (last) recipe_move_channels(&r, "x", 3, true);
    if (last && draft_input(d, 3)) recipe_move_channels(&r, "past", 3, true);
    recipe_int(&r, "channels", type_size(w, 0));
    recipe_int(&r, "dilation", dilation);
    recipe_int(&r, "state", state);
    recipe_dim(&r, "length", length);
    recipe_dim(&r, "all", dim_add(d->context->imp->arena, length, dim_number(state)));
    if (draft_input(d, 3)) recipe_run(&r, "padded = Concat(past, x; axis=2)");
    else recipe_run(&r, "padded = Pad(x, [0,0,$state,0,0,0], 0.0:x)");
    recipe_run(&r, "y = Conv(padded, w, bias; group=$channels, dilations=[$dilation])");
    const char *activation = draft_string(d, "activation", "none");
    if (!strcmp(activation, "silu") || !strcmp(activation, "swish"))
        recipe_run(&r, "wide = Cast(y; to=1)\ny = CastLike(Mul(wide, Sigmoid(wide)), y)");
    else if (strcmp(activation, "none") != 0) return draft_error(d, NULL, "activation '%.40s' is not known", activation);
    recipe_run(&r, "present = Slice(padded, [$length], [$all], [2])");
    if (last) recipe_move_channels(&r, "y", 3, false);
    if (last) recipe_move_channels(&r, "present", 3, false);
    return recipe_return(&r, "y present");
}

bool expand_swiglu(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "a b");
    recipe_float(&r, "alpha", draft_float(d, "alpha", 1));
    recipe_run(&r, "y = Mul(Swish(a; alpha=$alpha), b)");
    return recipe_return(&r, "y");
}

/* ---- FlexAttention ---- */

bool expand_flex_attention(draft *d, const conversion *row) {
    (void)row;
    heads h;
    if (!find_heads(d, &h)) return false;
    if (h.flat) return draft_error(d, NULL, "its query, key and value are not of rank 4");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "q k v");
    split_heads(&r, &h);
    dtype elem = draft_input_type(d, 0)->elem;
    recipe_int(&r, "precision", draft_int(d, "softmax_precision", elem == DT_F64 ? 11 : 1));
    recipe_float(&r, "scale", draft_attr(d, "scale") ? draft_float(d, "scale", 1) : 1 / sqrt((double)h.size));
    recipe_run(&r, "scores = Cast(MatMul(q, Transpose(k; perm=[0,1,3,2])); to=$precision)\nscores = Mul(scores, CastLike($scale, scores))");
    value *changed = draft_inline_region(d, "score_mod", recipe_get(&r, "scores"));
    if (changed) recipe_value(&r, "scores", changed);
    recipe_run(&r, "probabilities = Softmax(scores)");
    changed = draft_inline_region(d, "prob_mod", recipe_get(&r, "probabilities"));
    if (changed) recipe_value(&r, "probabilities", changed);
    recipe_run(&r, "y = MatMul(CastLike(probabilities, q), v)");
    return recipe_return(&r, "y");
}
