/* Dropout in inference: a copy, and a mask that keeps everything. */
#include "backend/kernels/row_major.h"

static bool accepts(const node *n) {
    if (n->op != OP_dropout || !n->outputs[0] || !row_major_accepts(n) || n->epilogue) return false;
    const value *training = node_input(n, 2), *ratio = node_input(n, 1);
    bool off = !training || (training->constant && !constant_int(training->constant, 0));
    return off || (ratio && ratio->constant && constant_float(ratio->constant, 0) == 0);
}

static bool plan_dropout(plan *p, const node *n, step *s) {
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i]) step_add_output(p, s, n->outputs[i]);
    s->summary = "copy";
    return true;
}

static bool emit_dropout(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    const number count = operand_count(body->arena, &s->in[0], 0, s->in[0].rank);
    text_printf(body, "    memcpy(y0, x0, %s);\n", bytes_text(body->arena, count, s->in[0].elem));
    if (s->n_out > 1) text_printf(body, "    memset(y1, 1, %s);\n", bytes_text(body->arena, count, s->out[1].elem));
    return true;
}

const kernel_family kernel_dropout = {.name = "dropout", .accepts = accepts, .plan = plan_dropout, .emit = emit_dropout, .open = OPEN_ANY};
