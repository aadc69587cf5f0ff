/* That a file of emitted C keeps to its memory and ends: shown by walking through it with ranges in place of numbers.
 *
 * Integers are affine forms over symbols (form.h), pointers are a object and a form of bytes into it; what is loaded from
 * tensors is data, of which nothing is known. A loop is walked once with a symbol for its round; where that is not
 * precise enough, round by round. Whatever is not shown is an error. */
#ifndef CNNC_PROOF_H
#define CNNC_PROOF_H

#include "compiler/proof/form.h"
#include "compiler/proof/tree.h"

typedef enum value_kind { VALUE_DATA, VALUE_INTEGER, VALUE_POINTER, VALUE_FUNCTION } value_kind;

typedef struct object {
    const char *name;
    form size; /* bytes */
    bool constant; /* not to be written */
    bool optional; /* the caller may give NULL instead, which the emitted code looks for */
    struct c_value *contents; /* of constant arrays of pointers and integers, else NULL */
    int64_t element, n_contents;
    struct object *part_of; /* a span: of this */
    int64_t from;           /* at this offset; -1: at several */
    struct object *parts;   /* spans of it, in a list */
    struct object *next_part;
} object;

typedef struct c_value {
    value_kind kind;
    object *object; /* POINTER: NULL is the null pointer */
    function *function;
    form form; /* INTEGER; POINTER: bytes from the object's start */
} c_value;

typedef struct known_call {
    c_value *arguments;
    int n;
    c_value result;
    struct known_call *next;
} known_call;

typedef enum flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN } flow;

/* The sizes that the header states. */
typedef struct memory_sizes {
    int64_t workspace, weights, steps, self_test;
    int n_inputs, n_outputs;
    int64_t *inputs, *outputs; /* bytes */
    bool batch;                /* it is open: outputs have this for each sample, */
    const bool *per_sample;    /* and those inputs */
} memory_sizes;

typedef struct proof {
    const char *path;
    tree *tree;
    memory_sizes sizes;
    arena *arena;
    diagnostics *diags;
    facts *facts;
    function *function; /* being walked */
    c_value *variables; /* of it, by slot */
    c_value result;     /* of its returns so far */
    bool returned;
    bool failed; /* until a loop tries again, or it is reported */
    bool probing; /* only to see what a round changes */
    char message[400];
    int line;
    int64_t work; /* nodes visited for the function at hand */
    form batch; /* the samples that a call is given, of which nothing else is known */
    object *arena_object, *weights_object, *inputs_object, *outputs_object;
    int n_kernels, n_accesses, n_failures;
    int next_check; /* of the self-test, that the next step has */
    bool ok;
} proof;

/* ---- proof.c ---- */

/* Walks every function from outside in; false after having reported each place where something cannot be shown. */
bool proof_of(const char *path, tree *t, const memory_sizes *sizes, arena *a, diagnostics *d);
void proof_fail(proof *p, const tree_node *at, const char *format, ...) IR_PRINTF(3, 4); /* the first one stays */
void proof_report(proof *p);

/* ---- expression.c ---- */

typedef enum truth { TRUTH_NO, TRUTH_YES, TRUTH_MAYBE } truth;

c_value walk_expression(proof *p, const tree_node *n);
c_value address_of(proof *p, const tree_node *n);
truth walk_condition(proof *p, const tree_node *n);
bool assume_condition(proof *p, const tree_node *condition, bool holds); /* false: that cannot be */

/* ---- arithmetic.c ---- */

c_value integer_value(form f);
c_value unknown_value(proof *p, const c_type *t);
c_value arithmetic(proof *p, const char *op, const c_value *a, const c_value *b, const c_type *t, int64_t element);
c_value convert_value(proof *p, const c_value *v, const c_type *t);

/* ---- memory.c ---- */

object *object_new(proof *p, const char *name, int64_t size);
c_value pointer_value(object *r, int64_t offset);
object *variable_object(proof *p, variable *v);
void fill_from_list(proof *p, object *r, const c_type *array, const tree_node *list);
/* That `bytes` from the pointer on are within its object. */
void check_access(proof *p, const tree_node *at, const c_value *pointer, const form *bytes, bool writes);
c_value load_value(proof *p, const tree_node *at, const c_value *pointer, const c_type *t);
/* A object of its own for `bytes` from the pointer on. */
c_value span_of(proof *p, const tree_node *at, const c_value *pointer, int64_t bytes, bool writes);

/* ---- call.c ---- */

c_value walk_call(proof *p, const tree_node *n);
c_value walk_function(proof *p, function *f, const c_value *arguments, int n); /* walks through its body */
void check_calls(proof *p); /* of all functions: whom they call, and that none calls itself */

/* ---- self_test.c ---- */

/* Calls of functions of runtime/self_test: what they touch of a step's outputs, by the file's tables, and of the inputs. */
void call_self_test(proof *p, const tree_node *n, const char *name, const c_value *arguments, int count);

/* ---- statement.c, loop.c ---- */

flow walk_statement(proof *p, const tree_node *n);
flow walk_for(proof *p, const tree_node *n);
c_value *variables_copy(const proof *p);
void variables_restore(proof *p, c_value *copy); /* and frees it */
/* One value for two ways, each with what is known on it. */
c_value join_values(proof *p, const c_value *a, range a_range, const c_value *b, range b_range);

#endif
