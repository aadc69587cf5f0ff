/* What one core of the machine can do, measured. */
#ifndef CNNC_PEAK_H
#define CNNC_PEAK_H

#include "backend/target/target.h"
#include "compiler/toolchain.h"

typedef struct core_peak {
    double operations; /* floating-point operations a second: multiply-adds in registers with the target's vectors */
    double of_bf16, of_bytes; /* products of bf16 and of bytes and their sums, likewise */
    double bytes;      /* a second, read from DRAM one after the other */
} core_peak;

/* The operations a second of products of such numbers: DT_BF16, DT_U8, or DT_NONE for float32. */
double peak_of(const core_peak *p, dtype product);

/* Measures CPU core `core` (-1: any); *p keeps what is larger. */
bool peak_measure(core_peak *p, const toolchain *t, const target *machine, int core, arena *a, diagnostics *d);

#endif
