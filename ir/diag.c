#include "ir/ir.h"

#include <string.h>

/* Names come from the model: control characters must not reach a terminal. */
static void print_clean(FILE *f, const char *s) {
    for (; *s; s++) {
        if ((unsigned char)*s >= 0x20 && *s != 0x7f) fputc(*s, f);
        else fprintf(f, "\\x%02x", (unsigned)(unsigned char)*s);
    }
}

void diag_read(const diagnostics *d, const char *path) {
    if (d->on_read) d->on_read(d->on_read_context, path);
}

/* The message itself, without a hint. */
static void report(diagnostics *d, const char *source, const char *place, const char *format, va_list args) {
    char message[512];
    vsnprintf(message, sizeof message, format, args);
    if (d->errors++ == 0) snprintf(d->first, sizeof d->first, "%.240s: %.260s", place, message);
    if (!d->stream) return;
    fputs("cnnc: error: ", d->stream);
    if (source) {
        print_clean(d->stream, source);
        fputs(": ", d->stream);
    }
    if (*place && !(source && !strcmp(place, source))) {
        print_clean(d->stream, place);
        fputs(": ", d->stream);
    }
    print_clean(d->stream, message);
    fputc('\n', d->stream);
}

static bool give_hint(const diagnostics *d, const char *hint) {
    if (d->stream && hint) fprintf(d->stream, "cnnc: hint: %s\n", hint);
    return false;
}

bool diag_error(diagnostics *d, const char *place, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    report(d, d->source, place, format, args);
    va_end(args);
    return give_hint(d, hint);
}

/* ---- places in text ---- */

enum { EXCERPT = 100 }; /* of a long line, what lies around the place */

static bool continues(char c) { return ((unsigned char)c & 0xc0) == 0x80; } /* a later byte of a UTF-8 character */

/* The line of text[at], and a caret under it. */
static void print_excerpt(FILE *f, const char *text, size_t size, size_t start, size_t at, int line) {
    size_t from = at - start > EXCERPT * 3 / 4 ? at - EXCERPT / 2 : start, end = from;
    while (from < at && continues(text[from])) from++;
    while (end < size && text[end] != '\n' && (end - from < EXCERPT || continues(text[end]))) end++;
    fprintf(f, "%5d | ", line);
    for (size_t i = from; i < end; i++) fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i], f);
    fputs("\n      | ", f);
    for (size_t i = from; i < at; i++)
        if (!continues(text[i])) fputc(' ', f);
    fputs("^\n", f);
}

bool diag_error_at(diagnostics *d, const source_text *s, size_t at, const char *hint, const char *format, ...) {
    size_t start = 0;
    int line = 1;
    for (size_t i = 0; i < at; i++)
        if (s->text[i] == '\n') line++, start = i + 1;
    char place[256];
    snprintf(place, sizeof place, "%.200s:%d:%zu", s->file, line, at - start + 1);
    va_list args;
    va_start(args, format);
    report(d, NULL, place, format, args);
    va_end(args);
    if (d->stream) print_excerpt(d->stream, s->text, s->size, start, at, line);
    return give_hint(d, hint);
}

/* Most errors of nodes are a model's that contradicts itself: there is one cure. */
/* What is wrong in a branch may be right as long as that branch is not taken. */
static const char *usual_hint(const node *n) {
    for (const region *r = n->parent; r && r->owner; r = r->owner->parent)
        if (r->owner->op == OP_if) return "if the other branch is the one that runs, decide the If: --fix INPUT=VALUE";
    return "export the model again; onnx.checker tells whether it is valid";
}

bool node_error(diagnostics *d, const node *n, const char *hint, const char *format, ...) {
    char place[256];
    const char *op = op_of(n->op)->onnx;
    snprintf(place, sizeof place, "node '%.180s' (%.60s)", n->name, op ? op : op_of(n->op)->name);
    va_list args;
    va_start(args, format);
    report(d, d->source, place, format, args);
    va_end(args);
    return give_hint(d, hint ? hint : usual_hint(n));
}
