/* What each layer computes from golden inputs, by the reference evaluator. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "backend/emit/self_test.h"

#define CNNC_INLINE static inline
#define CNNC_UNUSED
#include "runtime/self_test/numbers.h"
#undef CNNC_INLINE
#undef CNNC_UNUSED

enum { ALIGNMENT = 64 };

/* What a sum may be off, relative to the sum of absolute values. Errors of single elements cancel in it: what is
 * promised of those, a hundred times as much, is for the elements that are worst off. */
static double tolerance_of(const plan *p) {
    static const double rounding[] = {[ACCURACY_STRICT] = 1e-5, [ACCURACY_BALANCED] = 3e-5, [ACCURACY_FAST] = 1e-2};
    const double steps = 2e-2; /* a rounding difference may become a step of a narrow type */
    return isinf(plan_error_bound(p)) ? steps : rounding[p->options.accuracy];
}

/* ---- inputs ---- */

const golden_bits *golden_bits_of(dtype t) {
    static const golden_bits bits[] = {
        {DT_F32, 4, 0x807fffff, 0x3f000000},
        {DT_F64, 8, 0x800fffffffffffff, 0x3fe0000000000000},
        {DT_F16, 2, 0x83ff, 0x3800},
        {DT_BF16, 2, 0x807f, 0x3f00},
        {DT_C64, 4, 0x807fffff, 0x3f000000},
        {DT_C128, 8, 0x800fffffffffffff, 0x3fe0000000000000},
        {DT_U8, 1, 0xff, 0},
        {DT_I8, 1, 0xff, 0},
        {DT_BOOL, 1, 1, 0},
        {DT_U16, 2, 1, 0}, /* indices, most of them: 0 and 1 are rarely too large */
        {DT_I16, 2, 1, 0},
        {DT_U32, 4, 1, 0},
        {DT_I32, 4, 1, 0},
        {DT_U64, 8, 1, 0},
        {DT_I64, 8, 1, 0},
    };
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        if (bits[i].type == t) return &bits[i];
    return NULL;
}

/* Open dimensions at their largest, which is what the self-test runs with. */
static value_type largest_type(const value_type *t, arena *a) {
    int64_t dims[IR_MAX_RANK];
    for (int k = 0; k < t->rank; k++) dims[k] = type_size(t, k);
    return type_tensor(a, t->elem, t->rank, dims);
}

static bool fill_inputs(const plan *p, tensor *inputs) {
    const region *body = p->graph->body;
    uint32_t state = GOLDEN_SEED;
    for (int i = 0; i < body->n_inputs; i++) {
        const value *v = body->inputs[i];
        const golden_bits *b = golden_bits_of(v->type.elem);
        if (v->fallback) {
            inputs[i] = (tensor){.type = v->type, .data = (void *)(uintptr_t)v->fallback->data};
            continue;
        }
        if (!b) return diag_error(p->diags, "", NULL, "--self-test cannot make up input '%.80s'", v->name);
        inputs[i] = tensor_new(p->arena, largest_type(&v->type, p->arena));
        self_test_fill(&state, inputs[i].data, (size_t)(stored_bytes(v->type.elem, type_count(&v->type)) / b->element),
                       (size_t)b->element, b->mask, b->base);
    }
    return true;
}

/* ---- layers ---- */

typedef struct sums {
    bool known;
    int64_t count;
    double sum, size;
} sums;

typedef struct evaluation {
    sums *values; /* by id */
} evaluation;

static sums sum_up(const tensor *t) {
    const dtype_info *info = dtype_of(t->type.elem);
    sums s = {.count = type_count(&t->type)};
    if (s.count > UINT32_MAX || info->kind == CLASS_STRING || info->kind == CLASS_COMPLEX) return s;
    for (int64_t i = 0; i < s.count; i++) {
        double x = info->kind == CLASS_FLOAT  ? dtype_load_float(t->type.elem, t->data, i)
                   : info->kind == CLASS_UINT ? (double)(uint64_t)dtype_load_int(t->type.elem, t->data, i)
                                              : (double)dtype_load_int(t->type.elem, t->data, i);
        s.sum += self_test_weight((uint32_t)i) * x;
        s.size += fabs(x);
    }
    s.known = s.size <= FLT_MAX; /* neither infinite nor NaN */
    return s;
}

static void add_sums(void *context, const node *n, const tensor *out) {
    const evaluation *e = context;
    for (int i = 0; i < n->n_outputs; i++) {
        const value *v = n->outputs[i];
        if (v && v->type.kind == TYPE_TENSOR && type_is_bounded(&v->type)) e->values[v->id] = sum_up(&out[i]);
    }
}

/* ---- steps ---- */

static bool fits(int64_t n) { return n >= 0 && n <= UINT32_MAX; }

static bool describe(const operand *o, golden_shape *g) {
    *g = (golden_shape){.n = 1, .c = 1, .y = 1, .lanes = 1, .type = o->elem};
    int64_t count = 1;
    for (int i = 0; i < o->rank; i++) count *= o->dims[i];
    if (!fits(count)) return false;
    g->x = (uint32_t)count;
    if (o->layout.kind != LAYOUT_C16) return true;
    *g =
        (golden_shape){(uint32_t)o->dims[0], (uint32_t)o->dims[1], (uint32_t)o->dims[2], (uint32_t)o->dims[3], C16,
                       (uint32_t)o->origin,  (uint32_t)o->batch,   (uint32_t)o->block,   (uint32_t)o->row,     o->elem};
    return fits(o->origin) && fits(o->batch) && fits(o->block) && fits(o->row);
}

static int shape_index(golden_values *g, const golden_shape *s) {
    int i = 0;
    while (i < g->n_shapes && memcmp(&g->shapes[i], s, sizeof *s) != 0) i++;
    if (i == g->n_shapes) g->shapes[g->n_shapes++] = *s;
    return i;
}

static bool add_check(golden_values *g, const evaluation *e, const operand *o, const value *v, int output) {
    const sums *s = v ? &e->values[v->id] : NULL;
    golden_shape shape;
    if (!s || !s->known || o->loop || !describe(o, &shape) ||
        (int64_t)shape.n * shape.c * shape.y * shape.x != s->count || !s->count)
        return false;
    g->checks[g->n_checks++] = (golden_check){output, shape_index(g, &shape), s->sum, s->size};
    return true;
}

/* A copy has what it copies, where that is the result of a layer; others have what they are named for. */
static void add_layer(golden_values *g, const evaluation *e, const step *s, const operand *out, int n_out) {
    self_test_layer *l = &g->layers[g->n_layers];
    *l = (self_test_layer){.step = s, .name = s->node ? s->node->name : "output", .first = g->n_checks};
    if (s->family == &kernel_halo) return;
    for (int i = 0; i < n_out; i++) {
        bool copied = s->family == &kernel_copy && add_check(g, e, &out[i], s->in[0].value, i);
        if (!copied) add_check(g, e, &out[i], out[i].value, i);
    }
    l->n = g->n_checks - l->first;
    if (l->n) g->n_layers++;
}

static operand *results(const plan *p, const node *n, int *count) {
    operand *list = ARENA_ARRAY(p->arena, operand, n->n_outputs);
    *count = 0;
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] && n->outputs[i]->type.kind == TYPE_TENSOR) list[(*count)++] = plan_operand(p, n->outputs[i]);
    return list;
}

static void add_layers(golden_values *g, const evaluation *e, const plan *p) {
    int outputs = 0;
    for (int i = 0; i < p->body->n_steps; i++)
        outputs += p->body->steps[i]->n_out + (p->body->steps[i]->node ? p->body->steps[i]->node->n_outputs : 0);
    g->layers = ARENA_ARRAY(p->arena, self_test_layer, p->body->n_steps);
    g->checks = ARENA_ARRAY(p->arena, golden_check, outputs);
    g->shapes = ARENA_ARRAY(p->arena, golden_shape, outputs);
    for (int i = 0; i < p->body->n_steps; i++) {
        const step *s = p->body->steps[i];
        int n = s->n_out;
        const operand *out = s->out;
        if (s->kind == STEP_LOOP) continue; /* its results are copied afterwards, and checked there */
        if (s->kind == STEP_IF) out = results(p, s->node, &n);
        add_layer(g, e, s, out, n);
    }
}

/* ---- the whole ---- */

static bool draws(const region *r, diagnostics *d) {
    for (const node *n = r->first; n; n = n->next) {
        if (op_of(n->op)->props & PROP_RANDOM)
            return !node_error(d, n, "leave --self-test out", "draws numbers, of which a self-test knows nothing");
        for (int i = 0; i < n->n_regions; i++)
            if (draws(n->regions[i], d)) return true;
    }
    return false;
}

static bool can_be_tested(const plan *p) {
    const graph *g = p->graph;
    if (g->batch) return diag_error(p->diags, "", "fix it: --dim NAME=1", "--self-test has no form for an open batch");
    for (int i = 0; i < graph_port_count(g, false); i++)
        if (graph_port(g, false, i).only)
            return diag_error(p->diags, "", "leave one of them out",
                              "--self-test makes inputs up, and --fix fixes one");
    return !draws(g->body, p->diags);
}

static int64_t place(int64_t *bytes, const value *v) {
    int64_t at = *bytes, size = stored_bytes(v->type.elem, type_count(&v->type));
    *bytes += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return at;
}

static void place_tensors(const plan *p, golden_values *g) {
    const region *body = p->graph->body;
    g->inputs = ARENA_ARRAY(p->arena, int64_t, body->n_inputs);
    g->outputs = ARENA_ARRAY(p->arena, int64_t, body->n_outputs);
    g->bytes = p->workspace ? p->workspace : ALIGNMENT;
    g->bytes = (g->bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    for (int i = 0; i < body->n_inputs; i++)
        g->inputs[i] = body->inputs[i]->fallback ? -1 : place(&g->bytes, body->inputs[i]);
    for (int i = 0; i < body->n_outputs; i++) g->outputs[i] = place(&g->bytes, body->outputs[i]);
}

golden_values *golden_evaluate(const plan *p) {
    const region *body = p->graph->body;
    tensor *inputs = ARENA_ARRAY(p->arena, tensor, body->n_inputs),
           *outputs = ARENA_ARRAY(p->arena, tensor, body->n_outputs);
    evaluation e = {ARENA_ARRAY(p->arena, sums, p->graph->next_value)};
    if (!can_be_tested(p) || !fill_inputs(p, inputs)) return NULL;
    for (int i = 0; i < body->n_inputs; i++) e.values[body->inputs[i]->id] = sum_up(&inputs[i]);
    if (!eval_graph(p->graph, inputs, outputs, p->arena, p->diags, add_sums, &e)) return NULL;
    golden_values *g = ARENA_NEW(p->arena, golden_values);
    add_layers(g, &e, p);
    place_tensors(p, g);
    g->tolerance = tolerance_of(p);
    return g;
}

const self_test_layer *golden_layer(const golden_values *g, const step *s) {
    for (int i = 0; g && i < g->n_layers; i++)
        if (g->layers[i].step == s) return &g->layers[i];
    return NULL;
}
