/* What one core of the machine can do, measured. */
#ifndef CNNC_PEAK_H
#define CNNC_PEAK_H

#include "backend/target/target.h"
#include "compiler/toolchain.h"

typedef struct core_peak {
    double operations; /* floating-point operations a second: multiply-adds in registers with the target's vectors */
    double bytes;      /* a second, read from DRAM one after the other */
} core_peak;

/* Measures CPU core `core` (-1: any); *p keeps what is larger. */
bool peak_measure(core_peak *p, const toolchain *t, const target *machine, int core, arena *a, diagnostics *d);

#endif
