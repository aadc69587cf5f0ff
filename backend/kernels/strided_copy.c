/* Data movement whose places are known at compile time: transpose, slice, expand, tile, pad with a constant, concat, split.
 * Each is one or more strided copies between row-major tensors; adjacent axes that lie alike are joined. */
#include "backend/emit/expr.h"
#include "backend/emit/template.h"
#include "backend/plan/plan.h"
#include "ir/shape/move.h"

#include <string.h>

enum { MAX_AXES = 2 * IR_MAX_RANK };

/* to[to_start + sum i_k to_step_k] = from[from_start + sum i_k from_step_k], for all i below count; steps in elements. */
typedef struct strided {
    int in, out; /* operands */
    int n_axes;
    int64_t count[MAX_AXES], from_step[MAX_AXES], to_step[MAX_AXES], from_start, to_start;
} strided;

typedef struct schedule {
    bool fill;      /* the output is set to `value` first */
    int fill_input; /* operand with the value, -1: zero */
    int n_copies;
    strided copies[];
} schedule;

static bool accepts(const node *n) {
    switch (n->op) {
    case OP_transpose:
    case OP_expand:
    case OP_tile:
    case OP_concat:
    case OP_split: break;
    case OP_slice:
        for (int i = 1; i < n->n_inputs; i++)
            if (n->inputs[i] && !n->inputs[i]->constant) return false;
        break;
    case OP_pad:
        if (strcmp(node_string(n, "mode"), "constant") != 0 || !n->inputs[1]->constant) return false;
        if (node_input(n, 3) && !n->inputs[3]->constant) return false;
        break;
    default: return false;
    }
    if (n->epilogue || n->prologue) return false;
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        const value_type *t = &n->outputs[i]->type;
        if (t->layout.kind != LAYOUT_ROW_MAJOR || dtype_of(t->elem)->bits < 8 || (dtype_of(t->elem)->bits > 64 && t->elem != DT_STRING)) return false;
        if (dtype_of(t->elem)->kind == CLASS_COMPLEX) return false;
    }
    return true;
}

static void strides_of(const value_type *t, int64_t *steps) {
    int64_t stride = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        steps[i] = stride;
        stride *= t->dims[i].size;
    }
}

static void add_axis(strided *c, int64_t count, int64_t from_step, int64_t to_step) {
    if (count == 1) return;
    int last = c->n_axes - 1;
    if (last >= 0 && c->from_step[last] == count * from_step && c->to_step[last] == count * to_step) {
        c->count[last] *= count;
        c->from_step[last] = from_step;
        c->to_step[last] = to_step;
        return;
    }
    c->count[c->n_axes] = count;
    c->from_step[c->n_axes] = from_step;
    c->to_step[c->n_axes++] = to_step;
}

static void copy_transpose(const node *n, strided *c, const int64_t *from, const int64_t *to) {
    const value_type *y = &n->outputs[0]->type;
    int count;
    const int64_t *perm = node_ints(n, "perm", &count);
    for (int i = 0; i < y->rank; i++) add_axis(c, y->dims[i].size, from[count ? perm[i] : y->rank - 1 - i], to[i]);
}

static bool copy_slice(const node *n, strided *c, const int64_t *from, const int64_t *to, diagnostics *d) {
    slice_axis axes[IR_MAX_RANK];
    if (slice_axes(n, axes, d) < 1) return node_error(d, n, NULL, "its starts and ends must be constants");
    for (int i = 0; i < n->outputs[0]->type.rank; i++) {
        c->from_start += axes[i].start * from[i];
        add_axis(c, axes[i].count, axes[i].step * from[i], to[i]);
    }
    return true;
}

static void copy_expand(const node *n, strided *c, const int64_t *from, const int64_t *to) {
    const value_type *x = &n->inputs[0]->type, *y = &n->outputs[0]->type;
    for (int i = 0; i < y->rank; i++) {
        int axis = i - (y->rank - x->rank);
        bool repeats = axis < 0 || x->dims[axis].size == 1;
        add_axis(c, y->dims[i].size, repeats ? 0 : from[axis], to[i]);
    }
}

static void copy_tile(const node *n, strided *c, const int64_t *from, const int64_t *to) {
    const value_type *x = &n->inputs[0]->type, *y = &n->outputs[0]->type;
    for (int i = 0; i < x->rank; i++) {
        int64_t size = x->dims[i].size;
        add_axis(c, size ? y->dims[i].size / size : 0, 0, to[i] * size);
        add_axis(c, size, from[i], to[i]);
    }
}

static bool copy_pad(const node *n, strided *c, const int64_t *from, const int64_t *to, diagnostics *d) {
    int64_t begin[IR_MAX_RANK], end[IR_MAX_RANK];
    if (pad_amounts(n, begin, end, d) < 1) return node_error(d, n, NULL, "its pads must be constants");
    const value_type *x = &n->inputs[0]->type;
    for (int i = 0; i < x->rank; i++) {
        int64_t cut = begin[i] < 0 ? -begin[i] : 0, kept = x->dims[i].size - cut + (end[i] < 0 ? end[i] : 0);
        c->from_start += cut * from[i];
        c->to_start += (begin[i] > 0 ? begin[i] : 0) * to[i];
        add_axis(c, kept > 0 ? kept : 0, from[i], to[i]);
    }
    return true;
}

/* A part of `whole` along axis: all of its elements, at `at`. */
static void copy_part(strided *c, const value_type *part, const int64_t *part_steps, const int64_t *whole_steps, int axis, int64_t at, bool split) {
    *(split ? &c->from_start : &c->to_start) = at * whole_steps[axis];
    for (int i = 0; i < part->rank; i++) add_axis(c, part->dims[i].size, split ? whole_steps[i] : part_steps[i], split ? part_steps[i] : whole_steps[i]);
}

static void copy_parts(const node *n, schedule *s) {
    bool split = n->op == OP_split;
    const value_type *whole = split ? &n->inputs[0]->type : &n->outputs[0]->type;
    int axis = (int)node_int(n, "axis");
    axis += axis < 0 ? whole->rank : 0;
    int64_t whole_steps[IR_MAX_RANK], steps[IR_MAX_RANK], at = 0;
    strides_of(whole, whole_steps);
    int outs = 0;
    for (int i = 0; i < (split ? n->n_outputs : n->n_inputs); i++) {
        const value *v = split ? n->outputs[i] : n->inputs[i];
        if (!v) continue;
        strides_of(&v->type, steps);
        strided *c = &s->copies[s->n_copies++];
        *c = (strided){.in = split ? 0 : i, .out = split ? outs++ : 0};
        copy_part(c, &v->type, steps, whole_steps, axis, at, split);
        at += v->type.dims[axis].size;
    }
}

static bool plan_copies(plan *p, const node *n, step *s) {
    bool parts = n->op == OP_concat || n->op == OP_split;
    int most = parts ? n->n_inputs + n->n_outputs : 1;
    if (most > STEP_MAX_OPERANDS) return node_error(p->diags, n, NULL, "has more than %d operands", STEP_MAX_OPERANDS);
    schedule *k = arena_alloc(p->arena, sizeof *k + sizeof(strided) * (size_t)most);
    k->fill_input = -1;
    int reads = n->op == OP_concat ? n->n_inputs : 1;
    for (int i = 0; i < reads; i++) s->input_operand[i] = step_add_input(p, s, n->inputs[i]);
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i]) step_add_output(p, s, n->outputs[i]);
    s->schedule = k;
    if (parts) return copy_parts(n, k), true;
    int64_t from[IR_MAX_RANK], to[IR_MAX_RANK];
    strides_of(&n->inputs[0]->type, from);
    strides_of(&n->outputs[0]->type, to);
    strided *c = &k->copies[k->n_copies++];
    switch (n->op) {
    case OP_transpose: copy_transpose(n, c, from, to); return true;
    case OP_slice: return copy_slice(n, c, from, to, p->diags);
    case OP_expand: copy_expand(n, c, from, to); return true;
    case OP_tile: copy_tile(n, c, from, to); return true;
    default: break;
    }
    k->fill = true;
    if (n->n_inputs > 2 && n->inputs[2]) k->fill_input = step_add_input(p, s, n->inputs[2]);
    return copy_pad(n, c, from, to, p->diags);
}

static void put_index(text *out, const int64_t *steps, int64_t start, int n_axes) {
    text_printf(out, "%lld", (long long)start);
    for (int i = 0; i < n_axes; i++)
        if (steps[i]) text_printf(out, " + i%d * %lld", i, (long long)steps[i]);
}

static void put_copy(text *out, const strided *c, size_t element) {
    int loops = c->n_axes;
    for (int i = 0; i < c->n_axes; i++)
        if (!c->count[i]) return;
    bool runs = loops && c->from_step[loops - 1] == 1 && c->to_step[loops - 1] == 1 && c->count[loops - 1] >= 8;
    loops -= runs;
    for (int i = 0; i < loops; i++)
        text_printf(out, "    %*sfor (ptrdiff_t i%d = 0; i%d < %lld; i%d++)\n", 4 * i, "", i, i, (long long)c->count[i], i);
    text_printf(out, "    %*s%sy%d%s", 4 * loops, "", runs ? "memcpy(" : "", c->out, runs ? " + " : "[");
    put_index(out, c->to_step, c->to_start, loops);
    text_printf(out, "%sx%d%s", runs ? ", " : "] = ", c->in, runs ? " + " : "[");
    put_index(out, c->from_step, c->from_start, loops);
    if (runs) text_printf(out, ", %lld);\n", (long long)((size_t)c->count[c->n_axes - 1] * element));
    else text_put(out, "];\n");
}

static bool emit_copies(const plan *p, const step *s, const target *machine, text *body) {
    (void)p, (void)machine;
    const schedule *k = s->schedule;
    const operand *y = &s->out[0];
    size_t element = (size_t)stored_bytes(y->elem, 1);
    int64_t count = 1;
    for (int i = 0; i < y->rank; i++) count *= y->dims[i];
    if (k->fill && k->fill_input < 0) text_printf(body, "    memset(y0, 0, %lld);\n", (long long)((size_t)count * element));
    else if (k->fill) text_printf(body, "    for (ptrdiff_t i = 0; i < %lld; i++) y0[i] = x%d[0];\n", (long long)count, k->fill_input);
    for (int i = 0; i < k->n_copies; i++) put_copy(body, &k->copies[i], element);
    return true;
}

const kernel_family kernel_strided_copy = {.name = "strided_copy", .accepts = accepts, .plan = plan_copies, .emit = emit_copies};
