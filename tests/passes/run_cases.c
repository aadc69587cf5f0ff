/* Golden tests of passes: run_cases FILE.cir… ; a file holds cases
 *
 *     === what it shows [pass pass …]          (without brackets: the pass that the file is named after)
 *     graph "" { … }                           before
 *     ---
 *     graph "" { … }                           after, as graph_print prints it; data sections are left out
 *
 * A case passes if the text comes out, reads back to itself, keeps the outputs' names, and if both graphs (and the one
 * that the whole pipeline makes) compute the same from the same random inputs. `run_cases --update FILE.cir` writes what
 * came out into the file: read it before you commit it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/compare.h"
#include "compiler/random_input.h"
#include "passes/passes.h"

enum { ANY_SIZE = 3 }; /* of symbolic dimensions */

typedef struct test_case {
    const char *file, *title, *passes; /* names with spaces between */
    const char *before, *after;
    int line; /* of before */
    arena *arena;
} test_case;

static bool failed(const test_case *c, const char *what) {
    fprintf(stderr, "FAILED: %s: %s: %s\n", c->file, c->title, what);
    return false;
}

/* ---- reading ---- */

static char *read_file(arena *a, const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    char *text = NULL;
    size_t room = 0;
    ssize_t size = getdelim(&text, &room, EOF, f);
    char *copy = size < 0 ? NULL : arena_strndup(a, text, (size_t)size);
    free(text);
    fclose(f);
    return copy;
}

static const char *line_after(const char *s) {
    const char *end = strchr(s, '\n');
    return end ? end + 1 : s + strlen(s);
}

/* The next line from s on that begins with mark, or the end. */
static const char *find_line(const char *s, const char *mark) {
    while (*s && strncmp(s, mark, strlen(mark)) != 0) s = line_after(s);
    return s;
}

static const char *stem(arena *a, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return arena_strndup(a, name, strcspn(name, "."));
}

/* The case that begins at *s, which moves behind it. */
static test_case next_case(arena *a, const char *file, const char *text, const char **s) {
    test_case c = {.file = file, .arena = a, .line = 2};
    const char *head = *s + 4, *body = line_after(*s), *end = find_line(body, "==="), *middle = find_line(body, "---");
    if (middle > end) middle = end;
    for (const char *p = text; p < *s; p++) c.line += *p == '\n';
    size_t length = strcspn(head, "\n[");
    while (length && head[length - 1] == ' ') length--;
    c.title = arena_strndup(a, head, length);
    const char *open = strchr(head, '[');
    c.passes = open && open < body ? arena_strndup(a, open + 1, strcspn(open + 1, "]\n")) : stem(a, file);
    c.before = arena_strndup(a, body, (size_t)(middle - body));
    const char *after = middle < end ? line_after(middle) : end;
    c.after = arena_strndup(a, after, (size_t)(end - after));
    *s = end;
    return c;
}

static graph *parse(const test_case *c, const char *text, diagnostics *d) {
    *d = (diagnostics){.stream = stderr};
    char *name = arena_printf(c->arena, "%s (from line %d)", c->file, c->line);
    return graph_read(c->arena, d, name, text, strlen(text));
}

/* ---- values ---- */

static value_type concrete(arena *a, const value_type *t) {
    value_type c = *t;
    if (t->rank > 0) c.dims = arena_copy(a, t->dims, sizeof *t->dims * (size_t)t->rank);
    for (int i = 0; i < t->rank; i++)
        if (!dim_is_number(c.dims[i])) c.dims[i] = dim_number(ANY_SIZE);
    return c;
}

static tensor *inputs_of_case(const test_case *c, const graph *g) {
    tensor *inputs = ARENA_ARRAY(c->arena, tensor, g->body->n_inputs);
    uint64_t state = 1;
    for (int i = 0; i < g->body->n_inputs; i++)
        if (!random_tensor(concrete(c->arena, &g->body->inputs[i]->type), &state, &inputs[i], c->arena)) return NULL;
    return inputs;
}

static tensor *evaluate(const test_case *c, const graph *g, const tensor *inputs, diagnostics *d) {
    tensor *outputs = ARENA_ARRAY(c->arena, tensor, g->body->n_outputs);
    return eval_graph(g, inputs, outputs, c->arena, d, NULL, NULL) ? outputs : NULL;
}

static bool same_values(const test_case *c, const graph *before, const graph *after, diagnostics *d) {
    const region *was = before->body, *is = after->body;
    if (was->n_inputs != is->n_inputs || was->n_outputs != is->n_outputs) return failed(c, "inputs or outputs are lost");
    tensor *inputs = inputs_of_case(c, before);
    if (!inputs) return failed(c, "its inputs cannot be made");
    tensor *want = evaluate(c, before, inputs, d), *got = evaluate(c, after, inputs, d);
    if (!want || !got) return failed(c, "cannot be evaluated");
    for (int i = 0; i < was->n_outputs; i++) {
        if (strcmp(was->outputs[i]->name, is->outputs[i]->name) != 0)
            return failed(c, arena_printf(c->arena, "output '%s' has become '%s'", was->outputs[i]->name, is->outputs[i]->name));
        difference x = compare_tensors(&got[i], &want[i], &default_tolerance);
        if (x.same) continue;
        difference_print(stderr, &x, &got[i], &want[i]);
        return failed(c, " in the values");
    }
    return true;
}

/* ---- checks ---- */

static bool run_passes(const test_case *c, graph *g, const pass_options *o) {
    char *names = arena_strdup(c->arena, c->passes), *rest = NULL;
    for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        const pass *p = pass_find(name);
        if (!p) return failed(c, arena_printf(c->arena, "there is no pass '%s'", name));
        if (!p->run(g, o) || !graph_verify(g, g->diags)) return failed(c, "the pass fails");
    }
    return true;
}

/* Without its sections of data. */
static char *structure(arena *a, const char *text) { return arena_strndup(a, text, (size_t)(find_line(text, "data ") - text)); }

static bool same_text(const test_case *c, const char *got, const char *want) {
    const char *g = got, *w = want;
    while (*w == '\n') w++;
    while (*g && *g == *w) g++, w++;
    while (*w == '\n') w++;
    if (!*g && !*w) return true;
    int line = 1;
    for (const char *p = got; p < g; p++) line += *p == '\n';
    fprintf(stderr, "--- %s, got (differs from line %d on):\n%s--- wanted:\n%s\n", c->title, line, got, want);
    return failed(c, "another graph came out");
}

static bool reads_back(const test_case *c, const char *text) {
    diagnostics d;
    graph *again = parse(c, text, &d);
    return (again && !strcmp(graph_text(c->arena, again), text)) || failed(c, "what came out does not read back to itself");
}

static bool keeps_values(const test_case *c, const graph *after) {
    diagnostics d, unused;
    graph *before = parse(c, c->before, &d), *optimized = parse(c, c->before, &unused);
    if (!before || !optimized || !same_values(c, before, after, &d)) return false;
    if (!passes_run(optimized, &(pass_options){.conv_layouts = true})) return failed(c, "the whole pipeline fails");
    return same_values(c, before, optimized, &d);
}

/* What came out goes to *text. */
static bool check_case(const test_case *c, bool update, const char **text) {
    diagnostics d;
    graph *g = parse(c, c->before, &d);
    if (!g || !run_passes(c, g, &(pass_options){.conv_layouts = true, .compute = DT_BF16})) return failed(c, "nothing came out");
    char *got = graph_text(c->arena, g);
    *text = structure(c->arena, got);
    if (!update && !same_text(c, *text, c->after)) return false;
    return reads_back(c, got) && keeps_values(c, g);
}

static bool check_file(const char *path, bool update, arena *a) {
    const char *text = read_file(a, path), *s = text ? find_line(text, "===") : NULL;
    if (!text || !*s) return fprintf(stderr, "FAILED: %s holds no cases\n", path), false;
    bool ok = true;
    int count = 0;
    FILE *f = update ? fopen(path, "wb") : NULL;
    if (f) fwrite(text, 1, (size_t)(s - text), f);
    for (; *s; count++) {
        const char *from = s, *out = "";
        test_case c = next_case(a, path, text, &s);
        ok &= check_case(&c, update, &out);
        if (f) fprintf(f, "%.*s%s---\n%s%s", (int)(line_after(from) - from), from, c.before, out, *s ? "\n" : "");
    }
    if (f) fclose(f);
    printf("%s: %d cases\n", path, count);
    return ok;
}

static bool check_complete(const char *folder, arena *a) {
    int n;
    bool ok = true;
    const pass *all = passes_all(&n);
    for (int i = 0; i < n; i++) {
        const char *path = arena_printf(a, "%s/%s.cir", folder, all[i].name);
        if (access(path, R_OK)) ok = fprintf(stderr, "FAILED: there is no %s\n", path) < 0;
    }
    return ok;
}

int main(int argc, char **argv) {
    bool ok = argc > 1, update = ok && !strcmp(argv[1], "--update"), complete = ok && !strcmp(argv[1], "--complete");
    for (int i = 1 + (update || complete); i < argc; i++) {
        arena *a = arena_new();
        ok &= complete ? check_complete(argv[i], a) : check_file(argv[i], update, a);
        arena_free(a);
    }
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
