/* Arrays on the command line: NAME=FILE.npy bound to the inputs or outputs of a graph. */
#ifndef CNNC_ARRAYS_H
#define CNNC_ARRAYS_H

#include "compiler/model.h"

enum { ARRAYS_MAX = 64 };

typedef struct array_arguments {
    const char *option;           /* "--input", for messages */
    const char *args[ARRAYS_MAX]; /* NAME=FILE, or FILE: the next in order that has no name */
    int n;
} array_arguments;

bool array_arguments_add(array_arguments *a, const char *arg); /* false: full */

/* One tensor a value (graph inputs, or outputs as expected), of its type. A file may hold several samples: with an
 * additional first axis, or with more rows than the 1 of the value's first axis; then data is that many samples one
 * after another. All files must hold equally many. Inputs that have a fallback may be left out. What `out` has already is kept, and *samples says how
 * many samples that is (0: nothing is there). */
bool arrays_read(const array_arguments *args, value *const *values, int n, tensor *out, int64_t *samples, arena *a,
                 diagnostics *d);

/* Where dimensions stay open for which no size is given (open_at), those of the files. */
bool arrays_tell_sizes(const array_arguments *args, model_options *o, arena *a, diagnostics *d);

/* How many samples of type `one` an array of type `file` holds, by the same rule; -1: it does not fit. */
int64_t array_count_samples(const value_type *file, const value_type *one);

/* The type of `samples` of them together. */
value_type array_type_of_samples(const value_type *one, int64_t samples, arena *a);

/* The same values for each of `samples`. */
tensor array_repeated(const value_type *one, const void *values, int64_t samples, arena *a);

/* Which value an argument names, and in *file the file; -1 after an error. `position` counts unnamed ones so far. */
int array_argument_resolve(const array_arguments *args, int index, value *const *values, int n, const char **file,
                           diagnostics *d);

#endif
