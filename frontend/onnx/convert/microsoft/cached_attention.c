#include "frontend/onnx/convert/recipe.h"

#include <math.h>

/* com.microsoft.GroupQueryAttention and SparseAttention: of one chunk of tokens, with a cache of earlier keys and values. */

enum { PAST_KEY = 3, TOTAL = 6, K_SCALE = 12, V_SCALE, Q_NORM, K_NORM, N_INPUTS };

typedef struct chunk {
    dim batch, queries, past, total;
    int64_t heads, kv_heads, size;
} chunk;

static arena *arena_of(const draft *d) { return d->context->imp->arena; }

static bool is_zero(dim d) { return dim_equal(d, dim_number(0)); }

static bool less(dim x, dim y) { return dim_is_number(x) && dim_is_number(y) && x.size < y.size; }

/* How many keys there are, as the model declares the present cache, else as its input says. */
static bool stated_total(const draft *d, dim *total) {
    const value_type *declared = d->declared && d->n_outputs > 1 ? d->declared[1] : NULL;
    const bool known = declared && declared->kind == TYPE_TENSOR && declared->rank == 4;
    if (known && dim_is_number(declared->dims[2])) return *total = declared->dims[2], true;
    if (term_as_size(d->context->imp, draft_input(d, TOTAL), total)) return true;
    if (known && dim_is_open(declared->dims[2])) return *total = declared->dims[2], true;
    return false;
}

/* How many keys the present cache holds: as many as there are, or the cache if it is larger. */
static bool find_total(draft *d, chunk *c) {
    const bool stated = stated_total(d, &c->total), within = less(c->queries, c->past);
    if (!stated && !within) return draft_error(d, "--fix it: --fix NAME=64", "its total_sequence_length is not known");
    c->total = stated ? dim_max(arena_of(d), c->total, c->past) : c->past;
    return !less(c->total, c->queries) ||
           draft_error(d, NULL, "has room for %lld keys, fewer than its %lld queries", (long long)c->total.size, (long long)c->queries.size);
}

static bool find_chunk(draft *d, chunk *c) {
    const value_type *q = draft_sized(d, 0), *past = draft_input(d, PAST_KEY) ? draft_sized(d, PAST_KEY) : NULL;
    const bool packed = !draft_input(d, 1);
    if (!q || (draft_input(d, PAST_KEY) && !past)) return false;
    *c = (chunk){.heads = draft_int(d, "num_heads", 0), .kv_heads = draft_int(d, "kv_num_heads", 0)};
    const int64_t parts = c->heads + (packed ? 2 * c->kv_heads : 0), hidden = q->rank == 3 && dim_is_number(q->dims[2]) ? q->dims[2].size : -1;
    if (hidden < 0 || c->heads < 1 || c->kv_heads < 1 || c->heads % c->kv_heads || hidden % parts || (past && past->rank != 4))
        return draft_error(d, NULL, "its heads do not fit its inputs");
    c->batch = q->dims[0], c->queries = q->dims[1], c->size = hidden / parts;
    c->past = past ? past->dims[2] : dim_number(0);
    return true;
}

static bool is_supported(draft *d) {
    for (int i = K_SCALE; i < d->n_inputs; i++)
        if (draft_input(d, i) && (i < Q_NORM || i >= N_INPUTS)) return draft_error(d, "export the model without it", "has input %d, which is not supported", i);
    if (draft_int(d, "sliding_window_cache", 0) || draft_int(d, "qk_output", 0))
        return draft_error(d, "export the model without them", "has a cache of a window, or the scores as an output, which are not supported");
    return true;
}

static void bind_chunk(recipe *r, const chunk *c) {
    recipe_dim(r, "batch", c->batch);
    recipe_dim(r, "queries", c->queries);
    recipe_dim(r, "total", c->total);
    recipe_dim(r, "more", dim_sub(arena_of(r->draft), c->total, c->past));
    recipe_int(r, "heads", c->heads);
    recipe_int(r, "kv_heads", c->kv_heads);
    recipe_int(r, "group", c->heads / c->kv_heads);
    recipe_int(r, "size", c->size);
    recipe_int(r, "q_hidden", c->heads * c->size);
    recipe_int(r, "kv_hidden", c->kv_heads * c->size);
}

/* Queries and keys, [batch, queries, hidden], each head of each by itself. */
static void normalize(recipe *r) {
    const draft *d = r->draft;
    if (!recipe_get(r, "q_norm") || !recipe_get(r, "k_norm")) return;
    double both = draft_float(d, "qk_norm_epsilon", 1e-6f);
    recipe_float(r, "q_epsilon", draft_float(d, "q_norm_epsilon", both));
    recipe_float(r, "k_epsilon", draft_float(d, "k_norm_epsilon", both));
    recipe_run(r, "q = Reshape(RMSNormalization(Reshape(q, [0,0,$heads,$size]), q_norm; epsilon=$q_epsilon), [0,0,$q_hidden])\n"
                  "k = Reshape(RMSNormalization(Reshape(k, [0,0,$kv_heads,$size]), k_norm; epsilon=$k_epsilon), [0,0,$kv_hidden])");
}

/* Queries and keys, [batch, queries, hidden], turned by the places of their tokens. */
static void rotate(recipe *r) {
    const draft *d = r->draft;
    if (!draft_int(d, "do_rotary", 0)) return;
    recipe_int(r, "interleaved", draft_int(d, "rotary_interleaved", 0));
    const value *cos = recipe_get(r, "cos");
    recipe_int(r, "turned", cos && cos->type.kind == TYPE_TENSOR && cos->type.rank == 2 ? 2 * type_size(&cos->type, 1) : 0);
    recipe_run(r, recipe_get(r, "positions") ? "ids = Identity(positions)" : "ids = Expand(places, [$batch,$queries])");
    recipe_run(r, "q = RotaryEmbedding(q, cos, sin, ids; interleaved=$interleaved, num_heads=$heads, rotary_embedding_dim=$turned)\n"
                  "k = RotaryEmbedding(k, cos, sin, ids; interleaved=$interleaved, num_heads=$kv_heads, rotary_embedding_dim=$turned)");
}

/* "present", the past with what is new behind the tokens that are there. */
static void keep(recipe *r, const chunk *c, const char *what, const char *past, const char *present) {
    arena *mem = arena_of(r->draft);
    const bool surely = dim_reaches(dim_sub(mem, c->total, c->past), 1);
    recipe_run(r, arena_printf(mem, "%s = Transpose(Reshape(%s, [0,0,$kv_heads,$size]); perm=[0,2,1,3])", what, what));
    if (is_zero(c->past) && dim_equal(c->total, c->queries)) {
        recipe_run(r, arena_printf(mem, "%s = Identity(%s)", present, what));
        return;
    }
    if (surely) recipe_run(r, arena_printf(mem, "room = Expand(0.0:%s, [$batch,$kv_heads,$more,$size])", what));
    if (is_zero(c->past)) recipe_run(r, arena_printf(mem, "%s = Identity(room)", past));
    else if (surely) recipe_run(r, arena_printf(mem, "%s = Concat(%s, room; axis=2)", past, past));
    else if (!dim_equal(c->total, c->past)) recipe_run(r, arena_printf(mem, "%s = Pad(%s, [0,0,0,0,0,0,$more,0], 0.0:%s)", past, past, what));
    recipe_run(r, arena_printf(mem, "%s = TensorScatter(%s, %s, before)", present, past, what));
}

/* Which keys a query sees: those up to its own place, and of these the last ones where there is a window. */
static void hide(recipe *r) {
    const draft *d = r->draft;
    int64_t nearest = draft_int(d, "local_window_size", -1);
    recipe_run(r, "last = Unsqueeze(places, [1,3])\nkeys = Range(0, $total, 1)");
    if (draft_int(d, "causal", 1)) recipe_run(r, "seen = LessOrEqual(keys, last)");
    else recipe_run(r, "seen = Less(keys, Unsqueeze(Cast(Add(lengths, 1:lengths); to=7), [1,2,3]))");
    recipe_int(r, "window", nearest);
    if (nearest > 0) recipe_run(r, "seen = And(seen, Greater(keys, Sub(last, $window)))");
    recipe_run(r, "scores = Where(seen, scores, -inf:scores)");
}

/* q, k and v apart, the place of each query, and the caches with what is new; queries and keys are turned if they are to be. */
static void prepare(recipe *r, const chunk *c) {
    const draft *d = r->draft;
    double scale = draft_float(d, "scale", 0);
    bind_chunk(r, c);
    recipe_float(r, "scale", scale != 0 ? scale : 1 / sqrt((double)c->size));
    if (!draft_input(d, 1)) recipe_run(r, "q, k, v = Split(q, [$q_hidden,$kv_hidden,$kv_hidden]; axis=2)");
    recipe_run(r, "before = Max(Cast(Add(lengths, 1:lengths); to=7), $queries)\nbefore = Reshape(Sub(before, $queries), [-1])\n"
                  "places = Add(Unsqueeze(before, [1]), Range(0, $queries, 1))");
    normalize(r);
    rotate(r);
    keep(r, c, "k", "past_key", "present_key");
    keep(r, c, "v", "past_value", "present_value");
}

/* "scores" [batch, heads, queries, total] */
static void score(recipe *r) {
    recipe_run(r, "q = Reshape(Transpose(Reshape(q, [0,0,$heads,$size]); perm=[0,2,1,3]), [$batch,$kv_heads,$group,$queries,$size])\n"
                  "scores = Mul(MatMul(q, Unsqueeze(Transpose(present_key; perm=[0,1,3,2]), [2])), $scale:q)\n"
                  "scores = Reshape(scores, [$batch,$heads,$queries,$total])");
}

/* y = what the shares that scores make take from values. A sink is one more score, of nothing. */
static bool mix(recipe *r) {
    if (recipe_get(r, "sink")) {
        recipe_run(r, "sink = Expand(Reshape(sink, [1,-1,1,1]), [$batch,$heads,$queries,1])\n"
                      "shares = Slice(Softmax(Concat(scores, sink; axis=-1)), [0], [$total], [-1])");
    } else recipe_run(r, "shares = Softmax(scores)");
    recipe_run(r, "shares = Reshape(shares, [$batch,$kv_heads,$group,$queries,$total])\n"
                  "y = Reshape(MatMul(shares, Unsqueeze(present_value, [2])), [$batch,$heads,$queries,$size])\n"
                  "y = Reshape(Transpose(y; perm=[0,2,1,3]), [0,0,$q_hidden])");
    return recipe_return(r, "y present_key present_value");
}

bool expand_group_query_attention(draft *d, const conversion *row) {
    (void)row;
    chunk c;
    if (!find_chunk(d, &c) || !is_supported(d) || !find_total(d, &c)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "q k v past_key past_value lengths total_length cos sin positions bias sink k_scale v_scale q_norm k_norm");
    prepare(&r, &c);
    double cap = draft_float(d, "softcap", 0);
    recipe_float(&r, "cap", cap);
    score(&r);
    if (cap > 0) recipe_run(&r, "scores = Mul(Tanh(Div(scores, $cap:scores)), $cap:scores)");
    if (recipe_get(&r, "bias")) recipe_run(&r, "scores = Add(scores, bias)");
    hide(&r);
    if (!recipe_get(&r, "sink") && draft_int(d, "smooth_softmax", 0) == 1) recipe_run(&r, "sink = Expand(0.0:scores, [$heads])");
    return mix(&r);
}

/* ---- SparseAttention: a query sees the blocks of keys that its block's row of a sparse matrix has; heads take turns in matrices ---- */

/* "block_rows" and "block_columns" say where rows begin in the list of columns, the matrix "blocks" what is so listed. */
static void unpack_blocks(recipe *r) {
    recipe_run(r, "starts = Unsqueeze(Slice(block_rows, [0], [$blocks], [1]), [2])\nends = Unsqueeze(Slice(block_rows, [1], [$bounds], [1]), [2])\n"
                  "entries = CastLike(Range(0, $entries, 1), starts)\n"
                  "of_row = Cast(And(GreaterOrEqual(entries, starts), Less(entries, ends)); to=1)\n"
                  "of_column = Cast(Equal(Unsqueeze(block_columns, [2]), CastLike(Range(0, $blocks, 1), block_columns)); to=1)\n"
                  "blocks = Greater(MatMul(of_row, of_column), 0.0)");
}

bool expand_sparse_attention(draft *d, const conversion *row) {
    enum { BLOCK_ROWS = 5, BLOCK_COLUMNS };
    (void)row;
    chunk c;
    const value_type *rows = draft_static(d, BLOCK_ROWS), *columns = draft_static(d, BLOCK_COLUMNS);
    if (!rows || !columns || !find_chunk(d, &c)) return false;
    c.total = c.past;
    int64_t block = draft_int(d, "sparse_block_size", 0), layouts = rows->rank == 2 ? type_size(rows, 0) : 0, blocks = layouts ? type_size(rows, 1) - 1 : 0;
    if (columns->rank != 2 || block < 1 || layouts < 1 || c.heads % layouts || !dim_is_number(c.total) || blocks * block < c.total.size ||
        less(c.total, c.queries))
        return draft_error(d, NULL, "its blocks do not fit its cache");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "q k v past_key past_value block_rows block_columns total_length total_lengths cos sin");
    recipe_int(&r, "block", block);
    recipe_int(&r, "blocks", blocks);
    recipe_int(&r, "bounds", blocks + 1);
    recipe_int(&r, "entries", type_size(columns, 1));
    recipe_int(&r, "turns", c.heads / layouts);
    recipe_run(&r, "lengths = Sub(total_lengths, 1:total_lengths)");
    prepare(&r, &c);
    score(&r);
    unpack_blocks(&r);
    recipe_run(&r, "seen = Gather(Gather(blocks, Div(Range(0, $total, 1), $block); axis=2), Div(places, $block); axis=1)\n"
                   "seen = Tile(Transpose(seen; perm=[1,0,2,3]), [1,$turns,1,1])\nscores = Where(seen, scores, -inf:scores)");
    hide(&r);
    return mix(&r);
}
