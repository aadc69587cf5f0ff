#include "backend/kernels/int8.h"

#include <stdlib.h>
#include <string.h>

bool int8_accepts(const node *n) {
    if (n->op != OP_conv_integer || !c16_is(n->outputs[0]) || !c16_is(n->inputs[0]) || n->prologue) return false;
    const value *x = n->inputs[0], *w = n->inputs[1], *bias = node_input(n, 2);
    if (x->type.elem != DT_U8 || w->type.elem != DT_I8 || !w->constant || (bias && !bias->constant)) return false;
    const layout *l = &x->type.layout;
    bool halo = l->top || l->left || l->bottom || l->right;
    return n->epilogue && expr_has_vector_form(n->epilogue) && (!halo || l->fill == node_int(n, "x_zero"));
}

static void write_sums(const packed *k, void *to) { memcpy(to, k->source->data, dtype_bytes(k->elem, type_count(&k->source->type))); }

static int largest_magnitude(const constant *weights) {
    const int64_t n = type_count(&weights->type);
    const int8_t *w = weights->data;
    int largest = 0;
    for (int64_t i = 0; i < n; i++)
        if (abs(w[i]) > largest) largest = abs(w[i]);
    return largest;
}

byte_product int8_product(const target *t, const constant *weights) {
    static const struct {
        int largest; /* magnitude of a weight */
        byte_product product;
    } faster[] = {{64, {"v16i_dot_short", 0}}, {127, {"v16i_dot_mirrored", 128}}};
    if (t->saturates) {
        const int largest = largest_magnitude(weights);
        for (size_t i = 0; i < sizeof faster / sizeof *faster; i++)
            if (largest <= faster[i].largest) return faster[i].product;
    }
    return (byte_product){"v16i_dot", t->dot_zero};
}

/* What products take from bytes on each of the plan's targets, every number once. */
static int dot_zeros(const plan *p, const constant *weights, int zeros[TARGET_MAX]) {
    int n = 0;
    for (int i = 0; i < p->n_targets; i++) {
        const int zero = int8_product(p->targets[i], weights).zero;
        int k = 0;
        while (k < n && zeros[k] != zero) k++;
        zeros[k] = zero;
        if (k == n) n++;
    }
    return n;
}

int64_t int8_first_sums(const plan *p, const step *s, const target *machine) {
    int zeros[TARGET_MAX], row = 0;
    const constant *weights = s->node->inputs[1]->constant;
    dot_zeros(p, weights, zeros);
    while (zeros[row] != int8_product(machine, weights).zero) row++;
    return row * c16_blocks(type_size(&s->node->outputs[0]->type, 1));
}

/* bias - (zero - what products take from bytes) * the sum of the weights, of each output. */
static const constant *first_sums(const plan *p, const node *n, bool words) {
    const constant *w = n->inputs[1]->constant, *bias = node_input(n, 2) ? node_input(n, 2)->constant : NULL;
    int64_t outs = type_size(&w->type, 0), ins = type_count(&w->type) / outs, zero = node_int(n, "x_zero");
    int zeros[TARGET_MAX] = {0}, rows = words ? 1 : dot_zeros(p, w, zeros);
    int64_t dims[] = {rows, c16_blocks(outs) * C16};
    int32_t *sums = ARENA_ARRAY(p->arena, int32_t, dims[0] * dims[1]);
    for (int64_t o = 0; o < outs; o++) {
        int64_t weights = 0;
        for (int64_t i = 0; i < ins; i++) weights += ((const int8_t *)w->data)[o * ins + i];
        for (int r = 0; r < rows; r++)
            sums[r * dims[1] + o] = (int32_t)(uint32_t)((bias ? constant_int(bias, o) : 0) - (zero - zeros[r]) * weights);
    }
    constant c = {type_tensor(p->arena, DT_I32, 2, dims), sums, arena_printf(p->arena, "%s | sums", w->origin)};
    return arena_copy(p->arena, &c, sizeof c);
}

void int8_add_operands(plan *p, step *s, const node *n, packed weights, bool words) {
    const constant *sums = first_sums(p, n, words);
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    s->input_operand[1] = step_add_packed(p, s, weights);
    step_add_packed(p, s, (packed){.source = sums, .form = "by channel", .elem = DT_I32, .count = type_count(&sums->type), .write = write_sums});
    c16_add_extras(p, s, n, n->n_core_inputs);
    step_add_output(p, s, n->outputs[0]);
}

const expr *int8_saturation(const step *s) {
    const expr *e = s->node->epilogue;
    return e && e->kind == EXPR_OP && e->op == OP_saturate && s->out[0].elem == DT_U8 ? e : NULL;
}

void int8_put_bounds(text *out, const expr *saturation) {
    const char *const bounds[] = {"low", "high", "zero"};
    for (int i = 0; i < 3; i++) text_printf(out, "%s%lld", i ? ", " : "", (long long)node_int(saturation->attrs, bounds[i]));
}
