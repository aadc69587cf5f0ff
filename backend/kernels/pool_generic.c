/* Max, average and Lp pooling, windowed and global, on row-major tensors of any rank and type. */
#include "backend/kernels/spatial.h"
#include "backend/schedule/schedule.h"

typedef enum pooling { POOL_NONE, POOL_MAX, POOL_AVERAGE, POOL_LP } pooling;

static pooling pooling_of(op_code op) {
    switch (op) {
    case OP_max_pool:
    case OP_adaptive_max_pool:
    case OP_global_max_pool: return POOL_MAX;
    case OP_average_pool:
    case OP_adaptive_average_pool:
    case OP_global_average_pool: return POOL_AVERAGE;
    case OP_lp_pool:
    case OP_global_lp_pool: return POOL_LP;
    default: return POOL_NONE;
    }
}

/* What the operator itself computes: averages of bytes are f32. */
static dtype pooled_type(const node *n) {
    dtype t = n->inputs[0]->type.elem;
    return pooling_of(n->op) == POOL_AVERAGE && (t == DT_U8 || t == DT_I8) ? DT_F32 : t;
}

static bool accepts(const node *n) {
    if (pooling_of(n->op) == POOL_NONE || !n->outputs[0] || !row_major_accepts(n) || !row_major_flat(n, n->n_core_inputs)) return false;
    return pooling_of(n->op) == POOL_MAX || dtype_of(pooled_type(n))->kind == CLASS_FLOAT;
}

static bool plan_pool(plan *p, const node *n, step *s) {
    spatial *g = ARENA_NEW(p->arena, spatial);
    if (!spatial_of(n, g, p->diags)) return false;
    step_add_node(p, s, n);
    s->schedule = g;
    const operand *x = &s->in[0];
    s->flops = WORK(x->dims[0], x->dims[1], g->out[0], g->out[1], g->out[2], g->kernel[0], g->kernel[1], g->kernel[2]);
    step_set_open_extent(s, dtype_of(s->out[0].elem)->bits < 8 ? number_known(1) : operand_count(p->arena, x, 0, 2));
    if (s->extent[0].text) s->whole = 2;
    s->summary = "row-major";
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = {.step = s, .split = s->out[0].rank, .row = "o", .acc = "result"};
    put_store(out, result_tree(out->arena, s->node, pooled_type(s->node)), &at);
}

static bool emit_pool(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const node *n = s->node;
    const operand *x = &s->in[0];
    text element = {.arena = body->arena};
    emit_load(&element, x->elem, "x0", "at");
    template_env *e = template_env_new(body->arena);
    spatial_define(e, s->schedule);
    bool adaptive = n->op == OP_adaptive_max_pool || n->op == OP_adaptive_average_pool;
    if (schedule_is_open(n)) spatial_define_open(e, body->arena, x, &s->out[0], !adaptive && !node_has(n, "kernel_shape"));
    template_int(e, "adaptive", adaptive);
    if (adaptive) template_number(e, "kernel_1", number_open("rows")), template_number(e, "kernel_2", number_open("cols"));
    template_int(e, "max", pooling_of(n->op) == POOL_MAX);
    template_int(e, "average", pooling_of(n->op) == POOL_AVERAGE);
    template_int(e, "real", dtype_of(x->elem)->kind == CLASS_FLOAT);
    template_int(e, "include_pad", n->op == OP_average_pool && node_int(n, "count_include_pad"));
    template_number(e, "planes", number_is(s->extent[0], 1) ? operand_count(body->arena, x, 0, 2) : number_known(1)); /* of one piece of work */
    template_int(e, "indices", n->op == OP_max_pool && n->n_outputs > 1 && n->outputs[1]);
    template_int(e, "columns", n->op == OP_max_pool && node_int(n, "storage_order"));
    template_int(e, "p", pooling_of(n->op) == POOL_LP ? node_int(n, "p") : 0);
    template_text(e, "type", compute_ctype(pooled_type(n)));
    template_text(e, "x", element.bytes);
    template_call(e, "store", put_result, (void *)s);
    return template_expand(e, "backend/kernels/pool_generic.c.in", body, p->diags);
}

const kernel_family kernel_pool_generic = {.name = "pool_generic", .accepts = accepts, .plan = plan_pool, .emit = emit_pool, .open = OPEN_ANY};
