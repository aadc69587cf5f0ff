/* When the contents of a buffer matter: from the first step that touches it to the last. Steps are numbered in program
 * order, both branches of an `if` one after the other, so an interval covers every path. */
#include "backend/plan/plan.h"

static void touch(buffer *b, int at) {
    if (b->first < 0 || at < b->first) b->first = at;
    if (at > b->last) b->last = at;
}

/* What a loop's body touches must outlast every iteration. */
static void keep_throughout(const block *b, const step *loop) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        for (int k = 0; k < s->n_in; k++) touch(s->in[k].buffer, loop->id), touch(s->in[k].buffer, loop->end);
        for (int k = 0; k < s->n_out; k++) touch(s->out[k].buffer, loop->id), touch(s->out[k].buffer, loop->end);
        if (s->kind == STEP_KERNEL) continue;
        touch(s->condition.buffer, loop->id), touch(s->condition.buffer, loop->end);
        keep_throughout(s->then_block, loop);
        keep_throughout(s->else_block, loop);
    }
}

static void walk(const block *b) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        for (int k = 0; k < s->n_in; k++) touch(s->in[k].buffer, s->id);
        for (int k = 0; k < s->n_out; k++) touch(s->out[k].buffer, s->id);
        if (s->kind == STEP_KERNEL) continue;
        touch(s->condition.buffer, s->id);
        walk(s->then_block);
        walk(s->else_block);
        if (s->kind != STEP_LOOP) continue;
        touch(s->condition.buffer, s->end);
        for (int k = 0; k < s->n_in; k++) touch(s->in[k].buffer, s->end);
        for (int k = 0; k < s->n_out; k++) touch(s->out[k].buffer, s->end);
        keep_throughout(s->then_block, s);
    }
}

void liveness_find(plan *p) {
    walk(p->body);
    if (p->status) touch(p->status, 0), touch(p->status, p->n_steps);
}
