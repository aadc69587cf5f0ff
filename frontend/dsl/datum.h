/* What an expression of a .cnn file stands for while the network is being built. */
#ifndef CNNC_DSL_DATUM_H
#define CNNC_DSL_DATUM_H

#include "frontend/dsl/ast.h"

typedef enum datum_kind {
    DATUM_ERROR, /* has been reported; what is made of it is one too, in silence */
    DATUM_NOTHING,
    DATUM_INT,
    DATUM_FLOAT,
    DATUM_BOOL, /* integer */
    DATUM_STRING,
    DATUM_LIST,
    DATUM_TYPE,
    DATUM_TENSOR,
    DATUM_SIZE, /* of an axis that is open */
    DATUM_BLOCK,
    DATUM_LAYER,
    DATUM_FUNCTION,
    DATUM_OP
} datum_kind;

struct layer_info;
struct function_info;

typedef struct datum {
    datum_kind kind;
    int count; /* LIST */
    union {
        int64_t integer;
        double number;
        const char *string;
        const struct datum *items;
        const ast *type;
        value *tensor;
        dim size;
        const ast *block;
        const struct layer_info *layer;
        const struct function_info *function;
        op_code op;
    };
} datum;

static inline datum datum_error(void) { return (datum){.kind = DATUM_ERROR}; }
static inline datum datum_nothing(void) { return (datum){.kind = DATUM_NOTHING}; }
static inline datum datum_int(int64_t i) { return (datum){.kind = DATUM_INT, .integer = i}; }
static inline datum datum_float(double x) { return (datum){.kind = DATUM_FLOAT, .number = x}; }
static inline datum datum_bool(bool b) { return (datum){.kind = DATUM_BOOL, .integer = b}; }
static inline datum datum_string(const char *s) { return (datum){.kind = DATUM_STRING, .string = s}; }
static inline datum datum_size(dim d) { return dim_is_number(d) ? datum_int(d.size) : (datum){.kind = DATUM_SIZE, .size = d}; }
static inline datum datum_list(const datum *items, int n) { return (datum){.kind = DATUM_LIST, .count = n, .items = items}; }
static inline datum datum_tensor(value *v) { return v ? (datum){.kind = DATUM_TENSOR, .tensor = v} : datum_error(); }

static inline bool datum_is_number(datum d) { return d.kind == DATUM_INT || d.kind == DATUM_FLOAT; }
static inline double datum_number(datum d) { return d.kind == DATUM_INT ? (double)d.integer : d.number; }
static inline bool datum_is_size(datum d) { return d.kind == DATUM_INT || d.kind == DATUM_SIZE; }
static inline dim datum_dim(datum d) { return d.kind == DATUM_INT ? dim_number(d.integer) : d.size; }
static inline bool datum_is_callable(datum d) { return d.kind >= DATUM_BLOCK; }

/* "a number", "a list": for messages. */
const char *datum_noun(datum d);
/* As in a string with braces; cut where it is long. */
const char *datum_text(arena *a, datum d);
bool datum_equal(datum x, datum y);

#endif
