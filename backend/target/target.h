/* Machines: a description each (target.def) and a header of vector operations each (runtime/simd). */
#ifndef CNNC_TARGET_H
#define CNNC_TARGET_H

#include "ir/ir.h"

typedef struct target {
    const char *name;
    /* Paths of vocabularies among the embedded texts: of v16; of v16i and 8-bit integers; of the products of those; of bf16 and
     * products of pairs of them. Emitted files carry what kernels use of them. */
    const char *simd, *bytes, *dot, *pairs;
    int dot_zero;      /* what products of bytes take from each unsigned one, so that signed ones multiply it */
    bool saturates;    /* products of two bytes are added up in 16 bits: there are faster ones for small weights (int8.h) */
    int accumulators;  /* v16 values that a register tile may use, beside weights and broadcasts */
    int registers;     /* that one v16 takes */
    int all_registers; /* of vectors */
    int64_t l1, l2;    /* bytes of cache one core has to itself */
    double ghz;        /* cycles of a typical core: what estimates in microseconds rest on */
    /* Cycles that a multiply-add of one v16 takes when enough of them are under way; that the products of two bf16 in each lane
     * take, of two 16-bit integers, of four bytes. */
    double fma_cycles, pair_cycles, word_cycles, byte_cycles;
    double l3_bytes, dram_bytes; /* that come from beyond L2 and from memory in a cycle */
    const char *guard;           /* preprocessor condition under which this code can be compiled */
    const char *attribute;       /* __attribute__((target(…))) of its functions, as gcc takes it; "": the compiler's default will do */
    const char *cpu_test;        /* C expression: this CPU can run it */
} target;

enum { TARGET_MAX = 9 };

const target *target_find(const char *name); /* NULL if unknown */
const target *target_native(void);           /* the best that this machine runs */
const target *target_canonical(void);        /* always the same, for decisions that must not depend on the machine */
/* "native", or names with commas between, best first in the result. 0 after an error. */
int targets_parse(const char *list, const target *out[TARGET_MAX], diagnostics *d);

#endif
