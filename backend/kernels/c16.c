#include "backend/kernels/c16.h"

#include <string.h>

bool c16_is(const value *v) { return v->type.layout.kind == LAYOUT_C16; }

bool c16_constants(const node *n) {
    for (int i = 1; i < n->n_core_inputs; i++)
        if (n->inputs[i] && (!n->inputs[i]->constant || n->inputs[i]->type.elem != DT_F32)) return false;
    return n->inputs[1] != NULL;
}

bool c16_is_pointwise(const node *n) {
    if (n->op != OP_conv || !c16_is(n->inputs[0]) || !c16_is(n->outputs[0]) || !c16_constants(n) || node_int(n, "group") != 1) return false;
    const value_type *x = &n->inputs[0]->type, *weights = &n->inputs[1]->type, *y = &n->outputs[0]->type;
    for (int i = 2; i < 4; i++)
        if (type_size(weights, i) != 1 || type_size(x, i) != type_size(y, i)) return false;
    return true;
}

int64_t c16_blocks(int64_t channels) { return (channels + C16 - 1) / C16; }

static void write_channels(const packed *k, void *to) { memcpy(to, k->source->data, dtype_bytes(k->elem, type_count(&k->source->type))); }

int c16_add_channel_constant(plan *p, step *s, const constant *c, int64_t channels) {
    return step_add_packed(p, s, (packed){.source = c, .form = "by channel", .elem = DT_F32, .count = c16_blocks(channels) * C16, .write = write_channels});
}

void c16_add_extras(plan *p, step *s, const node *n, int from) {
    for (int i = from; i < n->n_inputs; i++) {
        const value *v = n->inputs[i];
        if (!v) continue;
        int64_t channels = v->constant ? type_count(&v->type) : 1;
        s->input_operand[i] = channels > 1 ? c16_add_channel_constant(p, s, v->constant, channels) : step_add_input(p, s, v);
    }
}

int c16_add_convolution(plan *p, step *s, const node *n, packed weights) {
    const value *bias = n->n_core_inputs > 2 ? n->inputs[2] : NULL;
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    s->input_operand[1] = step_add_packed(p, s, weights);
    int bias_operand = bias ? c16_add_channel_constant(p, s, bias->constant, type_size(&n->outputs[0]->type, 1)) : -1;
    c16_add_extras(p, s, n, n->n_core_inputs);
    step_add_output(p, s, n->outputs[0]);
    return bias_operand;
}

bool c16_flat(const step *s) {
    for (int i = 0; i < s->n_in; i++)
        if (!operand_is_flat(&s->in[i])) return false;
    for (int i = 0; i < s->n_out; i++)
        if (!operand_is_flat(&s->out[i])) return false;
    return true;
}

const char *c16_load(dtype t) { return t == DT_U8 ? "v16_load_u8" : t == DT_BF16 ? "v16_load_bf16" : "v16_load"; }
const char *c16_store(dtype t) { return t == DT_U8 ? "v16_store_u8" : t == DT_BF16 ? "v16_store_bf16" : "v16_store"; }

number c16_window_origin(arena *a, const operand *x, const window *w) {
    const number above = number_mul(a, operand_row(x), number_known(x->layout.top - w->pad_begin[0]));
    return number_add(a, above, number_known((x->layout.left - w->pad_begin[1]) * C16));
}

void c16_address(text *out, const char *name, const operand *o, bool flat, int64_t db, int64_t dr, int64_t dc) {
    arena *a = out->arena;
    number row = operand_row(o), start = number_add(a, operand_origin(a, o), number_known(db * o->block));
    number shift = number_add(a, number_add(a, start, number_mul(a, row, number_known(dr))), number_known(dc * C16));
    text_put(out, name);
    if (o->dims[0] > 1) text_printf(out, " + n * %lld", (long long)o->batch);
    text_printf(out, " + b * %lld", (long long)o->block);
    if (flat && !operand_is_flat(o)) {
        shift = start;
        text_printf(out, " + row%lld * %s + col%lld * 16", (long long)dc, number_text(a, row), (long long)dc);
    } else {
        if (!flat) text_printf(out, " + y * %s", number_text(a, row));
        text_put(out, " + x * 16");
    }
    if (!number_is(shift, 0)) text_printf(out, " + %s", number_text(a, shift));
}

void c16_put_target(void *context, text *out, int n, const int64_t *args) {
    const step *s = context;
    c16_address(out, "y0", &s->out[0], false, 0, 0, n ? args[0] : 0);
}

static void put_leaf(void *context, text *out, const expr *leaf) {
    const c16_leaf *at = context;
    if (leaf->kind == EXPR_ACC) {
        text_put(out, at->acc);
        return;
    }
    int index = at->step->input_operand[leaf->input];
    const operand *o = &at->step->in[index];
    const value *v = at->step->node->inputs[leaf->input];
    char name[16];
    snprintf(name, sizeof name, "x%d", index);
    if (v->constant && type_count(&v->type) == 1) {
        text_printf(out, "v16_set(%s[0])", name);
        return;
    }
    text_printf(out, "%s(", c16_load(o->elem));
    if (o->layout.kind == LAYOUT_C16 && (o->dims[2] > 1 || o->dims[3] > 1 || o->open_row || type_same_shape(&v->type, &at->step->node->outputs[0]->type))) {
        c16_address(out, name, o, at->flat, at->o, at->r, at->c);
    } else {
        text_put(out, name);
        if (o->layout.kind == LAYOUT_C16) {
            if (o->dims[0] > 1) text_printf(out, " + n * %lld", (long long)o->batch);
            text_printf(out, " + b * %lld", (long long)o->block);
            if (o->origin + at->o * o->block) text_printf(out, " + %lld", (long long)(o->origin + at->o * o->block));
        } else {
            text_put(out, " + b * 16");
            if (at->o) text_printf(out, " + %lld", (long long)at->o * C16);
        }
    }
    text_put(out, ")");
}

void c16_expression(text *out, const c16_leaf *at, const expr *e) {
    if (!e) text_put(out, at->acc);
    else expr_emit_vector(out, e, put_leaf, (void *)at);
}

void c16_epilogue(text *out, const c16_leaf *at) { c16_expression(out, at, at->step->node->epilogue); }

typedef struct prologue_leaf {
    const step *step;
    const char *in_block, *stored;
} prologue_leaf;

/* Whatever is no constant is the input itself. */
static void put_prologue_leaf(void *context, text *out, const expr *leaf) {
    const prologue_leaf *at = context;
    if (leaf->kind == EXPR_ACC) {
        text_put(out, at->stored);
        return;
    }
    int index = at->step->input_operand[leaf->input];
    if (type_count(&at->step->node->inputs[leaf->input]->type) == 1) text_printf(out, "v16_set(x%d[0])", index);
    else text_printf(out, "v16_load(x%d + (%s) * 16)", index, at->in_block);
}

void c16_prologue(text *out, const step *s, const char *in_block, const char *stored) {
    const expr *e = s->node->prologue;
    if (!e) text_put(out, stored);
    else expr_emit_prologue(out, e, put_prologue_leaf, &(prologue_leaf){s, in_block, stored});
}
