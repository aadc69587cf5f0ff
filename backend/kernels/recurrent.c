/* RNN, GRU and LSTM: a call of runtime/library/recurrent.h for each direction. */
#include "ir/recurrent.h"

#include "backend/kernels/row_major.h"

typedef struct schedule {
    recurrent_node r;
    int y, h, c, scratch; /* operands; y -1: not wanted */
} schedule;

static bool accepts(const node *n) {
    if (n->op != OP_rnn && n->op != OP_gru && n->op != OP_lstm) return false;
    return !n->epilogue && row_major_accepts(n) && n->inputs[0]->type.elem == DT_F32;
}

static int add_state(plan *p, step *s, const node *n, int output, int64_t bytes) {
    bool wanted = output < n->n_outputs && n->outputs[output];
    return wanted ? step_add_output(p, s, n->outputs[output]) : step_add_scratch(p, s, bytes);
}

static bool plan_recurrent(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    if (!recurrent_of(n, &c->r, p->diags)) return false;
    const recurrent_node *r = &c->r;
    int64_t bytes = r->directions * r->batch * r->hidden * (int64_t)sizeof(float);
    for (int i = 0; i < n->n_inputs; i++) s->input_operand[i] = n->inputs[i] ? step_add_input(p, s, n->inputs[i]) : -1;
    c->y = n->n_outputs > 0 && n->outputs[0] ? step_add_output(p, s, n->outputs[0]) : -1;
    c->h = add_state(p, s, n, 1, bytes);
    c->c = add_state(p, s, n, r->gates == 4 ? 2 : 3, bytes);
    c->scratch = step_add_scratch(p, s, 3 * r->hidden * (int64_t)sizeof(float));
    s->schedule = c;
    s->macs = WORK(r->directions, r->steps, r->batch, r->gates, r->hidden, r->input + r->hidden);
    s->summary = arena_printf(p->arena, "%lld step%s, %d direction%s", (long long)r->steps, r->steps == 1 ? "" : "s", r->directions, r->directions > 1 ? "s" : "");
    return true;
}

/* ", x3 + 16" or ", NULL" */
static void put_input(text *out, const step *s, int i, number offset) {
    int k = i < s->node->n_inputs ? s->input_operand[i] : -1;
    if (k < 0) text_put(out, ", NULL");
    else if (!number_is(offset, 0)) text_printf(out, ", x%d + %s", k, number_text(out->arena, offset));
    else text_printf(out, ", x%d", k);
}

static void put_floats(text *out, const char *name, const double *x) {
    text_printf(out, ", .%s = {", name);
    for (int k = 0; k < 3; k++) {
        text_put(out, k ? ", " : "");
        emit_float(out, x[k]);
    }
    text_put(out, "}");
}

static void put_flag(text *out, const char *name, bool is) {
    if (is) text_printf(out, ", .%s = 1", name);
}

static void put_cell(text *out, const step *s, int dir) {
    const recurrent_node *r = &((const schedule *)s->schedule)->r;
    const number steps = operand_size(&s->in[0], 0), batch = operand_size(&s->in[0], 1);
    const number row = number_mul(out->arena, batch, number_known(r->directions * r->hidden));
    text_printf(out, "        const recurrent_cell cell = {.steps = %s, .batch = %s, .input = %lld, .hidden = %lld, .y_step = %s, .gates = %d",
                number_text(out->arena, steps), number_text(out->arena, batch), (long long)r->input, (long long)r->hidden, number_text(out->arena, row), r->gates);
    put_flag(out, "reverse", r->reverse[dir]);
    put_flag(out, "linear_before_reset", r->linear_before_reset);
    put_flag(out, "couple", r->couple);
    if (r->has_clip) text_put(out, ", .has_clip = 1, .clip = "), emit_float(out, r->clip);
    text_printf(out, ", .code = {%d, %d, %d}", r->code[dir][0], r->code[dir][1], r->code[dir][2]);
    put_floats(out, "alpha", r->alpha[dir]);
    put_floats(out, "beta", r->beta[dir]);
    text_put(out, "};\n");
}

/* The part of an output that belongs to a direction, as floats: scratch is bytes. */
static void put_output(text *out, const step *s, const char *label, int k, number offset) {
    const char *cast = k >= 0 && s->out[k].elem != DT_F32 ? "(float *)(void *)" : "";
    if (k < 0) text_printf(out, "        float *const %s = NULL;\n", label);
    else text_printf(out, "        float *const %s = %sy%d + %s;\n", label, cast, k, number_text(out->arena, offset));
}

static bool emit_recurrent(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    const schedule *c = s->schedule;
    const recurrent_node *r = &c->r;
    const number batch = operand_size(&s->in[0], 1), none = number_known(0);
    int64_t rows = r->gates * r->hidden;
    bool lstm = r->gates == 4;
    for (int dir = 0; dir < r->directions; dir++) {
        text_put(body, "    {\n");
        const number state = number_mul(body->arena, batch, number_known(dir * r->hidden));
        put_cell(body, s, dir);
        put_output(body, s, "y", c->y, state);
        put_output(body, s, "last_h", c->h, state);
        put_output(body, s, "last_c", c->c, state);
        put_output(body, s, "scratch", c->scratch, none);
        text_put(body, "        recurrent(&cell, y, last_h, last_c, x0");
        put_input(body, s, 1, number_known(dir * rows * r->input));
        put_input(body, s, 2, number_known(dir * rows * r->hidden));
        put_input(body, s, 3, number_known(dir * 2 * rows));
        put_input(body, s, 4, none);
        put_input(body, s, 5, state);
        put_input(body, s, lstm ? 6 : 99, state);
        put_input(body, s, lstm ? 7 : 99, number_known(dir * 3 * r->hidden));
        text_put(body, ", scratch);\n    }\n");
    }
    return true;
}

const kernel_family kernel_recurrent = {.name = "recurrent", .accepts = accepts, .plan = plan_recurrent, .emit = emit_recurrent, .open = OPEN_ANY};
