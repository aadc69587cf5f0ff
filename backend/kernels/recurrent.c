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
static void put_input(text *out, const step *s, int i, int64_t offset) {
    int k = i < s->node->n_inputs ? s->input_operand[i] : -1;
    if (k < 0) text_put(out, ", NULL");
    else if (offset) text_printf(out, ", x%d + %lld", k, (long long)offset);
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

static void put_cell(text *out, const recurrent_node *r, int dir) {
    text_printf(out, "        const recurrent_cell cell = {.steps = %lld, .batch = %lld, .input = %lld, .hidden = %lld, .y_step = %lld, .gates = %d",
                (long long)r->steps, (long long)r->batch, (long long)r->input, (long long)r->hidden,
                (long long)(r->directions * r->batch * r->hidden), r->gates);
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
static void put_output(text *out, const step *s, const char *label, int k, int64_t offset) {
    const char *cast = k >= 0 && s->out[k].elem != DT_F32 ? "(float *)(void *)" : "";
    if (k < 0) text_printf(out, "        float *const %s = NULL;\n", label);
    else text_printf(out, "        float *const %s = %sy%d + %lld;\n", label, cast, k, (long long)offset);
}

static bool emit_recurrent(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    const schedule *c = s->schedule;
    const recurrent_node *r = &c->r;
    int64_t state = r->batch * r->hidden, rows = r->gates * r->hidden;
    bool lstm = r->gates == 4;
    for (int dir = 0; dir < r->directions; dir++) {
        text_put(body, "    {\n");
        put_cell(body, r, dir);
        put_output(body, s, "y", c->y, dir * state);
        put_output(body, s, "last_h", c->h, dir * state);
        put_output(body, s, "last_c", c->c, dir * state);
        put_output(body, s, "scratch", c->scratch, 0);
        text_put(body, "        recurrent(&cell, y, last_h, last_c, x0");
        put_input(body, s, 1, dir * rows * r->input);
        put_input(body, s, 2, dir * rows * r->hidden);
        put_input(body, s, 3, dir * 2 * rows);
        put_input(body, s, 4, 0);
        put_input(body, s, 5, dir * state);
        put_input(body, s, lstm ? 6 : 99, dir * state);
        put_input(body, s, lstm ? 7 : 99, dir * 3 * r->hidden);
        text_put(body, ", scratch);\n    }\n");
    }
    return true;
}

const kernel_family kernel_recurrent = {.name = "recurrent", .accepts = accepts, .plan = plan_recurrent, .emit = emit_recurrent};
