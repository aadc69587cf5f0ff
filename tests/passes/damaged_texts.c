/* Hostile text: damaged_texts ROUNDS FILE… takes every graph out of the files, exchanges a few of its words, numbers and
 * marks for others, and compiles what comes out. It may be refused, with a reason, or compiled; nothing else.
 * Deterministic; with LAST_TEXT in the environment, a file of that name holds the text at work, for when it crashes. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "passes/passes.h"

enum { MOST_TOKENS = 4096, MOST_EDITS = 3 };

/* ---- tokens ---- */

typedef struct token {
    const char *from;
    int size;
} token;

static bool in_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '%'; }

static int tokenize(const char *source, token *out) {
    int n = 0;
    for (const char *s = source; *s && n < MOST_TOKENS;) {
        const char *from = s++;
        if (in_word(*from) || *from == '-')
            while (in_word(*s)) s++;
        else if (*from == '"') {
            while (*s && *s != '"') s++;
            if (*s) s++;
        } else if (isspace((unsigned char)*from))
            while (isspace((unsigned char)*s)) s++;
        out[n++] = (token){from, (int)(s - from)};
    }
    return n;
}

/* What a token may become, by what it is. */
static const char *const numbers[] = {
    "0", "1", "-1", "2", "3", "4", "7", "15", "16", "17", "32", "33", "100", "2147483647", "2147483648", "-2147483648",
    "1099511627776", "9223372036854775807", "-9223372036854775808", "nan", "inf", "-inf", "1e300", "N", "?"};
static const char *const words[] = {
    "conv", "relu", "add", "reshape", "concat", "split", "gather", "pad", "slice", "max_pool", "average_pool", "gemm", "matmul", "softmax",
    "transpose", "fused", "to_c16", "from_c16", "if", "batch_normalization", "conv_transpose", "conv_max_pool", "reduce_mean", "cast", "shape",
    "expand", "tile", "top_k", "global_average_pool", "flatten", "unsqueeze", "squeeze", "dropout", "where", "clip", "prelu", "acc", "in0", "in1",
    "in2", "f32", "f64", "i64", "i32", "bool", "u4", "f16", "string", "c64", "pads", "strides", "group", "axis", "kernel_shape", "dilations"};
static const char *const marks[] = {
    "", ",", ";", "_", "{", "}", "(", ")", "[", "]", " @c16(1,1,1,1)", " @c16(0,0,0,0)", " {group=0}", " {group=2}", " {strides=[0,0]}", " {pads=[9,9,9,9]}",
    " {axis=-9}", " {ceil_mode=1, kernel_shape=[3,3]}", " {dilations=[9,9]}", " epilogue relu(acc)", " prologue add(acc, in1)", " : ?", " : f32[2,2]"};

#define ANY_OF(list, state) list[next_random(state) % (sizeof list / sizeof *list)]

static uint64_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static bool is_key(const token *t) { return *t->from == '%' || *t->from == '_'; }

/* Another token of the same text that is of the kind of t. */
static token relative(const token *tokens, int n, token t, uint64_t *state) {
    for (int tries = 0; tries < 20; tries++) {
        const token *u = &tokens[next_random(state) % (uint64_t)n];
        if (is_key(&t) ? is_key(u) : isalnum((unsigned char)*t.from) ? isalnum((unsigned char)*u->from) : ispunct((unsigned char)*u->from)) return *u;
    }
    return t;
}

static token changed(const token *tokens, int n, token t, uint64_t *state) {
    const char *s = NULL;
    if (is_key(&t) || next_random(state) % 4 == 0) return relative(tokens, n, t, state);
    if (isdigit((unsigned char)*t.from) || *t.from == '-') s = ANY_OF(numbers, state);
    else if (isalpha((unsigned char)*t.from)) s = ANY_OF(words, state);
    else s = ANY_OF(marks, state);
    return (token){s, (int)strlen(s)};
}

/* A few tokens become others. */
static char *damage(arena *a, const char *source, uint64_t seed) {
    token *tokens = ARENA_ARRAY(a, token, MOST_TOKENS);
    int n = tokenize(source, tokens);
    uint64_t state = seed * 2654435761u + 1;
    for (int edits = 1 + (int)(next_random(&state) % MOST_EDITS); edits;) {
        token *t = &tokens[next_random(&state) % (uint64_t)n];
        if (isspace((unsigned char)*t->from) || *t->from == '"') continue;
        *t = changed(tokens, n, *t, &state);
        edits--;
    }
    size_t size = 0;
    for (int i = 0; i < n; i++) size += (size_t)tokens[i].size;
    char *out = arena_alloc(a, size + 1), *at = out;
    for (int i = 0; i < n; at += tokens[i++].size) memcpy(at, tokens[i].from, (size_t)tokens[i].size);
    return out;
}

/* ---- compiling ---- */

static bool compile(const char *source, arena *a, diagnostics *d, FILE *out) {
    graph *g = graph_read(a, d, "damaged.cir", source, strlen(source));
    if (!g) return false;
    graph_print(out, g);
    graph_drop_layouts(g);
    if (!passes_run(g, &(pass_options){.conv_layouts = true})) return false;
    graph_print(out, g);
    const target *targets[TARGET_MAX];
    int n = targets_parse("x86-64-v4,generic", targets, d);
    plan *p = plan_make(g, targets, n, &(plan_options){.accuracy = ACCURACY_BALANCED}, a);
    backend_options o = {.prefix = "net", .weights = WEIGHTS_EMBED, .model = "damaged.cir"};
    return p && backend_emit(p, &o, out, out, out);
}

static void keep(const char *source) {
    const char *path = getenv("LAST_TEXT");
    FILE *f = path ? fopen(path, "wb") : NULL;
    if (!f) return;
    fputs(source, f);
    fclose(f);
}

/* Whether it was compiled, or refused for a reason that is not our own fault. */
static bool survives(const char *source, uint64_t seed, FILE *out, int *compiled) {
    arena *a = arena_new();
    char *damaged = damage(a, source, seed);
    diagnostics d = {0};
    keep(damaged);
    bool ok = compile(damaged, a, &d, out), fine = ok == !d.errors && !strstr(d.first, "broke the graph");
    if (!fine) fprintf(stderr, "FAILED: seed %llu: %s, %d errors: %s\n%s\n", (unsigned long long)seed, ok ? "compiled" : "refused", d.errors, d.first, damaged);
    *compiled += ok;
    arena_free(a);
    return fine;
}

/* ---- the graphs in files ---- */

static char *read_file(arena *a, const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) return arena_strdup(a, "");
    char *bytes = NULL;
    size_t room = 0;
    ssize_t size = getdelim(&bytes, &room, EOF, f);
    char *copy = arena_strndup(a, bytes, size < 0 ? 0 : (size_t)size);
    free(bytes);
    fclose(f);
    return copy;
}

/* The next graph in *s, from its first line to the brace that closes it; NULL at the end. */
static const char *next_graph(arena *a, const char **s) {
    const char *from = strstr(*s, "graph \""), *end = from ? strstr(from, "\n}") : NULL;
    if (!end) return NULL;
    *s = end + 2;
    return arena_strndup(a, from, (size_t)(*s - from));
}

int main(int argc, char **argv) {
    int rounds = argc > 2 ? atoi(argv[1]) : 0, compiled = 0;
    FILE *out = fopen("/dev/null", "w");
    arena *a = arena_new();
    uint64_t seed = 0, failures = 0;
    for (int i = 2; out && i < argc; i++) {
        const char *s = read_file(a, argv[i]), *source;
        while ((source = next_graph(a, &s)))
            for (int k = 0; k < rounds; k++, seed++) failures += !survives(source, seed, out, &compiled);
    }
    arena_free(a);
    if (out) fclose(out);
    printf("%llu damaged texts, %d compiled, %llu failures\n", (unsigned long long)seed, compiled, (unsigned long long)failures);
    return !seed || failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
