/* softmax(scale * Q K^T + mask) V becomes one node, whose kernel keeps the scores of a few rows in the caches. What exporters put
 * around the two products goes in: factors of Q, K and the scores, the transpose of K, and transposes that split and join heads. */
#include "passes/rewrite.h"

#include "ir/attention.h"

/* Of fewer rows, putting K in order costs more than it wins; fewer keys fill no vector. Open sizes may be smaller. */
enum { LEAST_ROWS = 8, LEAST_KEYS = 16 };

/* A matrix as it is stored, and the axes by which the product sees it. */
typedef struct source {
    value *value;
    int64_t perm[IR_MAX_RANK];
} source;

typedef struct scores {
    node *product; /* Q K^T */
    double scale;
    value *mask;   /* or NULL */
} scores;

/* ---- factors and masks ---- */

/* e times or divided by a constant: what it is multiplied with; NULL if e is no such thing. */
static const expr *without_factor(const expr *e, double *factor) {
    if (e->kind != EXPR_OP || e->n_args != 2 || (e->op != OP_mul && e->op != OP_div)) return NULL;
    const expr *x = e->args[0], *y = e->args[1];
    if (e->op == OP_mul && x->kind == EXPR_CONST) x = e->args[1], y = e->args[0];
    if (y->kind != EXPR_CONST) return NULL;
    *factor *= e->op == OP_mul ? y->value : 1 / y->value;
    return x;
}

/* Factors of the scores (leaf: ACC, or INPUT 0 of a fused node), of which one input may be added last. False: there is more. */
static bool read_tree(const node *n, const expr *e, int *leaf, scores *s) {
    if (e->kind == EXPR_OP && e->op == OP_add && e->n_args == 2 && !s->mask) {
        for (int i = 0; i < 2; i++) {
            const expr *mask = e->args[i], *rest = e->args[1 - i];
            if (mask->kind != EXPR_INPUT || (rest->kind == EXPR_INPUT && n->inputs[rest->input]->type.rank < n->inputs[mask->input]->type.rank)) continue;
            s->mask = n->inputs[mask->input];
            return read_tree(n, rest, leaf, s);
        }
        return false;
    }
    for (const expr *next; (next = without_factor(e, &s->scale)); e = next) continue;
    *leaf = e->kind == EXPR_INPUT ? e->input : -1;
    return e->kind == EXPR_ACC || e->kind == EXPR_INPUT;
}

static bool is_product(const node *n) { return n && n->op == OP_matmul && !n->prologue; }

/* Is v, which nobody else reads, made of a product by factors and a mask? */
static bool find_scores(value *v, const node *user, scores *s) {
    int leaf = 0;
    node *n = v->producer;
    *s = (scores){.scale = 1};
    if (!n || value_only_user(v) != user) return false;
    if (n->op == OP_fused) {
        if (!read_tree(n, n->epilogue, &leaf, s) || leaf < 0) return false;
        v = n->inputs[leaf];
        if (!is_product(v->producer) || value_only_user(v) != n || v->producer->epilogue) return false;
        s->product = v->producer;
        return true;
    }
    s->product = n;
    return is_product(n) && (!n->epilogue || (read_tree(n, n->epilogue, &leaf, s) && leaf < 0));
}

/* ---- operands ---- */

static void look_through(source *s, const node *transpose) {
    int count;
    const int64_t *perm = node_ints(transpose, "perm", &count);
    for (int k = 0; k < s->value->type.rank; k++) s->perm[k] = perm ? perm[s->perm[k]] : s->value->type.rank - 1 - s->perm[k];
    s->value = transpose->inputs[0];
}

static bool keeps_last(const source *s) { return s->perm[s->value->type.rank - 1] == s->value->type.rank - 1; }

/* From what a product reads back to what lies before transposes and factors, as far as the last axis stays last. */
static bool find_source(value *v, bool swapped, source *best, double *scale) {
    source s = {.value = v};
    double factor = 1;
    bool found = false;
    int rank = v->type.rank;
    for (int k = 0; k < rank; k++) s.perm[k] = swapped && k >= rank - 2 ? 2 * rank - 3 - k : k;
    for (;;) {
        if (keeps_last(&s)) *best = s, *scale *= factor, factor = 1, found = true;
        const node *p = s.value->producer;
        if (!p || p->parent != v->parent) return found;
        if (p->op == OP_transpose && !p->epilogue && !p->prologue) look_through(&s, p);
        else if (p->op == OP_fused && p->n_inputs == 1 && type_same_shape(&p->inputs[0]->type, &s.value->type)) {
            const expr *x = without_factor(p->epilogue, &factor);
            if (!x || x->kind != EXPR_INPUT) return found;
            s.value = p->inputs[0];
        } else return found;
    }
}

static bool is_operand(const value *v, int rank) { return v->type.elem == DT_F32 && v->type.rank == rank && !v->constant && type_is_bounded(&v->type); }

static bool same_batch(const value_type *x, const value_type *y) {
    for (int k = 0; k < x->rank - 2; k++)
        if (!dim_equal(x->dims[k], y->dims[k])) return false;
    return true;
}

static bool sizes_fit(const node *product, const node *result, const value *mask) {
    const value *q = product->inputs[0], *k = product->inputs[1], *v = result->inputs[1];
    int rank = q->type.rank;
    if (rank < 2 || !is_operand(q, rank) || !is_operand(k, rank) || !is_operand(v, rank)) return false;
    if (!same_batch(&q->type, &k->type) || !same_batch(&q->type, &v->type)) return false;
    if (mask && (mask->type.elem != DT_F32 || !type_is_bounded(&mask->type) || mask->type.rank > rank)) return false;
    if (!dim_is_number(q->type.dims[rank - 1]) || !dim_is_number(v->type.dims[rank - 1])) return false;
    if (!dim_equal(q->type.dims[rank - 1], k->type.dims[rank - 2]) || !dim_equal(k->type.dims[rank - 1], v->type.dims[rank - 2])) return false;
    return type_size(&q->type, -2) >= LEAST_ROWS && type_size(&k->type, -1) >= LEAST_KEYS && type_count(&result->outputs[0]->type);
}

static void set_perm(node *n, int number, const int64_t *perm, int rank) {
    for (int k = 0; k < rank; k++)
        if (perm[k] != k) {
            node_set_ints(n, attention_perms[number], rank, perm);
            return;
        }
}

/* The transpose that alone reads the result and leaves its last axis, if there is one. */
static node *join_of_heads(const node *result) {
    node *t = value_only_user(result->outputs[0]);
    source s = {.value = result->outputs[0]};
    if (!t || t->op != OP_transpose || t->epilogue || t->prologue || result->epilogue || t->parent != result->parent) return NULL;
    for (int k = 0; k < s.value->type.rank; k++) s.perm[k] = k;
    look_through(&s, t);
    return keeps_last(&s) ? t : NULL;
}

static bool fuse_one(graph *g, node *n, void *context) {
    (void)context;
    const node *softmax = is_product(n) && !n->epilogue ? n->inputs[0]->producer : NULL;
    scores s;
    source from[3];
    if (!softmax || softmax->op != OP_softmax || softmax->epilogue || value_only_user(n->inputs[0]) != n) return true;
    int rank = n->outputs[0]->type.rank;
    int64_t axis = node_int(softmax, "axis");
    if ((axis != -1 && axis != rank - 1) || !find_scores(softmax->inputs[0], softmax, &s) || !sizes_fit(s.product, n, s.mask)) return true;
    double of_values = 1;
    if (!find_source(s.product->inputs[0], false, &from[0], &s.scale) || !find_source(s.product->inputs[1], true, &from[1], &s.scale)) return true;
    if (!find_source(n->inputs[1], false, &from[2], &of_values) || of_values != 1) return true;
    node *join = join_of_heads(n), *last = join ? join : n;
    value *inputs[] = {from[0].value, from[1].value, from[2].value, s.mask};
    node *a = node_new(n->parent, last, OP_attention, n->name, s.mask ? 4 : 3, inputs, 1);
    node_set_float(a, "scale", s.scale);
    for (int i = 0; i < 3; i++) set_perm(a, i, from[i].perm, rank);
    int count;
    const int64_t *perm = join ? node_ints(join, "perm", &count) : NULL;
    if (perm) set_perm(a, 3, perm, rank);
    if (!infer_node(a, g->diags)) return false;
    a->outputs[0]->name = last->outputs[0]->name;
    value_replace_uses(last->outputs[0], a->outputs[0]); /* what nobody reads now goes in remove_dead */
    return true;
}

bool pass_fuse_attention(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, fuse_one, NULL);
}
