/* Normalisation: a slice of the input is shifted and scaled to a norm, then by parameters. The operators differ in what
 * a slice is, in the norm, and in where the parameters lie. */
#include "backend/kernels/axes.h"

#include <string.h>

typedef enum norm {
    NORM_GIVEN,    /* mean and variance are inputs */
    NORM_VARIANCE, /* to mean 0, variance 1 */
    NORM_SQUARE,   /* to mean square 1 */
    NORM_L1,
    NORM_L2
} norm;

typedef struct schedule {
    norm norm;
    axes along, across;
    bool by_channel; /* parameters: element `at` has number at / plane % channels; else by broadcasting */
    number channels, plane;
    int bias;                /* node input, -1: none; scale is input 1 when there are parameters */
    bool scaled;
    const char *factor; /* C text: what to multiply with, from `variance` or `norm` */
    bool running;       /* batch normalisation in training: new statistics */
    bool stats;         /* layer normalisation: mean and factor are outputs */
} schedule;

static void mark_from(bool *along, int rank, int64_t first) {
    for (int k = 0; k < rank; k++) along[k] = k >= first;
}

/* What the operator means. */
static void describe(arena *a, const node *n, const operand *x, schedule *c) {
    bool along[IR_MAX_RANK] = {false};
    int rank = x->rank, count;
    double epsilon = op_attr(n->op, "epsilon") ? node_float(n, "epsilon") : 0;
    *c = (schedule){.norm = NORM_VARIANCE, .bias = 2, .scaled = true};
    c->factor = arena_printf(a, "1.0 / sqrt(variance + %.9g)", epsilon);
    int64_t axis = op_attr(n->op, "axis") ? node_int(n, "axis") : 0;
    if (axis < 0) axis += rank;
    switch (n->op) {
    case OP_batch_normalization:
        mark_from(along, rank, 2);
        along[0] = node_int(n, "training_mode");
        if (!along[0]) c->norm = NORM_GIVEN;
        c->running = along[0];
        break;
    case OP_instance_normalization: mark_from(along, rank, 2); break;
    case OP_group_normalization: mark_from(along, rank, 1); break; /* split below */
    case OP_layer_normalization:
    case OP_rms_normalization:
        mark_from(along, rank, axis);
        if (n->op == OP_rms_normalization) c->norm = NORM_SQUARE;
        c->stats = n->op == OP_layer_normalization;
        if (!node_input(n, 2)) c->bias = -1;
        break;
    case OP_mean_variance_normalization: {
        const int64_t *list = node_ints(n, "axes", &count), all_but_channels[] = {0, 2, 3};
        if (!list) list = all_but_channels, count = 3;
        for (int i = 0; i < count; i++) along[list[i] < 0 ? list[i] + rank : list[i]] = true;
        c->scaled = false;
        c->factor = "1.0 / (sqrt(variance) + 1e-9)";
        break;
    }
    case OP_lp_normalization:
        along[axis] = true;
        c->norm = node_int(n, "p") == 1 ? NORM_L1 : NORM_L2;
        c->scaled = false;
        c->factor = "norm > 0.0 ? 1.0 / norm : 0.0";
        break;
    default: break;
    }
    c->along = axes_of(a, x, along, true);
    c->across = axes_of(a, x, along, false);
    if (!c->scaled) c->bias = -1;
    if (c->scaled && !c->stats && n->op != OP_rms_normalization) {
        c->by_channel = true;
        c->channels = operand_size(x, 1);
        c->plane = operand_count(a, x, 2, rank);
    }
    if (n->op == OP_group_normalization) {
        const number groups = number_known(node_int(n, "num_groups")), all = number_mul(a, operand_size(x, 0), groups);
        const number each = number_mul(a, number_apply(a, "/", c->channels, groups), c->plane);
        c->along = (axes){.n = 1, .size = {each}, .stride = {number_known(1)}, .count = each};
        c->across = (axes){.n = 1, .size = {all}, .stride = {each}, .count = all};
    }
}

static bool accepts(const node *n) {
    static const op_code ops[] = {OP_batch_normalization, OP_instance_normalization, OP_group_normalization, OP_layer_normalization,
                                  OP_rms_normalization, OP_mean_variance_normalization, OP_lp_normalization};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (n->op == ops[i]) return n->outputs[0] && row_major_accepts(n);
    return false;
}

static bool plan_normalize(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    step_add_node(p, s, n);
    describe(p->arena, n, &s->in[0], c);
    s->schedule = c;
    s->flops = WORK(4, operand_most(&s->in[0]));
    step_set_open_extent(s, c->across.count);
    s->summary = arena_printf(p->arena, "%s of %s", number_text(p->arena, c->across.count), number_text(p->arena, c->along.count));
    return true;
}

static void put_open(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = context;
    axes_open(out, &((const schedule *)s->schedule)->along, "r", "element", (int)args[0]);
}

static void put_close(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = context;
    axes_close(out, &((const schedule *)s->schedule)->along, (int)args[0]);
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const step *s = context;
    position at = {.step = s, .split = s->out[0].rank, .row = "at", .acc = "result"};
    put_store(out, result_tree(out->arena, s->node, s->in[0].elem), &at);
}

/* Node input `input` for the element at linear index `at`. */
static void put_parameter_at(const step *s, text *out, int64_t input, const char *at) {
    const schedule *c = s->schedule;
    int operand_index = s->input_operand[input];
    const operand *x = &s->in[operand_index];
    text index = {.arena = out->arena};
    number dims[IR_MAX_RANK];
    operand_sizes(&s->out[0], dims);
    if (c->by_channel) text_printf(&index, "%s / %s %% %s", at, number_text(out->arena, c->plane), number_text(out->arena, c->channels));
    else if (!put_broadcast_index(&index, x, s->out[0].rank, dims, 0, s->out[0].rank, at)) text_put(&index, "0");
    text_put(out, "(double)");
    emit_load(out, x->elem, arena_printf(out->arena, "x%d", operand_index), index.bytes);
}

/* parameter(i): node input i for an element of the slice. */
static void put_parameter(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    put_parameter_at(context, out, args[0], "at");
}

/* slice_parameter(i): the same for the whole slice. */
static void put_slice_parameter(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    put_parameter_at(context, out, args[0], "start");
}

/* statistic(k, kind): output k (1: about the mean, 2: about the spread), of layer normalisation (kind 1) or of batch
 * normalisation in training (2). Nothing when nobody wants it. */
static void put_statistic(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const step *s = context;
    const node *of = s->node;
    int k = (int)args[0], at = 0;
    if (k >= of->n_outputs || !of->outputs[k]) return;
    for (int i = 0; i < k; i++) at += of->outputs[i] != NULL;
    dtype t = s->out[at].elem;
    const char *const what[] = {"", k == 1 ? "mean" : "factor", k == 1 ? "running_mean" : "running_variance"};
    emit_store(out, t, arena_printf(out->arena, "y%d", at), "i", arena_printf(out->arena, "(%s)%s", compute_ctype(t), what[args[1]]));
}

static bool emit_normalize(const plan *p, const step *s, const target *t, text *body) {
    (void)t;
    const schedule *c = s->schedule;
    text element = {.arena = body->arena};
    emit_load(&element, s->in[0].elem, "x0", "at");
    template_env *e = template_env_new(body->arena);
    template_int(e, "given", c->norm == NORM_GIVEN);
    template_int(e, "centered", c->norm == NORM_VARIANCE);
    template_int(e, "square", c->norm == NORM_SQUARE);
    template_int(e, "absolute", c->norm == NORM_L1);
    template_int(e, "scaled", c->scaled);
    template_int(e, "bias", c->bias);
    template_int(e, "running", c->running);
    template_int(e, "stats", c->stats);
    template_text(e, "momentum", c->running ? arena_printf(body->arena, "%.9g", node_float(s->node, "momentum")) : "0");
    template_text(e, "length", number_as_double(body->arena, c->along.count));
    template_text(e, "factor", c->factor);
    template_text(e, "start", axes_index(body->arena, &c->across, "i"));
    template_text(e, "type", compute_ctype(s->in[0].elem));
    template_text(e, "x", element.bytes);
    template_call(e, "open", put_open, (void *)s);
    template_call(e, "close", put_close, (void *)s);
    template_call(e, "parameter", put_parameter, (void *)s);
    template_call(e, "slice_parameter", put_slice_parameter, (void *)s);
    template_text(e, "mean", c->norm == NORM_VARIANCE ? " - mean" : "");
    template_call(e, "statistic", put_statistic, (void *)s);
    template_call(e, "store", put_result, (void *)s);
    return template_expand(e, "backend/kernels/normalize.c.in", body, p->diags);
}

static bool constant_time(const step *s) {
    const schedule *c = s->schedule;
    return s->in[0].elem == DT_F32 && c->norm != NORM_L1 && c->norm != NORM_L2 && !s->node->epilogue;
}

const kernel_family kernel_normalize = {.name = "normalize", .accepts = accepts, .plan = plan_normalize, .emit = emit_normalize, .constant_time = constant_time, .open = OPEN_ANY};
