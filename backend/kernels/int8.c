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

enum { SHORT_BYTE = 127, SMALL_WEIGHT = 64, MIRRORED_WEIGHT = 127 };

/* Around the zero point, where most numbers are. */
static int split_zero(const node *n) {
    const int zero = (int)node_int(n, "x_zero") - (SHORT_BYTE + 1) / 2;
    return zero < 0 ? 0 : zero > 128 ? 128 : zero;
}

byte_product int8_product(const node *n, const target *t, bool may_split) {
    const double magnitude_and_sign = 0.4, rests = 0.2, split = 3; /* measured */
    if (!t->saturates) return (byte_product){.dot = "v16i_dot", .zero = t->dot_zero, .cycles = t->byte_cycles};
    const int largest = largest_magnitude(n->inputs[1]->constant);
    if (largest <= SMALL_WEIGHT) return (byte_product){.dot = "v16i_dot_short", .cycles = t->byte_cycles};
    if (largest > MIRRORED_WEIGHT) return (byte_product){.dot = "v16i_dot", .cycles = t->byte_cycles};
    if (may_split) return (byte_product){.dot = "v16i_dot_short", .zero = split_zero(n), .splits = true, .prepare = rests, .cycles = split};
    return (byte_product){.dot = "v16i_dot_mirrored", .zero = 128, .prepare = magnitude_and_sign, .cycles = t->byte_cycles};
}

/* zeros: what is taken from bytes on any of the targets, every number once. Their count. */
static int collect_zeros(const plan *p, const node *n, const byte_product *products, int64_t *first_sums, int zeros[TARGET_MAX]) {
    int rows = 0;
    for (int i = 0; i < p->n_targets; i++) {
        int row = 0;
        while (row < rows && zeros[row] != products[i].zero) row++;
        zeros[row] = products[i].zero;
        if (row == rows) rows++;
        first_sums[i] = row * c16_blocks(type_size(&n->outputs[0]->type, 1));
    }
    return rows;
}

static int64_t sum_of_output(const constant *w, int64_t output) {
    const int64_t ins = type_count(&w->type) / type_size(&w->type, 0);
    int64_t sum = 0;
    for (int64_t i = 0; i < ins; i++) sum += ((const int8_t *)w->data)[output * ins + i];
    return sum;
}

/* bias - zero * the sum of the weights + what is taken from bytes * that of those they are multiplied with, of each output. */
static const constant *make_sums(const plan *p, const node *n, const constant *multiplied, const int *zeros, int rows) {
    const constant *w = n->inputs[1]->constant, *bias = node_input(n, 2) ? node_input(n, 2)->constant : NULL;
    const int64_t outs = type_size(&w->type, 0), zero = node_int(n, "x_zero");
    int64_t dims[] = {rows, c16_blocks(outs) * C16};
    int32_t *sums = ARENA_ARRAY(p->arena, int32_t, dims[0] * dims[1]);
    for (int64_t o = 0; o < outs; o++) {
        const int64_t weights = sum_of_output(w, o), of_multiplied = multiplied == w ? weights : sum_of_output(multiplied, o);
        for (int r = 0; r < rows; r++)
            sums[r * dims[1] + o] = (int32_t)(uint32_t)((bias ? constant_int(bias, o) : 0) - zero * weights + zeros[r] * of_multiplied);
    }
    constant c = {type_tensor(p->arena, DT_I32, 2, dims), sums, arena_printf(p->arena, "%s | sums", w->origin)};
    return arena_copy(p->arena, &c, sizeof c);
}

void int8_add_operands(plan *p, step *s, const node *n, packed weights, const byte_product *products, int64_t *first_sums) {
    int zeros[TARGET_MAX] = {0};
    const int rows = products ? collect_zeros(p, n, products, first_sums, zeros) : 1;
    const constant *sums = make_sums(p, n, weights.source, zeros, rows);
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
