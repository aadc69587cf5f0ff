/* An open batch (--dim N=1..64). The samples of a batch do not know of each other, so one program serves every size: it
 * computes one sample, and the emitted _run calls it for each. Its workspace does not grow with the batch, its kernels are
 * those of a batch of one, constant trip counts and all, and stay in the cache from sample to sample.
 *
 * That holds only where no node mixes samples, which is proved on the symbolic shapes before N becomes 1. A value is either
 * shared (no size of it depends on N, nor does its content) or batched: its first dimension is N, and N is in no other. A
 * node that reads a batched value must have batched results only and be in one of the families below; most of those
 * cannot mix samples without losing the leading N, which is what the shapes then show. */
#include "ir/shape/move.h"
#include "passes/passes.h"

typedef enum sharing { SHARED, BATCHED, NEITHER } sharing;

static bool depends(const dim_expr *e, const symbol *s) {
    if (!e || e->op == DIM_NUMBER) return false;
    if (e->op == DIM_UNKNOWN) return true;
    if (e->op == DIM_SYMBOL) return e->symbol == s;
    return depends(e->a, s) || depends(e->b, s);
}

static bool is_symbol(dim d, const symbol *s) { return d.expr && d.expr->op == DIM_SYMBOL && d.expr->symbol == s; }

static sharing sharing_of(const value *v, const symbol *s) {
    const value_type *t = &v->type;
    if (t->kind != TYPE_TENSOR || t->rank < 0) return NEITHER;
    for (int i = 1; i < t->rank; i++)
        if (depends(t->dims[i].expr, s)) return NEITHER;
    if (!t->rank || !depends(t->dims[0].expr, s)) return SHARED;
    return is_symbol(t->dims[0], s) ? BATCHED : NEITHER;
}

/* Input i is left out, or the same for all samples. */
static bool shares(const node *n, int i, const symbol *s) { return !node_input(n, i) || sharing_of(node_input(n, i), s) == SHARED; }

static bool shares_behind(const node *n, int first, const symbol *s) {
    for (int i = first; i < n->n_core_inputs; i++)
        if (!shares(n, i, s)) return false;
    return true;
}

/* ---- families ---- */

static bool first_only(const node *n, const symbol *s) { return shares_behind(n, 1, s); }

/* Broadcasting puts N of each batched operand in the first place, and repeats shared ones along it. */
static bool broadcasts(const node *n, const symbol *s) {
    int rank = n->outputs[0] ? n->outputs[0]->type.rank : 0;
    for (int i = 0; i < n->n_core_inputs; i++) {
        const value *v = node_input(n, i);
        if (!v) continue;
        bool leads = v->type.rank == rank;
        if (shares(n, i, s) ? leads && type_size(&v->type, 0) != 1 : !leads) return false;
    }
    return true;
}

static bool all_batched(const node *n, const symbol *s) {
    for (int i = 0; i < n->n_core_inputs; i++)
        if (!node_input(n, i) || sharing_of(node_input(n, i), s) != BATCHED) return false;
    return true;
}

/* What works along an axis, or from it to the last, and keeps the shape. */
static bool behind_axis(const node *n, const symbol *s) {
    int64_t axis = node_int(n, "axis");
    return first_only(n, s) && (axis < 0 ? axis + n->inputs[0]->type.rank : axis) > 0;
}

/* Indices of maxima would count through the whole batch. */
static bool without_indices(const node *n, const symbol *s) { return first_only(n, s) && (n->n_outputs < 2 || !n->outputs[1]); }

static bool with_known_statistics(const node *n, const symbol *s) { return first_only(n, s) && !node_int(n, "training_mode"); }

static bool rows_of_a(const node *n, const symbol *s) {
    const value *c = node_input(n, 2);
    return first_only(n, s) && !node_int(n, "transA") && (!c || c->type.rank < 2 || type_size(&c->type, 0) == 1);
}

/* Rows of one matrix by a shared one, or a stack of matrices with a sample on each level. */
static bool products(const node *n, const symbol *s) {
    if (n->inputs[0]->type.rank == 2) return first_only(n, s) && n->inputs[1]->type.rank <= 2;
    return broadcasts(n, s);
}

/* Without axes a batch of one would lose its dimension. */
static bool names_axes(const node *n, const symbol *s) { return node_input(n, 1) && first_only(n, s); }

static bool drops_nothing(const node *n, const symbol *s) {
    const value *training = node_input(n, 2);
    return first_only(n, s) && (!training || (training->constant && !constant_int(training->constant, 0)));
}

/* What cuts, pads and resizes leaves the first axis alone. */
static bool pads_behind(const node *n, const symbol *s) {
    int64_t begin[IR_MAX_RANK], end[IR_MAX_RANK];
    return first_only(n, s) && pad_amounts(n, begin, end, &(diagnostics){.stream = NULL}) == 1 && !begin[0] && !end[0];
}

static bool slices_behind(const node *n, const symbol *s) {
    slice_axis axes[IR_MAX_RANK];
    return first_only(n, s) && slice_axes(n, axes, &(diagnostics){.stream = NULL}) == 1 && !axes[0].touched;
}

static bool crops_behind(const node *n, const symbol *s) {
    int count;
    const int64_t *offset = node_ints(n, "offset", &count);
    return first_only(n, s) && count && !offset[0];
}

/* Rows of a shared table that samples name, or what a shared list names of each sample; the shapes show where N is then. */
static bool gathers(const node *n, const symbol *s) { return shares(n, 0, s) != shares(n, 1, s); }

typedef bool family(const node *n, const symbol *s);

static family *const families[OP_COUNT] = {
    [OP_conv] = first_only,
    [OP_conv_transpose] = first_only,
    [OP_average_pool] = first_only,
    [OP_max_pool] = without_indices,
    [OP_adaptive_max_pool] = first_only,
    [OP_adaptive_average_pool] = first_only,
    [OP_global_average_pool] = first_only,
    [OP_global_max_pool] = first_only,
    [OP_lp_pool] = first_only,
    [OP_global_lp_pool] = first_only,
    [OP_lrn] = first_only,
    [OP_batch_normalization] = with_known_statistics,
    [OP_instance_normalization] = first_only,
    [OP_group_normalization] = first_only,
    [OP_gemm] = rows_of_a,
    [OP_matmul] = products,
    [OP_dropout] = drops_nothing,
    [OP_softmax] = behind_axis,
    [OP_log_softmax] = behind_axis,
    [OP_hardmax] = behind_axis,
    [OP_reduce_sum] = first_only,
    [OP_reduce_mean] = first_only,
    [OP_reduce_max] = first_only,
    [OP_reduce_min] = first_only,
    [OP_reduce_l1] = first_only,
    [OP_reduce_l2] = first_only,
    [OP_reduce_sum_square] = first_only,
    [OP_arg_max] = first_only,
    [OP_arg_min] = first_only,
    [OP_reshape] = first_only,
    [OP_flatten] = first_only,
    [OP_squeeze] = names_axes,
    [OP_unsqueeze] = first_only,
    [OP_identity] = first_only,
    [OP_transpose] = first_only,
    [OP_concat] = all_batched,
    [OP_split] = first_only,
    [OP_pad] = pads_behind,
    [OP_slice] = slices_behind,
    [OP_crop] = crops_behind,
    [OP_resize_axis] = behind_axis,
    [OP_layer_normalization] = behind_axis,
    [OP_rms_normalization] = behind_axis,
    [OP_lp_normalization] = behind_axis,
    [OP_gather] = gathers,
    [OP_quantize_linear] = behind_axis,
    [OP_dequantize_linear] = behind_axis,
};

/* ---- the proof ---- */

static bool reads_batched(const node *n, const symbol *s) {
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && sharing_of(n->inputs[i], s) != SHARED) return true;
    return false;
}

static bool sizes_depend(const node *n, const symbol *s) {
    const value_type *t = &node_attr(n, "size")->type;
    bool any = false;
    for (int k = 0; k < t->rank; k++) any = any || depends(t->dims[k].expr, s);
    return any;
}

static bool keeps_apart(const node *n, const symbol *s) {
    bool batched = reads_batched(n, s);
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] && sharing_of(n->outputs[i], s) != (batched ? BATCHED : SHARED)) return false;
    unsigned props = op_of(n->op)->props;
    if (n->n_regions || props & PROP_RANDOM) return false; /* a region may capture anything */
    if (n->op == OP_sizes && sizes_depend(n, s)) return false;
    if (!batched) return true;
    if (n->epilogue || n->prologue) return false; /* a printed graph that passes have seen */
    if (families[n->op]) return families[n->op](n, s);
    return props & PROP_ELEMENTWISE && broadcasts(n, s);
}

static bool check_range(const graph *g, const symbol *s, const char *name, int64_t min, int64_t max) {
    if (!s) return diag_error(g->diags, "", "`cnnc inspect` shows the inputs with their dimensions", "there is no dimension '%.80s'", name);
    if (min < s->min || (s->max > 0 && max > s->max))
        return diag_error(g->diags, "", NULL, "dimension '%.80s' is at least %lld%s", name, (long long)s->min,
                          s->max > 0 ? arena_printf(g->arena, " and at most %lld", (long long)s->max) : "");
    return true;
}

static bool leads_interface(const graph *g, const symbol *s) {
    const region *r = g->body;
    for (int i = 0; i < r->n_inputs; i++) {
        const sharing how = sharing_of(r->inputs[i], s);
        if (how == NEITHER || (how == BATCHED && r->inputs[i]->fallback)) return false;
    }
    for (int i = 0; i < r->n_outputs; i++)
        if (sharing_of(r->outputs[i], s) != BATCHED) return false;
    return true;
}

bool batch_is(const graph *g, const char *name) {
    const symbol *s = graph_find_symbol(g, name);
    bool leads = false;
    for (int i = 0; s && i < g->body->n_inputs; i++) {
        sharing how = sharing_of(g->body->inputs[i], s);
        if (how == NEITHER) return false;
        leads = leads || how == BATCHED;
    }
    return leads;
}

bool batch_can_open(const graph *g, const char *name) {
    const symbol *s = graph_find_symbol(g, name);
    bool can = s && leads_interface(g, s);
    for (const node *n = g->body->first; can && n; n = n->next) can = keeps_apart(n, s);
    return can;
}

bool batch_open(graph *g, const char *name, int64_t min, int64_t max) {
    symbol *s = graph_find_symbol(g, name);
    const region *r = g->body;
    if (!check_range(g, s, name, min, max)) return false;
    bool *batched = ARENA_ARRAY(g->arena, bool, r->n_inputs);
    for (int i = 0; i < r->n_inputs; i++) batched[i] = sharing_of(r->inputs[i], s) == BATCHED;
    const open_batch b = {.name = name, .min = min, .max = max, .inputs = batched};
    s->min = s->min < 1 ? s->min : 1; /* a sample of the batch, whatever sizes batches have */
    g->batch = arena_copy(g->arena, &b, sizeof b);
    return graph_bind_symbol(g, name, 1);
}
