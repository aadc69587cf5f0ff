/* The errors of layers in a manifest: put there by cnnc verify --manifest, read by cnnc certify. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "compiler/manifest.h"

static json_t *read_json(const char *path, diagnostics *d) {
    json_error_t e;
    json_t *j = json_load_file(path, 0, &e);
    if (!j) diag_error(d, path, "cnnc MODEL -o OUT.c --manifest writes OUT.json", "cannot read: %s", *e.text ? e.text : strerror(errno));
    return j;
}

static const char *text_of(const json_t *j, const char *key) {
    const char *s = json_string_value(json_object_get(j, key));
    return s ? s : "";
}

/* ---- measured ---- */

typedef struct measured {
    const plan *plan;
    const double *errors;
    json_t *kernels; /* of the file, in the order of the plan's steps */
    size_t next;
} measured;

static int place_of(const graph *g, const node *n) {
    int i = 0;
    for (const node *k = g->body->first; k; k = k->next, i++)
        if (k == n) return i;
    return -1;
}

static bool same_kernel(const json_t *j, const step *s) {
    return !strcmp(text_of(j, "kernel"), s->family->name) && !strcmp(text_of(j, "how"), s->summary ? s->summary : "") &&
           json_integer_value(json_object_get(j, "macs")) == (json_int_t)s->macs;
}

/* False where the file has other kernels. */
static bool add_errors(measured *m, const block *b) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        if (s->kind != STEP_KERNEL) {
            if (!add_errors(m, s->then_block) || !add_errors(m, s->else_block)) return false;
            continue;
        }
        json_t *j = json_array_get(m->kernels, m->next++);
        if (!j || !same_kernel(j, s)) return false;
        int place = s->node && s->family != &kernel_halo ? place_of(m->plan->graph, s->node) : -1;
        double error = place >= 0 ? m->errors[place] : -1;
        json_object_set_new(j, "measured_error", error >= 0 ? json_real(error) : json_null());
    }
    return true;
}

bool manifest_measured(const plan *p, const double *errors, const char *how, const char *path, arena *a, diagnostics *d) {
    json_t *all = read_json(path, d);
    if (!all) return false;
    measured m = {p, errors, json_object_get(all, "kernels"), 0};
    const char *hash = arena_printf(a, "0x%016" PRIx64, p->graph->hash);
    bool ok = !strcmp(text_of(all, "model_hash"), hash) && add_errors(&m, p->body) && m.next == json_array_size(m.kernels);
    if (!ok) diag_error(d, path, "give cnnc verify the options that it was emitted with", "is of another model, or of other options");
    json_object_set_new(all, "measured", json_string(how));
    output_set files = {.arena = a, .diags = d};
    FILE *f = ok ? output_open(&files, path) : NULL;
    ok = f && json_dumpf(all, f, JSON_INDENT(1)) == 0 && fputc('\n', f) != EOF;
    json_decref(all);
    if (ok) return output_commit(&files);
    if (f) output_discard(&files);
    return false;
}

/* ---- certified ---- */

static double number_of(const json_t *j, const char *key) {
    const json_t *n = json_object_get(j, key);
    return json_is_number(n) ? json_number_value(n) : -1;
}

static void put_number(FILE *f, double x) {
    if (x >= 0) fprintf(f, " * %8.1e", x);
    else fputs(" *        -", f);
}

/* What a comment can hold. */
static void put_plain(FILE *f, const char *s) {
    for (; *s; s++) fputc(*s == '*' || *s == '/' || *s == '\\' || (unsigned char)*s < ' ' ? '_' : *s, f);
}

static void write_errors(const json_t *all, const char *prefix, FILE *f) {
    static const char *const keys[] = {"error_bound", "measured_error"};
    static const char *const macros[] = {"ERROR_BOUND", "MEASURED_ERROR"};
    const json_t *kernels = json_object_get(all, "kernels"), *j;
    const char *how = text_of(all, "measured");
    double largest[2] = {-1, -1};
    fputs("\n/* Errors of layers given their inputs, relative to their largest output: bound, and measured, where there is any.\n", f);
    fputs(*how ? " * Measured with " : " * cnnc verify --manifest measures them.", f);
    put_plain(f, how);
    fputc('\n', f);
    for (size_t i = 0; i < json_array_size(kernels); i++) {
        j = json_array_get(kernels, i);
        double error[2];
        for (int k = 0; k < 2; k++) {
            error[k] = number_of(j, keys[k]);
            if (error[k] > largest[k]) largest[k] = error[k];
        }
        if (error[0] < 0 && error[1] < 0) continue;
        put_number(f, error[0]);
        if (error[1] >= 0) fprintf(f, " %8.1e  ", error[1]);
        else fputs("        -  ", f);
        put_plain(f, text_of(j, "layer"));
        fprintf(f, " (%s)\n", text_of(j, "kernel"));
    }
    fputs(" */\n", f);
    for (int k = 0; k < 2; k++)
        if (largest[k] >= 0) fprintf(f, "#define %s_LAYER_%s %.3e\n", prefix, macros[k], largest[k]);
}

bool manifest_certify(const char *path, const char *prefix, uint64_t model_hash, FILE *f, arena *a, diagnostics *d) {
    if (access(path, F_OK) != 0) return true;
    json_t *all = read_json(path, d);
    bool ok = all && !strcmp(text_of(all, "model_hash"), arena_printf(a, "0x%016" PRIx64, model_hash));
    if (ok) write_errors(all, prefix, f);
    else if (all) diag_error(d, path, "write it again, by cnnc MODEL -o OUT.c --manifest", "is the manifest of another model");
    json_decref(all);
    return ok;
}
