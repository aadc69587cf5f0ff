#include "frontend/onnx/convert/recipe.h"

#include <stdlib.h>
#include <string.h>

/* TfIdfVectorizer: how often each n-gram of a pool occurs, gaps of up to max_skip_count allowed. Every window
 * of the input is compared with every n-gram. */

typedef struct ngrams {
    recipe r;
    draft *d;
    int64_t length, n_outputs; /* of the input's rows, of the output's */
    value *keys; /* of strings; NULL: they are integers */
    const attr *pool, *starts, *places, *weights;
    bool cuts, weighs; /* counts above 1 count as 1; counts are scaled */
} ngrams;

static value *constant_value(ngrams *s, dtype elem, int rank, const int64_t *dims, const void *data) {
    arena *mem = s->d->context->imp->arena;
    return value_constant(s->d->context->imp->graph, s->d->name, type_tensor(mem, elem, rank, dims), data, s->d->name);
}

/* "count" of the n-grams [first, first + n) of length g, which begin at `at` in the pool, with `skip` left out between. */
static void count_windows(ngrams *s, int64_t g, int64_t skip, int64_t n, int64_t at) {
    arena *mem = s->d->context->imp->arena;
    int64_t windows = s->length - (g - 1) * (skip + 1);
    if (windows < 1) return;
    for (int64_t j = 0; j < g; j++) {
        int64_t *column = ARENA_ARRAY(mem, int64_t, n);
        for (int64_t k = 0; k < n; k++) column[k] = s->pool->ints[at + k * g + j];
        recipe_value(&s->r, "column", constant_value(s, DT_I64, 1, &n, column));
        recipe_int(&s->r, "from", j * (skip + 1));
        recipe_int(&s->r, "to", j * (skip + 1) + windows);
        recipe_run(&s->r, "same = Equal(Unsqueeze(Slice(x, [$from], [$to], [1]), [2]), column)");
        recipe_run(&s->r, j ? "match = And(match, same)" : "match = Identity(same)");
    }
    recipe_run(&s->r, "found = ReduceSum(Cast(match; to=1), [1]; keepdims=0)");
    recipe_run(&s->r, recipe_get(&s->r, "count") ? "count = Add(count, found)" : "count = Identity(found)");
}

/* Where counts of n n-grams, `first` and on, go in the output, and what they weigh there: added to "y". */
static bool place_counts(ngrams *s, int64_t first, int64_t n) {
    float *to = ARENA_ARRAY(s->d->context->imp->arena, float, n * s->n_outputs);
    int64_t dims[] = {n, s->n_outputs};
    for (int64_t k = 0; k < n; k++) {
        int64_t place = s->places->ints[first + k];
        if (place < 0) return draft_error(s->d, NULL, "has a negative index");
        double weight = s->weighs && s->weights && first + k < s->weights->n ? s->weights->floats[first + k] : 1;
        to[k * s->n_outputs + place] = (float)weight;
    }
    recipe_value(&s->r, "to", constant_value(s, DT_F32, 2, dims, to));
    if (s->cuts) recipe_run(&s->r, "count = Min(count, 1.0)");
    recipe_run(&s->r, "y = Add(y, MatMul(count, to))");
    recipe_value(&s->r, "count", NULL);
    return true;
}

typedef struct pool_word {
    ir_string text;
    int64_t at;
} pool_word;

static int by_text(const void *a, const void *b) {
    const pool_word *p = a, *q = b;
    size_t shorter = p->text.size < q->text.size ? p->text.size : q->text.size;
    int order = shorter ? memcmp(p->text.bytes, q->text.bytes, shorter) : 0;
    return order ? order : (p->text.size > q->text.size) - (p->text.size < q->text.size);
}

/* A pool of strings becomes one of integers: the places of its strings among `keys`, where the input's are looked up too. */
static void number_strings(ngrams *s, const attr *words) {
    arena *mem = s->d->context->imp->arena;
    attr *numbers = ARENA_NEW(mem, attr);
    int64_t *ints = ARENA_ARRAY(mem, int64_t, words->n), n = 0;
    ir_string *keys = ARENA_ARRAY(mem, ir_string, words->n);
    pool_word *sorted = ARENA_ARRAY(mem, pool_word, words->n);
    for (int i = 0; i < words->n; i++) sorted[i] = (pool_word){words->strings[i], i};
    qsort(sorted, (size_t)words->n, sizeof *sorted, by_text);
    for (int i = 0; i < words->n; i++) {
        if (!i || by_text(&sorted[i - 1], &sorted[i])) keys[n++] = sorted[i].text;
        ints[sorted[i].at] = n - 1;
    }
    *numbers = (attr){.name = "pool_int64s", .kind = ATTR_INTS, .n = words->n, .ints = ints};
    s->pool = numbers;
    s->keys = constant_value(s, DT_STRING, 1, &n, keys);
}

static bool read_ngrams(ngrams *s) {
    enum { MOST_OUTPUTS = 1 << 20 };
    draft *d = s->d;
    const char *mode = draft_string(d, "mode", "TF");
    s->pool = draft_attr(d, "pool_int64s"), s->starts = draft_attr(d, "ngram_counts"), s->places = draft_attr(d, "ngram_indexes");
    s->weights = draft_attr(d, "weights");
    const attr *words = draft_attr(d, "pool_strings");
    if (words && words->kind == ATTR_STRINGS && words->n) number_strings(s, words);
    bool lists = s->pool && s->pool->kind == ATTR_INTS && s->starts && s->starts->kind == ATTR_INTS && s->places && s->places->kind == ATTR_INTS;
    if (!lists) return draft_error(d, NULL, "lacks its pool, or the lists of what is in it");
    if (!s->keys != (draft_input_type(d, 0)->elem != DT_STRING)) return draft_error(d, NULL, "its pool and its input are of different types");
    s->weighs = strcmp(mode, "TF") != 0;
    s->cuts = !strcmp(mode, "IDF");
    for (int i = 0; i < s->places->n; i++) {
        const int64_t place = s->places->ints[i];
        if (place < 0 || place >= MOST_OUTPUTS) return draft_error(d, NULL, "its ngram_indexes have %lld", (long long)place);
        if (place >= s->n_outputs) s->n_outputs = place + 1;
    }
    return true;
}

bool expand_ngrams(draft *d, const conversion *row) {
    (void)row;
    enum { MOST_SKIPS = 64, MOST_GRAMS = 16 };
    const value_type *x = draft_static(d, 0);
    ngrams s = {.r = recipe_new(d), .d = d};
    int64_t shortest = draft_int(d, "min_gram_length", 1), longest = draft_int(d, "max_gram_length", 1), skips = draft_int(d, "max_skip_count", 0);
    if (!x || !read_ngrams(&s)) return false;
    if (x->rank < 1 || x->rank > 2 || shortest < 1 || longest > MOST_GRAMS || skips < 0 || skips > MOST_SKIPS)
        return draft_error(d, NULL, "its input or its lengths are not supported");
    s.length = type_size(x, -1);
    const int64_t shape[] = {x->rank == 2 ? type_size(x, 0) : 1, s.n_outputs};
    recipe_inputs(&s.r, "x");
    recipe_ints(&s.r, "shape", 2, shape);
    recipe_value(&s.r, "count", NULL);
    recipe_value(&s.r, "keys", s.keys);
    recipe_run(&s.r, s.keys ? "x = string_find(x, keys)" : "x = Cast(x; to=7)");
    recipe_run(&s.r, "y = Expand(0.0, $shape)");
    if (x->rank == 1) recipe_run(&s.r, "x = Unsqueeze(x, [0])");
    int64_t first = 0;
    for (int64_t g = 1; g <= s.starts->n; g++) {
        int64_t at = s.starts->ints[g - 1], end = g < s.starts->n ? s.starts->ints[g] : s.pool->n;
        bool fits = at >= 0 && end >= at && end <= s.pool->n;
        const int64_t n = fits ? (end - at) / g : 0;
        if (!fits || first + n > s.places->n) return draft_error(d, NULL, "its pool and its lists do not fit");
        for (int64_t skip = 0; g >= shortest && g <= longest && n && skip <= (g > 1 ? skips : 0); skip++) count_windows(&s, g, skip, n, at);
        if (recipe_get(&s.r, "count") && !place_counts(&s, first, n)) return false;
        first += n;
    }
    if (x->rank == 1) recipe_run(&s.r, "y = Squeeze(y, [0])");
    return recipe_return(&s.r, "y");
}
