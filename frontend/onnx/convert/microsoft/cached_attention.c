#include "frontend/onnx/convert/recipe.h"

#include <math.h>

/* com.microsoft.GroupQueryAttention: of one chunk of tokens, with a cache of earlier keys and values. */

enum { PAST_KEY = 3, PAST_VALUE, LENGTHS, TOTAL, COS, SIN, POSITIONS, BIAS, FIRST_OTHER };

typedef struct chunk {
    int64_t batch, queries, heads, kv_heads, size, past, total;
} chunk;

/* How many keys the present cache holds: as the model declares it, else as the constant says, or the cache if it is larger. */
static bool find_total(draft *d, chunk *c) {
    const value_type *declared = d->declared && d->n_outputs > 1 ? d->declared[1] : NULL;
    const value *given = draft_input(d, TOTAL);
    int64_t stated = declared && declared->kind == TYPE_TENSOR && declared->rank == 4 ? type_size(declared, 2) : -1;
    if (stated < 0 && given && given->constant && type_count(&given->type) == 1) stated = constant_int(given->constant, 0);
    c->total = stated > c->past ? stated : c->past;
    if (stated < 0 && c->past <= c->queries) return draft_error(d, "--fix it: --fix NAME=64", "its total_sequence_length is not known");
    return c->total >= c->queries || draft_error(d, NULL, "has room for %lld keys, fewer than its %lld queries", (long long)c->total, (long long)c->queries);
}

static bool find_chunk(draft *d, chunk *c) {
    const value_type *q = draft_static(d, 0), *past = draft_input(d, PAST_KEY) ? draft_static(d, PAST_KEY) : NULL;
    bool packed = !draft_input(d, 1);
    if (!q || (draft_input(d, PAST_KEY) && !past)) return false;
    *c = (chunk){.batch = type_size(q, 0), .queries = q->rank == 3 ? type_size(q, 1) : -1, .heads = draft_int(d, "num_heads", 0), .kv_heads = draft_int(d, "kv_num_heads", 0)};
    int64_t parts = c->heads + (packed ? 2 * c->kv_heads : 0);
    if (q->rank != 3 || c->heads < 1 || c->kv_heads < 1 || c->heads % c->kv_heads || type_size(q, 2) % parts || (past && past->rank != 4))
        return draft_error(d, NULL, "its heads do not fit its inputs");
    c->size = type_size(q, 2) / parts;
    c->past = past ? type_size(past, 2) : 0;
    for (int i = FIRST_OTHER; i < d->n_inputs; i++)
        if (draft_input(d, i)) return draft_error(d, "export the model without it", "has input %d, which is not supported", i);
    if (draft_int(d, "smooth_softmax", 0) == 1 || draft_int(d, "sliding_window_cache", 0) || draft_int(d, "qk_output", 0))
        return draft_error(d, "export the model without them", "has a smooth softmax, a cache of a window, or the scores as an output, which are not supported");
    return find_total(d, c);
}

static void bind_chunk(recipe *r, const chunk *c) {
    recipe_int(r, "batch", c->batch);
    recipe_int(r, "queries", c->queries);
    recipe_int(r, "total", c->total);
    recipe_int(r, "more", c->total - c->past);
    recipe_int(r, "heads", c->heads);
    recipe_int(r, "kv_heads", c->kv_heads);
    recipe_int(r, "group", c->heads / c->kv_heads);
    recipe_int(r, "size", c->size);
    recipe_int(r, "q_hidden", c->heads * c->size);
    recipe_int(r, "kv_hidden", c->kv_heads * c->size);
}

/* Queries and keys, [batch, queries, hidden], turned by the places of their tokens. */
static void rotate(recipe *r) {
    const draft *d = r->draft;
    if (!draft_int(d, "do_rotary", 0)) return;
    recipe_int(r, "interleaved", draft_int(d, "rotary_interleaved", 0));
    const value_type *cos = draft_input_type(d, COS);
    recipe_int(r, "turned", cos->kind == TYPE_TENSOR && cos->rank == 2 ? 2 * type_size(cos, 1) : 0);
    recipe_run(r, draft_input(d, POSITIONS) ? "ids = Identity(positions)" : "ids = Expand(places, [$batch,$queries])");
    recipe_run(r, "q = RotaryEmbedding(q, cos, sin, ids; interleaved=$interleaved, num_heads=$heads, rotary_embedding_dim=$turned)\n"
                  "k = RotaryEmbedding(k, cos, sin, ids; interleaved=$interleaved, num_heads=$kv_heads, rotary_embedding_dim=$turned)");
}

/* "present", the past with what is new behind the tokens that are there. */
static void keep(recipe *r, const chunk *c, const char *what, const char *past, const char *present) {
    arena *mem = r->draft->context->imp->arena;
    recipe_run(r, arena_printf(mem, "%s = Transpose(Reshape(%s, [0,0,$kv_heads,$size]); perm=[0,2,1,3])", what, what));
    if (!c->past && c->total == c->queries) {
        recipe_run(r, arena_printf(mem, "%s = Identity(%s)", present, what));
        return;
    }
    if (c->total > c->past) recipe_run(r, arena_printf(mem, "room = Expand(0.0:%s, [$batch,$kv_heads,$more,$size])", what));
    if (!c->past) recipe_run(r, arena_printf(mem, "%s = Identity(room)", past));
    else if (c->total > c->past) recipe_run(r, arena_printf(mem, "%s = Concat(%s, room; axis=2)", past, past));
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

bool expand_group_query_attention(draft *d, const conversion *row) {
    (void)row;
    chunk c;
    if (!find_chunk(d, &c)) return false;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "q k v past_key past_value lengths total_length cos sin positions bias");
    bind_chunk(&r, &c);
    double scale = draft_float(d, "scale", 0), cap = draft_float(d, "softcap", 0);
    recipe_float(&r, "scale", scale != 0 ? scale : 1 / sqrt((double)c.size));
    recipe_float(&r, "cap", cap);
    if (!draft_input(d, 1)) recipe_run(&r, "q, k, v = Split(q, [$q_hidden,$kv_hidden,$kv_hidden]; axis=2)");
    recipe_run(&r, "before = Max(Cast(Add(lengths, 1:lengths); to=7), $queries)\nbefore = Reshape(Sub(before, $queries), [-1])\n"
                   "places = Add(Unsqueeze(before, [1]), Range(0, $queries, 1))");
    rotate(&r);
    keep(&r, &c, "k", "past_key", "present_key");
    keep(&r, &c, "v", "past_value", "present_value");
    recipe_run(&r, "q = Reshape(Transpose(Reshape(q, [0,0,$heads,$size]); perm=[0,2,1,3]), [$batch,$kv_heads,$group,$queries,$size])\n"
                   "scores = Mul(MatMul(q, Unsqueeze(Transpose(present_key; perm=[0,1,3,2]), [2])), $scale:q)\n"
                   "scores = Reshape(scores, [$batch,$heads,$queries,$total])");
    if (cap > 0) recipe_run(&r, "scores = Mul(Tanh(Div(scores, $cap:scores)), $cap:scores)");
    if (draft_input(d, BIAS)) recipe_run(&r, "scores = Add(scores, bias)");
    hide(&r);
    recipe_run(&r, "shares = Reshape(Softmax(scores), [$batch,$kv_heads,$group,$queries,$total])\n"
                   "y = Reshape(MatMul(shares, Unsqueeze(present_value, [2])), [$batch,$heads,$queries,$size])\n"
                   "y = Reshape(Transpose(y; perm=[0,2,1,3]), [0,0,$q_hidden])");
    return recipe_return(&r, "y present_key present_value");
}
