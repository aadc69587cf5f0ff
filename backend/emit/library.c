/* What kernels and interface call of the runtime. With --bit-exact functions of the C library whose last bits differ between
 * machines make way for the exact_NAME of runtime/scalar. */
#include "backend/emit/emit.h"
#include "backend/emit/embedded.h"
#include "backend/emit/vocabulary.h"

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

const char *emit_exact_calls(arena *a, const char *code) {
    text out = {.arena = a};
    for (const char *s = code; *s;) {
        size_t n = 0;
        while (is_letter(s[n])) n++;
        if (n && find_inexact(s, n) >= 0) text_put(&out, "exact_");
        text_write(&out, s, n ? n : 1);
        s += n ? n : 1;
    }
    return out.bytes ? out.bytes : "";
}

/* A function of which emit_exact_calls made one that there is not, or NULL. */
static const char *find_missing(arena *a, const char *code) {
    for (size_t i = 0; code && i < sizeof inexact / sizeof *inexact; i++)
        for (int f = 0; f < 2 && !inexact[i].own; f++) {
            const char *name = arena_printf(a, "%s%s", inexact[i].name, f ? "f" : "");
            if (text_mentions(code, arena_printf(a, "exact_%s", name))) return name;
        }
    return NULL;
}

/* ---- the runtime ---- */

static bool is_in(const char *path, const char *folder) { return !strncmp(path, folder, strlen(folder)); }

vocabulary *runtime_vocabulary(arena *a, const plan_options *o) {
    static const char *const steps[] = {"step", "slices", "pool", "profile"};
    vocabulary *v = vocabulary_new(a);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) vocabulary_add(v, embedded_find(arena_printf(a, "runtime/%s.c", steps[i])));
    for (const embedded_text *t = embedded_texts; t->path; t++)
        if (is_in(t->path, "runtime/scalar/") || is_in(t->path, "runtime/library/") || is_in(t->path, "runtime/cpu/"))
            vocabulary_add(v, o->bit_exact ? emit_exact_calls(a, t->text) : t->text);
    return v;
}

bool emit_is_exact(const emission *e, const step *s, const char *code) {
    text called = {.arena = e->arena};
    vocabulary_clear(e->runtime);
    vocabulary_mention(e->runtime, code);
    vocabulary_put(e->runtime, &called);
    const char *missing = find_missing(e->arena, code);
    if (!missing) missing = find_missing(e->arena, called.bytes);
    return !missing || node_error(e->plan->diags, s->node, "leave --bit-exact out", "calls %s of the C library, whose last bits differ between machines", missing);
}
