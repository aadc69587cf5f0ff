#include "compiler/count.h"

/* ---- parameters ---- */

static bool is_statistic(const node *n, int input) { return n->op == OP_batch_normalization && input >= 3; }

static int64_t region_parameters(const region *r, bool *seen) {
    int64_t total = 0;
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_inputs; i++) {
            const value *v = n->inputs[i];
            if (!v || !v->constant || seen[v->id] || is_statistic(n, i)) continue;
            seen[v->id] = true;
            if (v->type.rank > 0 && dtype_of(v->type.elem)->kind == CLASS_FLOAT) total += type_count(&v->type);
        }
        for (int i = 0; i < n->n_regions; i++) total += region_parameters(n->regions[i], seen);
    }
    return total;
}

int64_t count_parameters(const graph *g, arena *a) { return region_parameters(g->body, ARENA_ARRAY(a, bool, g->next_value)); }

/* ---- multiply-adds ---- */

static int64_t region_macs(const region *r);

/* Multiply-adds: a weight of a convolution or product is used once for each place of the output's plane (of the input's,
 * when transposed). Of branches, the longest. */
static int64_t node_macs(const node *n) {
    const value_type *x = n->n_inputs ? &n->inputs[0]->type : NULL, *y = &n->outputs[0]->type;
    int64_t longest = 0;
    switch (n->op) {
    case OP_conv: return type_count(y) / type_size(y, 1) * type_count(&n->inputs[1]->type);
    case OP_conv_transpose: return type_count(x) / type_size(x, 1) * type_count(&n->inputs[1]->type);
    case OP_gemm:
    case OP_matmul: return type_count(x) / type_size(x, -1) * type_count(&n->inputs[1]->type);
    default:
        for (int i = 0; i < n->n_regions; i++) {
            int64_t macs = region_macs(n->regions[i]);
            if (macs > longest) longest = macs;
        }
        return longest;
    }
}

static int64_t region_macs(const region *r) {
    int64_t total = 0;
    for (const node *n = r->first; n; n = n->next) total += node_macs(n);
    return total;
}

int64_t count_macs(const graph *g) { return region_macs(g->body); }
