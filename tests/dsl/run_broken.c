/* Files with a mistake each: run_broken CASES… FILE.cnn…
 *
 * CASES (.txt) holds cases: "==> file LINE: text", then the file. Its first error must be on that line, and what is
 * printed must hold the text. "==> body LINE: text": the file is the body of a network with an input x, lines counted in
 * it. Networks (.cnn) are broken here, line by line, in ways that must show on that very line. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/dsl/dsl.h"

typedef struct tested {
    int cases, failures;
} tested;

/* What is wrong with a text, as it is printed; NULL when nothing is. Behind it, malloc's, to be freed. */
static char *complaints(const char *file, const char *text, size_t size) {
    char *printed = NULL;
    size_t n;
    arena *a = arena_new();
    diagnostics d = {.stream = open_memstream(&printed, &n)};
    const frontend_options o = {0};
    dsl_parameters parameters;
    source_text *s = ARENA_NEW(a, source_text);
    *s = (source_text){.file = file, .text = arena_strndup(a, text, size), .size = size};
    graph *g = dsl_lower(s, &o, a, &d, &parameters);
    fclose(d.stream);
    arena_free(a);
    if (!g && d.errors) return printed;
    free(printed);
    return NULL;
}

static int line_of(const char *printed) {
    const char *colon = strstr(printed, ".cnn:");
    return colon ? atoi(colon + 5) : 0;
}

static void check(tested *t, const char *file, const char *text, size_t size, int line, const char *want, const char *what) {
    char *printed = complaints(file, text, size);
    t->cases++;
    if (printed && line_of(printed) == line && strstr(printed, want)) {
        free(printed);
        return;
    }
    t->failures++;
    fprintf(stderr, "FAILED: %s: line %d, \"%s\" expected, not:\n%s%.*s\n", what, line, want, printed ? printed : "no error\n", (int)size, text);
    free(printed);
}

static char *read_whole(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) perror(path), exit(2);
    long size = ftell(f);
    char *text = calloc(1, (size_t)size + 1);
    rewind(f);
    if (!text || fread(text, 1, (size_t)size, f) != (size_t)size) perror(path), exit(2);
    fclose(f);
    return text;
}

/* ---- written by hand ---- */

static void check_case(tested *t, const char *path, const char *head, const char *text, size_t size) {
    static const char before[] = "network n(x: f32[1,8,6,4]) {\n", after[] = "}\n";
    bool body = !strncmp(head, "body ", 5);
    int line = atoi(head + 5);
    const char *colon = strchr(head, ':');
    char *want = strndup(colon + 2, strcspn(colon + 2, "\n")), *file = calloc(1, size + sizeof before + sizeof after);
    strcpy(file, body ? before : "");
    strncat(file, text, size);
    strcat(file, body ? after : "");
    check(t, "test.cnn", file, strlen(file), line + body, want, path);
    free(want);
    free(file);
}

static void check_cases(tested *t, const char *path) {
    char *all = read_whole(path);
    for (const char *head = strstr(all, "==> "), *next; head; head = next) {
        const char *text = strchr(head, '\n') + 1;
        next = strncmp(text, "==> ", 4) ? strstr(text, "\n==> ") : text - 1;
        size_t size = next ? (size_t)(next + 1 - text) : strlen(text);
        check_case(t, path, head + 4, text, size);
        if (next) next++;
    }
    free(all);
}

/* ---- by mutation ---- */

/* A place in a line to be cut out and replaced. */
typedef struct edit {
    const char *what;
    const char *(*find)(const char *line, const char *end, size_t *cut); /* NULL: no such place */
    const char *with;
} edit;

static const char *find_end(const char *line, const char *end, size_t *cut) { return *cut = 0, end > line ? end : NULL; }

static const char *find_pipe(const char *line, const char *end, size_t *cut) {
    for (const char *c = line; c + 3 < end; c++)
        if (!memcmp(c, "|> ", 3)) return *cut = 0, c + 3;
    return NULL;
}

static const char *find_called(const char *line, const char *end, size_t *cut) {
    static const char *const layers[] = {"conv(", "dense(", "maxpool(", "avgpool(", "bn ", "relu ", "flatten "};
    for (const char *c = line; c < end; c++)
        for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
            if (!strncmp(c, layers[i], strlen(layers[i])) && c > line + 1 && c[-1] == ' ' && strchr(">:", c[-2])) return *cut = 1, c;
    return NULL;
}

static const edit edits[] = {{"a stray character at the end", find_end, " $"},
                             {"a closing bracket too many", find_end, ")"},
                             {"a string without end", find_end, " \""},
                             {"two pipes", find_pipe, "|> "},
                             {"an unknown layer", find_called, "qzj"}};

static bool is_code(const char *line, const char *end) {
    while (line < end && isspace((unsigned char)*line)) line++;
    return line < end && *line != '#' && !memchr(line, '#', (size_t)(end - line));
}

static void check_mutations(tested *t, const char *path) {
    char *all = read_whole(path), *damaged = malloc(strlen(all) + 100);
    int line = 1;
    for (const char *from = all, *end; *from; from = end + (*end == '\n'), line++) {
        end = from + strcspn(from, "\n");
        if (!is_code(from, end)) continue;
        for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
            size_t cut = 0;
            const char *at = edits[i].find(from, end, &cut);
            if (!at) continue;
            sprintf(damaged, "%.*s%s%s", (int)(at - all), all, edits[i].with, at + cut);
            check(t, path, damaged, strlen(damaged), line, "", edits[i].what);
        }
    }
    free(damaged);
    free(all);
}

int main(int argc, char **argv) {
    tested hand = {0}, mutations = {0};
    for (int i = 1; i < argc; i++) {
        if (strstr(argv[i], ".cnn")) check_mutations(&mutations, argv[i]);
        else check_cases(&hand, argv[i]);
    }
    printf("%d cases, %d mutations, %d failures\n", hand.cases, mutations.cases, hand.failures + mutations.failures);
    return hand.failures || mutations.failures || hand.cases < 200 || mutations.cases < 200;
}
