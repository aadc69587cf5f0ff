/* What the parts of the ONNX importer share. A model's graph becomes the body of ours; its functions are inlined where
 * they are called; the graphs of If, Loop and Scan become regions. */
#ifndef CNNC_ONNX_IMPORT_H
#define CNNC_ONNX_IMPORT_H

#include "frontend/frontend.h"
#include "frontend/onnx/model_file.h"
#include "ir/names.h"
#include "onnx/onnx.pb-c.h"

enum { ONNX_OPSET_MAX = 28, ONNX_CALL_DEPTH = 64, ONNX_NESTING = 200, ONNX_MAX_ATTRIBUTES = 1000, ONNX_MAX_LABEL = 500 };

typedef struct importer {
    graph *graph;
    arena *arena;
    diagnostics *diags;
    const frontend_options *options;
    const Onnx__ModelProto *model;
    model_file *file;
    const Onnx__FunctionProto **functions; /* sorted, n_functions of the model */
    long nodes_left; /* functions that call functions could inline without end; their inputs count too */
    struct true_size *sizes; /* that data decide: sizes.c */
    struct known_terms *terms; /* of sizes that are open: terms.c */
    int depth;       /* of graphs and functions around the node at hand, which recursion follows */
} importer;

/* Where nodes are being imported: a graph, a nested graph, or the body of a function. */
typedef struct context {
    importer *imp;
    region *region;
    names *scope;
    size_t n_opsets;
    Onnx__OperatorSetIdProto *const *opsets;
    names *declared;         /* types of the graph's outputs */
    const Onnx__GraphProto *graph; /* NULL in the body of a function */
    const struct call *call; /* of the function whose body this is; NULL: none */
    const char *prefix;      /* before the names of nodes and values, "" outside of functions */
} context;

/* An attribute that a function's body may refer to. */
typedef struct binding {
    const char *name;
    const Onnx__AttributeProto *value;
    const context *home; /* whose names a graph in it sees */
} binding;

typedef struct call {
    const struct call *caller;
    int depth;
    const binding *bindings;
    size_t n_bindings;
} call;

/* ---- reader.c ---- */

bool standard_domain(const char *domain); /* "" or "ai.onnx" */
int64_t opset_version(const context *c, const char *domain); /* 0: not imported */

/* ---- types.c ---- */

/* The type of a value that a graph declares; unknown without one. Dimensions without a number become symbols in graph
 * inputs (`symbols`), named by the model or after input and axis ("image_0"), unless --dim gives their size; elsewhere
 * they are unknown. */
bool import_type(importer *imp, const Onnx__ValueInfoProto *v, bool symbols, value_type *out);
bool import_bare_type(importer *imp, const Onnx__TypeProto *t, const char *name, value_type *out);
/* Every --dim must name a symbol that there is. */
bool check_dim_options(importer *imp, const Onnx__GraphProto *g);

/* ---- attributes.c ---- */

/* The attribute that p stands for: itself, or what the caller of this function bound; NULL: nothing. */
const Onnx__AttributeProto *resolve_attribute(const context *c, const Onnx__AttributeProto *p, const context **home);
/* Kind ATTR_END: a zero of a file too old to say what it is. Sparse tensors are made dense. */
bool import_attribute(const context *c, const Onnx__NodeProto *n, const Onnx__AttributeProto *p, attr *out);

/* ---- order.c ---- */

/* The nodes in topological order, as near to theirs as can be; NULL after an error, which names a node of a cycle. */
Onnx__NodeProto **sort_nodes(const importer *imp, size_t n, Onnx__NodeProto *const *nodes);

/* ---- custom.c: operators that a user's C function computes ---- */

/* Which of the options' names is the node's; -1: none. */
int find_custom(const importer *imp, const Onnx__NodeProto *n);
struct draft;
/* Makes the node, with the types of its outputs as the graph's value_info has them. */
bool make_custom(context *c, const Onnx__NodeProto *n, struct draft *d, int which);

/* ---- supported.c ---- */

/* Every operator that neither we nor the model's functions know is reported, with counts and names; so are functions
 * that call themselves. */
bool check_operators(const importer *imp);

/* ---- graph_import.c ---- */

bool import_graph(context *c, const Onnx__GraphProto *g);
/* A graph that node attributes hold; NULL after an error. The owner is set later. */
region *import_subgraph(const context *c, const Onnx__GraphProto *g);
bool import_initializers(context *c, const Onnx__GraphProto *g);
bool import_nodes(context *c, size_t n, Onnx__NodeProto *const *nodes);
/* `name` as it is called from now on, in errors and in the graph. */
const char *qualified(const context *c, const char *name);
bool bind_value(context *c, const Onnx__NodeProto *n, const char *name, value *v);
bool find_value(const context *c, const Onnx__NodeProto *n, size_t input, value **v);
/* "node 'conv1' (Conv)", in the arena. */
const char *proto_place(const context *c, const Onnx__NodeProto *n);

/* ---- interface.c: the inputs and outputs of the model ---- */

/* The input by that name becomes a port of the graph. *v is what it is to nodes; NULL: an optional that is empty. */
bool import_port(context *c, const char *name, const value_type *type, value **v);
/* Likewise for an output; v is what nodes made of it. */
bool export_port(context *c, const Onnx__ValueInfoProto *out, value *v);

/* ---- unroll.c: control flow that is decided now ---- */

/* An If whose condition is known, a Loop that carries sequences, a SequenceMap. */
bool always_unrolled(const char *op_type); /* of a standard operator: there is no other way to have it */
bool can_unroll(const context *c, const Onnx__NodeProto *n);
bool unroll(context *c, const Onnx__NodeProto *n);

/* ---- sizes.c: sizes that data decide ---- */

/* The tensor v has room for its size along the axis, which is the i64 scalar `size`. */
void size_note(importer *imp, const value *v, int axis, value *size);
value *size_of(const importer *imp, const value *v, int axis); /* NULL: what its type says */
bool sizes_open(const importer *imp, const value *v);           /* along any axis */
/* Notes the sizes of what n makes, from those of what it reads. False after an error: it takes no such tensors. */
bool sizes_spread(importer *imp, const node *n);
/* The sizes along axes [from, to) as a vector, by nodes at the end of r; NULL after an error. */
value *sizes_vector(importer *imp, region *r, const value *v, int from, int to, const char *name);
/* The same in place of a Shape node; NULL: it needs none. */
value *sizes_of_shape(importer *imp, const node *n);

/* ---- terms.c: numbers that are computed from open sizes ---- */

typedef struct term {
    dim size;
    int64_t divisor; /* a power of two; of whole numbers 1 */
} term;

/* The *n elements of v, a constant or computed from Shape; NULL: not known. */
const term *terms_of(const importer *imp, const value *v, int *n);
const dim *terms_as_sizes(const importer *imp, const value *v, int *n); /* rounded down */
bool term_as_size(const importer *imp, const value *v, dim *to); /* v (NULL: no) is one whole number, and that is known */
/* Sizes that may be open as an i64 vector, or a scalar: a constant, or a node before that one of r (NULL: at its end). */
value *sizes_value(importer *imp, region *r, node *before, const char *name, int n, const dim *sizes, bool scalar);
/* Notes what n makes. A constant that takes its place, or NULL. */
value *terms_note(importer *imp, node *n);

/* ---- functions.c ---- */

void sort_functions(importer *imp);
/* Which of imp->functions the node calls; -1: none. */
int find_function(const importer *imp, const Onnx__NodeProto *n);
bool inline_function(context *c, const Onnx__NodeProto *n, const Onnx__FunctionProto *f);

#endif
