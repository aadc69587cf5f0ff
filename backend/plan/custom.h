/* Functions of the user's C files that compute operators (--custom-op): what compiler/custom_file.c has read of them. */
#ifndef CNNC_CUSTOM_H
#define CNNC_CUSTOM_H

#include "ir/ir.h"

enum { CUSTOM_MAX_PARAMETERS = 64 };

/* Pointers are tensors, inputs to what is const; arrays and numbers say more of them, or are attributes. */
typedef enum custom_kind {
    CUSTOM_TENSOR, /* NULL: left out, or nobody wants it */
    CUSTOM_DIMS,   /* its sizes, an array of int64_t */
    CUSTOM_RANK,   /* how many these are */
    CUSTOM_COUNT,  /* its elements, their product; of an attribute that is an array: the length */
    CUSTOM_ATTRIBUTE
} custom_kind;

typedef struct custom_parameter {
    const char *name;
    custom_kind kind;
    const char *ctype; /* of what it points to, of its elements, or its own: "float" */
    bool is_output;
    bool is_array;
    int64_t length; /* of an array, as declared; -1: any */
    int tensor;     /* TENSOR, DIMS, RANK, COUNT: the number of the input or output; -1: of an attribute */
    const char *attribute; /* ATTRIBUTE and its COUNT */
    size_t at;      /* where the file declares it */
} custom_parameter;

typedef struct custom_function {
    const char *operator;    /* as the option names it: "DOMAIN:NAME" or "NAME" */
    const char *name;        /* of the function */
    source_text source;      /* the whole file; source.text ends with '\0' */
    size_t at;               /* where it is defined in there */
    const char *declaration; /* "static void NAME(const float *x, ...)" */
    custom_parameter parameters[CUSTOM_MAX_PARAMETERS];
    int n;
} custom_function;

/* The one that computes the OP_custom node; NULL: none does. */
const custom_function *custom_find(const custom_function *functions, int count, const node *n);
/* The model's attribute that the parameter called `name` stands for; NULL: the node has none. */
const attr *custom_attr(const node *n, const char *name, arena *a);
bool custom_is_own_attr(const attr *a); /* cnnc's, not the model's */

#endif
