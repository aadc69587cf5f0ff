/* The cases of a conformance suite and how they went. */
#ifndef CNNC_SUITE_H
#define CNNC_SUITE_H

#include "ir/ir.h"

/* Fixed size: it travels through a pipe in one write. */
typedef struct case_result {
    bool passed;
    bool specialized; /* compiled for what some inputs hold */
    bool drawn;       /* random numbers were held to their range only */
    char op[64];      /* the operator that is to blame, "" when none is */
    char reason[256]; /* without names of nodes, so that equal reasons are equal text */
} case_result;

typedef struct suite_case {
    const char *name;   /* "node/test_relu": the path below the suite's folder */
    const char *folder;
    case_result result;
} suite_case;

typedef struct suite_cases {
    suite_case *cases; /* sorted by name */
    int n, capacity;
} suite_cases;

/* All folders below `folder` that hold a model.onnx and match the pattern (NULL: any). */
suite_cases suite_find(const char *folder, const char *pattern, arena *a);

/* ---- suite_report.c ---- */

/* The table of failures by operator and reason, most frequent first. */
void suite_print_failures(FILE *f, const suite_cases *s, arena *a);

/* The names of those that passed, one a line. */
bool suite_save_passed(const suite_cases *s, const char *file, arena *a, diagnostics *d);

#endif
