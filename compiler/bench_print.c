/* The results of `cnnc bench` as a table. */
#include <string.h>

#include "compiler/bench.h"
#include "compiler/report.h"

double bench_bytes(const bench_layer *l) { return l->weights + l->activations; }

double bench_peak(const bench_layer *l, const core_peak *p) { return l->peak > 0 ? l->peak : p->operations; }

double bench_whole_peak(const bench_result *r) {
    double seconds = 0, operations = 0;
    for (int i = 0; i < r->n_layers; i++) {
        operations += r->layers[i].operations;
        seconds += r->layers[i].operations / bench_peak(&r->layers[i], &r->peak);
    }
    return seconds > 0 ? operations / seconds : r->peak.operations;
}

double bench_roof(const bench_layer *l, const core_peak *p) {
    double bytes = bench_bytes(l), peak = bench_peak(l, p), fed = bytes > 0 ? p->bytes * l->operations / bytes : peak;
    return fed < peak ? fed : peak;
}

/* ---- old and new ---- */

static bool same_layer(const bench_layer *x, const bench_layer *y, bool kernel_too) {
    return !strcmp(x->name, y->name) && (!kernel_too || !strcmp(x->kernel, y->kernel));
}

int *bench_match(const bench_result *new, const bench_result *old, arena *a) {
    int *match = ARENA_ARRAY(a, int, new->n_layers);
    bool *taken = ARENA_ARRAY(a, bool, old->n_layers);
    for (int i = 0; i < new->n_layers; i++) match[i] = -1;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < new->n_layers; i++)
            for (int k = 0; k < old->n_layers && match[i] < 0; k++) {
                if (taken[k] || !same_layer(&new->layers[i], &old->layers[k], pass == 0)) continue;
                match[i] = k;
                taken[k] = true;
            }
    return match;
}

/* ---- cells ---- */

static void print_share(FILE *f, double part, double whole) {
    if (part > 0 && whole > 0) fprintf(f, " %5.1f %%", 100 * part / whole);
    else fprintf(f, " %7s", "");
}

/* In units of 1e9 a second, and its share of the peak. */
static void print_rate(FILE *f, double amount, double seconds, double peak) {
    double rate = seconds > 0 ? amount / seconds : 0;
    if (amount > 0) fprintf(f, " %9.2f", rate / 1e9);
    else fprintf(f, " %9s", "");
    print_share(f, rate, peak);
}

static void print_bytes(FILE *f, double bytes) {
    magnitude m = magnitude_bytes(bytes);
    if (bytes > 0) fprintf(f, " %7.*f %-3s", strcmp(m.unit, "B") ? 2 : 0, m.number, m.unit);
    else fprintf(f, " %11s", "");
}

static void print_old(FILE *f, const double *old, double new) {
    if (old) fprintf(f, " %9.1f", 1e6 * *old);
    else fprintf(f, " %9s", "-");
    if (old && *old > 0 && new > 0) fprintf(f, " %6.2fx", *old / new);
    else fprintf(f, " %7s", "");
}

/* ---- rows ---- */

static void print_layer(FILE *f, const bench_result *r, const bench_layer *l, const bench_layer *was, bool compared) {
    print_name(f, l->name, 36);
    fprintf(f, " %-16s %9.1f", l->kernel, 1e6 * l->seconds);
    if (l->estimate > 0) fprintf(f, " %9.1f", 1e6 * l->estimate);
    else fprintf(f, " %9s", "");
    if (compared) print_old(f, was ? &was->seconds : NULL, l->seconds);
    print_share(f, l->seconds, r->seconds);
    print_rate(f, l->operations, l->seconds, bench_peak(l, &r->peak));
    print_rate(f, bench_bytes(l), l->seconds, r->peak.bytes);
    print_bytes(f, l->weights);
    print_bytes(f, l->activations);
    fprintf(f, "  %s\n", l->how);
}

static void print_layers(FILE *f, const bench_result *r, const bench_result *old, const int *match) {
    fprintf(f, "%-36s %-16s %9s %9s", "layer", "kernel", "us", "estimated");
    if (old) fprintf(f, " %9s %7s", "old us", "faster");
    fprintf(f, " %7s %9s %7s %9s %7s %11s %11s  %s\n", "time", "GFLOP/s", "peak", "GB/s", "DRAM", "weights", "activations", "how");
    for (int i = 0; i < r->n_layers; i++) print_layer(f, r, &r->layers[i], old && match[i] >= 0 ? &old->layers[match[i]] : NULL, old);
}

/* Old layers that are no more. */
static void print_gone(FILE *f, const bench_result *r, const bench_result *old, const int *match, arena *a) {
    bool *kept = ARENA_ARRAY(a, bool, old->n_layers);
    for (int i = 0; i < r->n_layers; i++)
        if (match[i] >= 0) kept[match[i]] = true;
    for (int k = 0; k < old->n_layers; k++) {
        if (kept[k]) continue;
        print_name(f, old->layers[k].name, 36);
        fprintf(f, " %-16s %9s %9s %9.1f\n", old->layers[k].kernel, "-", "", 1e6 * old->layers[k].seconds);
    }
}

static void print_origin(FILE *f, const char *title, const bench_result *r) {
    char cores[32] = "a core";
    double most = 0;
    for (int i = 0; i < r->n_layers; i++) most = r->layers[i].peak > most ? r->layers[i].peak : most;
    if (r->threads > 1) snprintf(cores, sizeof cores, "%d cores", r->threads);
    fprintf(f, "%s%s of %d runs, %s, %s; measured peaks of %s: %.1f GFLOP/s, %.1f GB/s from DRAM", title, r->statistic, r->runs, r->target,
            r->machine, cores, r->peak.operations / 1e9, r->peak.bytes / 1e9);
    if (most > 0) fprintf(f, ", %.1f GFLOP/s with products of narrow numbers", most / 1e9);
    fputc('\n', f);
}

void bench_print(FILE *f, const bench_result *r, const bench_result *old, arena *a) {
    const int *match = old ? bench_match(r, old, a) : NULL;
    if (r->n_layers) print_layers(f, r, old, match);
    if (r->n_layers && old) print_gone(f, r, old, match, a);
    fprintf(f, "%-36s %-16s %9.1f %9s", "whole network", "", 1e6 * r->seconds, "");
    if (old) print_old(f, &old->seconds, r->seconds);
    fprintf(f, " %7s", "");
    print_rate(f, r->operations, r->seconds, bench_whole_peak(r));
    fputc('\n', f);
    print_origin(f, "", r);
    if (old) print_origin(f, "old: ", old);
}
