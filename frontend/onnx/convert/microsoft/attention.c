#include "frontend/onnx/convert/recipe.h"

#include <math.h>

/* com.microsoft: attention as ONNX Runtime's optimiser joins it, with its masks. */

typedef struct heads {
    dim batch, keys, past, total;
    int64_t heads, size, v_size;
} heads;

static bool is_zero(dim d) { return dim_equal(d, dim_number(0)); }

static void bind_heads(recipe *r, const heads *h) {
    recipe_size(r, "before", h->past);
    recipe_size(r, "total", h->total);
    recipe_int(r, "heads", h->heads);
    recipe_int(r, "size", h->size);
    recipe_int(r, "v_size", h->v_size);
    recipe_int(r, "hidden", h->heads * h->size);
    recipe_int(r, "v_hidden", h->heads * h->v_size);
}

/* ---- what is added to scores: "bias", NULL or of a shape that broadcasts ---- */

static void add_bias(recipe *r, const char *text) {
    recipe_run(r, text);
    recipe_run(r, recipe_get(r, "bias") ? "bias = Add(bias, more)" : "bias = Identity(more)");
}

/* Keys that the mask at that input hides: it holds lengths, lengths and starts, or a 0 where a key is hidden. */
static bool mask_keys(recipe *r, const heads *h, int input) {
    const value_type *mask = draft_sized(r->draft, input);
    if (!mask) return false;
    if (mask->rank == 1 && dim_equal(mask->dims[0], h->batch)) {
        recipe_run(r, "seen = Less(Range(0, total, 1), Unsqueeze(Cast(mask; to=7), [1,2,3]))");
    } else if (mask->rank == 1 && dim_equal(mask->dims[0], dim_mul(r->draft->context->imp->arena, h->batch, dim_number(2)))) {
        recipe_run(r, "ends, starts = Split(Cast(mask; to=7); num_outputs=2)\nkeys = Range(0, total, 1)\n"
                      "seen = And(Less(keys, Unsqueeze(ends, [1,2,3])), GreaterOrEqual(keys, Unsqueeze(starts, [1,2,3])))");
    } else if ((mask->rank == 2 || mask->rank == 3) && dim_equal(mask->dims[mask->rank - 1], h->total)) {
        recipe_run(r, mask->rank == 2 ? "seen = Unsqueeze(Greater(mask, 0:mask), [1,2])" : "seen = Unsqueeze(Greater(mask, 0:mask), [1])");
    } else {
        return draft_error(r->draft, NULL, "has a mask of a shape that is not supported");
    }
    recipe_float(r, "filter", draft_float(r->draft, "mask_filter_value", -10000));
    add_bias(r, "more = Where(seen, 0.0:q, $filter:q)");
    return true;
}

static bool make_bias(recipe *r, const heads *h, int mask, int added) {
    recipe_value(r, "bias", NULL);
    if (draft_input(r->draft, mask) && !mask_keys(r, h, mask)) return false;
    if (draft_int(r->draft, "unidirectional", 0))
        add_bias(r, "last = Unsqueeze(Range(before, total, 1), [1])\nmore = Where(Greater(Range(0, total, 1), last), -inf:q, 0.0:q)");
    if (draft_input(r->draft, added)) add_bias(r, "more = Identity(added)");
    return true;
}

/* "y" [batch, queries, hidden] of q, k and v [batch, heads, sequence, size]. */
static void attend(recipe *r, const heads *h) {
    double scale = draft_float(r->draft, "scale", 0);
    recipe_float(r, "scale", scale != 0 ? scale : 1 / sqrt((double)h->size));
    recipe_run(r, "scores = Mul(MatMul(q, Transpose(k; perm=[0,1,3,2])), $scale:q)");
    if (recipe_get(r, "bias")) recipe_run(r, "scores = Add(scores, bias)");
    recipe_run(r, "y = Reshape(Transpose(MatMul(Softmax(scores), v); perm=[0,2,1,3]), [0,0,$v_hidden])");
}

/* ---- Attention: projections included ---- */

static bool find_projected(draft *d, int past_input, heads *h) {
    const value_type *x = draft_sized(d, 0), *w = draft_sized(d, 1), *past = draft_input(d, past_input) ? draft_sized(d, past_input) : NULL;
    const attr *hidden = draft_attr(d, "qkv_hidden_sizes");
    if (!x || !w || (draft_input(d, past_input) && !past)) return false;
    if (x->rank != 3 || w->rank != 2 || (past && past->rank != 5)) return draft_error(d, NULL, "its inputs are of other ranks than it takes");
    if (draft_int(d, "do_rotary", 0) || draft_int(d, "past_present_share_buffer", 0))
        return draft_error(d, "export the model without them", "has rotary embedding or shared buffers, which are not supported");
    int64_t n = draft_int(d, "num_heads", 0), width = type_size(w, 1), q = width / 3, v = width - 2 * q;
    if (hidden && hidden->n == 3) q = hidden->ints[0], v = hidden->ints[2];
    if (n < 1 || q < 1 || v < 1 || q % n || v % n || 2 * q + v != width) return draft_error(d, NULL, "its sizes are no multiples of its number of heads");
    *h = (heads){.batch = x->dims[0], .keys = x->dims[1], .heads = n, .size = q / n, .v_size = v / n, .past = past ? past->dims[3] : dim_number(0)};
    h->total = dim_add(d->context->imp->arena, h->past, h->keys);
    return true;
}

/* Of "x" [batch, queries, hidden], projected, with the bias "b" and "past"; `mask` and `added` are inputs. */
static bool attend_projected(recipe *r, const heads *h, int mask, int added) {
    if (draft_input(r->draft, 2)) recipe_run(r, "x = Add(x, b)");
    recipe_run(r, "q, k, v = Split(x, [$hidden,$hidden,$v_hidden]; axis=2)\n"
                  "q = Transpose(Reshape(q, [0,0,$heads,$size]); perm=[0,2,1,3])\n"
                  "k = Transpose(Reshape(k, [0,0,$heads,$size]); perm=[0,2,1,3])\n"
                  "v = Transpose(Reshape(v, [0,0,$heads,$v_size]); perm=[0,2,1,3])");
    if (!is_zero(h->past)) recipe_run(r, "k = Concat(Gather(past, 0), k; axis=2)\nv = Concat(Gather(past, 1), v; axis=2)");
    if (r->draft->n_outputs > 1) recipe_run(r, "present = Concat(Unsqueeze(k, [0]), Unsqueeze(v, [0]); axis=0)");
    if (!make_bias(r, h, mask, added)) return false;
    attend(r, h);
    return recipe_return(r, "y present");
}

bool expand_projected_attention(draft *d, const conversion *row) {
    (void)row;
    heads h = {.past = dim_number(0)};
    if (!find_projected(d, 4, &h)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w b mask past added");
    bind_heads(&r, &h);
    recipe_run(&r, "x = MatMul(x, w)");
    return attend_projected(&r, &h, 3, 5);
}

/* Of integers, whose product is scaled to floats; it has no input that is added to scores. */
bool expand_quantized_attention(draft *d, const conversion *row) {
    (void)row;
    heads h = {.past = dim_number(0)};
    if (!find_projected(d, 8, &h)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x w b x_scale w_scale mask x_zero w_zero past");
    bind_heads(&r, &h);
    recipe_run(&r, "x = Mul(Cast(MatMulInteger(x, w, x_zero, w_zero); to=1), Mul(x_scale, w_scale))");
    return attend_projected(&r, &h, 5, d->n_inputs);
}

/* ---- MultiHeadAttention ---- */

/* q, k and v with heads second, by how they come: packed, [batch, sequence, hidden], or (k and v) as they are to be. */
static bool unpack_heads(recipe *r, heads *h) {
    draft *d = r->draft;
    const value_type *q = draft_sized(d, 0), *k = draft_input(d, 1) ? draft_sized(d, 1) : NULL, *v = draft_input(d, 2) ? draft_sized(d, 2) : NULL;
    h->heads = draft_int(d, "num_heads", 0);
    if (!q || (draft_input(d, 1) && !k) || (draft_input(d, 2) && !v)) return false;
    if (h->heads < 1 || q->rank != (k ? 3 : 5) || (k && k->rank != 5 && !(v && v->rank == k->rank && (k->rank == 3 || k->rank == 4))))
        return draft_error(d, NULL, "its query, key and value are of ranks that do not go together");
    h->batch = q->dims[0];
    h->size = k ? type_size(q, 2) / h->heads : type_size(q, 4);
    h->keys = (k ? k : q)->dims[k && k->rank == 4 ? 2 : 1];
    h->v_size = v && v->rank == 3 ? type_size(v, 2) / h->heads : v ? type_size(v, 3) : h->size;
    if (h->size < 1 || h->v_size < 1) return draft_error(d, NULL, "the size of its heads is not known");
    bind_heads(r, h);
    if (!k) recipe_run(r, "q, k, v = Split(q; axis=3, num_outputs=3)\nq = Squeeze(q, [3])");
    else if (k->rank == 5) recipe_run(r, "k, v = Split(k; axis=3, num_outputs=2)");
    if (!k || k->rank == 5) recipe_run(r, "k = Squeeze(k, [3])\nv = Squeeze(v, [3])");
    if (draft_input(d, 3)) {
        recipe_run(r, "qb, kb, vb = Split(b, [$hidden,$hidden,$v_hidden])\nq = Add(q, qb)");
        if (k && k->rank == 3) recipe_run(r, "k = Add(k, kb)\nv = Add(v, vb)");
        else if (!k || k->rank == 5) return draft_error(d, NULL, "has a bias for packed inputs");
    }
    recipe_run(r, "q = Transpose(Reshape(q, [0,0,$heads,$size]); perm=[0,2,1,3])");
    if (k && k->rank == 4) return true;
    recipe_run(r, "k = Transpose(Reshape(k, [0,0,$heads,$size]); perm=[0,2,1,3])\nv = Transpose(Reshape(v, [0,0,$heads,$v_size]); perm=[0,2,1,3])");
    return true;
}

bool expand_multi_head_attention(draft *d, const conversion *row) {
    (void)row;
    heads h = {.past = dim_number(0)};
    recipe r = recipe_new(d);
    recipe_inputs(&r, "q k v b mask added past_key past_value");
    if (draft_input(d, 8) || draft_input(d, 9)) return draft_error(d, "export the model without them", "has shared buffers, which are not supported");
    if (!unpack_heads(&r, &h)) return false;
    if (draft_input(d, 6)) {
        const value_type *past = draft_sized(d, 6);
        if (!past || past->rank != 4) return past ? draft_error(d, NULL, "its past keys are not of rank 4") : false;
        h.past = past->dims[2];
        recipe_run(&r, "k = Concat(past_key, k; axis=2)\nv = Concat(past_value, v; axis=2)");
    }
    h.total = dim_add(d->context->imp->arena, h.past, h.keys);
    bind_heads(&r, &h);
    if (!make_bias(&r, &h, 4, 5)) return false;
    attend(&r, &h);
    return recipe_return(&r, "y k v scores");
}

/* The same of one token, its inputs in another order. */
bool expand_decoder_attention(draft *d, const conversion *row) {
    static const int order[] = {0, 1, 2, 10, 3, 4, 5, 6};
    enum { N_INPUTS = sizeof order / sizeof *order };
    if (draft_int(d, "past_present_share_buffer", 0) || draft_input(d, 9)) return draft_error(d, "export the model without them", "has shared buffers, which are not supported");
    value **inputs = ARENA_ARRAY(d->context->imp->arena, value *, N_INPUTS);
    for (int i = 0; i < N_INPUTS; i++) inputs[i] = draft_input(d, order[i]);
    d->inputs = inputs;
    d->n_inputs = N_INPUTS;
    return expand_multi_head_attention(d, row);
}

/* ---- RotaryEmbedding: the standard one has its inputs in another order, and a place for each token ---- */

bool reorder_rotary_embedding(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0), *ids = draft_sized(d, 1), *cos = draft_sized(d, 2);
    attr packed = {.i = 0}, scale = {.f = 1};
    draft_take(d, "is_packed_batching", &packed);
    draft_take(d, "scale", &scale);
    if (!x || !ids || !cos) return false;
    if (packed.i || scale.f != 1) return draft_error(d, "export the model without them", "has packed batches or a scale, which are not supported");
    if (cos->rank != 2 || (x->rank != 3 && x->rank != 4)) return draft_error(d, NULL, "its inputs are of other ranks than it takes");
    const dim length = x->dims[x->rank == 4 ? 2 : 1], ids_shape[] = {x->dims[0], length};
    int64_t size = 2 * type_size(cos, 1);
    if (x->rank == 3 && !draft_int(d, "num_heads", 0)) {
        if (size < 1) return draft_error(d, NULL, "its table of cosines is empty");
        draft_set_attr(d, (attr){.name = "num_heads", .kind = ATTR_INT, .i = type_size(x, 2) / size});
    }
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x ids cos sin");
    recipe_size(&r, "length", length);
    recipe_sizes(&r, "shape", 2, ids_shape);
    if (ids->rank < 2) recipe_run(&r, "ids = Expand(Add(Range(0, length, 1), ids), shape)");
    recipe_call(&r, "y", "RotaryEmbedding", "x cos sin ids");
    return recipe_return(&r, "y");
}

/* Each token has a place in time, a row and a column; which of the three turns a pair of features, "mrope_section" says. */
bool expand_multimodal_rotary(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0), *ids = draft_sized(d, 1), *cos = draft_sized(d, 2);
    attr sections, order = {.i = 0}, packed = {.i = 0}, scale = {.f = 1};
    const bool given = draft_take(d, "mrope_section", &sections);
    draft_take(d, "mrope_layout", &order);
    draft_take(d, "is_packed_batching", &packed);
    draft_take(d, "scale", &scale);
    if (!x || !ids || !cos) return false;
    if (packed.i || scale.f != 1) return draft_error(d, "export the model without them", "has packed batches or a scale, which are not supported");
    if (cos->rank != 2 || ids->rank != 3 || type_size(ids, 0) != 3 || (x->rank != 3 && x->rank != 4)) return draft_error(d, NULL, "its inputs are of other ranks than it takes");
    int64_t half = type_size(cos, 1), *which = ARENA_ARRAY(d->context->imp->arena, int64_t, half + 1);
    if (!given || sections.n != 3 || half < 1 || half > INT16_MAX || sections.ints[0] + sections.ints[1] + sections.ints[2] != half)
        return draft_error(d, NULL, "its mrope_section does not fit its table of cosines");
    for (int64_t i = 0; i < half; i++) {
        int64_t turn = i % 3, first = sections.ints[0];
        if (order.i) which[i] = turn && i < 3 * sections.ints[turn] ? turn : 0;
        else which[i] = (i >= first) + (i >= first + sections.ints[1]);
    }
    if (x->rank == 3 && !draft_int(d, "num_heads", 0)) draft_set_attr(d, (attr){.name = "num_heads", .kind = ATTR_INT, .i = type_size(x, 2) / (2 * half)});
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x ids cos sin");
    recipe_value(&r, "which", draft_ints(d, "which", (int)half, which));
    recipe_run(&r, "first = Equal(which, 0)\nsecond = Equal(which, 1)");
    for (int i = 0; i < 2; i++)
        recipe_run(&r, arena_printf(d->context->imp->arena, "parts = Gather(%s, ids)\n%s = Where(first, Gather(parts, 0), Where(second, Gather(parts, 1), Gather(parts, 2)))",
                                    i ? "sin" : "cos", i ? "sin" : "cos"));
    recipe_call(&r, "y", "RotaryEmbedding", "x cos sin");
    return recipe_return(&r, "y");
}
