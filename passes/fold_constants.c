/* Shape inference and constant folding in one walk: what a node computes from constants, or from the mere shape of a
 * tensor, becomes a constant. The Shape / Gather / Concat / Reshape chains of PyTorch exports vanish here. An `if` whose
 * condition is known becomes the branch it takes. */
#include "passes/rewrite.h"

#include <string.h>

/* A result much larger than what it is made from (an expanded scalar, say) is left to the running program; not float32 made from
 * 4 bits. */
enum { LARGE = 16 << 20, GROWTH = 8 };

/* All results together: 512 MiB, and the model's constants a few times. Forty nodes that double what they are given would
 * fill any memory. */
enum { SPARE = 512 << 20 };

static bool needs_shape_only(const node *n) { return n->op == OP_shape || n->op == OP_size; }

static bool needs_type_only(const node *n, int input) { return n->op == OP_cast_like && input == 1 && type_is_static(&n->inputs[1]->type); }

static int64_t constant_bytes(const value *v) { return (int64_t)dtype_bytes(v->type.elem, type_count(&v->type)); }

/* Of the constants that nodes read, each once. */
static int64_t constants_of(const region *r, bool *seen) {
    int64_t bytes = 0;
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_regions; i++) bytes += constants_of(n->regions[i], seen);
        for (int i = 0; i < n->n_inputs; i++) {
            const value *v = n->inputs[i];
            if (!v || !v->constant || seen[v->id]) continue;
            seen[v->id] = true;
            bytes += constant_bytes(v);
        }
    }
    return bytes;
}

/* Not all the way back: a node may have any number of inputs. */
static bool reads_before(const node *n, int input) {
    for (int i = input < 64 ? 0 : input - 64; i < input; i++)
        if (n->inputs[i] == n->inputs[input]) return true;
    return false;
}

static bool is_foldable(const graph *g, const node *n) {
    if (n->n_regions || (op_of(n->op)->props & (PROP_RANDOM | PROP_CONTROL | PROP_KEPT)) || !n->n_outputs) return false;
    if (needs_shape_only(n)) return type_is_static(&n->inputs[0]->type);
    if (n->op == OP_sizes) return type_is_static(&node_attr(n, "size")->type);
    int64_t bytes_in = 0, bytes_out = 0;
    for (int i = 0; i < n->n_inputs; i++) {
        if (!n->inputs[i] || needs_type_only(n, i)) continue;
        if (!n->inputs[i]->constant) return false;
        if (!reads_before(n, i)) bytes_in += constant_bytes(n->inputs[i]);
    }
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        if (n->outputs[i]->type.kind != TYPE_TENSOR) return false;
        if (type_is_static(&n->outputs[i]->type))
            bytes_out += constant_bytes(n->outputs[i]);
    }
    return (bytes_out <= LARGE || bytes_out <= GROWTH * bytes_in) && bytes_out - bytes_in < g->folding_left;
}

static bool fold(graph *g, node *n) {
    const tensor **in = ARENA_ARRAY(g->arena, const tensor *, n->n_inputs);
    tensor *out = ARENA_ARRAY(g->arena, tensor, n->n_outputs);
    for (int i = 0; i < n->n_inputs; i++) {
        if (!n->inputs[i] || !n->inputs[i]->constant) continue;
        tensor t = {.type = n->inputs[i]->constant->type, .data = (void *)n->inputs[i]->constant->data};
        in[i] = arena_copy(g->arena, &t, sizeof t);
    }
    if (!eval_node(n, in, out, g->arena, g->diags)) return false;
    int64_t grown = 0;
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        const char *origin = arena_printf(g->arena, "%s | folded", n->name);
        value *c = value_constant(g, n->outputs[i]->name, out[i].type, out[i].data, origin);
        if (c->type.kind == TYPE_TENSOR) grown += constant_bytes(c);
        value_replace_uses(n->outputs[i], c);
    }
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] && n->inputs[i]->constant && !reads_before(n, i)) grown -= constant_bytes(n->inputs[i]);
    if (grown > 0) g->folding_left = g->folding_left > grown ? g->folding_left - grown : 1;
    node_remove(n);
    return true;
}

/* The nodes of the branch taken move in front of the `if`. */
static void take_branch(node *n) {
    region *branch = n->regions[constant_int(n->inputs[0]->constant, 0) ? 0 : 1];
    for (node *m = branch->first, *next; m; m = next) {
        next = m->next;
        node_move_before(m, n);
        for (int i = 0; i < m->n_outputs; i++)
            if (m->outputs[i]) m->outputs[i]->parent = n->parent;
    }
    for (int i = 0; i < n->n_outputs && i < branch->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        if (branch->outputs[i]->producer && branch->outputs[i]->parent == n->parent) branch->outputs[i]->name = n->outputs[i]->name;
        value_replace_uses(n->outputs[i], branch->outputs[i]);
    }
    node_remove(n);
}

static bool fold_region(graph *g, region *r) {
    for (node *n = r->first, *next; n; n = next) {
        next = n->next;
        if (!infer_node(n, g->diags)) return false;
        for (int i = 0; i < n->n_regions; i++)
            if (!fold_region(g, n->regions[i])) return false;
        if (n->n_regions && !infer_node(n, g->diags)) return false;
        if (n->op == OP_if && n->inputs[0]->constant) take_branch(n);
        else if (is_foldable(g, n) && !fold(g, n)) return false;
    }
    return true;
}

bool pass_fold_constants(graph *g, const pass_options *o) {
    (void)o;
    if (!g->folding_left) g->folding_left = SPARE + GROWTH * constants_of(g->body, ARENA_ARRAY(g->arena, bool, g->next_value));
    return fold_region(g, g->body);
}
