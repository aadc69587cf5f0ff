/* The intermediate representation: the whole interface of ir/.
 *
 * A graph is a region of nodes in SSA form and topological order. Nodes produce values; a value has a type
 * (element type, shape, layout) and at most one producer. Everything lives in the graph's arena: nothing is freed
 * one by one, pointers stay valid until the arena goes. Errors are reported into `diagnostics`; functions that can
 * fail return false after having reported. Nothing here aborts on bad input. */
#ifndef CNNC_IR_H
#define CNNC_IR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __GNUC__
#define IR_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define IR_PRINTF(text, first)
#endif

/* ---- arena.c: memory ------------------------------------------------------------------------------------------ */

typedef struct arena arena;

arena *arena_new(void);
void arena_free(arena *a);
/* Zeroed, aligned to 64 bytes when size >= 64, else to 16. Never NULL: memory exhaustion ends the process with a
 * message and exit code 1 (output files are only renamed into place at the very end, so nothing partial stays). */
void *arena_alloc(arena *a, size_t size);
void *arena_copy(arena *a, const void *data, size_t size);
char *arena_strdup(arena *a, const char *s);
char *arena_strndup(arena *a, const char *s, size_t n);
char *arena_printf(arena *a, const char *format, ...) IR_PRINTF(2, 3);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)((n) > 0 ? (n) : 1)))

/* ---- diag.c: the one error path -------------------------------------------------------------------------------- */

typedef struct diagnostics {
    FILE *stream;       /* where messages go; NULL keeps them silent (tests) */
    const char *source; /* model path, printed before each message */
    int errors;
    char first[512];                                  /* text of the first error, for tests */
    void (*on_read)(void *context, const char *path); /* NULL, or told of each file that the result depends on */
    void *on_read_context;
} diagnostics;

void diag_read(const diagnostics *d, const char *path); /* the file was read: the result depends on it */

/* place: "node 'layer1.0.conv1' (Conv)" or "" ; hint: the cure, or NULL. Always returns false. */
bool diag_error(diagnostics *d, const char *place, const char *hint, const char *format, ...) IR_PRINTF(4, 5);

typedef struct source_text {
    const char *file; /* its name */
    const char *text;
    size_t size;
} source_text;

/* An error in a text, `at` bytes from its beginning: "file:line:column: …", then the line with a caret under the place.
 * Always returns false. */
bool diag_error_at(diagnostics *d, const source_text *s, size_t at, const char *hint, const char *format, ...) IR_PRINTF(5, 6);

/* For hints ("did you mean …?"): edits that turn a into b, upper and lower case alike; more than `limit` count as limit + 1. */
int edit_distance(const char *a, const char *b, int limit);

/* ---- types.c: element types, a table from types.def -------------------------------------------------------------- */

typedef enum dtype {
    DT_NONE,
#define TYPE(id, name, bits, ctype, onnx, class) DT_##id,
#include "ir/types.def"
#undef TYPE
    DT_COUNT
} dtype;

typedef enum dtype_class { CLASS_NONE, CLASS_FLOAT, CLASS_INT, CLASS_UINT, CLASS_BOOL, CLASS_STRING, CLASS_COMPLEX } dtype_class;

typedef struct dtype_info {
    const char *name;  /* "f32" */
    int bits;          /* per element; sub-byte types are packed, low bits first */
    const char *ctype; /* storage type in emitted C */
    int onnx;          /* TensorProto.DataType */
    dtype_class kind;
} dtype_info;

const dtype_info *dtype_of(dtype t);
dtype dtype_from_onnx(int64_t code);        /* DT_NONE if unknown */
dtype dtype_from_name(const char *name);    /* DT_NONE if unknown */
size_t dtype_bytes(dtype t, int64_t count); /* storage of `count` elements, rounded up to bytes */

/* A string element of a constant. */
typedef struct ir_string {
    const char *bytes;
    size_t size;
} ir_string;

/* Element access in any numeric type, index in elements (complex: see part). Stores round to nearest even (floats;
 * float8 types saturate as ONNX's Cast does by default) and truncate modulo 2^bits (integers). */
double dtype_load_float(dtype t, const void *data, int64_t index);
int64_t dtype_load_int(dtype t, const void *data, int64_t index); /* u64 keeps its bits */
void dtype_store_float(dtype t, void *data, int64_t index, double x);
void dtype_store_int(dtype t, void *data, int64_t index, int64_t x);
/* As Cast does: what is too large for an 8-bit float saturates, or becomes infinite or NaN; f8e8m0 rounds "up", "down" or
 * to "nearest". */
void dtype_store_cast(dtype t, void *data, int64_t index, double x, const char *round_mode, bool saturate);

/* ---- dim.c: dimensions ---------------------------------------------------------------------------------------------- */

/* A named size fixed at run time, with inclusive bounds (max 0: not bounded yet). It is a multiple of `multiple`, and so are
 * bounds of open ones; in expressions DIM_SYMBOL stands for size / multiple. */
typedef struct symbol {
    const char *name;
    int64_t min, max, multiple;
    bool open; /* stays a symbol in the emitted program, see graph_open_symbol */
} symbol;

typedef enum dim_op { DIM_SYMBOL, DIM_NUMBER, DIM_ADD, DIM_MUL, DIM_FLOORDIV, DIM_MOD, DIM_MAX, DIM_MIN, DIM_UNKNOWN } dim_op;

typedef struct dim_expr {
    dim_op op;
    int64_t number;
    const symbol *symbol;
    const struct dim_expr *a, *b;
    int size; /* operations, written out as a tree */
} dim_expr;

/* A number when expr is NULL, else an expression over symbols (DIM_UNKNOWN: known only from data). Where all of these are
 * open, `size` is the largest it can be; else it is -1. */
typedef struct dim {
    int64_t size;
    const dim_expr *expr;
} dim;

dim dim_number(int64_t n);
dim dim_unknown(arena *a);
dim dim_symbol(arena *a, const symbol *s); /* its size */
bool dim_is_number(dim d);
bool dim_is_open(dim d);    /* an expression over open symbols */
bool dim_is_bounded(dim d); /* a number or such an expression: also where it is negative */
dim dim_add(arena *a, dim x, dim y);
dim dim_mul(arena *a, dim x, dim y);
dim dim_floordiv(arena *a, dim x, dim y); /* towards minus infinity; y != 0 */
dim dim_mod(arena *a, dim x, dim y);      /* what that leaves: below y and never negative; y > 0 */
dim dim_max(arena *a, dim x, dim y);
dim dim_min(arena *a, dim x, dim y);
dim dim_sub(arena *a, dim x, dim y);
bool dim_equal(dim x, dim y);   /* the same as sums of multiples of what is alike */
const symbol *dim_named(dim d); /* the symbol whose size it is, or NULL */
/* The symbol that d is a part of, d being its size / by * times, by and times without a common factor; else NULL. */
const symbol *dim_part(dim d, int64_t *times, int64_t *by);
int64_t dim_upper(dim d);               /* the largest it can be; -1: not bounded */
int64_t dim_least(dim d);               /* of an open one: the least it can be, or less */
bool dim_reaches(dim d, int64_t least); /* it is at least that for all sizes that its symbols can have */
void dim_print(FILE *f, dim d);

/* ---- tensor types ------------------------------------------------------------------------------------------------------ */

enum { IR_MAX_RANK = 16, C16 = 16 };

typedef enum layout_kind {
    LAYOUT_ROW_MAJOR,
    LAYOUT_C16 /* NCHW in blocks of 16 channels: [N][C/16][top+H+bottom][left+W+right][16]; lanes >= C are zero */
} layout_kind;

/* Only C16 has a halo: rows and columns around each plane that hold `fill` (0, or the zero point of 8-bit integers), so that
 * convolutions need no bounds checks. Its float32 numbers may be stored as bf16; convolutions multiply in that type then. */
typedef struct layout {
    layout_kind kind;
    int top, left, bottom, right;
    int fill;
    dtype narrow; /* what the numbers are stored as; DT_NONE: as what they are */
} layout;

/* Affine quantisation of an integer tensor: real = (q - zero_point) * scale, along `axis` (-1: whole tensor). A float tensor that
 * has one shall be stored so, in integers of the zero point's type: the ONNX writer puts in the operators for that. */
typedef struct quantization {
    int axis;
    struct constant *scale, *zero_point;
} quantization;

typedef enum type_kind { TYPE_UNKNOWN, TYPE_TENSOR, TYPE_SEQUENCE, TYPE_OPTIONAL, TYPE_MAP } type_kind;

typedef struct value_type {
    type_kind kind;
    dtype elem; /* TENSOR; MAP: key type */
    int rank;   /* -1: unknown */
    dim *dims;  /* rank of them; logical NCHW order whatever the layout */
    layout layout;
    const quantization *quant;      /* or NULL */
    const struct value_type *inner; /* SEQUENCE, OPTIONAL, MAP: of what */
} value_type;

value_type type_tensor(arena *a, dtype elem, int rank, const int64_t *dims);
value_type type_tensor_dims(arena *a, dtype elem, int rank, const dim *dims);
bool type_is_static(const value_type *t);         /* a tensor whose every dimension is a number */
bool type_is_bounded(const value_type *t);        /* likewise, or open: then type_count and type_size tell the most */
int64_t type_count(const value_type *t);          /* elements; -1 when not bounded */
int64_t type_size(const value_type *t, int axis); /* dims[axis].size, axis may be negative; -1 when not bounded */
bool type_same_shape(const value_type *x, const value_type *y);
bool type_equal(const value_type *x, const value_type *y); /* element type, shape and layout */
dtype type_stored(const value_type *t);                    /* as what its elements are stored: elem, or the layout's narrower type */
void type_print(FILE *f, const value_type *t);             /* f32[1,64,56,56] @c16(1,1,1,1); u8… @c16(1,1,1,1,128); f32… @c16(1,1,1,1,bf16) */

/* ---- constants ---------------------------------------------------------------------------------------------------------- */

/* Row-major data that somebody else keeps alive (arena, mapped file). Strings: ir_string elements. */
typedef struct constant {
    value_type type;
    const void *data;
    const char *origin; /* "resnet50.onnx:conv1.weight", then " | transformation" each */
} constant;

double constant_float(const constant *c, int64_t index);
int64_t constant_int(const constant *c, int64_t index);
struct value;
/* The *n elements of a constant of integers, or of what OP_sizes makes; NULL: not known. */
const dim *value_sizes(arena *a, const struct value *v, int *n);

/* ---- coding.c: floats that were quantised ---------------------------------------------------------------------------------- */

/* How signed numbers of a few bits stand for floats: (number + zero) scale. */
typedef struct coding {
    float scale; /* 0: they do not */
    int zero;
} coding;

static inline int coding_least(int bits) { return -(1 << (bits - 1)); }
/* The coding of n floats, `between` elements apart, that gives back each of them exactly by numbers of 4 or 8 bits. */
coding coding_exact(const float *first, int64_t n, int64_t between, int bits);

/* ---- expr.c: elementwise expressions ---------------------------------------------------------------------------------------- */

/* A tree that emitters place anywhere: alone (op `fused`), in an epilogue, in a prologue. Shared subtrees are allowed. */
typedef enum expr_kind {
    EXPR_ACC,   /* the kernel's own result (epilogue), or the element loaded (prologue) */
    EXPR_INPUT, /* node->inputs[input], broadcast to the result by ONNX's rules (right-aligned; PReLU slopes likewise) */
    EXPR_CONST, /* a scalar */
    EXPR_OP     /* an elementwise operator of ops.def on args */
} expr_kind;

typedef struct expr {
    expr_kind kind;
    int op;                   /* op_code */
    dtype dtype;              /* of the result */
    int input;                /* EXPR_INPUT */
    double value;             /* EXPR_CONST */
    const struct node *attrs; /* EXPR_OP: the node whose attributes (alpha, beta, min…) parametrise op */
    const struct expr *args[3];
    int n_args;
} expr;

const expr *expr_acc(arena *a, dtype t);
const expr *expr_input(arena *a, int input, dtype t);
const expr *expr_const(arena *a, double x, dtype t);
const expr *expr_op(arena *a, const struct node *n, dtype t, int n_args, const expr *const *args);
/* The tree with ACC replaced by `acc` (NULL keeps it) and every INPUT index i replaced by map[i] (NULL keeps them). */
const expr *expr_substitute(arena *a, const expr *e, const expr *acc, const int *map);
/* Moves a tree to another node: INPUT `input` becomes acc, every other INPUT i becomes map[i]. */
const expr *expr_rebind(arena *a, const expr *e, int input, const expr *acc, const int *map);

/* ---- ops.c: the operator table, from ops.def ---------------------------------------------------------------------------------- */

typedef enum op_code {
    OP_NONE,
#define OP(id, onnx, min_in, max_in, min_out, max_out, shape, eval, props, ...) OP_##id,
#include "ir/ops.def"
#undef OP
    OP_COUNT
} op_code;

typedef enum attr_kind {
    ATTR_END,
    ATTR_INT,
    ATTR_FLOAT,
    ATTR_STRING,
    ATTR_INTS,
    ATTR_FLOATS,
    ATTR_STRINGS,
    ATTR_TENSOR,
    ATTR_TYPE
} attr_kind;

extern const char *const attr_kind_names[]; /* "int" */

/* What ops.def says of an attribute; the defaults hold where the node has none. */
typedef struct attr_spec {
    attr_kind kind;
    const char *name;
    bool required;
    int64_t i;
    double f;
    const char *s;
} attr_spec;

typedef struct attr {
    const char *name;
    attr_kind kind;
    int n; /* ints, floats, strings */
    int64_t i;
    double f;
    ir_string s;
    const int64_t *ints;
    const double *floats;
    const ir_string *strings;
    const constant *tensor;
    value_type type;
} attr;

typedef enum op_props {
    PROP_NONE = 0,
    PROP_ELEMENTWISE = 1 << 0,     /* out[i] depends on in[i] only, after broadcasting; may appear in an expr */
    PROP_LAYOUT_AGNOSTIC = 1 << 1, /* works on any layout, all operands in the same one; f(0) need not be 0 */
    PROP_MONOTONE = 1 << 2,        /* commutes with max */
    PROP_VIEW = 1 << 3,            /* row-major data unchanged: reshape and its kin */
    PROP_RANDOM = 1 << 4,          /* never folded, never merged */
    PROP_CONTROL = 1 << 5,         /* owns regions */
    PROP_COMMUTATIVE = 1 << 6,
    PROP_KEPT = 1 << 7,   /* not folded, though its inputs are constants: passes look for it */
    PROP_FOREIGN = 1 << 8 /* attributes besides those of ops.def are the model's own */
} op_props;

struct node;
struct tensor;

/* Sets the types of the node's outputs from its inputs and attributes. May read inputs[i]->constant. */
typedef bool shape_fn(struct node *n, diagnostics *d);

/* Computes the outputs from row-major inputs. `in` has an entry for each input that ops.def knows (variadic: n_core_inputs),
 * NULL when left out; control flow finds what its regions capture behind them, in the order of node_captures. `out` has
 * max_out entries (variadic: n_outputs); out[i] arrives typed with zeroed data, unless its shape depends on data: then the
 * evaluator allocates with tensor_new. Outputs that nobody wants have no data. Floats accumulate in double and round once
 * at the store. */
typedef bool eval_fn(const struct node *n, const struct tensor *const *in, struct tensor *out, arena *a, diagnostics *d);

typedef struct op_info {
    const char *name;                     /* "max_pool" */
    const char *onnx;                     /* "MaxPool", "com.microsoft.FusedConv", or NULL for cnnc's own */
    int min_in, max_in, min_out, max_out; /* max -1: any number */
    shape_fn *shape;
    eval_fn *eval;
    unsigned props;
    const attr_spec *attrs; /* ends with ATTR_END */
} op_info;

const op_info *op_of(op_code op);
op_code op_from_name(const char *name);                        /* OP_NONE if unknown */
op_code op_from_onnx(const char *domain, const char *op_type); /* domain "" or "ai.onnx": the standard one */
const attr_spec *op_attr(op_code op, const char *name);        /* NULL if it has none of that name */

/* ---- graph.c: values, nodes, regions ------------------------------------------------------------------------------------------ */

typedef struct value {
    int id;           /* unique in the graph */
    const char *name; /* as in the model; any bytes, never NULL; unique only by luck */
    value_type type;
    const value_type *declared; /* NULL, or what the model says of it: fills in what inference cannot know */
    struct node *producer;      /* NULL: graph or region input, or constant */
    int output;                 /* which output of producer */
    const constant *constant;   /* not NULL: known at compile time, has no producer */
    const constant *fallback;   /* of a graph input: its value where the caller gives none; NULL: the caller must */
    struct use *uses;
    struct region *parent;
} value;

/* One place that reads a value: an input of `node`, or (node NULL) an output of `region`. */
typedef struct use {
    struct node *node;
    struct region *region;
    int index;
    struct use *next, **link; /* link: what points to this one, so that it goes in one step */
} use;

typedef struct node {
    op_code op;
    int id;
    const char *name; /* the layer's name in the model, never NULL; fused: "conv1 + bn1 + relu" */
    value **inputs;   /* NULL entries: optional ones left out */
    use **uses;       /* of them, each in its value's list */
    int n_inputs;
    value **outputs; /* NULL entries: not wanted */
    int n_outputs;
    attr *attrs;
    int n_attrs;
    struct region **regions; /* bodies of control flow; they may read outer values */
    int n_regions;
    const expr *epilogue; /* NULL, or applied to output 0 before it is stored; its INPUTs index this node's inputs */
    const expr *prologue; /* NULL, or applied to input 0 as it is loaded */
    int n_core_inputs;    /* inputs that the operator itself reads; the rest belong to epilogue and prologue */
    struct node *prev, *next;
    struct region *parent;
} node;

typedef struct region {
    struct graph *graph;
    node *owner; /* NULL: the graph's body */
    node *first, *last;
    value **inputs;
    int n_inputs;
    value **outputs;
    use **uses; /* of the outputs, each in its value's list */
    int n_outputs;
} region;

/* An input or output as the model has it: one value of the body, or the elements of a sequence or optional, each a value of
 * its own (none: an empty one). */
typedef struct port {
    const char *name;
    value_type type;      /* as declared */
    int first, n;         /* among the body's inputs or outputs */
    int sizes;            /* outputs: 0, or the output that holds the true sizes of one with room for more */
    const constant *only; /* inputs: NULL, or the one value that the graph is made for */
} port;

typedef struct ports {
    port *list;
    int n;
} ports;

/* An open dimension: the graph computes one sample, of which a run has min to max. */
typedef struct open_batch {
    const char *name; /* of the symbol */
    int64_t min, max;
    const bool *inputs; /* of the body: which have a row for each sample; the others serve all. All outputs have rows */
} open_batch;

typedef struct graph {
    arena *arena;
    diagnostics *diags;
    const char *name;
    region *body;
    ports inputs, outputs;   /* see graph_port */
    const open_batch *batch; /* NULL: none is open */
    symbol **symbols;
    int n_symbols;
    int next_value, next_node;
    uint64_t hash;        /* of the model's bytes */
    int64_t folding_left; /* bytes by which constants may still grow when they are folded; 0: not counted yet (fold_constants) */
} graph;

graph *graph_new(arena *a, diagnostics *d, const char *name);
region *region_new(graph *g, node *owner);
symbol *graph_find_symbol(const graph *g, const char *name); /* NULL: there is none */
symbol *graph_symbol(graph *g, const char *name);            /* finds or makes */

/* The interface: what frontends have noted with ports_add, else one port for each value. */
void ports_add(graph *g, ports *p, port one);
int graph_port_count(const graph *g, bool output);
port graph_port(const graph *g, bool output, int i);

value *value_new(region *r, const char *name, value_type t);
value *value_constant(graph *g, const char *name, value_type t, const void *data, const char *origin);
value *region_add_input(region *r, const char *name, value_type t);
void region_add_output(region *r, value *v);
void region_set_output(region *r, int index, value *v);
void region_drop_outputs(region *r); /* all of them */

/* bind.c: the symbolic dimension becomes a number everywhere. An error if there is none, or its bounds exclude it. */
bool graph_bind_symbol(graph *g, const char *name, int64_t size);
/* The same, but it stays a symbol, with these bounds, among multiples of `multiple`; so do they have to be. */
bool graph_open_symbol(graph *g, const char *name, int64_t min, int64_t max, int64_t multiple);
bool graph_has_open_symbols(const graph *g);
/* widen.c: every float32 becomes a float64, constants and graph inputs too. For graphs that no pass has seen yet. */
bool graph_widen(graph *g);
/* drop_layouts.c: as before assign_layout; conversions become identities. */
void graph_drop_layouts(graph *g);

/* Appended to r (before NULL) or put before `before`. Outputs are made with unknown types, named "name" or "name.1"…
 * until the caller names them. */
node *node_new(region *r, node *before, op_code op, const char *name, int n_inputs, value *const *inputs, int n_outputs);
void node_set_input(node *n, int index, value *v);
int node_add_input(node *n, value *v); /* its index */
void node_remove(node *n);             /* its outputs must have no uses */
void node_move_before(node *n, node *before);
void value_replace_uses(value *old, value *with); /* everywhere, region outputs too */
int value_use_count(const value *v);
node *value_only_user(const value *v); /* the one node that reads v, once; NULL otherwise */

/* Input i of the operator itself; NULL when left out. */
value *node_input(const node *n, int i);
/* The values that n's regions (nested ones too) read from outside, constants excepted; each once, in order of first
 * use. The array lies in a. */
value **node_captures(const node *n, arena *a, int *count);

/* Attributes: the node's, else the default of ops.def. */
const attr *node_attr(const node *n, const char *name); /* NULL if the node itself has none */
bool node_has(const node *n, const char *name);
int64_t node_int(const node *n, const char *name);
double node_float(const node *n, const char *name);
const char *node_string(const node *n, const char *name); /* NUL-terminated */
/* Count in *n (0 when absent). */
const int64_t *node_ints(const node *n, const char *name, int *count);
int64_t node_nth_int(const node *n, const char *name, int i, int64_t otherwise); /* where there are not so many */
const double *node_floats(const node *n, const char *name, int *count);
void node_set_int(node *n, const char *name, int64_t i);
void node_set_type(node *n, const char *name, value_type type);
void node_set_float(node *n, const char *name, double f);
void node_set_string(node *n, const char *name, const char *s);
void node_set_ints(node *n, const char *name, int count, const int64_t *ints);
void node_set_floats(node *n, const char *name, int count, const double *floats);
void node_set_attr(node *n, attr a); /* replaces one of that name */
void node_copy_attrs(node *to, const node *from);

/* Reports "node 'name' (Conv): …"; always false. Without a hint it tells to export the model again. */
bool node_error(diagnostics *d, const node *n, const char *hint, const char *format, ...) IR_PRINTF(4, 5);

/* ---- shape/: inference; eval/: the reference ----------------------------------------------------------------------------------- */

/* One node, and (for control flow) its regions. Checks arity and attribute kinds against ops.def first. */
bool infer_node(node *n, diagnostics *d);

typedef struct tensor {
    value_type type;      /* static; row-major */
    void *data;           /* dtype_bytes(elem, count) bytes */
    struct tensor *items; /* sequences */
    int n_items;
} tensor;

tensor tensor_new(arena *a, value_type t);
bool eval_node(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d);
/* Runs the whole graph, any passes applied or not (epilogues, layouts included). Outputs in region order. Calls
 * `watch` (may be NULL) after each node of the body with its outputs. */
bool eval_graph(const graph *g, const tensor *inputs, tensor *outputs, arena *a, diagnostics *d,
                void (*watch)(void *context, const node *n, const tensor *out), void *context);

/* Right-aligned broadcasting of n shapes; false when they do not fit. */
bool broadcast_dims(arena *a, int n, const value_type *const *types, int *rank, dim *dims);

/* Geometry of conv and pool nodes, from their attributes and static input (auto_pad resolved). Spatial ranks 1-3;
 * begin/end padding per axis. Output sizes include ceil_mode. */
typedef struct window {
    int n_axes; /* spatial */
    int64_t kernel[3], stride[3], dilation[3], pad_begin[3], pad_end[3];
    dim in[3], out[3];
} window;
bool window_of(const node *n, window *w, diagnostics *d);

/* ---- gradient/: reverse-mode differentiation ------------------------------------------------------------------------------------- */

typedef enum relu_rule { RELU_GRADIENT, RELU_GUIDED /* what is negative does not pass back through ReLU */ } relu_rule;

/* Adds the nodes that compute the gradient of sum(y * dy) by x, a value of the body on which y depends; dy has y's shape.
 * Zeros where y does not. For graphs of inferred types that no pass has fused. NULL after an error: a layer on the way that
 * has no rule (gradient/rules.def). */
value *graph_gradient(graph *g, value *y, value *dy, value *x, relu_rule relu);

/* ---- print.c, read.c, verify.c ----------------------------------------------------------------------------------------------------- */

/* The textual form. Values are numbered in the order of their first mention, whatever their ids. Constants of a few
 * numbers are printed in full ("..." after them: they repeat), others as base64 behind the graph. */
void graph_print(FILE *f, const graph *g);
char *graph_text(arena *a, const graph *g); /* what it prints */
/* What the node computes, without names and data: its operator, types, attributes and expressions, on one line. */
void node_print_signature(FILE *f, const node *n);
/* The inverse of graph_print, also of texts that people write: values may have names (%x) and types of results may be
 * left out, to be inferred. Errors as "file:line:column: …". NULL after an error. Nothing refers to text afterwards. */
graph *graph_read(arena *a, diagnostics *d, const char *file, const char *text, size_t size);
/* SSA order, scopes, use lists, arity, types: every rule a pass must keep. */
bool graph_verify(const graph *g, diagnostics *d);
/* The same before inference, when results may lack types. */
bool graph_verify_untyped(const graph *g, diagnostics *d);

#endif
