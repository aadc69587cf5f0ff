#include "ir/ir.h"

/* Names come from the model: control characters must not reach a terminal. */
static void print_clean(FILE *f, const char *s) {
    for (; *s; s++) {
        if ((unsigned char)*s >= 0x20 && *s != 0x7f) fputc(*s, f);
        else fprintf(f, "\\x%02x", (unsigned)(unsigned char)*s);
    }
}

static bool report(diagnostics *d, const char *place, const char *hint, const char *format, va_list args) {
    char message[512];
    vsnprintf(message, sizeof message, format, args);
    if (d->errors++ == 0) snprintf(d->first, sizeof d->first, "%.240s: %.260s", place, message);
    if (!d->stream) return false;
    fputs("cnnc: error: ", d->stream);
    if (d->source) {
        print_clean(d->stream, d->source);
        fputs(": ", d->stream);
    }
    if (*place) {
        print_clean(d->stream, place);
        fputs(": ", d->stream);
    }
    print_clean(d->stream, message);
    fputc('\n', d->stream);
    if (hint) fprintf(d->stream, "cnnc: hint: %s\n", hint);
    return false;
}

bool diag_error(diagnostics *d, const char *place, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    report(d, place, hint, format, args);
    va_end(args);
    return false;
}

bool node_error(diagnostics *d, const node *n, const char *hint, const char *format, ...) {
    char place[256];
    const char *op = op_of(n->op)->onnx;
    snprintf(place, sizeof place, "node '%.180s' (%.60s)", n->name, op ? op : op_of(n->op)->name);
    va_list args;
    va_start(args, format);
    report(d, place, hint, format, args);
    va_end(args);
    return false;
}
