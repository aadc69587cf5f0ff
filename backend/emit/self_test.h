/* --self-test: golden inputs from a seed, and what each layer makes of them by the reference evaluator. */
#ifndef CNNC_SELF_TEST_H
#define CNNC_SELF_TEST_H

#include "backend/emit/emit.h"

enum { GOLDEN_SEED = 1 };

/* How elements of an input are made up: runtime/self_test/numbers.h. NULL for strings and types of fewer than 8 bits.
 */
typedef struct golden_bits {
    dtype type;
    int element; /* bytes; a complex number is two */
    uint64_t mask, base;
} golden_bits;
const golden_bits *golden_bits_of(dtype t);

/* What is held against the reference after a step of the plan's body. */
typedef struct self_test_layer {
    const step *step;
    const char *name; /* of the layer */
    int first, n;     /* of its checks */
} self_test_layer;

typedef struct golden_check {
    int output; /* of the step */
    int shape;
    double sum, size;
} golden_check;

typedef struct golden_shape {
    uint32_t n, c, y, x, lanes, origin, batch, block, row;
    dtype type;
} golden_shape;

typedef struct golden_values {
    self_test_layer *layers;
    golden_check *checks;
    golden_shape *shapes;
    int n_layers, n_checks, n_shapes;
    double tolerance; /* relative to the sum of absolute values of a layer */
    int64_t *inputs, *outputs,
        bytes; /* where they lie in the caller's memory, behind the workspace; what it needs in all */
} golden_values;

/* Evaluates the graph of a plan. NULL after an error: an input that cannot be made up, open dimensions, random numbers.
 */
golden_values *golden_evaluate(const plan *p);
const self_test_layer *golden_layer(const golden_values *g, const step *s); /* NULL: nothing is checked */

void self_test_put_header(const emission *e, text *out);
void self_test_put_runtime(const emission *e, text *out); /* types and functions that kernels' callers use */
void self_test_put_public(const emission *e, text *out);
/* An if has no kernel of its own whose outputs would be checked. */
void self_test_put_if(const emission *e, const step *s, text *out);

#endif
