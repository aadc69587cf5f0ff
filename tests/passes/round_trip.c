/* Real models as text: round_trip PATH… reads each .onnx file at or below PATH, prints the graph as it came and after
 * every pass, reads the text back and prints it again: it must be the same. What cnnc cannot read or infer is counted
 * and left out; `--least N` fails if fewer than N models went through all passes. */
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend.h"
#include "passes/passes.h"

typedef struct counts {
    int models, whole, texts, wrong;
} counts;

/* The lines where two texts part. */
static void show_difference(const char *x, const char *y) {
    size_t same = 0, line = 0;
    for (; x[same] && x[same] == y[same]; same++)
        if (x[same] == '\n') line = same + 1;
    fprintf(stderr, "  printed:       %.*s\n", (int)strcspn(x + line, "\n"), x + line);
    fprintf(stderr, "  printed again: %.*s\n", (int)strcspn(y + line, "\n"), y + line);
}

static void check_text(counts *n, const graph *g, const char *path, const char *when) {
    arena *a = arena_new();
    diagnostics d = {.stream = stderr};
    const char *first = graph_text(a, g);
    graph *again = graph_read(a, &d, path, first, strlen(first));
    const char *second = again ? graph_text(a, again) : NULL;
    n->texts++;
    if (!second || strcmp(first, second) != 0) {
        fprintf(stderr, "FAILED: %s: the text of %s %s\n", path, when, second ? "comes back changed" : "does not read back");
        if (second) show_difference(first, second);
        n->wrong++;
    }
    arena_free(a);
}

static void check_model(counts *n, const char *path) {
    arena *a = arena_new();
    diagnostics silent = {0};
    graph *g = frontend_read(path, NULL, a, &silent);
    n->models++;
    bool ok = g != NULL;
    if (ok) check_text(n, g, path, "the model");
    int count;
    const pass *all = passes_all(&count);
    for (int i = 0; ok && i < count; i++) {
        ok = all[i].run(g, &(pass_options){.conv_layouts = true});
        if (ok) check_text(n, g, path, all[i].name);
    }
    n->whole += ok;
    arena_free(a);
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static void check_tree(counts *n, char *path) {
    char *paths[] = {path, NULL};
    FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!tree) return;
    for (FTSENT *e; (e = fts_read(tree));)
        if (e->fts_info == FTS_F && ends_with(e->fts_path, ".onnx")) check_model(n, e->fts_path);
    fts_close(tree);
}

int main(int argc, char **argv) {
    counts n = {0};
    int least = 1, from = 1;
    if (argc > 2 && !strcmp(argv[1], "--least")) least = atoi(argv[2]), from = 3;
    for (int i = from; i < argc; i++) check_tree(&n, argv[i]);
    printf("%d models, %d through all passes, %d texts, %d wrong\n", n.models, n.whole, n.texts, n.wrong);
    return n.wrong || n.whole < least ? EXIT_FAILURE : EXIT_SUCCESS;
}
