/* A fully connected layer is a 1x1 convolution, and shares the convolution's kernels, packing and epilogues. One vector is one
 * pixel: [1,K] x [K,N] becomes conv of [1,K,1,1] with [N,K,1,1]; what matters there is the order in which weights stream from
 * memory. M rows are a line of M pixels: [..,M,K] is NHWC of [1,K,1,M]. */
#include "passes/rewrite.h"

#include <string.h>

/* Of fewer channels, padding and copies cost more than the convolution wins; fewer rows wait for memory, and products of them
 * may have weights of 4 bits. */
enum { LEAST_CHANNELS = 32, LEAST_ROWS = 8 };

typedef struct dense {
    value *x, *w, *bias;
    dim rows; /* may be open */
    int64_t ins, outs;
    bool trans_w;
} dense;

static bool is_vector_of(const value *v, int64_t count) { return v->constant && v->type.elem == DT_F32 && type_count(&v->type) == count; }

/* An operand of the epilogue that becomes one of the convolution's: a number, one of each output, or a tensor like the result. */
static bool extra_fits(const value *v, const dense *d, const value *y) {
    if (!v) return true;
    if (!v->constant) return v->type.elem == DT_F32 && type_same_shape(&v->type, &y->type);
    return is_vector_of(v, 1) || (is_vector_of(v, d->outs) && v->type.rank && type_size(&v->type, -1) == d->outs);
}

/* Weights of few bits with a scale for each group of them, which products keep as they are. The first 16 of each output tell. */
static bool is_in_groups(const dense *d) {
    enum { few = 16 };
    const float *w = d->w->constant->data;
    int64_t o = 0;
    if (d->ins < few) return false;
    while (o < d->outs && coding_exact(w + (d->trans_w ? o * d->ins : o), few, d->trans_w ? 1 : d->outs, 8).scale != 0) o++;
    return o == d->outs;
}

static bool is_one(dim d) { return dim_equal(d, dim_number(1)); }

static bool describe(const node *n, dense *d) {
    if ((n->op != OP_gemm && n->op != OP_matmul) || n->prologue) return false;
    const value *y = n->outputs[0];
    *d = (dense){.x = n->inputs[0], .w = n->inputs[1]};
    const value_type *x = &d->x->type, *w = &d->w->type;
    if (x->elem != DT_F32 || d->x->constant || x->rank < 2 || !type_is_bounded(x) || !type_count(x)) return false;
    if (w->elem != DT_F32 || !d->w->constant || w->rank != 2 || !type_count(w)) return false;
    if (n->op == OP_gemm) {
        if (node_float(n, "alpha") != 1 || node_float(n, "beta") != 1 || node_int(n, "transA")) return false;
        d->trans_w = node_int(n, "transB") != 0;
        d->bias = n->n_core_inputs > 2 ? n->inputs[2] : NULL;
    }
    d->ins = type_size(x, -1), d->outs = type_size(&y->type, -1), d->rows = dim_number(1);
    for (int k = 0; k < x->rank - 1; k++) d->rows = dim_mul(n->parent->graph->arena, d->rows, x->dims[k]);
    if (d->bias && !is_vector_of(d->bias, d->outs)) return false;
    if (is_one(d->rows) ? n->op != OP_gemm : d->rows.size < LEAST_ROWS || d->ins < LEAST_CHANNELS || d->outs < LEAST_CHANNELS) return false;
    for (int i = n->n_core_inputs; i < n->n_inputs; i++)
        if (!extra_fits(n->inputs[i], d, y)) return false;
    return d->rows.size >= LEAST_ROWS || !is_in_groups(d);
}

static value *transposed(graph *g, const value *w) {
    int64_t rows = type_size(&w->type, 0), cols = type_size(&w->type, 1), dims[4] = {cols, rows, 1, 1};
    const float *from = w->constant->data;
    float *to = ARENA_ARRAY(g->arena, float, rows * cols);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++) to[c * rows + r] = from[r * cols + c];
    return new_constant(g, w->name, 4, dims, to, arena_printf(g->arena, "%s | transposed", w->constant->origin));
}

/* An open size is what is left of the elements; where there are several, the attribute says them. */
static value *reshaped(graph *g, node *before, value *v, int rank, const dim *dims, const char *name) {
    value_type want = type_tensor_dims(g->arena, v->type.elem, rank, dims);
    const node *p = v->producer;
    if (type_equal(&v->type, &want)) return v;
    if (p && p->op == OP_reshape && !p->epilogue && type_equal(&p->inputs[0]->type, &want)) return p->inputs[0];
    int64_t n = rank, *sizes = ARENA_ARRAY(g->arena, int64_t, rank);
    int open = 0;
    for (int k = 0; k < rank; k++) sizes[k] = dim_is_number(dims[k]) ? dims[k].size : (open++, -1);
    value *shape = value_constant(g, "shape", type_tensor(g->arena, DT_I64, 1, &n), sizes, "cnnc: shape");
    node *r = node_new(before->parent, before, OP_reshape, name, 2, (value *[]){v, shape}, 1);
    if (open > 1) node_set_type(r, "size", want);
    r->outputs[0]->type = want;
    return r->outputs[0];
}

/* Undoes the transpose that made v, or makes one. */
static value *permuted(graph *g, node *before, value *v, const int64_t *perm, const char *name) {
    const node *p = v->producer;
    int count;
    if (p && p->op == OP_transpose && !p->epilogue) {
        const int64_t *other = node_ints(p, "perm", &count);
        bool inverse = count == 4;
        for (int i = 0; inverse && i < 4; i++) inverse = other[perm[i]] == i;
        if (inverse) return p->inputs[0];
    }
    node *t = node_new(before->parent, before, OP_transpose, name, 1, &v, 1);
    node_set_ints(t, "perm", 4, perm);
    return infer_node(t, g->diags) ? t->outputs[0] : NULL;
}

/* By id of a value what pixels() has made of it: layers that read the same rows read the same pixels. */
typedef struct memory {
    value **pixels;
    int capacity;
} memory;

/* [..,M,C] as [1,C,1,M]. */
static value *pixels(graph *g, node *before, value *v, dim rows, int64_t channels, memory *made) {
    const dim one = dim_number(1), width = dim_number(channels);
    if (is_one(rows)) return reshaped(g, before, v, 4, (dim[]){one, width, one, one}, before->name);
    value **known = v->id < made->capacity ? &made->pixels[v->id] : NULL;
    if (known && *known && (*known)->parent == before->parent) return *known;
    value *line = reshaped(g, before, v, 4, (dim[]){one, one, rows, width}, before->name);
    value *result = permuted(g, before, line, (int64_t[]){0, 3, 1, 2}, before->name);
    if (known) *known = result;
    return result;
}

/* [1,C,1,M] as a tensor of type t. */
static value *rows_of(graph *g, node *before, value *v, const value_type *t, const char *name) {
    if (type_size(&v->type, 3) > 1) v = permuted(g, before, v, (int64_t[]){0, 2, 3, 1}, name);
    return v ? reshaped(g, before, v, t->rank, t->dims, name) : NULL;
}

static value *extra_of(graph *g, node *n, value *v, const dense *d, memory *made) {
    if (!v || is_vector_of(v, 1)) return v;
    if (!v->constant) return pixels(g, n, v, d->rows, d->outs, made);
    return new_constant(g, v->name, 3, (int64_t[]){d->outs, 1, 1}, v->constant->data, v->constant->origin);
}

/* The layer as a convolution before n, which stays. */
static node *convolution(graph *g, node *n, const dense *d, memory *made) {
    int64_t kernel[4] = {d->outs, d->ins, 1, 1};
    value *weights = d->trans_w ? new_constant(g, d->w->name, 4, kernel, d->w->constant->data, d->w->constant->origin) : transposed(g, d->w);
    value *x = pixels(g, n, d->x, d->rows, d->ins, made), *bias = d->bias, **extras = ARENA_ARRAY(g->arena, value *, n->n_inputs);
    for (int i = n->n_core_inputs; i < n->n_inputs; i++) extras[i] = extra_of(g, n, n->inputs[i], d, made);
    if (bias && bias->type.rank != 1) bias = new_constant(g, bias->name, 1, &d->outs, bias->constant->data, bias->constant->origin);
    node *c = x ? node_new(n->parent, n, OP_conv, n->name, bias ? 3 : 2, (value *[]){x, weights, bias}, 1) : NULL;
    if (!c || !infer_node(c, g->diags)) return NULL;
    int *map = ARENA_ARRAY(g->arena, int, n->n_inputs);
    for (int i = n->n_core_inputs; i < n->n_inputs; i++) map[i] = node_add_input(c, extras[i]);
    c->epilogue = n->epilogue ? expr_substitute(g->arena, n->epilogue, NULL, map) : NULL;
    return c;
}

static bool lower_one(graph *g, node *n, void *context) {
    dense d;
    if (!describe(n, &d)) return true;
    node *c = convolution(g, n, &d, context);
    if (!c) return false;
    if (!is_one(d.rows) && !conv_fits_c16(c)) {
        node_remove(c);
        return true;
    }
    value *y = n->outputs[0], *result = rows_of(g, n, c->outputs[0], &y->type, n->name);
    if (!result) return false;
    result->name = y->name;
    value_replace_uses(y, result);
    node_remove(n);
    return true;
}

bool pass_lower_dense(graph *g, const pass_options *o) {
    memory made = {ARENA_ARRAY(g->arena, value *, g->next_value), g->next_value};
    return !o->conv_layouts || o->dense_rows || for_each_node(g, lower_one, &made);
}
