/* When the contents of a buffer matter: from the first step that touches it to the last. Steps are numbered in program
 * order, both branches of an `if` one after the other, so an interval covers every path. */
#include "backend/plan/plan.h"

static void touch(buffer *b, int at) {
    if (b->first < 0 || at < b->first) b->first = at;
    if (at > b->last) b->last = at;
}

static void touch_operands(const step *s, int at) {
    for (int k = 0; k < s->n_in; k++) touch(s->in[k].buffer, at);
    for (int k = 0; k < s->n_out; k++) touch(s->out[k].buffer, at);
}

static void walk(const block *b) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        touch_operands(s, s->id);
        if (s->kind == STEP_KERNEL) continue;
        touch(s->condition.buffer, s->id);
        walk(s->then_block);
        walk(s->else_block);
        if (s->kind != STEP_LOOP) continue;
        touch(s->condition.buffer, s->end);
        touch_operands(s, s->end);
    }
}

/* What a loop shares with the steps around it must outlast every iteration. What only its body touches is made anew by each
 * of them before it is read, as values have one producer: that lives no longer than it would outside. */
static void keep(buffer *b, const step *loop) {
    if (b->first > loop->id && b->last < loop->end) return;
    touch(b, loop->id), touch(b, loop->end);
}

static void keep_shared(const block *b, const step *loop) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        for (int k = 0; k < s->n_in; k++) keep(s->in[k].buffer, loop);
        for (int k = 0; k < s->n_out; k++) keep(s->out[k].buffer, loop);
        if (s->kind == STEP_KERNEL) continue;
        keep(s->condition.buffer, loop);
        keep_shared(s->then_block, loop);
        keep_shared(s->else_block, loop);
    }
}

static void extend_over_loops(const block *b) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        if (s->kind == STEP_KERNEL) continue;
        extend_over_loops(s->then_block);
        extend_over_loops(s->else_block);
        if (s->kind == STEP_LOOP) keep_shared(s->then_block, s);
    }
}

void liveness_find(plan *p) {
    walk(p->body);
    extend_over_loops(p->body);
    if (p->status) touch(p->status, 0), touch(p->status, p->n_steps);
}
