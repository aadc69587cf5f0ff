/* What people read about a model and its plan. */
#ifndef CNNC_REPORT_H
#define CNNC_REPORT_H

#include "backend/plan/plan.h"

void report_memory(FILE *f, const plan *p); /* the map of the workspace: who lies where, and when */
void report_layers(FILE *f, const plan *p); /* a row a step: layer, kernel, output, multiply-adds, weights */
void report_totals(FILE *f, const plan *p);

/* The steps in program order, blocks of an `if` included. */
typedef struct step_list {
    const step **steps;
    int n;
} step_list;
step_list plan_steps(const plan *p, arena *a);

/* Bytes of constants that the step reads; of tensors that it reads and writes, padded channels included. */
int64_t step_weight_bytes(const step *s);
int64_t step_activation_bytes(const step *s);

/* "3.40 GMAC"-style numbers: 3.40 and "G", three digits. */
typedef struct magnitude {
    double number;
    const char *unit;
} magnitude;
magnitude magnitude_of(double x);   /* powers of 1000: "", "k", "M", "G", "T" */
magnitude magnitude_bytes(double x); /* powers of 1024: "B", "KiB", "MiB", "GiB" */

/* Prints a name from the model: control characters shown as ?, padded or cut to `width` columns. */
void print_name(FILE *f, const char *name, int width);
/* For files that must be UTF-8: control characters and bytes that are no text become ?. */
const char *readable_name(arena *a, const char *name);

#endif
