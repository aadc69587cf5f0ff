/* What one core of the machine can do, measured. */
#ifndef CNNC_PEAK_H
#define CNNC_PEAK_H

#include "backend/target/target.h"
#include "compiler/toolchain.h"

/* Floating-point operations a second of multiply-adds in registers with the target's vectors on CPU core `core` (-1:
 * any). 0 after an error. */
double peak_measure(const toolchain *t, const target *machine, int core, arena *a, diagnostics *d);

#endif
