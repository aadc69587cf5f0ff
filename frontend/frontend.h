/* A path in, a graph out. */
#ifndef CNNC_FRONTEND_H
#define CNNC_FRONTEND_H

#include "frontend/weights/weights.h"
#include "ir/ir.h"

/* What the caller knows of an input of the model. A sequence or optional is taken apart into the elements that the tensor
 * has (n_items), of their types; a map has room for as many as its first item, the keys. An input whose value is fixed is a constant: sizes may depend on it. */
typedef struct input_sample {
    tensor like;
    bool fixed; /* like.data is the only value there will be */
} input_sample;

typedef enum missing_values {
    MISSING_REFUSED,
    MISSING_ZERO, /* the graph will only be looked at */
    MISSING_DRAWN /* passes will run: of zeros, or of channels that are all the same, they would leave little */
} missing_values;

typedef struct frontend_options {
    /* --dim NAME=SIZE: symbolic dimensions made numbers */
    int n_dims;
    const char *const *dim_names;
    const int64_t *dim_sizes;
    /* --dim NAME=MIN..MAX: bounds of those that stay open */
    int n_bounds;
    const char *const *bound_names;
    const int64_t *least, *most;
    int64_t open_size; /* of all other symbolic dimensions of a .cnn network; 0: they stay open */
    /* NULL, or asked for each input: whether anything is known of it */
    bool (*sample)(void *context, int input, const char *name, const value_type *declared, input_sample *out);
    void *sample_context;
    weights_options weights; /* of networks that are written without values; an error with others */
    missing_values missing;  /* where such networks are not given any */
    /* --custom-op: nodes of these operators, "DOMAIN:NAME" or "NAME" of any domain, become OP_custom */
    int n_custom;
    const char *const *custom;
    bool custom_optional; /* not to have such a node is no error */
    size_t memory_limit; /* bytes the reader may allocate for the model's structure; 0: a default */
} frontend_options;

/* Reads .onnx, .cnn, or textual IR (.cir, but for its layouts). The graph has types on its inputs and constants; others may be unknown until
 * passes infer them. Constant data stays in memory owned by the arena or mapped until the process ends.
 * NULL after an error, which names the place and the cure. All unsupported operators are reported at once. */
graph *frontend_read(const char *path, const frontend_options *o, arena *a, diagnostics *d);

/* Operators of ONNX that are no operators here but become some when they are read: number i >= 0 of them, those of other
 * domains than the standard with theirs in front ("com.microsoft.Gelu"). NULL: there are no more. */
const char *frontend_expanded_operator(int i);

/* A graph as it was read, before passes, as an ONNX model. False after an error. */
bool frontend_write_onnx(const graph *g, FILE *f, arena *a, diagnostics *d);

/* A serialised TensorProto (.pb of the ONNX suite's test_data_set folders; SequenceProto, OptionalProto and MapProto when
 * `want` says so) into a tensor. */
bool frontend_read_tensor(const char *path, const value_type *want, tensor *out, arena *a, diagnostics *d);

#endif
