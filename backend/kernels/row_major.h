/* What the kernels on row-major tensors share: positions, operands that broadcast to them, epilogues. */
#ifndef CNNC_KERNELS_ROW_MAJOR_H
#define CNNC_KERNELS_ROW_MAJOR_H

#include "backend/emit/expr.h"
#include "backend/emit/template.h"
#include "backend/plan/plan.h"

/* All tensors of n are static and row-major, and it has no prologue; its epilogue, if any, can be written. */
bool row_major_accepts(const node *n);
bool row_major_moves(const node *n); /* the same, and strings too: for kernels that only move elements */

/* Where in the step's first output a kernel stands: at linear index `row` of axes [0, split) and `col` of the others,
 * both C text. `col` may be NULL when split is the rank. */
typedef struct position {
    const step *step;
    int split;
    const char *row, *col;
    const char *acc;   /* text of EXPR_ACC, or NULL */
    const char *lanes; /* vectors: how many are valid, as text; NULL: all 16 */
} position;

/* Where sizes are open, results are counted through, and so are what inputs from number `from` on hold: they are as large as
 * the result, or one number. */
bool row_major_flat(const node *n, int from);

/* The element of operand x, broadcast to `dims`, that belongs to linear index `var` over axes [from, to): "i / 3 % 7 + "…
 * Nothing when x repeats all over them. Returns whether anything was written. */
bool put_broadcast_index(text *out, const operand *x, int rank, const number *dims, int from, int to, const char *var);

/* The same for any strides: linear index `var` over axes of these sizes, outermost first, becomes a sum of strides. */
bool put_strided_index(text *out, int n, const number *sizes, const number *strides, const char *var);

/* Row-major strides of x broadcast to `rank` axes: 0 where it repeats. */
void operand_strides(arena *a, const operand *x, int rank, number *strides);
void operand_sizes(const operand *x, number *sizes); /* along all its axes */
const char *operand_sizes_text(arena *a, const operand *x); /* the same as a list: "3, x0_h, 7", of a scalar "1" */
void numbers_known(int n, const int64_t *ints, number *numbers);
number bytes_of(arena *a, number count, dtype t);        /* of so many elements */
const char *bytes_text(arena *a, number count, dtype t); /* as a size_t */
int64_t operand_most(const operand *x); /* its elements, of the largest sizes: for estimates */

/* How x runs over axes [from, to) of the output: the whole of it in order, or the same element all the time. */
typedef enum run { RUN_MIXED, RUN_ALONG, RUN_REPEAT } run;
run operand_run(arena *a, const operand *x, int rank, const number *dims, int from, int to);

/* The expression e at a position, scalar or (every leaf RUN_ALONG or RUN_REPEAT behind `split`) as a v16. Its INPUTs
 * index the node's inputs. */
void put_scalar(text *out, const expr *e, const position *at);
void put_vector(text *out, const expr *e, const position *at);

/* The tree that leads from the kernel's own result to what is stored: the node's epilogue, or just ACC. */
const expr *result_tree(arena *a, const node *n, dtype core);

/* "y0[index] = …;": e at a position, stored. */
void put_store(text *out, const expr *e, const position *at);

/* ---- sums ---- */

/* The C type in which elements of t are summed: float and double, and uint64_t for integers, which wrap. */
const char *sum_ctype(dtype t);
/* A sum as EXPR_ACC: converted to the type in which elements of t are computed. */
const char *sum_result(arena *a, dtype t, const char *sum);
/* "x0[index]" ready to be added to a sum. */
const char *sum_term(arena *a, dtype t, const char *name, const char *index);

#endif
