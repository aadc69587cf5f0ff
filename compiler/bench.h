/* What `cnnc bench` found out, and the forms in which people get it: a table, a page, a file to compare with later. */
#ifndef CNNC_BENCH_H
#define CNNC_BENCH_H

#include "compiler/peak.h"
#include "ir/ir.h"

typedef struct bench_layer {
    const char *name, *kernel, *how; /* UTF-8 without control characters */
    double seconds;
    double operations;           /* as the operators define them: kernels may do fewer */
    double estimate;             /* seconds that the cost model expected; 0: it was not asked */
    double weights, activations; /* bytes that the kernel reads and writes */
    double peak;                 /* operations a second of products of its type; 0: those of float32 */
} bench_layer;

typedef struct bench_result {
    const char *model, *target, *compiler, *machine;
    const char *statistic; /* "median" or "best" */
    int runs, threads;     /* threads 0: the serial entry point */
    core_peak peak;        /* arithmetic of as many cores as threads; DRAM of one */
    double seconds;        /* the whole network, without the timers of layers */
    double operations;
    const bench_layer *layers; /* none with threads */
    int n_layers;
} bench_result;

double bench_bytes(const bench_layer *l);
/* What arithmetic alone does: operations a second. */
double bench_peak(const bench_layer *l, const core_peak *p);
/* The same of the whole network, each layer by its own; of float32 where there are no layers. */
double bench_whole_peak(const bench_result *r);
/* What the roofline lets a layer run at: operations a second, all its bytes from DRAM. */
double bench_roof(const bench_layer *l, const core_peak *p);

/* The layer of `old` that layer i of `new` was, by name, of the same kernel where there are several: -1 where it is new.
 * An old layer is matched once. new->n_layers entries. */
int *bench_match(const bench_result *new, const bench_result *old, arena *a);

/* old: NULL, or what to compare with. */
void bench_print(FILE *f, const bench_result *r, const bench_result *old, arena *a);
bool bench_write_html(FILE *f, const bench_result *r, const bench_result *old, arena *a, diagnostics *d);

/* JSON. */
bool bench_save(FILE *f, const bench_result *r, diagnostics *d);
bool bench_load(bench_result *r, const char *path, arena *a, diagnostics *d);

#endif
