/* What kernels call: runtime/scalar/NAME.h and runtime/library/NAME.h define the function NAME, runtime/cpu/NAME.h what tells CPUs
 * apart. With --bit-exact those of the C
 * library whose last bits differ between machines make way for the exact_NAME of runtime/scalar. */
#include "backend/emit/emit.h"
#include "backend/emit/embedded.h"

#include <ctype.h>
#include <string.h>

static bool is_letter(char c) { return isalnum((unsigned char)c) || c == '_'; }

bool text_mentions(const char *code, const char *name) {
    size_t n = strlen(name);
    for (const char *s = code; (s = strstr(s, name)); s++)
        if ((s == code || !is_letter(s[-1])) && !is_letter(s[n])) return true;
    return false;
}

/* ---- functions of the C library that are not rounded correctly ---- */

static const struct {
    const char *name; /* of double; that of float has an f behind it */
    bool own;         /* there is an exact_NAME */
} inexact[] = {
    {"exp", true}, {"expm1", true}, {"log", true}, {"log1p", true}, {"log10", true}, {"tanh", true}, {"erf", true},
    {"pow", true}, {"fmax", true}, {"fmin", true}, {"sin", true}, {"cos", true}, {"tan", true}, {"asin", true},
    {"acos", true}, {"atan", true}, {"sinh", true}, {"cosh", true}, {"asinh", true}, {"acosh", true}, {"atanh", true},
    {"exp2", false}, {"log2", false}, {"cbrt", false}, {"atan2", false}, {"hypot", false}, {"tgamma", false},
    {"lgamma", false},
};

/* The row of what is called at s, an identifier of n letters; -1: it is exact, or not of the C library. */
static int find_inexact(const char *s, size_t n) {
    if (s[n] != '(') return -1;
    for (size_t i = 0; i < sizeof inexact / sizeof *inexact; i++) {
        size_t length = strlen(inexact[i].name);
        if (!strncmp(s, inexact[i].name, length) && (n == length || (n == length + 1 && s[length] == 'f'))) return (int)i;
    }
    return -1;
}

const char *emit_exact_calls(arena *a, const char *code, const char **missing) {
    text out = {.arena = a};
    for (const char *s = code; *s;) {
        size_t n = 0;
        while (is_letter(s[n])) n++;
        int row = n ? find_inexact(s, n) : -1;
        if (row >= 0 && !inexact[row].own) *missing = arena_strndup(a, s, n);
        if (row >= 0) text_put(&out, "exact_");
        text_write(&out, s, n ? n : 1);
        s += n ? n : 1;
    }
    return out.bytes ? out.bytes : "";
}

/* ---- snippets ---- */

enum { MAX_SNIPPETS = 512 };

typedef struct snippets {
    const emission *e;
    bool done[MAX_SNIPPETS];
    const char *missing; /* what has no exact form, or NULL */
    text *out;
} snippets;

static void put_called(snippets *l, const char *code) {
    for (int i = 0; embedded_texts[i].path && i < MAX_SNIPPETS; i++) {
        const embedded_text *t = &embedded_texts[i];
        bool snippet = !strncmp(t->path, "runtime/scalar/", 15) || !strncmp(t->path, "runtime/library/", 16) || !strncmp(t->path, "runtime/cpu/", 12);
        if (l->done[i] || !snippet) continue;
        char name[64];
        const char *base = strrchr(t->path, '/') + 1;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(base, "."), base);
        if (!text_mentions(code, name)) continue;
        l->done[i] = true;
        const char *body = l->e->plan->options.bit_exact ? emit_exact_calls(l->e->arena, t->text, &l->missing) : t->text;
        put_called(l, body);
        text_put(l->out, body);
        text_put(l->out, "\n");
    }
}

void emit_library(const emission *e, const char *code, text *out) {
    snippets l = {.e = e, .out = out};
    put_called(&l, code);
}

bool emit_is_exact(const emission *e, const step *s, const char *code, const char *missing) {
    text library = {.arena = e->arena};
    snippets l = {.e = e, .out = &library, .missing = missing};
    put_called(&l, code);
    if (!l.missing) return true;
    return node_error(e->plan->diags, s->node, "leave --bit-exact out", "calls %s of the C library, whose last bits differ between machines", l.missing);
}
