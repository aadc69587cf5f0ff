/* Operators that are one call of a function in runtime/library, the same for the evaluator and for emitted code. */
#ifndef CNNC_LIBRARY_H
#define CNNC_LIBRARY_H

#include "ir/ir.h"

typedef enum library_kind {
    LIBRARY_IN,       /* pointer to input i; NULL when left out */
    LIBRARY_OUT,      /* pointer to output i */
    LIBRARY_INT,      /* i */
    LIBRARY_COUNT,    /* elements of axes [ints[1], ints[2]) of input ints[0], of output 0 where that is -1; i of them, or at most */
    LIBRARY_REAL,     /* f */
    LIBRARY_QUOTIENT, /* of the sizes of output 0 and input 0 along axis i, as double */
    LIBRARY_ELEMENT,  /* element n of input i, as double */
    LIBRARY_STATUS,   /* pointer to an int32_t that becomes 5 when something does not fit */
    LIBRARY_BYTES,    /* of an element of input i, as emitted code stores it */
    LIBRARY_INTS, /* an array of n numbers: ints[k], at most where it is the size of axis[k] of input of[k] (-1: output 0; else LIBRARY_NO_INPUT) */
    LIBRARY_ELEMENTS /* an array of n numbers: those of input i */
} library_kind;

enum { LIBRARY_MAX_ARGS = 24, LIBRARY_MAX_INTS = 12, LIBRARY_NO_INPUT = 99 };

typedef struct library_arg {
    library_kind kind;
    int64_t i;
    double f;
    int n;
    int64_t ints[LIBRARY_MAX_INTS];
    int of[LIBRARY_MAX_INTS], axis[LIBRARY_MAX_INTS];
} library_arg;

typedef struct library_call {
    const char *function;
    int n;
    library_arg args[LIBRARY_MAX_ARGS];
} library_call;

/* False: n is no operator of this kind. All types of n are bounded; where one is open, only the
 * operators that count with LIBRARY_COUNT, LIBRARY_QUOTIENT and sizes among LIBRARY_INTS can do with that (library_takes_open). */
bool library_takes_open(op_code op);
bool library_call_of(const node *n, library_call *c);

#endif
