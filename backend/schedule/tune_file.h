/* What `cnnc tune` found out, as text: a line a finding, appended as soon as it is made. Files of several runs or machines
 * are merged by putting one behind the other; of two findings on the same thing the later holds.
 *
 *   cnnc-tune 1
 *   time "x86-64-v3" "gcc 12.2.0" "conv(f32[1,64,56,56] …" "conv_winograd 4x4 block 49" 812.3 640.1
 *   best "x86-64-v3" "gcc 12.2.0" "conv(f32[1,64,56,56] …" "conv_winograd 4x4 block 49" 812.3
 *   use  "x86-64-v3" "gcc 12.2.0" "conv(f32[1,64,56,56] …" "conv_winograd 4x4 block 49" 820.0 */
#ifndef CNNC_TUNE_FILE_H
#define CNNC_TUNE_FILE_H

#include "backend/schedule/schedule.h"

typedef enum finding_kind {
    FINDING_TIME, /* of one candidate alone: with weights from memory, and with all that fits in the caches */
    FINDING_BEST, /* of those measured alone */
    FINDING_USE,  /* the best within a whole network */
    FINDING_KINDS
} finding_kind;

typedef struct finding {
    finding_kind kind;
    const char *target, *compiler, *signature, *candidate;
    double microseconds[2]; /* TIME: cold and warm; else one */
} finding;

/* Of one target, and one compiler unless that is NULL. */
typedef struct tuning {
    advice advice; /* what plan_options want */
    const char *file, *target, *compiler;
    finding *findings; /* of all targets and compilers, in the file's order */
    int n, capacity;
    arena *arena;
} tuning;

/* `file` is named in errors and by --explain-schedule; bytes may be NULL: nothing is known yet. */
bool tuning_read(tuning *t, const char *file, const char *bytes, size_t size, arena *a, diagnostics *d);
void tuning_add(tuning *t, const finding *f);
/* The last one of a kind for a signature and a candidate's name (NULL: any) that is for the tuning's target and compiler. */
const finding *tuning_find(const tuning *t, finding_kind kind, const char *signature, const char *name);

void tuning_print_header(FILE *f);
void finding_print(FILE *f, const finding *x); /* a line */

#endif
