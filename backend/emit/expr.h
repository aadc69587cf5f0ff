/* Elementwise expressions as C: scalar for any element type, v16 (16 float lanes) for f32. */
#ifndef CNNC_EMIT_EXPR_H
#define CNNC_EMIT_EXPR_H

#include "backend/emit/text.h"

/* Writes the C expression of a leaf (EXPR_ACC or EXPR_INPUT), already converted to the leaf's compute type: float for
 * f32 and smaller floats, double for f64, the C type itself for integers, uint8_t 0/1 for bool. */
typedef void expr_leaf(void *context, text *out, const expr *leaf);

/* Has every operator of the tree a form? Trees without one must not be emitted. */
bool expr_has_scalar_form(const expr *e);
void expr_emit_scalar(text *out, const expr *e, expr_leaf *leaf, void *context);
/* f32 trees whose operators all have a vector form. */
bool expr_has_vector_form(const expr *e);
bool expr_has_vector_form_of_halves(const expr *e); /* where inputs that are f16 or bf16 are widened as they are loaded */
void expr_emit_vector(text *out, const expr *e, expr_leaf *leaf, void *context);
/* The same of a tree whose inputs are constants: scaling and shifting by them is one multiply-add. */
void expr_emit_prologue(text *out, const expr *e, expr_leaf *leaf, void *context);

/* "float": the C type in which elements of t are computed. */
const char *compute_ctype(dtype t);
/* C expressions that load element `index` of array `name` to its compute type, and the statement that stores. Sub-byte
 * and small float types go through runtime functions. `index` is C text. */
void emit_real(text *out, double x);              /* a double constant */
void emit_float(text *out, double x);             /* a float constant */
void emit_constant(text *out, dtype t, double x); /* a constant of compute_ctype(t) */
void emit_load(text *out, dtype t, const char *name, const char *index);
void emit_store(text *out, dtype t, const char *name, const char *index, const char *expression);

#endif
