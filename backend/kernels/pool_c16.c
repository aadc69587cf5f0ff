/* Max and average pooling on NCHW16c, windowed, global and to a number of bins. Windows are cut at the borders, so the halo is not read. */
#include "backend/kernels/c16.h"

#include <string.h>

static bool is_global(const node *n) { return n->op == OP_global_average_pool || n->op == OP_global_max_pool; }
static bool is_adaptive(const node *n) { return n->op == OP_adaptive_average_pool || n->op == OP_adaptive_max_pool; }
static bool is_average(const node *n) { return n->op == OP_global_average_pool || n->op == OP_average_pool || n->op == OP_adaptive_average_pool; }

static bool accepts(const node *n) {
    bool pool = n->op == OP_max_pool || n->op == OP_average_pool || is_global(n) || is_adaptive(n);
    return pool && n->n_outputs >= 1 && c16_is(n->outputs[0]) && c16_is(n->inputs[0]) && !n->prologue &&
           (!n->epilogue || expr_has_vector_form(n->epilogue));
}

static bool plan_pool(plan *p, const node *n, step *s) {
    window *w = ARENA_NEW(p->arena, window);
    const value_type *in = &n->inputs[0]->type, *out = &n->outputs[0]->type;
    if (is_global(n) || is_adaptive(n)) {
        for (int i = 0; i < 2; i++) {
            w->kernel[i] = (type_size(in, 2 + i) + type_size(out, 2 + i) - 1) / type_size(out, 2 + i);
            if (type_size(out, 2 + i) > 1 && (!type_is_static(in) || type_size(in, 2 + i) % type_size(out, 2 + i))) w->kernel[i]++; /* of some bins */
            w->stride[i] = w->dilation[i] = 1;
            w->in[i] = in->dims[2 + i];
            w->out[i] = out->dims[2 + i];
        }
    } else if (!window_of(n, w, p->diags)) {
        return false;
    }
    s->input_operand[0] = step_add_input(p, s, n->inputs[0]);
    c16_add_extras(p, s, n, n->n_core_inputs);
    step_add_output(p, s, n->outputs[0]);
    s->schedule = w;
    s->flops = WORK(type_count(out), w->kernel[0], w->kernel[1]);
    step_set_extent_before(p, s, 3);
    const char *what = is_average(n) ? "average" : "max";
    s->summary = is_adaptive(n) ? arena_printf(p->arena, "%s in %lldx%lld bins", what, (long long)w->out[0].size, (long long)w->out[1].size)
                                : arena_printf(p->arena, "%s %lldx%lld", what, (long long)w->kernel[0], (long long)w->kernel[1]);
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    c16_epilogue(out, &(c16_leaf){context, false, 0, 0, 0, "a"});
}

static void define_axis(template_env *e, const step *s, const window *w, int axis, const char *const names[7]) {
    const int64_t values[5] = {w->kernel[axis], w->stride[axis], w->dilation[axis], w->pad_begin[axis], w->pad_end[axis]};
    template_number(e, names[0], operand_size(&s->in[0], 2 + axis));
    template_number(e, names[1], operand_size(&s->out[0], 2 + axis));
    for (int i = 0; i < 5; i++) template_int(e, names[2 + i], values[i]);
    /* outputs in [first, last) have their whole window inside the input */
    int64_t reach = (w->kernel[axis] - 1) * w->dilation[axis], first = (w->pad_begin[axis] + w->stride[axis] - 1) / w->stride[axis];
    int64_t room = w->in[axis].size - 1 - reach + w->pad_begin[axis], last = room < 0 ? 0 : room / w->stride[axis] + 1;
    if (last > w->out[axis].size) last = w->out[axis].size;
    if (first > last) first = last;
    bool open = s->out[0].open[2 + axis]; /* then they are variables of the kernel */
    template_number(e, axis ? "first_x" : "first_y", open ? number_open("first_x") : number_known(first));
    template_number(e, axis ? "last_x" : "last_y", open ? number_open("last_x") : number_known(last));
}

static bool emit_pool(const plan *p, const step *s, const target *machine, text *body) {
    (void)machine;
    const node *n = s->node;
    const window *w = s->schedule;
    const operand *x = &s->in[0];
    template_env *e = template_env_new(body->arena);
    define_axis(e, s, w, 0, (const char *const[]){"in_h", "out_h", "kernel_h", "stride_h", "dilation_h", "pad_h", "pad_end_h"});
    define_axis(e, s, w, 1, (const char *const[]){"in_w", "out_w", "kernel_w", "stride_w", "dilation_w", "pad_w", "pad_end_w"});
    template_int(e, "average", is_average(n));
    template_int(e, "include_pad", n->op == OP_average_pool && node_int(n, "count_include_pad"));
    template_text(e, "type", dtype_of(x->elem)->ctype);
    template_text(e, "load", c16_load(x->elem));
    template_text(e, "store", c16_store(s->out[0].elem));
    template_int(e, "batch", x->dims[0]);
    template_int(e, "channel_blocks", c16_blocks(x->dims[1]));
    template_int(e, "x_batch", x->batch);
    template_int(e, "x_block", x->block);
    template_number(e, "x_row", operand_row(x));
    template_number(e, "x_origin", operand_origin(body->arena, x));
    number count = operand_count(body->arena, x, 2, 4);
    template_text(e, "count", arena_printf(body->arena, count.text ? "(float)%s" : "%s.0f", number_text(body->arena, count)));
    template_call(e, "result", put_result, (void *)s);
    template_call(e, "target", c16_put_target, (void *)s);
    const char *form = is_global(n) ? "global_" : is_adaptive(n) ? "adaptive_" : "";
    return template_expand(e, arena_printf(body->arena, "backend/kernels/%spool_c16.c.in", form), body, p->diags);
}

const kernel_family kernel_pool_c16 = {.name = "pool_c16", .accepts = accepts, .plan = plan_pool, .emit = emit_pool,
                                       .constant_time = step_always_constant_time, .open = OPEN_PLANES};
