#include "backend/emit/vocabulary.h"
#include "ir/names.h"

#include <string.h>

struct remark {
    const char *text;
    size_t size;
    bool put;
};

/* ---- words of C ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool in_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }

static size_t literal_length(const char *s) {
    size_t n = 1;
    while (s[n] && s[n] != *s) n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    return n + (s[n] != 0);
}

static size_t comment_length(const char *s) {
    const char *end = strstr(s + 2, "*/");
    return end ? (size_t)(end + 2 - s) : strlen(s);
}

/* The next word, number or single character from *s on, of *n characters; NULL: none before `end`. *s goes behind it. */
static const char *next_token(const char **s, const char *end, size_t *n) {
    while (*s < end) {
        const char *at = *s;
        if (*at == ' ' || *at == '\n') {
            ++*s;
        } else if (at[0] == '/' && at[1] == '*') {
            *s += comment_length(at);
        } else if (*at == '"' || *at == '\'') {
            *s += literal_length(at);
        } else {
            do ++*s;
            while (in_word(*at) && in_word(**s));
            *n = (size_t)(*s - at);
            return at;
        }
    }
    return NULL;
}

static definition *find(const vocabulary *v, const char *word, size_t n) {
    char name[64];
    void *found = NULL;
    if (n >= sizeof name || is_digit(*word) || !in_word(*word)) return NULL;
    memcpy(name, word, n);
    name[n] = 0;
    names_find(v->by_name, name, &found);
    return found;
}

/* ---- taking apart ---- */

static void add_name(vocabulary *v, definition *d, const char *word, size_t n) {
    char **more = ARENA_ARRAY(v->arena, char *, d->n_names + 1);
    if (d->n_names) memcpy(more, d->names, sizeof *more * (size_t)d->n_names);
    d->names = more;
    d->names[d->n_names++] = arena_strndup(v->arena, word, n);
    names_add(v->by_name, d->names[d->n_names - 1], d);
}

static const char *line_end(const char *s) {
    s += strcspn(s, "\n");
    return *s ? s + 1 : s;
}

/* Of a function's body of several lines: its brace begins a line. */
static const char *body_end(const char *s) {
    const char *brace = strstr(s, "\n}");
    return brace ? line_end(brace + 1) : s + strlen(s);
}

/* A function, type, constant or enumeration begins at s. Its end; d gets its names. */
static const char *scan_declaration(vocabulary *v, definition *d, const char *s) {
    const char *const end = s + strlen(s), *last = NULL;
    const bool lists = !strncmp(s, "enum ", 5); /* constants */
    size_t n, last_n = 0;
    int depth = 0;
    bool function = false, named = lists;
    for (const char *t; (t = next_token(&s, end, &n));) {
        if (in_word(*t)) {
            if (lists && depth && !is_digit(*t)) add_name(v, d, t, n);
            if (!depth) last = t, last_n = n;
            continue;
        }
        function = function || (*t == '(' && !depth && !named);
        const bool follows_name = !depth && strchr("([=;", *t);
        if (follows_name && !named && last) add_name(v, d, last, last_n), named = true;
        if (function && *t == '{' && *s == '\n') return body_end(s);
        depth += (*t == '{') - (*t == '}');
        if (!depth && (*t == ';' || (*t == '}' && function))) break;
    }
    return line_end(s);
}

/* #if up to its #endif, or a single directive. */
static const char *scan_directives(vocabulary *v, definition *d, const char *s) {
    int depth = 0;
    do {
        const char *name = s + strlen("#define ");
        size_t n = 0;
        if (*s == '#') {
            depth += !strncmp(s, "#if", 3) - !strncmp(s, "#endif", 6);
            if (!strncmp(s, "#define ", 8)) {
                while (in_word(name[n])) n++;
                if (!find(v, name, n)) add_name(v, d, name, n);
            }
            s = line_end(s);
        } else {
            s = in_word(*s) ? scan_declaration(v, d, s) : line_end(s);
        }
    } while (depth > 0 && *s);
    return s;
}

static definition *new_definition(vocabulary *v, const char *s) {
    if (v->n == v->capacity) {
        definition **more = ARENA_ARRAY(v->arena, definition *, v->capacity * 2 + 64);
        if (v->n) memcpy(more, v->definitions, sizeof *more * (size_t)v->n);
        v->definitions = more;
        v->capacity = v->capacity * 2 + 64;
    }
    definition *d = v->definitions[v->n++] = ARENA_NEW(v->arena, definition);
    d->text = s;
    d->paragraph = v->paragraphs;
    return d;
}

vocabulary *vocabulary_new(arena *a) {
    vocabulary *v = ARENA_NEW(a, vocabulary);
    v->arena = a;
    v->by_name = names_new(a, NULL);
    return v;
}

void vocabulary_add(vocabulary *v, const char *s) {
    remark *heading = NULL, *comment = NULL;
    bool alone = true; /* no definition is in this paragraph yet */
    v->paragraphs++;
    while (s && *s) {
        const char *from = s;
        if (*s == '\n') {
            if (alone && comment) heading = comment;
            comment = NULL, alone = true;
            v->paragraphs++;
            s++;
        } else if (!strncmp(s, "/*", 2)) {
            s = line_end(s + comment_length(s));
            comment = ARENA_NEW(v->arena, remark);
            *comment = (remark){.text = from, .size = (size_t)(s - from)};
        } else {
            definition *d = new_definition(v, s);
            s = *s == '#' ? scan_directives(v, d, s) : scan_declaration(v, d, s);
            d->size = (size_t)(s - from);
            d->heading = heading, d->comment = comment;
            alone = false;
        }
    }
}

/* ---- what is mentioned ---- */

static void mention(vocabulary *v, const char *s, const char *end) {
    size_t n;
    for (const char *t; (t = next_token(&s, end, &n));) {
        definition *d = find(v, t, n);
        if (!d || d->mentioned) continue;
        d->mentioned = true;
        mention(v, d->text, d->text + d->size);
    }
}

void vocabulary_mention(vocabulary *v, const char *code) {
    if (code) mention(v, code, code + strlen(code));
}

void vocabulary_clear(vocabulary *v) {
    for (int i = 0; i < v->n; i++) {
        definition *d = v->definitions[i];
        d->mentioned = d->put = false;
        if (d->heading) d->heading->put = false;
        if (d->comment) d->comment->put = false;
    }
}

static bool put_remark(remark *r, text *out) {
    if (!r || r->put) return false;
    r->put = true;
    text_write(out, r->text, r->size);
    return true;
}

static void put(vocabulary *v, definition *d, int *paragraph, text *out) {
    size_t n;
    d->put = true;
    const char *s = d->text, *end = s + d->size;
    for (const char *t; (t = next_token(&s, end, &n));) {
        definition *other = find(v, t, n);
        if (other && !other->put) put(v, other, paragraph, out);
    }
    if (d->paragraph != *paragraph && *paragraph) text_put(out, "\n");
    *paragraph = d->paragraph;
    if (put_remark(d->heading, out)) text_put(out, "\n");
    put_remark(d->comment, out);
    text_write(out, d->text, d->size);
}

void vocabulary_put(vocabulary *v, text *out) {
    int paragraph = 0;
    for (int i = 0; i < v->n; i++) {
        definition *d = v->definitions[i];
        if (d->mentioned && !d->put) put(v, d, &paragraph, out);
    }
    if (paragraph) text_put(out, "\n");
}
