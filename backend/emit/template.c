#include "backend/emit/template.h"

#include "backend/emit/embedded.h"

#include <ctype.h>
#include <string.h>

/* ---- names: a linked list, innermost first, so that loops just prepend ---- */

typedef enum binding_kind { BIND_INT, BIND_TEXT, BIND_CALL } binding_kind;

typedef struct binding {
    const char *name;
    size_t length;
    binding_kind kind;
    number number;
    const char *string;
    template_callback *call;
    void *context;
    const struct binding *next;
} binding;

struct template_env {
    arena *arena;
    const binding *bindings;
};

template_env *template_env_new(arena *a) {
    template_env *e = ARENA_NEW(a, template_env);
    e->arena = a;
    return e;
}

template_env *template_env_within(const template_env *outer) {
    template_env *e = template_env_new(outer->arena);
    e->bindings = outer->bindings;
    return e;
}

static const binding *bind(arena *a, const binding *next, binding b) {
    b.length = strlen(b.name);
    b.next = next;
    return arena_copy(a, &b, sizeof b);
}

void template_int(template_env *e, const char *name, int64_t x) { template_number(e, name, number_known(x)); }

void template_number(template_env *e, const char *name, number x) {
    e->bindings = bind(e->arena, e->bindings, (binding){.name = name, .kind = BIND_INT, .number = x});
}

void template_text(template_env *e, const char *name, const char *s) {
    e->bindings = bind(e->arena, e->bindings, (binding){.name = name, .kind = BIND_TEXT, .string = s});
}

void template_call(template_env *e, const char *name, template_callback *f, void *context) {
    e->bindings = bind(e->arena, e->bindings, (binding){.name = name, .kind = BIND_CALL, .call = f, .context = context});
}

/* ---- the machine ---- */

typedef struct machine {
    arena *arena;
    const char *name; /* of the template, for errors */
    const char *source;
    const binding *bindings;
    text *out;
    diagnostics *diags;
    bool failed;
} machine;

static void fail(machine *m, const char *at, const char *what, const char *word, size_t n) {
    if (m->failed) return;
    m->failed = true;
    int line = 1;
    for (const char *s = m->source; s < at; s++) line += *s == '\n';
    char place[256];
    snprintf(place, sizeof place, "template %.200s:%d", m->name, line);
    diag_error(m->diags, place, "this is a defect of cnnc, not of the model: please report it", "%s '%.*s'", what, (int)n, word);
}

static const binding *lookup(const machine *m, const char *name, size_t n) {
    for (const binding *b = m->bindings; b; b = b->next)
        if (b->length == n && !memcmp(b->name, name, n)) return b;
    return NULL;
}

/* ---- integer expressions, by precedence climbing ---- */

static void skip_blanks(const char **s) {
    while (**s == ' ' || **s == '\t') (*s)++;
}

static number parse_ternary(machine *m, const char **s);

/* A number that the template itself depends on: it cannot wait for run time. */
static int64_t parse_known(machine *m, const char **s) {
    const char *at = *s;
    number x = parse_ternary(m, s);
    if (x.text) fail(m, at, "not known at compile time:", at, (size_t)(*s - at));
    return x.n;
}

static size_t word_length(const char *s) {
    size_t n = 0;
    if (isalpha((unsigned char)*s) || *s == '_')
        while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

static number parse_parenthesis(machine *m, const char **s) {
    ++*s;
    number x = parse_ternary(m, s);
    skip_blanks(s);
    if (**s != ')') fail(m, *s, "missing ')' before", *s, strcspn(*s, "\n"));
    else ++*s;
    return x;
}

/* open(E): is it known at run time only? bytes(E): as a size_t. */
static bool parse_function(machine *m, const char **s, size_t n, number *x) {
    bool asks = n == 4 && !strncmp(*s, "open", n), converts = n == 5 && !strncmp(*s, "bytes", n);
    if ((*s)[n] != '(' || (!asks && !converts)) return false;
    *s += n;
    *x = parse_parenthesis(m, s);
    if (asks) *x = number_known(x->text != NULL);
    else if (x->text) x->text = arena_printf(m->arena, "(size_t)%s", x->text);
    return true;
}

static number parse_atom(machine *m, const char **s) {
    skip_blanks(s);
    const char *at = *s;
    number x = number_known(0);
    if (*at == '(') return parse_parenthesis(m, s);
    if (*at == '-') return ++*s, number_apply(m->arena, "-", x, parse_atom(m, s));
    if (*at == '!') return ++*s, number_apply(m->arena, "==", parse_atom(m, s), x);
    if (isdigit((unsigned char)*at)) {
        for (; isdigit((unsigned char)**s); ++*s) x.n = x.n * 10 + (**s - '0');
        return x;
    }
    size_t n = word_length(at);
    if (parse_function(m, s, n, &x)) return x;
    const binding *b = n ? lookup(m, at, n) : NULL;
    if (!b || b->kind != BIND_INT) {
        fail(m, at, "not an integer:", at, n ? n : strcspn(at, "\n"));
        return x;
    }
    *s += n;
    return b->number;
}

static const struct operator_row {
    const char *token;
    int precedence;
} operators[] = {{"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<=", 4}, {">=", 4}, {"<", 4},
                 {">", 4},  {"+", 5},  {"-", 5},  {"*", 6},  {"/", 6},  {"%", 6}};

static number apply(machine *m, const char *at, const char *op, number x, number y) {
    if ((op[0] == '/' || op[0] == '%') && number_is(y, 0)) {
        fail(m, at, "division by zero at", at, strcspn(at, "\n"));
        return y;
    }
    return number_apply(m->arena, op, x, y);
}

static number parse_binary(machine *m, const char **s, int precedence) {
    number x = parse_atom(m, s);
    while (!m->failed) {
        skip_blanks(s);
        const struct operator_row *found = NULL;
        for (size_t i = 0; i < sizeof operators / sizeof *operators && !found; i++)
            if (!strncmp(*s, operators[i].token, strlen(operators[i].token))) found = &operators[i];
        if (!found || found->precedence < precedence) return x;
        const char *at = *s;
        *s += strlen(found->token);
        x = apply(m, at, found->token, x, parse_binary(m, s, found->precedence + 1));
    }
    return x;
}

static number parse_ternary(machine *m, const char **s) {
    number x = parse_binary(m, s, 1);
    skip_blanks(s);
    if (**s != '?') return x;
    ++*s;
    number yes = parse_ternary(m, s);
    skip_blanks(s);
    if (**s != ':') fail(m, *s, "missing ':' before", *s, strcspn(*s, "\n"));
    else ++*s;
    number no = parse_ternary(m, s);
    if (!x.text) return x.n ? yes : no;
    return number_open(arena_printf(m->arena, "(%s ? %s : %s)", x.text, number_text(m->arena, yes), number_text(m->arena, no)));
}

/* ---- lines ---- */

enum { MAX_ARGUMENTS = 8 };

static void expand_call(machine *m, const binding *b, const char **s) {
    int64_t args[MAX_ARGUMENTS];
    int n = 0;
    ++*s; /* ( */
    skip_blanks(s);
    while (**s != ')' && !m->failed) {
        if (n == MAX_ARGUMENTS) fail(m, *s, "too many arguments at", *s, strcspn(*s, "\n"));
        else args[n++] = parse_known(m, s);
        skip_blanks(s);
        if (**s == ',') ++*s;
        else if (**s != ')') fail(m, *s, "missing ')' before", *s, strcspn(*s, "\n"));
    }
    if (m->failed) return;
    ++*s;
    b->call(b->context, m->out, n, args);
}

/* *s is behind "${"; afterwards behind "}". */
static void expand_hole(machine *m, const char **s) {
    skip_blanks(s);
    size_t n = word_length(*s);
    const binding *b = n ? lookup(m, *s, n) : NULL;
    if (b && b->kind == BIND_CALL && (*s)[n] == '(') {
        *s += n;
        expand_call(m, b, s);
    } else if (b && b->kind == BIND_TEXT) {
        *s += n;
        text_put(m->out, b->string);
    } else {
        text_put(m->out, number_text(m->arena, parse_ternary(m, s)));
    }
    skip_blanks(s);
    if (**s == '}') ++*s;
    else fail(m, *s, "missing '}' before", *s, strcspn(*s, "\n"));
}

static bool is_blank(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (s[i] != ' ' && s[i] != '\t') return false;
    return true;
}

static void expand_line(machine *m, const char *s, const char *end) {
    size_t start = m->out->size;
    bool had_hole = false;
    while (s < end && !m->failed) {
        const char *hole = strstr(s, "${");
        if (!hole || hole >= end) break;
        had_hole = true;
        text_write(m->out, s, (size_t)(hole - s));
        s = hole + 2;
        expand_hole(m, &s);
    }
    if (s < end) text_write(m->out, s, (size_t)(end - s));
    if (had_hole && is_blank(m->out->bytes + start, m->out->size - start)) {
        m->out->size = start;
        m->out->bytes[start] = 0;
    } else if (!had_hole || m->out->bytes[m->out->size - 1] != '\n') {
        text_put(m->out, "\n");
    }
}

typedef struct line {
    const char *start, *end; /* without the newline */
    const char *directive;   /* behind '$', or NULL */
} line;

/* The line at s; false at the end of the text. */
static bool line_at(const char *s, line *l) {
    if (!*s) return false;
    l->start = s;
    l->end = s + strcspn(s, "\n");
    skip_blanks(&s);
    l->directive = s < l->end && s[0] == '$' && s[1] != '{' ? s + 1 : NULL;
    return true;
}

static const char *after(line l) { return *l.end ? l.end + 1 : l.end; }

static bool is_directive(line l, const char *name) {
    size_t n = strlen(name);
    return l.directive && !strncmp(l.directive, name, n) && !isalnum((unsigned char)l.directive[n]);
}

/* The first $end (or, when `branches`, $elif/$else) that belongs to the block which begins at s. */
static bool block_end(machine *m, const char *s, bool branches, line *found) {
    int depth = 0;
    for (line l; line_at(s, &l); s = after(l)) {
        if (is_directive(l, "for") || is_directive(l, "if")) depth++;
        else if (!depth && (is_directive(l, "end") || (branches && (is_directive(l, "elif") || is_directive(l, "else"))))) {
            *found = l;
            return true;
        } else if (is_directive(l, "end")) depth--;
    }
    fail(m, s, "missing $end for", "block", 5);
    return false;
}

static void expand_lines(machine *m, const char *s, const char *end);

static const char *expand_for(machine *m, line head) {
    line end;
    if (!block_end(m, after(head), false, &end)) return head.end;
    const char *s = head.directive + strlen("for");
    skip_blanks(&s);
    size_t n = word_length(s);
    const char *name = arena_strndup(m->arena, s, n);
    s += n;
    skip_blanks(&s);
    if (!n || strncmp(s, "in", 2)) fail(m, s, "expected $for NAME in A..B, not", head.directive, (size_t)(head.end - head.directive));
    s += 2;
    int64_t from = parse_known(m, &s);
    skip_blanks(&s);
    if (!m->failed && strncmp(s, "..", 2)) fail(m, s, "expected '..' before", s, (size_t)(head.end - s));
    s += 2;
    int64_t to = m->failed ? 0 : parse_known(m, &s);
    const binding *outer = m->bindings;
    for (int64_t i = from; i < to && !m->failed; i++) {
        m->bindings = bind(m->arena, outer, (binding){.name = name, .kind = BIND_INT, .number = number_known(i)});
        expand_lines(m, after(head), end.start);
    }
    m->bindings = outer;
    return after(end);
}

static const char *expand_if(machine *m, line head) {
    bool done = false;
    for (;;) {
        line end;
        if (!block_end(m, after(head), true, &end)) return head.end;
        bool taken = is_directive(head, "else");
        if (!taken && !done) {
            const char *s = head.directive + (is_directive(head, "if") ? 2 : 4);
            taken = parse_known(m, &s);
        }
        if (taken && !done) {
            const binding *outer = m->bindings;
            expand_lines(m, after(head), end.start);
            m->bindings = outer;
            done = true;
        }
        if (is_directive(end, "end") || m->failed) return after(end);
        head = end;
    }
}

static void expand_let(machine *m, line l) {
    const char *s = l.directive + strlen("let");
    skip_blanks(&s);
    size_t n = word_length(s);
    const char *name = arena_strndup(m->arena, s, n);
    s += n;
    skip_blanks(&s);
    if (!n || *s != '=') {
        fail(m, s, "expected $let NAME = E, not", l.directive, (size_t)(l.end - l.directive));
        return;
    }
    s++;
    number x = parse_ternary(m, &s);
    m->bindings = bind(m->arena, m->bindings, (binding){.name = name, .kind = BIND_INT, .number = x});
}

static void expand_lines(machine *m, const char *s, const char *end) {
    for (line l; s < end && !m->failed && line_at(s, &l);) {
        if (!l.directive) expand_line(m, l.start, l.end);
        if (is_directive(l, "for")) s = expand_for(m, l);
        else if (is_directive(l, "if")) s = expand_if(m, l);
        else {
            if (is_directive(l, "let")) expand_let(m, l);
            else if (l.directive && *l.directive != '#')
                fail(m, l.start, "unknown directive", l.directive, (size_t)(l.end - l.directive));
            s = after(l);
        }
    }
}

bool template_expand_string(const template_env *e, const char *name, const char *source, text *out, diagnostics *d) {
    machine m = {.arena = e->arena, .name = name, .source = source, .bindings = e->bindings, .out = out, .diags = d};
    expand_lines(&m, source, source + strlen(source));
    return !m.failed;
}

bool template_expand(const template_env *e, const char *path, text *out, diagnostics *d) {
    const char *source = embedded_find(path);
    if (!source) return diag_error(d, path, NULL, "no such kernel template is built into cnnc");
    return template_expand_string(e, path, source, out, d);
}
