#include "compiler/toolchain.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/probe.h"
#include "compiler/process.h"
#include "compiler/temporary.h"

/* ---- options ---- */

enum { KEY_CC = 256, KEY_CFLAGS, KEY_RUN };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "The C compiler that builds the emitted code:", 20},
    {"cc", KEY_CC, "CMD", 0, "C compiler (default: $CC, else cc, gcc or clang)", 0},
    {"cflags", KEY_CFLAGS, "FLAGS", 0, "its flags (default: -O2)", 0},
    {"run", KEY_RUN, "CMD", 0, "runs the built program, for another machine: qemu-aarch64, say", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state) {
    toolchain *t = state->input;
    switch (key) {
    case KEY_CC: t->cc = arg; return 0;
    case KEY_CFLAGS: t->cflags = arg; return 0;
    case KEY_RUN: t->runner = arg; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp toolchain_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

bool toolchain_complete(toolchain *t, arena *a, diagnostics *d) {
    static const char *const usual[] = {"cc", "gcc", "clang"};
    if (!t->cflags) t->cflags = "-O2";
    if (!t->cc) t->cc = getenv("CC");
    if (t->cc && *t->cc) return true;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        t->cc = usual[i];
        if (process_find(usual[i], a)) return true;
    }
    return diag_error(d, "", "install gcc or clang, or name one with --cc", "no C compiler found");
}

const char *toolchain_identify(const toolchain *t, arena *a, diagnostics *d) {
    char name[64];
    size_t n = probe_run(t, "identify", NULL, NULL, NULL, name, sizeof name, a, d);
    if (n) return arena_strndup(a, name, n);
    if (!d->errors) diag_error(d, "", NULL, "%s makes programs that write nothing", t->cc);
    return NULL;
}

/* ---- command lines ---- */

typedef struct command {
    const char **words; /* ends with NULL */
    int n, capacity;
    const char *option; /* that names its first word, or NULL */
    arena *arena;
} command;

static void add(command *c, const char *word) {
    if (c->n + 2 > c->capacity) {
        int capacity = c->capacity ? 2 * c->capacity : 32;
        const char **words = ARENA_ARRAY(c->arena, const char *, capacity);
        if (c->n) memcpy(words, c->words, sizeof *words * (size_t)c->n);
        c->words = words;
        c->capacity = capacity;
    }
    c->words[c->n++] = word;
    c->words[c->n] = NULL;
}

static void add_all(command *c, const char *const *words) {
    for (; words && *words; words++) add(c, *words);
}

static void add_split(command *c, const char *s) {
    for (size_t n; s && (s += strspn(s, " \t\n"), n = strcspn(s, " \t\n")); s += n)
        add(c, arena_strndup(c->arena, s, n));
}

/* The head of what a command printed, indented, below its error. */
static void show_log(const char *path, FILE *to) {
    enum { LINES = 12 };
    FILE *f = to ? fopen(path, "r") : NULL;
    if (!f) return;
    char line[256];
    for (int i = 0; i < LINES && fgets(line, sizeof line, f); i++)
        fprintf(to, "    %s%s", line, strchr(line, '\n') ? "" : "\n");
    fclose(f);
}

static bool run_logged(const command *c, const char *folder, const char *log, arena *a, diagnostics *d) {
    const char *failure = process_run(c->words, folder, log, a);
    if (!failure) return true;
    bool missing = c->option && !process_find(c->words[0], a);
    diag_error(d, "", missing ? arena_printf(a, "install it, or name another with %s", c->option) : NULL, "%s %s", c->words[0], failure);
    show_log(log, d->stream);
    return false;
}

static bool run(const command *c, const char *folder, arena *a, diagnostics *d) {
    return run_logged(c, folder, temporary_file(a, folder, "log"), a, d);
}

static void add_compiler(command *c, const toolchain *t) {
    c->option = "--cc";
    add_split(c, t->cc);
    add(c, "-std=c11");
    add(c, "-fno-math-errno"); /* which nobody reads; code in constant time must not write it */
    add_split(c, t->cflags);
}

bool toolchain_compile(const toolchain *t, const char *folder, const char *log, const char *const *arguments, arena *a, diagnostics *d) {
    command c = {.arena = a};
    add_compiler(&c, t);
    add_all(&c, arguments);
    return run_logged(&c, folder, log, a, d);
}

bool toolchain_build(const toolchain *t, const char *folder, const char *const *sources, const char *const *defines,
                     const char *name, arena *a, diagnostics *d) {
    command c = {.arena = a};
    add_compiler(&c, t);
    if (t->runner) add(&c, "-static"); /* an emulator need not know where the other machine's libraries are */
    add_all(&c, defines);
    add_all(&c, sources);
    add(&c, "-o");
    temporary_file(a, folder, name);
    add(&c, name);
    add(&c, "-lm");
    add(&c, "-pthread");
    return run(&c, folder, a, d);
}

bool toolchain_run(const toolchain *t, const char *folder, const char *name, const char *const *arguments, arena *a,
                   diagnostics *d) {
    command c = {.arena = a};
    if (t->runner) c.option = "--run";
    add_split(&c, t->runner);
    add(&c, arena_printf(a, "%s/%s", folder, name));
    add_all(&c, arguments);
    return run(&c, folder, a, d);
}
