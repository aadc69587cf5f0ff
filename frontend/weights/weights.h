/* Values for the parameters of a network: read from a file by name, or drawn at random. */
#ifndef CNNC_WEIGHTS_H
#define CNNC_WEIGHTS_H

#include "ir/ir.h"

typedef enum parameter_role {
    PARAMETER_WEIGHT, /* of convolutions [out, in/group, kh, kw] and dense layers [out, in]; transposed ones [in, out/group, kh, kw] */
    PARAMETER_BIAS,
    PARAMETER_SCALE, PARAMETER_SHIFT, PARAMETER_MEAN, PARAMETER_VARIANCE, /* batch normalization */
    PARAMETER_SLOPE   /* PReLU */
} parameter_role;

/* A parameter that has no values yet: v->constant->data is NULL. */
typedef struct parameter {
    const char *name; /* dotted path in PyTorch's terms: "layer1.0.conv1.weight", "bn1.running_mean", "fc.bias" */
    value *v;
    parameter_role role;
    int64_t fan_in, fan_out; /* WEIGHT: terms of a sum; sums that an input takes part in */
    const source_text *text; /* where it was declared, for messages; NULL: unknown */
    size_t at;
} parameter;

typedef struct weights_options {
    const char *path;  /* .npz, .safetensors or .onnx (its initializers); NULL: none */
    const char *init;  /* "he", "xavier", "msra" …; NULL: none. With both: the file first, init for what it lacks */
    uint64_t seed;
} weights_options;

bool weights_is_file(const char *path); /* by its name */
bool weights_is_init(const char *kind);

/* Fills every parameter. Missing, left-over and misshapen ones are all reported at once. Data is mapped or in the arena; false after an error. */
bool weights_fill(const parameter *p, int n, const weights_options *o, arena *a, diagnostics *d);

/* The values of f32 parameters as a .safetensors file; of each, name and v count. */
bool weights_write(FILE *f, const parameter *p, int n, diagnostics *d);

#endif
