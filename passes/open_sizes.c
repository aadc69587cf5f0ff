/* Open dimensions other than the batch (--dim H=32..1024). Values keep their sizes as expressions over the open symbols; the
 * program is laid out for the largest, and its kernels count to the actual ones. What inference took for granted where it
 * met symbols must be certain for that: whether there is a kernel at all is for the plan to say. */
#include "ir/fourier.h"
#include "ir/shape/einsum.h"
#include "ir/shape/library.h"
#include "ir/shape/move.h"
#include "passes/passes.h"

pass_fn pass_fold_constants, pass_remove_dead;

static bool refuse(const node *n, const char *what) {
    return node_error(n->parent->graph->diags, n, "fix the open dimension: --dim NAME=SIZE", "%s", what);
}

/* Half of H and the double of a fourth of it are equal where H is a multiple of 4. */
static bool refuse_sizes(const node *n, const char *what) {
    return node_error(n->parent->graph->diags, n, "leave the dimension open among multiples: --dim NAME=MIN..MAX:32, say, or fix it: --dim NAME=SIZE", "%s", what);
}

static bool is_open(const value *v) { return v && v->type.kind == TYPE_TENSOR && v->type.rank >= 0 && !type_is_static(&v->type); }

/* Each operand's size is the result's, or 1: what only happens to be equal may differ at run time. */
static bool broadcasts_surely(const node *n) {
    const value_type *y = &n->outputs[0]->type;
    for (int i = 0; i < n->n_core_inputs; i++) {
        const value_type *x = n->inputs[i] ? &n->inputs[i]->type : NULL;
        for (int k = 0; x && k < x->rank; k++)
            if (type_size(x, k) != 1 && !dim_equal(x->dims[k], y->dims[y->rank - x->rank + k])) return refuse_sizes(n, "its operands' sizes may differ");
    }
    return true;
}

/* Sizes that are summed over are equal, and leading axes are 1 or the result's; so are those of Gemm's C. */
static bool multiplies_surely(const node *n) {
    const value_type *x = &n->inputs[0]->type, *w = &n->inputs[1]->type, *y = &n->outputs[0]->type;
    const bool gemm = n->op == OP_gemm;
    const dim rows = w->dims[w->rank > 1 ? w->rank - (gemm && node_int(n, "transB") ? 1 : 2) : 0];
    bool sure = dim_equal(x->dims[x->rank - (gemm && node_int(n, "transA") ? 2 : 1)], rows);
    for (int side = 0; side < 2 && !gemm; side++) {
        const value_type *t = side ? w : x;
        const int leading = t->rank - 2, at = y->rank - (x->rank > 1) - (w->rank > 1) - leading;
        for (int k = 0; k < leading; k++) sure = sure && (dim_equal(t->dims[k], dim_number(1)) || dim_equal(t->dims[k], y->dims[at + k]));
    }
    const value_type *c = gemm && node_input(n, 2) ? &n->inputs[2]->type : NULL;
    for (int k = 0; c && k < c->rank; k++) sure = sure && (dim_equal(c->dims[k], dim_number(1)) || dim_equal(c->dims[k], y->dims[y->rank - c->rank + k]));
    return sure || refuse(n, "the sizes of its matrices may differ");
}

/* Axes of one label have one size, or 1. */
static bool contracts_surely(const node *n) {
    einsum e;
    if (!einsum_parse(n, &e, n->parent->graph->diags)) return false;
    for (int i = 0; i < n->n_core_inputs; i++)
        for (int k = 0; k < e.inputs[i].rank; k++) {
            const dim size = n->inputs[i]->type.dims[k];
            if (!dim_equal(size, dim_number(1)) && !dim_equal(size, e.size[e.inputs[i].labels[k]])) return refuse_sizes(n, "its operands' sizes may differ");
        }
    return true;
}

/* What is expanded has the sizes of the result, or 1. */
static bool expands_surely(const node *n) {
    const value_type *x = &n->inputs[0]->type, *y = &n->outputs[0]->type;
    for (int k = 0; k < x->rank; k++)
        if (type_size(x, k) != 1 && !dim_equal(x->dims[k], y->dims[y->rank - x->rank + k])) return refuse(n, "the shape it expands to may not fit its input");
    return true;
}

/* The sizes of the parts add up to what there is. */
static bool splits_surely(const node *n) {
    arena *a = n->parent->graph->arena;
    const value_type *x = &n->inputs[0]->type;
    int64_t axis = node_int(n, "axis");
    axis += axis < 0 ? x->rank : 0;
    dim total = dim_number(0);
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) return true; /* its size is not known here; the others lie where they do */
        total = dim_add(a, total, n->outputs[i]->type.dims[axis]);
    }
    return dim_equal(total, x->dims[axis]) || !node_input(n, 1) || refuse_sizes(n, "its parts may not add up to the axis");
}

/* Along axes [from, to), but for `axis`, input i has the sizes of input k. */
static bool agree(const node *n, int i, int k, int from, int to, int64_t axis) {
    const value_type *x = &n->inputs[i]->type, *y = &n->inputs[k]->type;
    for (int at = from; at < to && at < x->rank && at < y->rank; at++)
        if (at != axis && !dim_equal(x->dims[at], y->dims[at])) return refuse_sizes(n, "its operands' sizes may differ");
    return true;
}

static bool gathers_surely(const node *n) {
    const value_type *x = &n->inputs[0]->type;
    int64_t axis = op_attr(n->op, "axis") ? node_int(n, "axis") : 0;
    axis += axis < 0 ? x->rank : 0;
    switch (n->op) {
    case OP_gather_elements: return agree(n, 0, 1, 0, x->rank, axis);
    case OP_gather_nd: return agree(n, 0, 1, 0, (int)node_int(n, "batch_dims"), -1);
    case OP_scatter_elements: return agree(n, 0, 1, 0, x->rank, axis) && agree(n, 1, 2, 0, x->rank, -1);
    case OP_scatter_nd: return agree(n, 1, 2, 0, n->inputs[1]->type.rank - 1, -1);
    case OP_tensor_scatter: return agree(n, 0, 1, 0, x->rank, axis);
    default: return true;
    }
}

/* Each box has a score for each class. */
static bool suppresses_surely(const node *n) {
    const value_type *boxes = &n->inputs[0]->type, *scores = &n->inputs[1]->type;
    return (dim_equal(boxes->dims[0], scores->dims[0]) && dim_equal(boxes->dims[1], scores->dims[2])) || refuse(n, "the numbers of its boxes and scores may differ");
}

static bool never_above(arena *a, dim x, dim y) {
    const dim_expr *e = x.expr;
    if (e && e->op == DIM_MIN && (never_above(a, (dim){.expr = e->a}, y) || never_above(a, (dim){.expr = e->b}, y))) return true;
    return dim_reaches(dim_sub(a, y, x), 0);
}

/* Each sample has a grid of its own, of as many coordinates as there are axes. */
static bool samples_surely(const node *n) {
    const value_type *grid = &n->inputs[1]->type;
    return agree(n, 0, 1, 0, 1, -1) && (dim_is_number(grid->dims[grid->rank - 1]) || refuse(n, "its grid may not have a coordinate for each axis"));
}

/* There is a point. */
static bool transforms_surely(const node *n) { return dim_reaches(dft_points(n), 1) || refuse(n, "it may transform no points"); }

/* There are the columns that the image has place for. */
static bool folds_surely(const node *n) {
    const value_type *x = &n->inputs[0]->type;
    dim rows, columns;
    const bool known = columns_of_image(n, &rows, &columns);
    return (known && dim_equal(rows, x->dims[1]) && dim_equal(columns, x->dims[2])) || refuse_sizes(n, "its columns may not fit its image");
}

/* Each sample has offsets of its own, and each offset a weight. */
static bool deforms_surely(const node *n) { return agree(n, 0, 2, 0, 1, -1) && (!node_input(n, 4) || agree(n, 2, 4, 0, 4, 1)); }

/* Keys, values and gates are of as many samples and steps, the state of as many samples. */
static bool attends_surely(const node *n) {
    bool sure = !node_input(n, 3) || agree(n, 0, 3, 0, 1, -1);
    for (int i = 1; i < n->n_core_inputs && sure; i++) sure = i == 3 || !node_input(n, i) || agree(n, 0, i, 0, 2, -1);
    return sure;
}

/* An axis has as many elements as are wanted of it. */
static bool ranks_surely(const node *n) {
    int64_t axis = node_int(n, "axis");
    const value_type *x = &n->inputs[0]->type;
    axis += axis < 0 ? x->rank : 0;
    const dim wanted = n->outputs[n->outputs[0] ? 0 : 1]->type.dims[axis];
    return never_above(n->parent->graph->arena, wanted, x->dims[axis]) || refuse(n, "its axis may have fewer elements than it wants");
}

/* A carried value keeps its sizes. */
static bool carries_surely(const node *n) {
    const region *r = n->regions[0];
    for (int i = 2; n->op == OP_loop && i < r->n_inputs; i++)
        if (r->inputs[i]->type.kind == TYPE_TENSOR && !type_same_shape(&r->inputs[i]->type, &r->outputs[i - 1]->type)) return refuse(n, "what it carries may change its size");
    return true;
}

static bool concatenates_surely(const node *n) {
    const value_type *y = &n->outputs[0]->type;
    int64_t axis = node_int(n, "axis");
    axis += axis < 0 ? y->rank : 0;
    for (int i = 0; i < n->n_inputs; i++)
        for (int k = 0; k < y->rank; k++)
            if (k != axis && !dim_equal(n->inputs[i]->type.dims[k], y->dims[k])) return refuse_sizes(n, "its parts' sizes may differ");
    return true;
}

static bool has_elements(const node *n, const value_type *t) {
    for (int k = 0; k < t->rank; k++)
        if (dim_is_open(t->dims[k]) && !dim_reaches(t->dims[k], 1))
            return node_error(n->parent->graph->diags, n, "raise the least size of the open dimension", "axis %d of its result may be empty", k);
    return true;
}

/* What is cut out lies within the input, whatever its size. */
static bool crops_surely(const node *n) {
    const value_type *x = &n->inputs[0]->type, *y = &n->outputs[0]->type;
    arena *a = n->parent->graph->arena;
    int count;
    const int64_t *offset = node_ints(n, "offset", &count);
    for (int k = 0; k < x->rank; k++) {
        dim beyond = dim_add(a, dim_add(a, x->dims[k], dim_mul(a, y->dims[k], dim_number(-1))), dim_number(-offset[k]));
        if (!dim_reaches(beyond, 0))
            return node_error(n->parent->graph->diags, n, "a larger least size, or --dim NAME=SIZE", "what it cuts out of axis %d may be larger than that", k);
    }
    return true;
}

/* 0 where that does not fit, which is equal to nothing. */
static void multiply(int64_t *number, int64_t by) {
    if (__builtin_mul_overflow(*number, by, number)) *number = 0;
}

/* The largest number that all terms of a sum are written as multiples of; 0: there are none. */
static int64_t common_factor(const dim_expr *e) {
    if (e->op == DIM_NUMBER) return e->number < 0 ? -e->number : e->number;
    if (e->op == DIM_MUL && e->a->op == DIM_NUMBER) return common_factor(e->a);
    if (e->op == DIM_MUL && e->b->op == DIM_NUMBER) return common_factor(e->b);
    if (e->op != DIM_ADD) return 1;
    int64_t x = common_factor(e->a), y = common_factor(e->b);
    while (y) {
        const int64_t rest = x % y;
        x = y, y = rest;
    }
    return x;
}

/* The factors of a product: numbers into *number, the others into a list. */
static int factors(arena *a, const dim_expr *e, int64_t *number, const dim_expr **list, int n, int most) {
    if (e->op == DIM_MUL) return factors(a, e->b, number, list, factors(a, e->a, number, list, n, most), most);
    const int64_t common = e->op == DIM_ADD ? common_factor(e) : 1;
    const dim less = common > 1 ? dim_floordiv(a, (dim){.expr = e}, dim_number(common)) : dim_number(0);
    if (e->op == DIM_NUMBER) multiply(number, e->number);
    else if (less.expr) {
        multiply(number, common);
        return factors(a, less.expr, number, list, n, most);
    } else if (n < most) list[n++] = e;
    else *number = 0;
    return n;
}

static int64_t factors_of(arena *a, const value_type *t, const dim_expr **list, int *n, int most) {
    int64_t number = 1;
    for (int k = 0; k < t->rank; k++) {
        if (dim_is_number(t->dims[k])) multiply(&number, t->dims[k].size);
        else *n = factors(a, t->dims[k].expr, &number, list, *n, most);
    }
    return number;
}

/* As many elements, whatever the sizes: both products have the same factors. */
static bool reshapes_surely(const node *n) {
    enum { MOST = 64 };
    const dim_expr *x[MOST], *y[MOST];
    int n_x = 0, n_y = 0, left;
    arena *mem = n->parent->graph->arena;
    const int64_t a = factors_of(mem, &n->inputs[0]->type, x, &n_x, MOST), b = factors_of(mem, &n->outputs[0]->type, y, &n_y, MOST);
    left = n_y;
    for (int i = 0; i < n_x; i++)
        for (int k = 0; k < left; k++)
            if (dim_equal((dim){.expr = x[i]}, (dim){.expr = y[k]})) {
                y[k] = y[--left];
                break;
            }
    return (a && a == b && n_x == n_y && !left) || refuse(n, "it may not have as many elements as its input");
}

static bool check_node(const node *n) {
    bool open = false;
    if (n->op == OP_crop && !crops_surely(n)) return false;
    for (int i = 0; i < n->n_inputs; i++) open = open || is_open(n->inputs[i]);
    for (int i = 0; i < n->n_outputs; i++) {
        const value *v = n->outputs[i];
        if (!is_open(v)) continue;
        open = true;
        if (!type_is_bounded(&v->type)) return refuse(n, "the size of its result is not known");
        if (!has_elements(n, &v->type)) return false;
    }
    if (!open || !n->outputs[0]) return true;
    switch (n->op) {
    case OP_reshape: return reshapes_surely(n);
    case OP_concat: return concatenates_surely(n);
    case OP_expand: return expands_surely(n);
    case OP_split: return splits_surely(n);
    case OP_matmul:
    case OP_gemm: return multiplies_surely(n);
    case OP_einsum: return contracts_surely(n);
    case OP_top_k: return ranks_surely(n);
    case OP_non_max_suppression: return suppresses_surely(n);
    case OP_roi_align: return agree(n, 1, 2, 0, 1, -1);
    case OP_max_unpool: return agree(n, 0, 1, 0, n->inputs[0]->type.rank, -1);
    case OP_grid_sample: return samples_surely(n);
    case OP_dft: return transforms_surely(n);
    case OP_col2im: return folds_surely(n);
    case OP_deform_conv: return deforms_surely(n);
    case OP_linear_attention: return attends_surely(n);
    case OP_if:
    case OP_loop: return carries_surely(n);
    default: break;
    }
    if (!gathers_surely(n)) return false;
    return !(op_of(n->op)->props & PROP_ELEMENTWISE) || broadcasts_surely(n);
}

static bool check_region(const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_regions; i++)
            if (!check_region(n->regions[i])) return false;
        if (!check_node(n)) return false;
    }
    return true;
}

bool open_sizes_check(const graph *g) { return check_region(g->body); }

bool open_sizes_settle(graph *g) {
    const pass_options none = {0};
    return pass_fold_constants(g, &none) && pass_remove_dead(g, &none);
}
