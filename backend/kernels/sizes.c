/* Sizes as a tensor: what a model computes with them at run time. */
#include "backend/kernels/row_major.h"
#include "ir/shape/move.h"

typedef struct schedule {
    int n;
    number *sizes;
} schedule;

static bool accepts(const node *n) {
    if (!n->outputs[0] || n->epilogue) return false;
    return n->op == OP_sizes || ((n->op == OP_shape || n->op == OP_size) && type_is_bounded(&n->inputs[0]->type));
}

static bool plan_sizes(plan *p, const node *n, step *s) {
    schedule *c = ARENA_NEW(p->arena, schedule);
    step_add_output(p, s, n->outputs[0]);
    const value_type *t = n->op == OP_sizes ? &node_attr(n, "size")->type : &n->inputs[0]->type;
    int64_t from = 0, to;
    if (n->op == OP_shape) shape_axes(n, t->rank, &from, &to);
    c->n = n->op == OP_size ? t->rank : (int)type_count(&n->outputs[0]->type);
    c->sizes = ARENA_ARRAY(p->arena, number, c->n);
    for (int k = 0; k < c->n; k++) c->sizes[k] = step_size(p, s, t->dims[from + k]);
    s->schedule = c;
    s->summary = "sizes of this run";
    return true;
}

static bool emit_sizes(const plan *p, const step *s, const target *t, text *body) {
    (void)p, (void)t;
    const schedule *c = s->schedule;
    number all = number_known(1);
    for (int k = 0; k < c->n; k++) {
        all = number_mul(body->arena, all, c->sizes[k]);
        if (s->node->op != OP_size) text_printf(body, "    y0[%d] = %s;\n", k, number_text(body->arena, c->sizes[k]));
    }
    if (s->node->op == OP_size) text_printf(body, "    y0[0] = %s;\n", number_text(body->arena, all));
    return true;
}

const kernel_family kernel_sizes = {.name = "sizes", .accepts = accepts, .plan = plan_sizes, .emit = emit_sizes, .constant_time = step_always_constant_time, .open = OPEN_ANY};
