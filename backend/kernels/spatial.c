#include "backend/kernels/spatial.h"

static bool is_global(op_code op) { return op == OP_global_average_pool || op == OP_global_max_pool || op == OP_global_lp_pool; }

static bool is_adaptive(op_code op) { return op == OP_adaptive_average_pool || op == OP_adaptive_max_pool; }

bool spatial_of(const node *n, spatial *g, diagnostics *d) {
    for (int i = 0; i < 3; i++) {
        g->in[i] = g->out[i] = g->kernel[i] = g->stride[i] = g->dilation[i] = 1;
        g->begin[i] = g->end[i] = 0;
    }
    if (is_global(n->op)) {
        const value_type *x = &n->inputs[0]->type;
        for (int i = 2; i < x->rank; i++) g->in[2] *= type_size(x, i);
        g->kernel[2] = g->in[2];
        return true;
    }
    if (is_adaptive(n->op)) {
        const value_type *x = &n->inputs[0]->type, *y = &n->outputs[0]->type;
        for (int i = 1; i < 3; i++) {
            g->in[i] = type_size(x, i + 1), g->out[i] = type_size(y, i + 1);
            g->kernel[i] = (g->in[i] + g->out[i] - 1) / g->out[i] + 1;
        }
        return true;
    }
    window w;
    if (!window_of(n, &w, d)) return false;
    for (int axis = 0; axis < w.n_axes; axis++) {
        int i = 3 - w.n_axes + axis;
        g->in[i] = w.in[axis].size;
        g->out[i] = w.out[axis].size;
        g->kernel[i] = w.kernel[axis];
        g->stride[i] = w.stride[axis];
        g->dilation[i] = w.dilation[axis];
        g->begin[i] = w.pad_begin[axis];
        g->end[i] = w.pad_end[axis];
    }
    return true;
}

void spatial_define(template_env *e, const spatial *g) {
    const struct {
        const char *names[3];
        const int64_t *values;
    } lists[] = {
        {{"in_0", "in_1", "in_2"}, g->in},
        {{"out_0", "out_1", "out_2"}, g->out},
        {{"kernel_0", "kernel_1", "kernel_2"}, g->kernel},
        {{"stride_0", "stride_1", "stride_2"}, g->stride},
        {{"dilation_0", "dilation_1", "dilation_2"}, g->dilation},
        {{"pad_0", "pad_1", "pad_2"}, g->begin},
        {{"pad_end_0", "pad_end_1", "pad_end_2"}, g->end},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (int axis = 0; axis < 3; axis++) template_int(e, lists[i].names[axis], lists[i].values[axis]);
    template_int(e, "in_plane", g->in[0] * g->in[1] * g->in[2]);
    template_int(e, "out_plane", g->out[0] * g->out[1] * g->out[2]);
    template_int(e, "taps", g->kernel[0] * g->kernel[1] * g->kernel[2]);
}

void spatial_define_open(template_env *e, arena *a, const operand *x, const operand *y, bool global) {
    static const char *const in[3] = {"in_0", "in_1", "in_2"}, *const out[3] = {"out_0", "out_1", "out_2"};
    const number plane = operand_count(a, x, 2, x->rank);
    template_number(e, "in_plane", plane);
    template_number(e, "out_plane", operand_count(a, y, 2, y->rank));
    if (global) template_number(e, "in_2", plane), template_number(e, "kernel_2", plane), template_number(e, "taps", plane);
    for (int k = 2; !global && k < x->rank; k++) {
        template_number(e, in[3 - x->rank + k], operand_size(x, k));
        template_number(e, out[3 - x->rank + k], operand_size(y, k));
    }
}
