/* The plan: how a graph is computed. Made once by lowering, read by the emitters, printed by --explain-schedule.
 *
 * A plan is a list of steps over buffers. A step is one call of one kernel (a C function made by its family from the
 * step) or a structured block (if). Buffers get offsets in the one static arena from liveness. */
#ifndef CNNC_PLAN_H
#define CNNC_PLAN_H

#include "backend/emit/number.h"
#include "backend/emit/text.h"
#include "backend/target/target.h"
#include "ir/ir.h"

/* ---- memory ---- */

typedef enum memory { MEMORY_INPUT, MEMORY_OUTPUT, MEMORY_ARENA, MEMORY_CONSTANT } memory;

typedef struct buffer {
    memory where;
    int index;             /* INPUT, OUTPUT: which one of the graph; CONSTANT: which one of the plan */
    bool haloed;           /* something zeroes its halos */
    int64_t size;          /* bytes */
    int64_t offset;        /* ARENA: in the workspace; CONSTANT: in the weights. Multiple of 64 */
    int first, last;       /* steps (in program order) between which the contents live */
    struct packed *packed; /* CONSTANT: how to produce the bytes */
} buffer;

/* A compile-time constant in the order in which a kernel reads it. Written lazily, when the output is. */
typedef struct packed {
    const constant *source; /* main input, for the report and for sharing */
    const char *form;       /* "row-major", "conv o16i16"…: equal source, form and size means equal bytes */
    dtype elem;
    int64_t count;                                   /* elements */
    double change;                                   /* the largest that a narrower type makes to a number, over the largest number */
    void (*write)(const struct packed *p, void *to); /* to: dtype_bytes(elem, count), zeroed */
    const void *context;
} packed;

/* ---- steps ---- */

enum { STEP_MAX_OPERANDS = 64 };
int64_t plane_pitch(const value_type *t); /* C16: elements from one block of 16 channels to the next */
#define PLAN_MAX_BYTES ((int64_t)1 << 43) /* of one buffer; sums of them are far from overflow */

/* A string in emitted code is a slot of fixed size: four bytes that count, then room for its bytes (runtime/string.h). */
enum { STRING_SLOT = 256 };
int64_t stored_bytes(dtype t, int64_t count);                          /* of `count` elements in emitted code */
bool strings_to_slots(const ir_string *s, int64_t count, void *slots); /* false: one is too long, and cut */

/* What a kernel is given: where a tensor lies and how to step through it. Strides in elements; those of C16 skip the
 * halo: element (n, c, y, x) is at origin + n*batch + c/16*block + y*row + x*16 + c%16.
 *
 * Where dimensions are open, dims has the most that they can be, and so have row and origin: kernels ask for operand_size,
 * operand_row and operand_origin. block and batch hold for any size: a plane has room for the largest, and lies at the
 * beginning of it, so that the channels of a concat stay where they are. */
typedef struct operand {
    buffer *buffer;
    int64_t offset; /* bytes from the buffer's start to the tensor's first element, halo included */
    dtype elem;
    int rank;
    int64_t dims[IR_MAX_RANK];
    layout layout;
    int64_t origin, batch, block, row;        /* C16 only; block counts a whole [H][W][16] plane with halo */
    const char *open[IR_MAX_RANK], *open_row; /* names of sizes that are known at run time only, "x0_h", or NULL */
    const value *value;                       /* NULL for packed constants and scratch */
    int loop;                                 /* number of the loop of which each iteration has the next such operand; 0: none */
    int64_t pitch;                            /* bytes from one to the next, at most */
    dim each;                                 /* elements from one to the next, where their number is open */
} operand;

typedef enum step_kind { STEP_KERNEL, STEP_IF, STEP_LOOP } step_kind;

typedef struct step {
    step_kind kind;
    int id; /* program order */
    const struct kernel_family *family;
    const node *node;
    operand *in, *out; /* the kernel's pointers, in this order */
    int n_in, n_out;
    int input_operand[STEP_MAX_OPERANDS]; /* node input -> index in `in`, -1: none (a constant folded into the text, say) */
    const struct choice *choice; /* NULL: there was none; else why this family, and what else there was */
    const void *schedule; /* the family's decisions: algorithm, tile, blocks */
    const char *summary;  /* the same for people: "direct, tile 2x14, rows outer" */
    number extent[TARGET_MAX]; /* by target: iterations that may run in parallel; the kernel does [begin, end) of them */
    const char **size_names; /* of sizes that it uses, besides those of its operands: step_size */
    dim *sizes;
    int n_sizes;
    number phases; /* the kernel does [0, phases * extent) in all: what a phase computes, the next one reads; 1 unless set */
    int64_t macs, flops;  /* multiply-adds; other floating-point work */
    dtype product;        /* what is multiplied: DT_BF16, DT_U8, or as the sums are (DT_NONE) */
    int64_t unit_work[TARGET_MAX]; /* by target: multiply-adds of one iteration at most, of the largest sizes, where they are not all alike; 0: they are */
    int whole; /* the first output's axes from this one on are computed as far as they go by one iteration, whose work grows with them where they are open */
    double error_bound;   /* where the algorithm is not a plain sum of products, else 0: see step_error_bound */
    int64_t times;        /* that a run takes it at most: the iterations of the loops around it, where their number is known */
    operand condition;    /* STEP_IF, STEP_LOOP: a bool scalar, looked at before each iteration */
    struct block *then_block, *else_block; /* STEP_LOOP: the body, and an empty block */
    int loop, end;                         /* STEP_LOOP: its number, from 1; the id behind its last step */
    int64_t most;                          /* STEP_LOOP: iterations; where in[0] is there, no more than it says */
} step;

typedef struct block {
    step **steps;
    int n_steps, capacity;
} block;

/* How far results may be from those of the definition, which bounds the algorithms that are admitted. */
typedef enum accuracy {
    ACCURACY_STRICT,   /* sums of products as in the definition, in any order */
    ACCURACY_BALANCED, /* minimal filtering too: whole networks within 1e-4 of the largest output */
    ACCURACY_FAST,     /* and weights that come from memory in 16 bits: within 1e-2 */
} accuracy;

extern const char *const accuracy_names[]; /* "strict"… */

typedef struct plan_options {
    accuracy accuracy;
    dtype weights_type;                   /* in which kernels that wait for memory keep their weights; DT_NONE: f16 for ACCURACY_FAST, else as computed with */
    dtype compute;                        /* in which convolutional parts multiply, as passes arranged it: DT_BF16, or DT_NONE: as the model has it */
    double max_error;                     /* that a layer's algorithm may have (step_error_bound); 0: any that `accuracy` admits */
    int threads;                          /* that kernels with scratch of their own are prepared for; 0 or 1: they run on one */
    int64_t slice;                        /* kernels run a few iterations at a time, none with more work than this if that can be had; 0: all at once */
    bool bit_exact;                       /* the same bits on every target: nothing that decides the order of sums depends on the target */
    bool constant_time;                   /* no branch and no address depends on what tensors hold */
    const struct custom_function *custom; /* that nodes of OP_custom call: backend/plan/custom.h */
    int n_custom;
    const struct advice *advice; /* on candidates, from a tuning file; NULL: the cost model decides */
} plan_options;

typedef struct plan {
    const graph *graph;
    plan_options options;
    arena *arena;
    diagnostics *diags;
    bool cold; /* the network has so many constants that they come from memory in each run */
    const target *targets[TARGET_MAX];
    int n_targets;
    const target *machine; /* that estimates are for: the first one, or where all must agree one that is always the same */
    block *body;
    buffer **buffers;
    int n_buffers, n_constants;
    struct names *packed; /* the buffers of constants, by what is in them */
    int64_t workspace;    /* bytes */
    int64_t peak_live;    /* largest sum of live buffers: what no placement can beat */
    int peak_step;        /* where that is */
    int64_t weights;      /* bytes */
    buffer *scratch;      /* of all steps, where sizes are open; else NULL */
    buffer *status;       /* NULL, or an i32 that steps set when something is larger than its room */
    int n_steps, n_loops;
    struct location *locations; /* by value id */
} plan;

/* ---- kernel families: one file (and one template) each in backend/kernels ---- */

struct candidate_list;

/* Of which tensors a family takes dimensions that are known at run time only: all it asks for is operand_size and the like. */
typedef enum open_axes { OPEN_NONE, OPEN_ANY, OPEN_PLANES /* not the first two: images and channels are counted now */ } open_axes;

typedef struct kernel_family {
    const char *name;
    /* Can it compute this node, with its types, layouts, epilogue and prologue? */
    bool (*accepts)(const node *n);
    /* NULL: there is one way. Else lists the ways to compute a node that it accepts, with their estimates on the first
     * target (backend/schedule/schedule.h). */
    void (*list)(const plan *p, const node *n, struct candidate_list *ways);
    /* Decides how, as s->choice says where it lists candidates, for all targets alike (what differs by target is decided in
     * emit): adds operands and packed constants, sets schedule, summary, extent, macs. */
    bool (*plan)(plan *p, const node *n, step *s);
    /* The body of the C function for one target. Its parameters are named x0, x1… (in) and y0, y1… (out), typed
     * `const T *restrict` and `T *restrict`, and `ptrdiff_t begin, end`, the part of [0, extent) to do; sizes that are open
     * have the names of operand_size. Two steps whose bodies are the same text share one function, so bodies must not
     * mention names of layers. */
    bool (*emit)(const plan *p, const step *s, const target *t, text *body);
    /* What it emits for s, planned, has no branch and no address that depends on what tensors hold. NULL: it may have. */
    bool (*constant_time)(const step *s);
    open_axes open;
    bool joins; /* it computes the producer of input 0 along with a node, and does not store that input */
} kernel_family;

extern const kernel_family kernel_copy, kernel_halo; /* for steps that no node asks for */

/* For families. Inputs may be constants: they become packed row-major unless the family packs them itself. */
int step_add_input(plan *p, step *s, const value *v);  /* index in s->in */
int step_add_output(plan *p, step *s, const value *v); /* index in s->out */
int step_add_packed(plan *p, step *s, packed k);       /* index in s->in */
int step_add_scratch(plan *p, step *s, int64_t bytes); /* index in s->out */
int step_add_status(plan *p, step *s);                 /* likewise: where it reports that something does not fit */
/* Adds all inputs and outputs of n in order and sets input_operand: what most families want. */
void step_add_node(plan *p, step *s, const node *n);
/* Has what was decided for p->machine been decided for target i as well? */
bool plan_decided_for(const plan *p, int i);
int plan_target_index(const plan *p, const target *t); /* of one of its targets: where schedules keep what is decided for it */
bool step_always_constant_time(const step *s);         /* for kernels that never branch, nor find an address, by what tensors hold */
void step_set_extent(step *s, int64_t extent);         /* the same for every target; 1 unless set */
void step_set_open_extent(step *s, number extent);
/* An iteration for each index into the first output's axes before this one: of a C16 tensor into blocks of channels. */
void step_set_extent_before(plan *p, step *s, int axis);
/* A product of counts, for macs and flops: it saturates where it does not fit (such a network never ends anyway). */
int64_t work_product(int n, const int64_t *counts);
#define WORK(...) work_product((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})
void step_name_sizes(plan *p, step *s);       /* of operands that were not added by the functions above */
number step_size(plan *p, step *s, dim size); /* a size that is of none of its operands, perhaps */
number operand_size(const operand *o, int axis);
number operand_row(const operand *o);
number operand_origin(arena *a, const operand *o);
number operand_count(arena *a, const operand *o, int from, int to); /* elements of axes [from, to) */
/* `size` elements that mean the same position in every C16 operand: planes without halo may be walked flat. */
bool operand_is_flat(const operand *o);
/* Bytes from its start that a kernel may touch: to the end of its buffer, or of its share of it in one iteration of a loop. */
int64_t operand_room(const operand *o);

/* ---- slices (--step): a run in parts, each some iterations of one kernel after the other ---- */

/* Work is counted in multiply-adds. A step that has none counts its other operations, or else the numbers it writes. */
int64_t step_unit_work(const plan *p, const step *s, int which); /* of one iteration, at most, of any size */
number step_unit_work_of_sizes(arena *a, const step *s, int which); /* of the open sizes that a run has */
int64_t plan_slice_min(const plan *p);             /* of one iteration of any step on any target */
int plan_steps_of(const plan *p, step_kind kind);  /* how many there are, in branches and loops too */
/* Where a slice must not have more than options.slice: false after an error that names what cannot be cut. */
bool slices_check(const plan *p);

/* ---- making it: lower.c calls the others in this order ---- */

/* Where a value lies: views (reshape, concat, split, slice) share the buffer of another. */
typedef struct location {
    buffer *buffer;
    int64_t offset; /* bytes */
    bool passed;    /* never there: the step of its only user computes it as it goes */
} location;

buffer *plan_buffer(plan *p, memory where, int64_t size);
operand plan_operand(const plan *p, const value *v); /* not of a constant */
bool locations_assign(plan *p);                      /* locations.c: buffers for all values, views resolved */
void liveness_find(plan *p);                         /* liveness.c: buffer->first and last, from the steps */
void buffers_place(plan *p);                         /* place_buffers.c: arena offsets, workspace, peak_live */

/* What is promised of a plan's results, relative to the largest output: 0 where only float32 rounds, infinity where nothing is
 * stated: a network that computes in narrow types, or other narrow weights than those of ACCURACY_FAST. */
double plan_error_bound(const plan *p);
/* By which results may differ from an evaluation of the model, likewise: what is promised where algorithms or weights that need
 * it were taken, and 1e-5 for the rounding of float32 alone. */
double plan_tolerance(const plan *p);
/* The same of one layer, given its inputs: four standard deviations of its rounding errors over the root mean square of its
 * outputs, where the signs of products are independent of one another (docs/kernels.md, Errors). 0: none is stated. */
double step_error_bound(const step *s);
/* Of sums of `terms` products in float32 by an algorithm whose errors are `growth` times as large as those of plain sums. */
double error_of_sums(double growth, double terms);
double error_of_weights(dtype t); /* of weights of independent rounding errors */

plan *plan_make(const graph *g, const target *const *targets, int n_targets, const plan_options *o, arena *a); /* NULL after an error */
void plan_print(FILE *f, const plan *p);

#endif
