/* A convolution and the average pooling behind it are one convolution with a larger kernel and the pooling's stride: both
 * are linear. It computes the pooled positions only, which is less work where the kernel does not grow too much (3x3 and
 * 2x2: 16 products a result instead of 36), and the large intermediate is never written. */
#include "passes/rewrite.h"

enum { AXES = 2 };

typedef struct merged {
    window conv, pool;
    int64_t kernel[AXES];
} merged;

static bool has_window(const node *n, window *w, diagnostics *d) { return window_of(n, w, d) && w->n_axes == AXES; }

static bool is_plain_conv(const node *c) {
    bool plain = c->op == OP_conv && !c->epilogue && !c->prologue && c->n_inputs == c->n_core_inputs;
    return plain && c->inputs[1]->constant && c->inputs[1]->type.elem == DT_F32;
}

static bool is_plain_average(const node *n) {
    return n->op == OP_average_pool && !n->epilogue && !n->prologue && n->n_outputs == 1 && !node_int(n, "ceil_mode");
}

/* At most half the products, for 3x3 at stride 1 has minimal filtering, which saves more than other kernels' does; and a
 * plane on which that works for strided kernels too. (One core with AVX2, 3x3 and 2x2: 56x56x64 1.6 times as fast,
 * 112x112x32 1.3, 28x28x128 1.15; 14x14x256 would be 0.9.) */
static bool pays(const merged *m) {
    enum { LEAST_RESULTS = 100 };
    int64_t apart = 1, together = 1, results = 1;
    for (int i = 0; i < AXES; i++) {
        apart *= m->conv.kernel[i] * m->pool.stride[i];
        together *= m->kernel[i];
        results *= dim_is_number(m->pool.out[i]) ? m->pool.out[i].size : LEAST_RESULTS;
    }
    return 2 * together <= apart && results >= LEAST_RESULTS;
}

static bool fits(merged *m) {
    enum { LARGEST = 8 }; /* beyond it weights, not arithmetic, are the cost */
    for (int i = 0; i < AXES; i++) {
        if (m->conv.stride[i] != 1 || m->conv.dilation[i] != 1 || m->pool.dilation[i] != 1) return false;
        if (m->pool.pad_begin[i] || m->pool.pad_end[i]) return false;
        m->kernel[i] = m->conv.kernel[i] + m->pool.kernel[i] - 1;
        if (m->kernel[i] > LARGEST) return false;
    }
    return pays(m);
}

/* Each filter is added up at every shift within a pooling window. */
static value *spread_weights(graph *g, const value *w, const merged *m) {
    int64_t dims[4] = {type_size(&w->type, 0), type_size(&w->type, 1), m->kernel[0], m->kernel[1]}, filters = dims[0] * dims[1];
    const int64_t *from_side = m->conv.kernel, *shifts = m->pool.kernel;
    const float *from = w->constant->data;
    float *to = ARENA_ARRAY(g->arena, float, filters * dims[2] * dims[3]);
    for (int64_t f = 0; f < filters; f++, from += from_side[0] * from_side[1])
        for (int64_t y = 0; y < dims[2]; y++)
            for (int64_t x = 0; x < dims[3]; x++) {
                double sum = 0;
                for (int64_t dy = 0; dy < shifts[0]; dy++)
                    for (int64_t dx = 0; dx < shifts[1]; dx++) {
                        int64_t r = y - dy, c = x - dx;
                        if (r >= 0 && r < from_side[0] && c >= 0 && c < from_side[1]) sum += (double)from[r * from_side[1] + c];
                    }
                to[(f * dims[2] + y) * dims[3] + x] = (float)(sum / (double)(shifts[0] * shifts[1]));
            }
    return new_constant(g, w->name, 4, dims, to, arena_printf(g->arena, "%s | averaged", w->constant->origin));
}

static bool merge_one(graph *g, node *n, void *context) {
    (void)context;
    if (!is_plain_average(n)) return true;
    node *c = n->inputs[0]->producer;
    merged m;
    if (!c || c->parent != n->parent || value_only_user(n->inputs[0]) != n || !is_plain_conv(c)) return true;
    if (!has_window(c, &m.conv, g->diags) || !has_window(n, &m.pool, g->diags) || !fits(&m)) return true;
    node *f = node_new(n->parent, n, OP_conv, joined_name(g, c->name, n->name), c->n_inputs, c->inputs, 1);
    const window *w = &m.conv;
    node_set_input(f, 1, spread_weights(g, c->inputs[1], &m));
    node_set_ints(f, "pads", 4, (int64_t[]){w->pad_begin[0], w->pad_begin[1], w->pad_end[0], w->pad_end[1]});
    node_set_ints(f, "strides", AXES, m.pool.stride);
    if (node_int(c, "group") != 1) node_set_int(f, "group", node_int(c, "group"));
    if (!infer_node(f, g->diags)) return false;
    f->outputs[0]->name = n->outputs[0]->name;
    value_replace_uses(n->outputs[0], f->outputs[0]);
    node_remove(n);
    node_remove(c);
    return true;
}

bool pass_merge_pool(graph *g, const pass_options *o) {
    (void)o;
    return for_each_node(g, merge_one, NULL);
}
