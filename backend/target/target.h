/* Machines: a description each (target.def) and a header of vector operations each (runtime/simd). */
#ifndef CNNC_TARGET_H
#define CNNC_TARGET_H

#include "ir/ir.h"

typedef struct target {
    const char *name;
    const char *simd;      /* path of the vocabulary among the embedded texts */
    const char *bytes, *dot; /* those of v16i and 8-bit integers, and of their products: only where kernels use them */
    const char *pairs;     /* that of bf16 and products of pairs of them, likewise */
    int dot_zero;          /* what products of bytes take from each unsigned one */
    bool saturates;        /* products of two bytes are added up in 16 bits: there are faster ones for small weights (int8.h) */
    int accumulators;      /* v16 values that fit in registers beside operands */
    int registers;         /* that one v16 takes */
    int all_registers;     /* of vectors */
    int64_t l1, l2;        /* bytes of cache one core has to itself */
    double ghz;            /* cycles of a typical core: what estimates in microseconds rest on */
    double fma_cycles;     /* that a multiply-add of one v16 takes, when enough of them are under way */
    double pair_cycles;    /* that the products of two bf16 in each lane take, likewise */
    double word_cycles, byte_cycles; /* and those of two 16-bit integers, of four bytes */
    double l3_bytes, dram_bytes; /* that come from beyond L2 and from memory in a cycle */
    const char *guard;     /* preprocessor condition under which this code can be compiled */
    const char *attribute; /* __attribute__((target(…))) of its functions, as gcc takes it, or "" */
    const char *cpu_test;  /* C expression: this CPU can run it */
} target;

enum { TARGET_MAX = 9 };

const target *target_find(const char *name); /* NULL if unknown */
const target *target_native(void);           /* the best that this machine runs */
const target *target_canonical(void);            /* always the same, for decisions that must not depend on the machine */
/* "native", or names with commas between, best first in the result. 0 after an error. */
int targets_parse(const char *list, const target *out[TARGET_MAX], diagnostics *d);

#endif
