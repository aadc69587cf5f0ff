/* Operators that ONNX defines by others, written as short texts:
 *
 *   scaled = Mul(q, 0.5:q)
 *   y, mask = Dropout(Softmax(scaled; axis=-1), $ratio)
 *
 * A statement names results. An argument is a name, `_` (left out), a call, or a constant: 3 (scalar i64), [1, -1] (1-D
 * i64), 0.5 or inf (scalar f32), $name (a number or list that the caller bound), each with an optional `:x` that gives it
 * the element type of value x. Attributes follow a semicolon: numbers, [lists], "strings", $names. Calls are of the newest
 * version of standard operators, those of other recipes included. Statements end at newlines outside of brackets. */
#ifndef CNNC_ONNX_RECIPE_H
#define CNNC_ONNX_RECIPE_H

#include "frontend/onnx/convert/convert.h"

typedef struct recipe {
    draft *draft;
    struct recipe_binding *bindings; /* the latest first */
    int n_made;
    bool failed;
} recipe;

recipe recipe_new(draft *d);
void recipe_value(recipe *r, const char *name, value *v); /* v may be NULL: left out */
void recipe_int(recipe *r, const char *name, int64_t i);
void recipe_ints(recipe *r, const char *name, int n, const int64_t *ints);
/* The same where they may be open: not in attributes then. */
void recipe_dim(recipe *r, const char *name, dim size);
void recipe_dims(recipe *r, const char *name, int n, const dim *sizes);
void recipe_size(recipe *r, const char *name, dim size); /* a value: a scalar i64 */
void recipe_sizes(recipe *r, const char *name, int n, const dim *sizes); /* 1-D i64 */
void recipe_float(recipe *r, const char *name, double f);
/* Binds "x", "y"… to the inputs in order. */
void recipe_inputs(recipe *r, const char *words);
void recipe_run(recipe *r, const char *text);
/* result = op_type(arguments) with the attributes that the draft has. `arguments`: any number of names, each behind a space but
 * the first. */
void recipe_call(recipe *r, const char *result, const char *op_type, const char *arguments);
/* The channels of what has that name and rank, last in its shape, become second, or the other way round. */
void recipe_move_channels(recipe *r, const char *name, int rank, bool to_second);
value *recipe_get(const recipe *r, const char *name);
/* The node's outputs, in order; those left out or not wanted may be unbound. False if anything failed. */
bool recipe_return(recipe *r, const char *words);

#endif
