/* Data movement whose places are known at compile time: transpose, slice, crop, expand, tile, pad with a constant, concat, split.
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
    number count[MAX_AXES], from_step[MAX_AXES], to_step[MAX_AXES], from_start, to_start;
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
    case OP_crop:
    case OP_expand:
    case OP_tile:
    case OP_concat:
    case OP_split: break;
    case OP_slice: {
        slice_axis axes[IR_MAX_RANK];
        diagnostics quiet = {.stream = NULL};
        if (slice_axes(n, axes, &quiet) < 1) return false;
        break;
    }
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

/* The numbers of a node's copies, and where their text lives. */
typedef struct copying {
    arena *arena;
    plan *plan;
    step *step;
    const operand *x, *y;
    number from[IR_MAX_RANK], to[IR_MAX_RANK]; /* strides */
} copying;

static void strides_of(arena *a, const operand *o, number *steps) {
    number stride = number_known(1);
    for (int i = o->rank - 1; i >= 0; i--) {
        steps[i] = stride;
        stride = number_mul(a, operand_size(o, i), stride);
    }
}

static number times(const copying *k, int64_t n, number x) { return number_mul(k->arena, number_known(n), x); }

static void move_start(const copying *k, number *start, int64_t n, number stride) { *start = number_add(k->arena, *start, times(k, n, stride)); }

static void add_axis(arena *a, strided *c, number count, number from_step, number to_step) {
    if (number_is(count, 1)) return;
    int last = c->n_axes - 1;
    if (last >= 0 && number_equal(c->from_step[last], number_mul(a, count, from_step)) && number_equal(c->to_step[last], number_mul(a, count, to_step))) {
        c->count[last] = number_mul(a, c->count[last], count);
        c->from_step[last] = from_step;
        c->to_step[last] = to_step;
        return;
    }
    c->count[c->n_axes] = count;
    c->from_step[c->n_axes] = from_step;
    c->to_step[c->n_axes++] = to_step;
}

static void copy_transpose(const node *n, strided *c, const copying *k) {
    int count, rank = k->y->rank;
    const int64_t *perm = node_ints(n, "perm", &count);
    for (int i = 0; i < rank; i++) add_axis(k->arena, c, operand_size(k->y, i), k->from[count ? perm[i] : rank - 1 - i], k->to[i]);
}

static bool copy_slice(const node *n, strided *c, const copying *k, diagnostics *d) {
    slice_axis axes[IR_MAX_RANK];
    if (slice_axes(n, axes, d) < 1) return node_error(d, n, NULL, "its starts and ends must be constants");
    for (int i = 0; i < n->outputs[0]->type.rank; i++) {
        const number start = number_mul(k->arena, step_size(k->plan, k->step, axes[i].start), k->from[i]);
        c->from_start = number_add(k->arena, c->from_start, start);
        add_axis(k->arena, c, operand_size(k->y, i), times(k, axes[i].step, k->from[i]), k->to[i]);
    }
    return true;
}

static void copy_crop(const node *n, strided *c, const copying *k) {
    int rank;
    const int64_t *offset = node_ints(n, "offset", &rank);
    for (int i = 0; i < rank; i++) {
        move_start(k, &c->from_start, offset[i], k->from[i]);
        add_axis(k->arena, c, operand_size(k->y, i), k->from[i], k->to[i]);
    }
}

static void copy_expand(strided *c, const copying *k) {
    for (int i = 0; i < k->y->rank; i++) {
        int axis = i - (k->y->rank - k->x->rank);
        bool repeats = axis < 0 || k->x->dims[axis] == 1;
        add_axis(k->arena, c, operand_size(k->y, i), repeats ? number_known(0) : k->from[axis], k->to[i]);
    }
}

/* Repeats that only a run knows are those that the declared sizes ask for. */
static bool copy_tile(const node *n, strided *c, const copying *k, diagnostics *d) {
    int count;
    const dim *repeats = value_sizes(k->arena, n->inputs[1], &count);
    if (!repeats && !(type_is_static(&n->inputs[0]->type) && type_is_static(&n->outputs[0]->type)))
        return node_error(d, n, "fix the open dimension: --dim NAME=SIZE", "its repeats are not known");
    for (int i = 0; i < k->x->rank; i++) {
        const number one = operand_size(k->x, i);
        const number times = number_is(one, 0) ? one : repeats ? step_size(k->plan, k->step, repeats[i]) : number_known(k->y->dims[i] / k->x->dims[i]);
        add_axis(k->arena, c, times, number_known(0), number_mul(k->arena, one, k->to[i]));
        add_axis(k->arena, c, one, k->from[i], k->to[i]);
    }
    return true;
}

static bool copy_pad(const node *n, strided *c, const copying *k, diagnostics *d) {
    int64_t begin[IR_MAX_RANK], end[IR_MAX_RANK];
    if (pad_amounts(n, begin, end, d) < 1) return node_error(d, n, NULL, "its pads must be constants");
    for (int i = 0; i < k->x->rank; i++) {
        int64_t cut = begin[i] < 0 ? -begin[i] : 0;
        number kept = number_add(k->arena, operand_size(k->x, i), number_known((end[i] < 0 ? end[i] : 0) - cut));
        move_start(k, &c->from_start, cut, k->from[i]);
        move_start(k, &c->to_start, begin[i] > 0 ? begin[i] : 0, k->to[i]);
        add_axis(k->arena, c, !kept.text && kept.n < 0 ? number_known(0) : kept, k->from[i], k->to[i]);
    }
    return true;
}

/* A part of a whole along axis: all of its elements, at `at`. */
static void copy_part(arena *a, strided *c, const operand *part, const number *whole_steps, int axis, number at, bool split) {
    number part_steps[IR_MAX_RANK];
    strides_of(a, part, part_steps);
    *(split ? &c->from_start : &c->to_start) = number_mul(a, at, whole_steps[axis]);
    for (int i = 0; i < part->rank; i++) add_axis(a, c, operand_size(part, i), split ? whole_steps[i] : part_steps[i], split ? part_steps[i] : whole_steps[i]);
}

static void copy_parts(arena *a, const node *n, const step *t, schedule *s) {
    bool split = n->op == OP_split;
    const operand *whole = split ? &t->in[0] : &t->out[0];
    int axis = (int)node_int(n, "axis");
    axis += axis < 0 ? whole->rank : 0;
    number whole_steps[IR_MAX_RANK], at = number_known(0);
    strides_of(a, whole, whole_steps);
    int outs = 0;
    for (int i = 0; i < (split ? n->n_outputs : n->n_inputs); i++) {
        const value *v = split ? n->outputs[i] : n->inputs[i];
        if (!v) continue;
        strided *c = &s->copies[s->n_copies++];
        *c = (strided){.in = split ? 0 : i, .out = split ? outs++ : 0};
        const operand *part = split ? &t->out[c->out] : &t->in[i];
        copy_part(a, c, part, whole_steps, axis, at, split);
        at = number_add(a, at, operand_size(part, axis));
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
    if (parts) return copy_parts(p->arena, n, s, k), true;
    copying how = {.arena = p->arena, .plan = p, .step = s, .x = &s->in[0], .y = &s->out[0]};
    strides_of(p->arena, how.x, how.from);
    strides_of(p->arena, how.y, how.to);
    strided *c = &k->copies[k->n_copies++];
    switch (n->op) {
    case OP_transpose: copy_transpose(n, c, &how); return true;
    case OP_slice: return copy_slice(n, c, &how, p->diags);
    case OP_crop: copy_crop(n, c, &how); return true;
    case OP_expand: copy_expand(c, &how); return true;
    case OP_tile: return copy_tile(n, c, &how, p->diags);
    default: break;
    }
    k->fill = true;
    if (n->n_inputs > 2 && n->inputs[2]) k->fill_input = step_add_input(p, s, n->inputs[2]);
    return copy_pad(n, c, &how, p->diags);
}

static void put_index(text *out, const number *steps, number start, int n_axes) {
    text_put(out, number_text(out->arena, start));
    for (int i = 0; i < n_axes; i++)
        if (!number_is(steps[i], 0)) text_printf(out, " + i%d * %s", i, number_text(out->arena, steps[i]));
}

/* ", 48": of `count` elements, as the last argument. */
static void put_bytes(text *out, number count, size_t element) {
    number bytes = number_mul(out->arena, count, number_known((int64_t)element));
    text_printf(out, ", %s%s", bytes.text ? "(size_t)" : "", number_text(out->arena, bytes));
}

static void put_copy(text *out, const strided *c, size_t element) {
    int loops = c->n_axes;
    for (int i = 0; i < c->n_axes; i++)
        if (number_is(c->count[i], 0)) return;
    const number last = loops ? c->count[loops - 1] : number_known(0);
    bool runs = loops && number_is(c->from_step[loops - 1], 1) && number_is(c->to_step[loops - 1], 1) && (last.text || last.n >= 8);
    loops -= runs;
    for (int i = 0; i < loops; i++)
        text_printf(out, "    %*sfor (ptrdiff_t i%d = 0; i%d < %s; i%d++)\n", 4 * i, "", i, i, number_text(out->arena, c->count[i]), i);
    text_printf(out, "    %*s%sy%d%s", 4 * loops, "", runs ? "memcpy(" : "", c->out, runs ? " + " : "[");
    put_index(out, c->to_step, c->to_start, loops);
    text_printf(out, "%sx%d%s", runs ? ", " : "] = ", c->in, runs ? " + " : "[");
    put_index(out, c->from_step, c->from_start, loops);
    if (runs) put_bytes(out, last, element), text_put(out, ");\n");
    else text_put(out, "];\n");
}

static bool emit_copies(const plan *p, const step *s, const target *machine, text *body) {
    (void)p, (void)machine;
    const schedule *k = s->schedule;
    const operand *y = &s->out[0];
    size_t element = (size_t)stored_bytes(y->elem, 1);
    number count = operand_count(body->arena, y, 0, y->rank);
    if (k->fill && k->fill_input < 0) text_put(body, "    memset(y0, 0"), put_bytes(body, count, element), text_put(body, ");\n");
    else if (k->fill) text_printf(body, "    for (ptrdiff_t i = 0; i < %s; i++) y0[i] = x%d[0];\n", number_text(body->arena, count), k->fill_input);
    for (int i = 0; i < k->n_copies; i++) put_copy(body, &k->copies[i], element);
    return true;
}

const kernel_family kernel_strided_copy = {.name = "strided_copy", .accepts = accepts, .plan = plan_copies, .emit = emit_copies, .constant_time = step_always_constant_time, .open = OPEN_ANY};
