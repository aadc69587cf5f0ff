#include "ir/regex.h"

#include <string.h>

#define CNNC_INLINE static inline
#include "runtime/library/regex_codes.h"

/* A fragment of the program is code that begins at its first instruction and falls out at its end. */
typedef struct compiler {
    const unsigned char *s, *end, *start;
    int64_t code[3 * REGEX_MOST];
    int n; /* instructions */
    int64_t ranges[4 * REGEX_MOST];
    int n_ranges; /* numbers, two a range */
    int depth;
    const char *error;
} compiler;

static bool fail(compiler *c, const char *error) {
    if (!c->error) c->error = error;
    return false;
}

static bool emit(compiler *c, int64_t op, int64_t a, int64_t b) {
    if (c->n == REGEX_MOST) return fail(c, "is too long");
    int64_t *to = c->code + 3 * c->n++;
    to[0] = op, to[1] = a, to[2] = b;
    return true;
}

/* Makes room for one instruction before those from `at` on; jumps among them move along. */
static bool insert(compiler *c, int at, int64_t op, int64_t a, int64_t b) {
    if (!emit(c, op, a, b)) return false;
    memmove(c->code + 3 * (at + 1), c->code + 3 * at, sizeof *c->code * 3 * (size_t)(c->n - 1 - at));
    int64_t *to = c->code + 3 * at;
    to[0] = op, to[1] = a, to[2] = b;
    for (int i = at + 1; i < c->n; i++) {
        int64_t *x = c->code + 3 * i;
        if (x[0] != REGEX_SPLIT && x[0] != REGEX_JUMP) continue;
        x[1] += x[1] >= at;
        if (x[0] == REGEX_SPLIT) x[2] += x[2] >= at;
    }
    return true;
}

/* The instructions [from, to) once more, at the end. */
static bool repeat(compiler *c, int from, int to) {
    int by = c->n - from;
    for (int i = from; i < to; i++) {
        const int64_t *x = c->code + 3 * i;
        bool jumps = x[0] == REGEX_SPLIT || x[0] == REGEX_JUMP;
        if (!emit(c, x[0], x[1] + (jumps ? by : 0), x[2] + (x[0] == REGEX_SPLIT ? by : 0))) return false;
    }
    return true;
}

/* ---- sets of characters ---- */

static bool add_range(compiler *c, int64_t low, int64_t high) {
    if (c->n_ranges + 2 > 4 * REGEX_MOST) return fail(c, "has too many ranges");
    c->ranges[c->n_ranges++] = low;
    c->ranges[c->n_ranges++] = high;
    return true;
}

/* \d, \w, \s; capitals are what they are not. */
static bool add_class(compiler *c, char name) {
    static const struct { char name; int n; short ranges[8]; } classes[] = {
        {'d', 1, {'0', '9'}}, {'w', 4, {'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}}, {'s', 3, {'\t', '\n', '\f', '\r', ' ', ' '}}};
    for (int k = 0; k < 3; k++) {
        if (classes[k].name == (name | 32)) {
            const short *r = classes[k].ranges;
            bool negated = name != classes[k].name, ok = true;
            int64_t from = 0;
            for (int i = 0; i < classes[k].n; i++) {
                ok = ok && (negated ? add_range(c, from, r[2 * i] - 1) : add_range(c, r[2 * i], r[2 * i + 1]));
                from = r[2 * i + 1] + 1;
            }
            return ok && (!negated || add_range(c, from, 0x10ffff));
        }
    }
    return fail(c, "has an escape that is not known");
}

static int64_t next_character(compiler *c) {
    size_t used;
    int64_t code = regex_character((const char *)c->s, (size_t)(c->end - c->s), &used);
    c->s += used;
    return code;
}

/* Behind a backslash: a character, or -1 and *name of a class. */
static int64_t escape(compiler *c, char *name) {
    static const char letters[] = "tnrfva", codes[] = "\t\n\r\f\v\a";
    if (c->s == c->end) return fail(c, "ends with a backslash"), 0;
    unsigned char e = *c->s;
    const char *letter = strchr(letters, e);
    if (e && strchr("dwsDWS", e)) return *name = (char)e, c->s++, -1;
    if (letter && e) return c->s++, codes[letter - letters];
    if (e == 'x' && c->end - c->s >= 3) {
        int64_t x = 0;
        for (int i = 1; i <= 2; i++) {
            unsigned char h = c->s[i];
            x = 16 * x + (h <= '9' ? h - '0' : (h | 32) - 'a' + 10);
        }
        c->s += 3;
        return x;
    }
    if ((e >= '0' && e <= '9') || (e >= 'A' && e <= 'Z') || (e >= 'a' && e <= 'z')) return fail(c, "has an escape that is not known"), 0;
    return next_character(c);
}

/* Behind the bracket. */
static bool read_set(compiler *c) {
    bool negated = c->s < c->end && *c->s == '^', first = true;
    int start = c->n_ranges;
    c->s += negated;
    for (; c->s < c->end && (*c->s != ']' || first); first = false) {
        char name = 0;
        int64_t low = *c->s == '\\' ? (c->s++, escape(c, &name)) : next_character(c), high = low;
        if (c->error) return false;
        if (name) {
            if (!add_class(c, name)) return false;
            continue;
        }
        if (c->end - c->s >= 2 && *c->s == '-' && c->s[1] != ']') {
            c->s++;
            high = *c->s == '\\' ? (c->s++, escape(c, &name)) : next_character(c);
            if (name || high < low) return fail(c, "has a range that runs backwards");
        }
        if (c->error || !add_range(c, low, high)) return false;
    }
    if (c->s == c->end) return fail(c, "has a bracket that is not closed");
    c->s++;
    return emit(c, negated ? REGEX_NOT_SET : REGEX_SET, start, c->n_ranges);
}

static bool one_character(compiler *c, int64_t code) {
    int start = c->n_ranges;
    return add_range(c, code, code) && emit(c, REGEX_SET, start, c->n_ranges);
}

/* ---- structure ---- */

static bool alternatives(compiler *c);

static bool read_escape(compiler *c) {
    char name = 0;
    int start = c->n_ranges;
    unsigned char e = c->s < c->end ? *c->s : 0;
    if (e == 'b' || e == 'B') return c->s++, emit(c, e == 'b' ? REGEX_WORD : REGEX_NOT_WORD, 0, 0);
    if (e == 'A' || e == 'z') return c->s++, emit(c, e == 'A' ? REGEX_BEGIN : REGEX_END, 0, 0);
    int64_t code = escape(c, &name);
    if (c->error) return false;
    return name ? add_class(c, name) && emit(c, REGEX_SET, start, c->n_ranges) : one_character(c, code);
}

static bool read_group(compiler *c) {
    if (c->end - c->s >= 2 && c->s[0] == '?') { /* (?:x), (?P<name>x), (?<name>x) */
        const unsigned char *close = memchr(c->s, '>', (size_t)(c->end - c->s));
        bool named = c->s[1] == 'P' || c->s[1] == '<';
        if (c->s[1] != ':' && !(named && close)) return fail(c, "has a group of a kind that is not supported");
        c->s = named ? close + 1 : c->s + 2;
    }
    if (++c->depth > 200) return fail(c, "is nested too deep");
    bool ok = alternatives(c);
    c->depth--;
    if (ok && (c->s == c->end || *c->s != ')')) return fail(c, "has a group that is not closed");
    c->s += ok;
    return ok;
}

static bool atom(compiler *c) {
    unsigned char x = *c->s;
    switch (x) {
    case '(': return c->s++, read_group(c);
    case '[': return c->s++, read_set(c);
    case '\\': return c->s++, read_escape(c);
    case '^': return c->s++, emit(c, REGEX_BEGIN, 0, 0);
    case '$': return c->s++, emit(c, REGEX_END, 0, 0);
    case '.': {
        int start = c->n_ranges;
        return c->s++, add_range(c, '\n', '\n') && emit(c, REGEX_NOT_SET, start, c->n_ranges);
    }
    case '*': case '+': case '?': return fail(c, "repeats nothing");
    default: return one_character(c, next_character(c));
    }
}

/* {n}, {n,}, {n,m}; false when it is no such thing, but plain characters. */
static bool read_counts(compiler *c, int *least, int *most) {
    const unsigned char *s = c->s + 1;
    int numbers[2] = {0, -1}, k = 0;
    bool digits = false;
    for (; s < c->end && *s != '}'; s++) {
        if (*s == ',' && k == 0 && digits) k = 1;
        else if (*s >= '0' && *s <= '9' && numbers[k] < 10000) {
            numbers[k] = (numbers[k] < 0 ? 0 : numbers[k] * 10) + (*s - '0');
            digits = true;
        } else return false;
    }
    if (s == c->end || !digits) return false;
    *least = numbers[0];
    *most = k ? numbers[1] : numbers[0];
    c->s = s + 1;
    return true;
}

/* The fragment from `from` on, as often as the counts say (most -1: without end). */
static bool repeated(compiler *c, int from, int least, int most) {
    int to = c->n, size = to - from;
    if (most >= 0 && most < least) return fail(c, "has counts that run backwards");
    if (!most) return c->n = from, true;
    for (int i = 1; i < least; i++)
        if (!repeat(c, from, to)) return false;
    if (most < 0 && least) return emit(c, REGEX_SPLIT, c->n - size, c->n + 1);
    if (most < 0) return insert(c, from, REGEX_SPLIT, from + 1, to + 2) && emit(c, REGEX_JUMP, from, 0);
    if (!least && !insert(c, from, REGEX_SPLIT, from + 1, to + 1)) return false;
    int body = least ? from : from + 1;
    for (int i = least ? least : 1; i < most; i++)
        if (!emit(c, REGEX_SPLIT, c->n + 1, c->n + 1 + size) || !repeat(c, body, body + size)) return false;
    return true;
}

static bool sequence(compiler *c) {
    while (c->s < c->end && *c->s != '|' && *c->s != ')') {
        int from = c->n, least = 1, most = 1;
        if (!atom(c)) return false;
        for (bool more = true; more && c->s < c->end;) {
            unsigned char x = *c->s;
            bool counted = x == '{' && read_counts(c, &least, &most);
            more = counted || x == '*' || x == '+' || x == '?';
            if (!more) break;
            if (!counted) c->s++, least = x == '+', most = x == '?' ? 1 : -1;
            if (!repeated(c, from, least, most)) return false;
            if (c->s < c->end && *c->s == '?') c->s++; /* lazy: a full match is the same */
        }
    }
    return true;
}

static bool alternatives(compiler *c) {
    int from = c->n;
    if (!sequence(c)) return false;
    if (c->s == c->end || *c->s != '|') return true;
    if (!insert(c, from, REGEX_SPLIT, from + 1, c->n + 2) || !emit(c, REGEX_JUMP, 0, 0)) return false;
    int jump = c->n - 1;
    c->s++;
    if (!alternatives(c)) return false;
    c->code[3 * jump + 1] = c->n;
    return true;
}

int64_t *regex_compile(const char *pattern, size_t size, int *n, size_t *at, const char **error, arena *a) {
    compiler *c = ARENA_NEW(a, compiler);
    c->s = c->start = (const unsigned char *)pattern;
    c->end = c->s + size;
    bool ok = alternatives(c) && (c->s == c->end || fail(c, "has a bracket that closes nothing")) && emit(c, REGEX_MATCH, 0, 0);
    *at = (size_t)(c->s - c->start);
    *error = c->error;
    if (!ok) return NULL;
    *n = 3 * c->n + c->n_ranges;
    int64_t *program = ARENA_ARRAY(a, int64_t, *n);
    for (int i = 0; i < c->n; i++) {
        int64_t *x = memcpy(program + 3 * i, c->code + 3 * i, 3 * sizeof *program);
        if (x[0] == REGEX_SET || x[0] == REGEX_NOT_SET) x[1] += 3 * c->n, x[2] += 3 * c->n;
    }
    memcpy(program + 3 * c->n, c->ranges, sizeof *program * (size_t)c->n_ranges);
    return program;
}
