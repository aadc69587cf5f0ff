/* A syntax tree becomes a graph: a walk that computes what is known now and makes nodes of the rest. */
#ifndef CNNC_DSL_LOWER_H
#define CNNC_DSL_LOWER_H

#include "frontend/dsl/datum.h"
#include "frontend/frontend.h"
#include "ir/names.h"
#include "frontend/weights/weights.h"

enum {
    LOWER_MAX_DEPTH = 400,       /* of expressions and calls in each other */
    LOWER_MAX_STEPS = 10000000,  /* expressions evaluated, elements of lists made, and so on: see charge */
    LOWER_NODE_STEPS = 50,       /* that a node costs */
    LOWER_MAX_LIST = 100000,     /* elements */
    LOWER_MAX_STRING = 1000,     /* bytes */
    LOWER_MAX_ARGUMENTS = 10000   /* of a call */
};

typedef struct variable {
    const char *name;
    datum value;
    struct variable *next; /* declared before */
} variable;

/* A block being built. */
typedef struct frame {
    const ast *block, *call; /* where it is called; NULL: the network itself */
    struct frame *caller;
    variable *variables;
    bool returned;
    datum result;
    const ast *results; /* the arguments of `return`, for their names */
} frame;

typedef struct lowering {
    arena *arena;
    diagnostics *diags;
    const frontend_options *options;
    graph *graph;
    region *region; /* where nodes go */
    frame *frame;
    variable *globals; /* top-level lets and blocks */
    const char *path;  /* of the instance at hand: "layer1.0", or "" */
    const char *label; /* given to the call at hand, or NULL */
    names numbers;     /* "layer1.0.conv" to the last number given: int * */
    names labels;      /* names of layers that were given */
    names taken;       /* parameters to where they are declared: ast * */
    parameter *parameters;
    int n_parameters;
    int exits;         /* `exit when` so far, each an If whose else branch is open */
    int exit_results;
    int depth, errors;
    int64_t steps;
} lowering;

/* ---- lower.c ---- */

/* Errors at a place; false. At most some twenty are printed. Without a hint it tells where the block is called. */
bool lower_error(lowering *l, const ast *at, const char *hint, const char *format, ...) IR_PRINTF(4, 5);

/* ---- variables.c ---- */

const variable *find_variable(const lowering *l, const char *name); /* of the block at hand */
void declare(lowering *l, const char *name, datum d);
bool declare_pattern(lowering *l, const ast *pattern, datum d);
bool assign(lowering *l, const ast *at, const char *name, datum d);
/* A variable, global, function, layer or operator. */
datum look_up(lowering *l, const ast *at, const char *name);
/* The same where something is called: variables that cannot be called do not hide what can. */
datum look_up_callee(lowering *l, const ast *at, const char *name);

/* ---- expression.c, arithmetic.c ---- */

/* Work and memory are bounded: false, and an error the first time, when a network takes too much. */
bool charge(lowering *l, const ast *at, int64_t steps);

datum evaluate(lowering *l, const ast *e);
bool evaluate_int(lowering *l, const ast *e, int64_t *x);
bool evaluate_bool(lowering *l, const ast *e, bool *b); /* known now */
datum evaluate_unary(lowering *l, const ast *e, datum x);
datum evaluate_binary(lowering *l, const ast *e, datum x, datum y);
/* The elements of a list; false after an error. */
bool elements_of(lowering *l, const ast *at, datum d, const datum **items, int *n);

/* ---- statement.c ---- */

void run_statements(lowering *l, const ast *statements);
/* A number for each element, or index and element. */
typedef bool loop_body(lowering *l, void *context);
bool run_loop(lowering *l, const ast *loop, loop_body *body, void *context);

/* ---- check.c ---- */

/* Reports unknown names in all blocks, evaluated or not. */
void check_names(lowering *l);

/* ---- call.c ---- */

/* An argument with its value; `piped` ones come from the left of |>. */
typedef struct argument {
    const char *name; /* or NULL */
    datum value;
    const ast *at;
} argument;

datum call(lowering *l, const ast *at, datum callee, const argument *arguments, int n);
datum evaluate_call(lowering *l, const ast *e, const datum *piped, const ast *piped_at);

/* ---- names.c ---- */

/* "layer1.0.conv1": the label given, or a number behind the kind of layer. */
const char *layer_name(lowering *l, const char *kind);
const char *joined(lowering *l, const char *path, const char *name);

/* ---- build.c: nodes ---- */

/* A node whose shape is known at once; NULL after an error, which is told in terms of the source. */
node *build_node(lowering *l, const ast *at, op_code op, const char *name, int n_inputs, value *const *inputs, int n_outputs);
/* The same without attributes and of one result. */
value *build(lowering *l, const ast *at, op_code op, const char *name, int n_inputs, value *const *inputs);
bool infer_built(lowering *l, const ast *at, node *n);
value *constant_ints_of(lowering *l, int n, const int64_t *ints);
value *constant_like(lowering *l, double x, const value *like);
value *exit_number(lowering *l, int number); /* i32[1] */
/* Numbers in (nested) lists as a tensor of a type. */
value *constant_list(lowering *l, const ast *at, const ast *type, datum d);
value *new_parameter(lowering *l, const ast *at, const char *name, parameter_role role, int rank, const int64_t *dims);
bool type_of_ast(lowering *l, const ast *type, value_type *t, bool symbols);
/* The size of an axis, which must be known. */
#define OPEN_SIZE_HINT "give its size with --dim NAME=SIZE"
bool known_size(lowering *l, const ast *at, const value *v, int axis, const char *what, int64_t *size);
const char *shape_text(arena *a, const value_type *t);

#endif
