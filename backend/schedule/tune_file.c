#include "backend/schedule/tune_file.h"

#include <string.h>

#include "ir/print.h"
#include "ir/scan.h"

enum { VERSION = 1 };

static const struct {
    const char *word;
    int numbers;
} kinds[FINDING_KINDS] = {[FINDING_TIME] = {"time", 2}, [FINDING_BEST] = {"best", 1}, [FINDING_USE] = {"use", 1}};

/* ---- reading ---- */

static bool read_header(scanner *s) {
    int64_t version;
    if (!scan_accept(s, "cnnc-tune")) return scan_error(s, "tuning files are made by cnnc tune MODEL -o FILE", "a tuning file begins with 'cnnc-tune %d'", VERSION);
    size_t at = scan_place(s);
    if (!scan_int(s, 32, true, &version)) return false;
    return version == VERSION || diag_error_at(s->diags, &s->source, at, "tune again, with this version of cnnc",
                                               "version %lld of tuning files is not known, only %d", (long long)version, VERSION);
}

static bool read_microseconds(scanner *s, double *x) {
    enum { HOUR = 2000000000 };
    size_t at = scan_place(s);
    if (!scan_float(s, x)) return false;
    return (*x > 0 && *x < HOUR) || diag_error_at(s->diags, &s->source, at, NULL, "no kernel takes that many microseconds");
}

static bool read_finding(scanner *s, tuning *t) {
    finding f = {.kind = FINDING_KINDS};
    for (int i = 0; i < FINDING_KINDS; i++)
        if (f.kind == FINDING_KINDS && scan_accept(s, kinds[i].word)) f.kind = (finding_kind)i;
    if (f.kind == FINDING_KINDS) return scan_error(s, "a damaged line may be deleted", "'time', 'best' or 'use' is expected here");
    if (!scan_name(s, &f.target) || !scan_name(s, &f.compiler) || !scan_name(s, &f.signature) || !scan_name(s, &f.candidate)) return false;
    for (int i = 0; i < kinds[f.kind].numbers; i++)
        if (!read_microseconds(s, &f.microseconds[i])) return false;
    tuning_add(t, &f);
    return true;
}

static bool is_about(const tuning *t, const finding *f, const char *signature) {
    return !strcmp(f->signature, signature) && !strcmp(f->target, t->target) && (!t->compiler || !strcmp(f->compiler, t->compiler));
}

static const char *best(const advice *a, const node *n, const char *signature, const char **source) {
    (void)n;
    const tuning *t = (const tuning *)a; /* its first member */
    int i = t->n - 1;
    while (i >= 0 && (t->findings[i].kind == FINDING_TIME || !is_about(t, &t->findings[i], signature))) i--;
    if (i < 0) return NULL;
    *source = t->file;
    return t->findings[i].candidate;
}

bool tuning_read(tuning *t, const char *file, const char *bytes, size_t size, arena *a, diagnostics *d) {
    *t = (tuning){.advice = {best}, .file = file, .arena = a};
    if (!bytes) return true;
    scanner s = {.source = {.file = file, .text = bytes, .size = size}, .arena = a, .diags = d};
    if (!read_header(&s)) return false;
    while (scan_peek(&s) || s.at < size) {
        bool header = scan_peek(&s) == 'c';
        if (header ? !read_header(&s) : !read_finding(&s, t)) return false;
    }
    return true;
}

/* ---- what is known ---- */

void tuning_add(tuning *t, const finding *f) {
    if (t->n == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 256;
        finding *more = ARENA_ARRAY(t->arena, finding, t->capacity);
        if (t->n) memcpy(more, t->findings, sizeof *more * (size_t)t->n);
        t->findings = more;
    }
    t->findings[t->n++] = *f;
}

const finding *tuning_find(const tuning *t, finding_kind kind, const char *signature, const char *name) {
    for (int i = t->n; i-- > 0;) {
        const finding *f = &t->findings[i];
        if (f->kind == kind && is_about(t, f, signature) && (!name || !strcmp(f->candidate, name))) return f;
    }
    return NULL;
}

/* ---- writing ---- */

void tuning_print_header(FILE *f) { fprintf(f, "cnnc-tune %d\n", VERSION); }

void finding_print(FILE *f, const finding *x) {
    fputs(kinds[x->kind].word, f);
    const char *const texts[] = {x->target, x->compiler, x->signature, x->candidate};
    for (int i = 0; i < 4; i++) fputc(' ', f), print_quoted(f, texts[i], strlen(texts[i]));
    for (int i = 0; i < kinds[x->kind].numbers; i++) fprintf(f, " %.3f", x->microseconds[i]);
    fputc('\n', f);
}
