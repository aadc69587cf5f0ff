/* Elementwise operators and expressions, computed in blocks of elements by a small linear program: one instruction for
 * each distinct leaf and operator. */
#include "ir/eval/eval.h"
#include "ir/eval/scalar.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 };

typedef union lanes {
    double f[BLOCK];  /* of a float type */
    int64_t i[BLOCK]; /* of any other */
} lanes;

typedef struct instr {
    const expr *source; /* finds shared subtrees */
    dtype elem;
    const tensor *leaf; /* not NULL: loads elements of it */
    int64_t strides[IR_MAX_RANK];
    const scalar_op *op; /* not NULL: applies it to args; neither: a constant */
    const node *cast; /* not NULL: a Cast, which says how to round to small floats */
    double params[SCALAR_MAX_PARAMS];
    int n_args, *args; /* indices of earlier instructions */
    struct {
        double *f;
        int64_t *i;
    } gathered; /* one element's arguments */
    lanes *result;
} instr;

typedef struct program {
    instr *code;
    int count, capacity;
    int rank;
    int64_t dims[IR_MAX_RANK];
    const node *node;
    arena *arena;
    diagnostics *diags;
} program;

static bool is_float_type(dtype t) { return dtype_of(t)->kind == CLASS_FLOAT; }

/* ---- making a program: each function returns the index of its instruction, -1 after an error ---- */

static program program_new(const node *n, const tensor *out, arena *a, diagnostics *d) {
    program p = {.rank = out->type.rank, .node = n, .arena = a, .diags = d};
    for (int i = 0; i < p.rank; i++) p.dims[i] = out->type.dims[i].size;
    return p;
}

static int append(program *p, instr x) {
    if (p->count == p->capacity) {
        instr *more = ARENA_ARRAY(p->arena, instr, p->capacity ? p->capacity * 2 : 8);
        if (p->count) memcpy(more, p->code, sizeof *more * (size_t)p->count);
        p->capacity = p->capacity ? p->capacity * 2 : 8;
        p->code = more;
    }
    x.result = ARENA_NEW(p->arena, lanes);
    p->code[p->count] = x;
    return p->count++;
}

static int append_leaf(program *p, const tensor *t) {
    instr x = {.elem = t->type.elem, .leaf = t};
    if (t->type.rank > p->rank) return node_error(p->diags, p->node, NULL, "an operand has more axes than the result"), -1;
    broadcast_strides(&t->type, p->rank, x.strides);
    return append(p, x);
}

static int append_constant(program *p, dtype elem, double number) {
    int at = append(p, (instr){.elem = elem});
    lanes *l = p->code[at].result;
    for (int k = 0; k < BLOCK; k++) {
        if (is_float_type(elem)) l->f[k] = round_to(elem, number);
        else l->i[k] = saturate_to(elem, number);
    }
    return at;
}

static int append_op(program *p, const node *attrs, op_code op, dtype elem, int n_args, int *args) {
    instr x = {.elem = elem, .op = scalar_op_of(op), .n_args = n_args, .args = args};
    if (!x.op->on_floats && !x.op->on_ints)
        return node_error(p->diags, p->node, NULL, "'%s' has no elementwise evaluator", op_of(op)->name), -1;
    if (op == OP_cast) x.cast = attrs;
    if (attrs) scalar_params(attrs, x.params);
    x.gathered.f = ARENA_ARRAY(p->arena, double, n_args);
    x.gathered.i = ARENA_ARRAY(p->arena, int64_t, n_args);
    bool floats = false;
    for (int i = 0; i < n_args; i++) {
        dtype_class kind = dtype_of(p->code[args[i]].elem)->kind;
        if (kind == CLASS_STRING || kind == CLASS_COMPLEX)
            return node_error(p->diags, p->node, NULL, "'%s' does not compute with %s", op_of(op)->name,
                              dtype_of(p->code[args[i]].elem)->name), -1;
        floats = floats || kind == CLASS_FLOAT;
    }
    if (floats && !x.op->on_floats)
        return node_error(p->diags, p->node, NULL, "'%s' computes with integers only", op_of(op)->name), -1;
    return append(p, x);
}

static int append_expr(program *p, const expr *e, const tensor *acc, const tensor *const *inputs) {
    for (int i = 0; i < p->count; i++)
        if (p->code[i].source == e) return i;
    int at;
    if (e->kind == EXPR_CONST) {
        at = append_constant(p, e->dtype, e->value);
    } else if (e->kind == EXPR_OP) {
        int *args = ARENA_ARRAY(p->arena, int, e->n_args);
        for (int i = 0; i < e->n_args; i++)
            if ((args[i] = append_expr(p, e->args[i], acc, inputs)) < 0) return -1;
        at = append_op(p, e->attrs, (op_code)e->op, e->dtype, e->n_args, args);
    } else {
        const tensor *leaf = e->kind == EXPR_ACC ? acc : inputs[e->input];
        if (!leaf) return node_error(p->diags, p->node, NULL, "its expression reads an input that is not there"), -1;
        at = append_leaf(p, leaf);
    }
    if (at >= 0) p->code[at].source = e;
    return at;
}

/* ---- running it ---- */

static double load_float(dtype t, const void *data, int64_t i) {
    return t == DT_F32 ? (double)((const float *)data)[i] : dtype_load_float(t, data, i);
}

/* `count` elements from linear index `first` of the result on. */
static void run_leaf(const program *p, const instr *x, int64_t first, int count) {
    int64_t at[IR_MAX_RANK] = {0}, offset = 0, rest = first;
    for (int k = p->rank - 1; k >= 0; k--) {
        at[k] = rest % p->dims[k];
        rest /= p->dims[k];
        offset += at[k] * x->strides[k];
    }
    bool floats = is_float_type(x->elem);
    for (int i = 0; i < count; i++) {
        if (floats) x->result->f[i] = load_float(x->elem, x->leaf->data, offset);
        else x->result->i[i] = dtype_load_int(x->elem, x->leaf->data, offset);
        for (int k = p->rank - 1; k >= 0; k--) {
            offset += x->strides[k];
            if (++at[k] < p->dims[k]) break;
            offset -= at[k] * x->strides[k];
            at[k] = 0;
        }
    }
}

static double lane_float(const instr *x, int i) {
    if (is_float_type(x->elem)) return x->result->f[i];
    return x->elem == DT_U64 ? (double)(uint64_t)x->result->i[i] : (double)x->result->i[i];
}

static double round_as(const instr *x, double r) {
    uint64_t element = 0;
    if (!x->cast || dtype_of(x->elem)->bits > 8) return round_to(x->elem, r);
    dtype_store_cast(x->elem, &element, 0, r, node_string(x->cast, "round_mode"), node_int(x->cast, "saturate"));
    return dtype_load_float(x->elem, &element, 0);
}

static void put_float(instr *x, int i, double r) {
    if (is_float_type(x->elem)) x->result->f[i] = round_as(x, r);
    else if (dtype_of(x->elem)->kind == CLASS_BOOL) x->result->i[i] = r != 0;
    else x->result->i[i] = wrap_to(x->elem, saturate_to(r < 0 ? DT_I64 : DT_U64, r));
}

static void put_int(instr *x, int i, int64_t r, bool from_unsigned) {
    if (is_float_type(x->elem)) x->result->f[i] = round_as(x, from_unsigned ? (double)(uint64_t)r : (double)r);
    else x->result->i[i] = wrap_to(x->elem, r);
}

static void run_op(const program *p, instr *x, int count) {
    const instr *code = p->code;
    bool floats = !x->op->on_ints, is_unsigned = false;
    for (int k = 0; k < x->n_args; k++) {
        floats = floats || is_float_type(code[x->args[k]].elem);
        is_unsigned = is_unsigned || code[x->args[k]].elem == DT_U64;
    }
    if (floats) {
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < x->n_args; k++) x->gathered.f[k] = lane_float(&code[x->args[k]], i);
            put_float(x, i, x->op->on_floats(x->n_args, x->gathered.f, x->params));
        }
        return;
    }
    int_fn *on_ints = is_unsigned && x->op->on_unsigned_long ? x->op->on_unsigned_long : x->op->on_ints;
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < x->n_args; k++) x->gathered.i[k] = code[x->args[k]].result->i[i];
        put_int(x, i, on_ints(x->n_args, x->gathered.i, x->params), is_unsigned);
    }
}

static void store_lanes(const instr *x, tensor *out, int64_t first, int count) {
    for (int i = 0; i < count; i++) {
        if (is_float_type(x->elem)) dtype_store_float(out->type.elem, out->data, first + i, x->result->f[i]);
        else dtype_store_int(out->type.elem, out->data, first + i, x->result->i[i]);
    }
}

static bool run(const program *p, int result, tensor *out) {
    int64_t count = tensor_count(out);
    for (int64_t first = 0; first < count; first += BLOCK) {
        int n = count - first < BLOCK ? (int)(count - first) : BLOCK;
        for (int k = 0; k < p->count; k++) {
            if (p->code[k].leaf) run_leaf(p, &p->code[k], first, n);
            else if (p->code[k].op) run_op(p, &p->code[k], n);
        }
        store_lanes(&p->code[result], out, first, n);
    }
    return true;
}

/* ---- the evaluators ---- */

bool eval_expr(const node *n, const expr *e, const tensor *acc, const tensor *const *inputs, tensor *out, arena *a,
               diagnostics *d) {
    program p = program_new(n, out, a, d);
    int result = append_expr(&p, e, acc, inputs);
    return result >= 0 && run(&p, result, out);
}

/* Strings can only be compared and chosen. */
static bool eval_strings(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    bool choose = n->op == OP_where;
    if (!choose && n->op != OP_equal) return node_error(d, n, NULL, "does not compute with strings");
    int64_t strides[3][IR_MAX_RANK];
    int rank = out->type.rank;
    for (int k = 0; k < 2 + choose; k++) broadcast_strides(&in[k]->type, rank, strides[k]);
    (void)a;
    for (int64_t i = 0; i < tensor_count(out); i++) {
        int64_t at[3] = {0}, rest = i;
        for (int axis = rank - 1; axis >= 0; axis--) {
            for (int k = 0; k < 2 + choose; k++) at[k] += rest % tensor_size(out, axis) * strides[k][axis];
            rest /= tensor_size(out, axis);
        }
        const ir_string *x = in[choose]->data, *y = in[1 + choose]->data;
        x += at[choose];
        y += at[1 + choose];
        if (choose) ((ir_string *)out->data)[i] = dtype_load_int(DT_BOOL, in[0]->data, at[0]) ? *x : *y;
        else ((uint8_t *)out->data)[i] = x->size == y->size && !memcmp(x->bytes, y->bytes, x->size);
    }
    return true;
}

bool eval_elementwise(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    int n_args = op_of(n->op)->max_in < 0 ? n->n_core_inputs : op_of(n->op)->max_in;
    if (in[n_args - 1] && in[n_args - 1]->type.elem == DT_STRING) return eval_strings(n, in, out, a, d);
    program p = program_new(n, out, a, d);
    int *args = ARENA_ARRAY(a, int, n_args);
    for (int i = 0; i < n_args; i++) {
        /* Only Clip has optional inputs: no lower bound, no upper bound. */
        double unbounded = i == 1 ? -(double)INFINITY : (double)INFINITY;
        args[i] = in[i] ? append_leaf(&p, in[i]) : append_constant(&p, in[0]->type.elem, unbounded);
        if (args[i] < 0) return false;
    }
    int result = append_op(&p, n, n->op, out->type.elem, n_args, args);
    return result >= 0 && run(&p, result, out);
}

bool eval_identity(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)a, (void)d;
    out[0] = *in[0];
    return true;
}

/* All of it is in the epilogue, which eval_node applies to any node. */
bool eval_fused(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)n, (void)in, (void)out, (void)a, (void)d;
    return true;
}
