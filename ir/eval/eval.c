/* Evaluates nodes and graphs. Layouts are ignored: every tensor is row-major here. */
#include "ir/eval/eval.h"

#include <string.h>

tensor tensor_new(arena *a, value_type t) {
    t.layout = (layout){.kind = LAYOUT_ROW_MAJOR};
    int64_t count = type_count(&t);
    return (tensor){.type = t, .data = count < 0 ? NULL : arena_alloc(a, dtype_bytes(t.elem, count))};
}

/* ---- whole tensors ---- */

double *load_floats(const tensor *t, arena *a) {
    int64_t count = tensor_count(t);
    double *x = ARENA_ARRAY(a, double, count);
    if (t->type.elem == DT_F32)
        for (int64_t i = 0; i < count; i++) x[i] = (double)((const float *)t->data)[i];
    else
        for (int64_t i = 0; i < count; i++) x[i] = dtype_load_float(t->type.elem, t->data, i);
    return x;
}

int64_t *load_ints(const tensor *t, arena *a) {
    int64_t count = tensor_count(t);
    int64_t *x = ARENA_ARRAY(a, int64_t, count);
    for (int64_t i = 0; i < count; i++) x[i] = dtype_load_int(t->type.elem, t->data, i);
    return x;
}

void store_floats(tensor *t, const double *x) {
    int64_t count = tensor_count(t);
    for (int64_t i = 0; i < count; i++) dtype_store_float(t->type.elem, t->data, i, x[i]);
}

void store_ints(tensor *t, const int64_t *x) {
    int64_t count = tensor_count(t);
    for (int64_t i = 0; i < count; i++) dtype_store_int(t->type.elem, t->data, i, x[i]);
}

void copy_element(tensor *y, int64_t to, const tensor *x, int64_t from) {
    int bits = dtype_of(x->type.elem)->bits;
    if (bits < 8) {
        if (dtype_of(x->type.elem)->kind == CLASS_FLOAT) dtype_store_float(y->type.elem, y->data, to, dtype_load_float(x->type.elem, x->data, from));
        else dtype_store_int(y->type.elem, y->data, to, dtype_load_int(x->type.elem, x->data, from));
        return;
    }
    size_t size = (size_t)bits / 8;
    memcpy((char *)y->data + (size_t)to * size, (const char *)x->data + (size_t)from * size, size);
}

void row_major_strides(const value_type *t, int64_t *strides) {
    int64_t stride = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= t->dims[i].size;
    }
}

void broadcast_strides(const value_type *x, int rank, int64_t *strides) {
    int64_t stride = 1;
    for (int k = rank - 1; k >= 0; k--) {
        int axis = k - (rank - x->rank);
        int64_t size = axis >= 0 ? x->dims[axis].size : 1;
        strides[k] = size == 1 ? 0 : stride;
        stride *= size;
    }
}

/* ---- one node ---- */

static bool all_static(int n, value *const *values) {
    for (int i = 0; i < n; i++)
        if (values[i] && !type_is_static(&values[i]->type)) return false;
    return true;
}

/* n itself where all its types are static, else a copy inferred once more, now that every input is known. An output
 * that is not static even then depends on data in a way that only the evaluator can tell. NULL after an error. */
static const node *concrete_node(const node *n, const tensor *const *in, arena *a, diagnostics *d) {
    if (n->n_regions || (all_static(n->n_inputs, n->inputs) && all_static(n->n_outputs, n->outputs))) return n;
    graph *g = ARENA_NEW(a, graph);
    *g = (graph){.arena = a, .diags = d};
    region *r = g->body = region_new(g, NULL);
    node *known = arena_copy(a, n, sizeof *n);
    known->parent = r;
    known->inputs = ARENA_ARRAY(a, value *, n->n_inputs);
    known->outputs = ARENA_ARRAY(a, value *, n->n_outputs);
    for (int i = 0; i < n->n_inputs; i++) {
        if (!in[i]) continue;
        known->inputs[i] =
            in[i]->data ? value_constant(g, n->inputs[i]->name, in[i]->type, in[i]->data, NULL) : value_new(r, n->inputs[i]->name, in[i]->type);
    }
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i]) known->outputs[i] = value_new(r, n->outputs[i]->name, (value_type){.kind = TYPE_UNKNOWN});
    return infer_node(known, d) ? known : NULL;
}

static dtype acc_type(const expr *e) {
    if (e->kind == EXPR_ACC) return e->dtype;
    for (int i = 0; i < e->n_args; i++) {
        dtype t = acc_type(e->args[i]);
        if (t != DT_NONE) return t;
    }
    return DT_NONE;
}

/* Input 0 as the operator sees it. */
static bool apply_prologue(const node *n, const tensor *const *in, tensor *x, arena *a, diagnostics *d) {
    value_type t = in[0]->type;
    t.elem = n->prologue->dtype;
    *x = tensor_new(a, t);
    return eval_expr(n, n->prologue, in[0], in, x, a, d);
}

static bool apply_epilogue(const node *n, const tensor *const *in, tensor *out, dtype elem, arena *a, diagnostics *d) {
    tensor core = *out;
    value_type t = core.type;
    t.elem = elem;
    *out = tensor_new(a, t);
    return eval_expr(n, n->epilogue, &core, in, out, a, d);
}

static int at_least(int n, int max) { return n > max ? n : max; }

bool eval_node(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    const op_info *op = op_of(n->op);
    if (!op->eval) return node_error(d, n, NULL, "is no operator");
    n = concrete_node(n, in, a, d);
    if (!n) return false;
    int captured = 0, n_core = n->n_core_inputs, n_args = at_least(n_core, op->max_in);
    node_captures(n, a, &captured);
    const tensor **args = ARENA_ARRAY(a, const tensor *, n_args + captured);
    for (int i = 0; i < n_core; i++) args[i] = in[i];
    for (int i = 0; i < captured; i++) args[n_args + i] = in[n->n_inputs + i];

    tensor prologued, *results = ARENA_ARRAY(a, tensor, at_least(n->n_outputs, op->max_out));
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        value_type t = n->outputs[i]->type;
        if (i == 0 && n->epilogue && acc_type(n->epilogue) != DT_NONE) t.elem = acc_type(n->epilogue);
        results[i] = tensor_new(a, t);
    }
    if (n->prologue) {
        if (!apply_prologue(n, in, &prologued, a, d)) return false;
        args[0] = &prologued;
    }
    if (!op->eval(n, args, results, a, d)) return false;
    if (n->epilogue && n->outputs[0] && !apply_epilogue(n, in, &results[0], n->outputs[0]->type.elem, a, d)) return false;
    for (int i = 0; i < n->n_outputs; i++) out[i] = results[i];
    return true;
}

/* ---- regions ---- */

typedef void watch_fn(void *context, const node *n, const tensor *out);

/* Value ids are unique in a graph, so one array serves its nested regions too. */
struct scope {
    arena *arena;
    diagnostics *diags;
    tensor *values; /* by value id */
    bool *known;
    watch_fn *watch;
    void *watch_context;
};

static scope *scope_of_graph(const graph *g, arena *a, diagnostics *d) {
    scope *s = ARENA_NEW(a, scope);
    *s = (scope){.arena = a, .diags = d};
    s->values = ARENA_ARRAY(a, tensor, g->next_value);
    s->known = ARENA_ARRAY(a, bool, g->next_value);
    return s;
}

static void bind(scope *s, const value *v, const tensor *t) {
    s->values[v->id] = *t;
    s->known[v->id] = true;
}

/* NULL: not computed, which only a malformed graph brings about. */
static const tensor *lookup(scope *s, const value *v) {
    if (v->constant && !s->known[v->id]) {
        tensor t = {.type = v->constant->type, .data = (void *)v->constant->data};
        bind(s, v, &t);
    }
    return s->known[v->id] ? &s->values[v->id] : NULL;
}

scope *scope_new(const node *n, const tensor *const *in, arena *a, diagnostics *d) {
    scope *s = scope_of_graph(n->parent->graph, a, d);
    int count, n_args = at_least(n->n_core_inputs, op_of(n->op)->max_in);
    value **captured = node_captures(n, a, &count);
    for (int i = 0; i < count; i++) bind(s, captured[i], in[n_args + i]);
    return s;
}

static bool run_node(scope *s, const node *n) {
    int captured;
    value **captures = node_captures(n, s->arena, &captured);
    const tensor **in = ARENA_ARRAY(s->arena, const tensor *, n->n_inputs + captured);
    tensor *out = ARENA_ARRAY(s->arena, tensor, n->n_outputs);
    for (int i = 0; i < n->n_inputs + captured; i++) {
        const value *v = i < n->n_inputs ? n->inputs[i] : captures[i - n->n_inputs];
        if (v && !(in[i] = lookup(s, v))) return node_error(s->diags, n, NULL, "reads '%.80s' before it is computed", v->name);
    }
    if (!eval_node(n, in, out, s->arena, s->diags)) return false;
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i]) bind(s, n->outputs[i], &out[i]);
    if (s->watch) s->watch(s->watch_context, n, out);
    return true;
}

bool scope_run(scope *s, const region *r, const tensor *inputs, tensor *outputs) {
    for (int i = 0; i < r->n_inputs; i++) bind(s, r->inputs[i], &inputs[i]);
    for (const node *n = r->first; n; n = n->next)
        if (!run_node(s, n)) return false;
    for (int i = 0; i < r->n_outputs; i++) {
        const tensor *t = lookup(s, r->outputs[i]);
        if (!t) return diag_error(s->diags, "", NULL, "output '%.80s' is never computed", r->outputs[i]->name);
        outputs[i] = *t;
    }
    return true;
}

static bool check_input(const value *v, const tensor *t, diagnostics *d) {
    const value_type *want = &v->type;
    if (want->kind != TYPE_TENSOR || want->rank < 0) return true;
    bool fits = t->type.kind == TYPE_TENSOR && t->type.elem == want->elem && t->type.rank == want->rank;
    for (int i = 0; fits && i < want->rank; i++)
        fits = !dim_is_number(want->dims[i]) || dim_equal(want->dims[i], t->type.dims[i]);
    return fits || diag_error(d, "", NULL, "the tensor given for input '%.80s' has another type or shape", v->name);
}

bool eval_graph(const graph *g, const tensor *inputs, tensor *outputs, arena *a, diagnostics *d, watch_fn *watch,
                void *context) {
    for (int i = 0; i < g->body->n_inputs; i++)
        if (!check_input(g->body->inputs[i], &inputs[i], d)) return false;
    scope *s = scope_of_graph(g, a, d);
    s->watch = watch;
    s->watch_context = context;
    return scope_run(s, g->body, inputs, outputs);
}
