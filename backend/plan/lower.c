/* Graph to plan: one step a node, by the kernel family that backend/schedule chooses. */
#include "backend/schedule/schedule.h"
#include "ir/names.h"

#include <string.h>

enum { STAYS_CACHED = 4 << 20 }; /* bytes: more is gone from the caches before the next run */

static void block_append(plan *p, block *b, step *s) {
    if (b->n_steps == b->capacity) {
        b->capacity = b->capacity ? 2 * b->capacity : 16;
        step **more = ARENA_ARRAY(p->arena, step *, b->capacity);
        if (b->n_steps) memcpy(more, b->steps, sizeof *more * (size_t)b->n_steps);
        b->steps = more;
    }
    b->steps[b->n_steps++] = s;
}

static step *step_new(plan *p, const node *n) {
    step *s = ARENA_NEW(p->arena, step);
    s->node = n;
    s->summary = "";
    step_set_extent(s, 1);
    s->phases = number_known(1);
    for (int i = 0; i < STEP_MAX_OPERANDS; i++) s->input_operand[i] = -1;
    return s;
}

/* ---- steps that no node asks for ---- */

static void add_copy(plan *p, block *b, const node *n, operand from, operand to) {
    step *s = step_new(p, n);
    s->family = &kernel_copy;
    s->in = arena_copy(p->arena, &from, sizeof from);
    s->out = arena_copy(p->arena, &to, sizeof to);
    s->n_in = s->n_out = 1;
    step_name_sizes(p, s);
    block_append(p, b, s);
}

/* In slices a plane at a time. */
static void set_halo_work(const plan *p, step *s) {
    const operand *o = &s->out[0];
    if (!p->options.slice) return;
    step_set_extent(s, o->dims[1] / C16);
    s->whole = o->rank; /* a small share of a plane whose size is open, which need not be told exactly */
    for (int i = 0; i < TARGET_MAX; i++) s->unit_work[i] = o->block - o->dims[2] * o->dims[3] * C16;
}

/* A buffer whose planes have a halo gets it zeroed before the first kernel writes there. */
static void add_halos(plan *p, block *b, const step *writer) {
    for (int i = 0; i < writer->n_out; i++) {
        const operand *o = &writer->out[i];
        if (o->layout.kind != LAYOUT_C16 || operand_is_flat(o)) continue;
        if (o->buffer->haloed) continue;
        o->buffer->haloed = true;
        step *s = step_new(p, writer->node);
        s->family = &kernel_halo;
        s->out = arena_copy(p->arena, o, sizeof *o);
        s->out->offset = 0;
        s->out->dims[0] = 1;
        s->out->dims[1] = o->buffer->size / (int64_t)dtype_bytes(o->elem, o->block) * C16; /* every plane of the buffer */
        s->n_out = 1;
        set_halo_work(p, s);
        block_append(p, b, s);
    }
}

/* ---- nodes ---- */

static bool same_place(const plan *p, const value *x, const value *y) {
    return p->locations[x->id].buffer == p->locations[y->id].buffer;
}

/* All results already lie inside the input: reshapes, contiguous splits, conversions that change nothing. */
static bool needs_no_step(const plan *p, const node *n) {
    bool view = (op_of(n->op)->props & PROP_VIEW) || n->op == OP_to_c16 || n->op == OP_from_c16 || n->op == OP_split;
    if (!view || !n->n_inputs || !n->inputs[0] || n->inputs[0]->constant) return false;
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] && !same_place(p, n->inputs[0], n->outputs[i])) return false;
    return true;
}

/* Of a part that is given twice, only one lies where the concat has it. */
static bool lies_at(const plan *p, const value *part, const operand *place) {
    const location *at = &p->locations[part->id];
    return !part->constant && at->buffer == place->buffer && at->offset == place->offset;
}

/* A concat along the outermost axis that matters copies only the parts that could not be put in place. */
static bool lower_concat(plan *p, const node *n, block *b) {
    const value *whole = n->outputs[0];
    bool placed = false;
    for (int i = 0; i < n->n_inputs; i++) placed |= !n->inputs[i]->constant && same_place(p, n->inputs[i], whole);
    bool c16 = whole->type.layout.kind == LAYOUT_C16;
    if (!placed && !c16) return false;
    int axis = (int)node_int(n, "axis");
    if (axis < 0) axis += whole->type.rank;
    operand to = plan_operand(p, whole);
    int64_t size = whole->type.dims[axis].size;
    int64_t units = c16 ? (size + C16 - 1) / C16 : size, at = 0;
    int64_t unit_bytes = c16 ? (int64_t)dtype_bytes(to.elem, to.block) : (int64_t)stored_bytes(to.elem, type_count(&whole->type)) / (units ? units : 1);
    for (int i = 0; i < n->n_inputs; i++) {
        const value *part = n->inputs[i];
        int64_t part_size = part->type.dims[axis].size;
        operand here = to;
        here.offset += at * unit_bytes;
        here.dims[axis] = part_size;
        if (!lies_at(p, part, &here)) {
            step dummy = {0};
            step_add_input(p, &dummy, part);
            add_copy(p, b, n, dummy.in[0], here);
        }
        at += c16 ? (part_size + C16 - 1) / C16 : part_size;
    }
    return true;
}

/* ---- branches ---- */

static operand operand_of(plan *p, const value *v) {
    step dummy = {0};
    step_add_input(p, &dummy, v);
    return dummy.in[0];
}

static void copy_value(plan *p, block *b, const node *n, operand from, operand to) {
    if (from.buffer != to.buffer || from.offset != to.offset || to.loop) add_copy(p, b, n, from, to);
}

static bool lower_region(plan *p, const region *r, block *b);

static bool lower_if(plan *p, const node *n, block *b) {
    step *s = step_new(p, n);
    s->kind = STEP_IF;
    s->condition = plan_operand(p, n->inputs[0]);
    s->then_block = ARENA_NEW(p->arena, block);
    s->else_block = ARENA_NEW(p->arena, block);
    block *branches[2] = {s->then_block, s->else_block};
    for (int i = 0; i < 2; i++) {
        const region *branch = n->regions[i];
        if (!lower_region(p, branch, branches[i])) return false;
        for (int k = 0; k < branch->n_outputs; k++) {
            if (!n->outputs[k]) continue;
            copy_value(p, branches[i], n, operand_of(p, branch->outputs[k]), plan_operand(p, n->outputs[k]));
        }
    }
    block_append(p, b, s);
    return true;
}

/* ---- loops ---- */

static const value *true_value(plan *p) {
    static const uint8_t yes = 1;
    value *v = ARENA_NEW(p->arena, value);
    constant *c = ARENA_NEW(p->arena, constant);
    *c = (constant){.type = type_tensor(p->arena, DT_BOOL, 0, NULL), .data = &yes, .origin = "cnnc: true"};
    *v = (value){.name = "true", .type = c->type, .constant = c};
    return v;
}

/* What the body returns becomes what the next iteration is given. A value that lies where another one is to go is first
 * put aside. */
static void carry_over(plan *p, const node *n, block *body) {
    const region *r = n->regions[0];
    operand *from = ARENA_ARRAY(p->arena, operand, r->n_inputs);
    const buffer **goals = ARENA_ARRAY(p->arena, const buffer *, r->n_inputs);
    for (int i = 2; i < r->n_inputs; i++) goals[i] = plan_operand(p, r->inputs[i]).buffer;
    for (int i = 2; i < r->n_inputs; i++) {
        from[i] = operand_of(p, r->outputs[i - 1]);
        bool in_the_way = false;
        for (int k = 2; k < r->n_inputs && !in_the_way; k++) in_the_way = k != i && goals[k] == from[i].buffer;
        if (!in_the_way) continue;
        operand aside = from[i];
        aside.buffer = plan_buffer(p, MEMORY_ARENA, (int64_t)stored_bytes(aside.elem, type_count(&r->outputs[i - 1]->type)));
        aside.offset = 0;
        add_copy(p, body, n, from[i], aside);
        from[i] = aside;
    }
    for (int i = 2; i < r->n_inputs; i++) copy_value(p, body, n, from[i], plan_operand(p, r->inputs[i]));
}

/* Elements of stacked results go to their rows; rows beyond those that there is room for are never computed. */
static void stack_results(plan *p, const node *n, step *s) {
    const region *r = n->regions[0];
    int carried = r->n_inputs - 2;
    for (int i = carried; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        operand from = operand_of(p, r->outputs[i + 1]), to = plan_operand(p, n->outputs[i]);
        to.loop = s->loop;
        const value_type *each = &r->outputs[i + 1]->type;
        to.pitch = (int64_t)stored_bytes(from.elem, type_count(each));
        to.each = dim_number(1);
        for (int k = 0; k < each->rank; k++) to.each = dim_mul(p->arena, to.each, each->dims[k]);
        add_copy(p, s->then_block, n, from, to);
    }
}

static bool lower_loop(plan *p, const node *n, block *b) {
    const region *r = n->regions[0];
    step *s = step_new(p, n);
    s->kind = STEP_LOOP;
    s->loop = ++p->n_loops;
    s->then_block = ARENA_NEW(p->arena, block);
    s->else_block = ARENA_NEW(p->arena, block);
    s->most = n->inputs[0] && n->inputs[0]->constant ? constant_int(n->inputs[0]->constant, 0) : INT64_MAX;
    if (n->inputs[0] && !n->inputs[0]->constant) step_add_input(p, s, n->inputs[0]);
    step_add_output(p, s, r->inputs[0]);
    for (int i = r->n_inputs - 2; i < n->n_outputs; i++)
        if (n->outputs[i] && n->outputs[i]->type.dims[0].size < s->most) s->most = n->outputs[i]->type.dims[0].size;
    s->condition = plan_operand(p, r->inputs[1]);
    copy_value(p, b, n, operand_of(p, n->inputs[1] ? n->inputs[1] : true_value(p)), s->condition);
    for (int i = 2; i < r->n_inputs; i++) copy_value(p, b, n, operand_of(p, n->inputs[i]), plan_operand(p, r->inputs[i]));
    block_append(p, b, s);
    if (!lower_region(p, r, s->then_block)) return false;
    stack_results(p, n, s);
    copy_value(p, s->then_block, n, operand_of(p, r->outputs[0]), s->condition);
    carry_over(p, n, s->then_block);
    for (int i = 0; i < r->n_inputs - 2 && i < n->n_outputs; i++)
        if (n->outputs[i]) copy_value(p, b, n, plan_operand(p, r->inputs[i + 2]), plan_operand(p, n->outputs[i]));
    return true;
}

static bool check_constant_time(const plan *p, const step *s) {
    if (!p->options.constant_time || (s->family->constant_time && s->family->constant_time(s))) return true;
    return node_error(p->diags, s->node, "leave --constant-time out", "takes branches or addresses that depend on data (kernel %s)", s->family->name);
}

static bool check_error(const plan *p, const step *s) {
    double bound = step_error_bound(s), limit = p->options.max_error;
    if (limit <= 0 || bound <= limit) return true;
    return node_error(p->diags, s->node, arena_printf(p->arena, "--max-error %.1e admits it", bound * 1.05),
                      "by %s is bound to %.1e of its largest output: more than --max-error", s->family->name, bound);
}

static bool lower_node(plan *p, const node *n, block *b) {
    if (needs_no_step(p, n)) return true;
    if (p->options.constant_time && (n->op == OP_loop || n->op == OP_if))
        return node_error(p->diags, n, "leave --constant-time out", "runs a part of the network or does not, as data decide");
    if (n->op == OP_loop) return lower_loop(p, n, b);
    if (n->op == OP_if) return lower_if(p, n, b);
    if (n->op == OP_concat && !n->epilogue && lower_concat(p, n, b)) return true;
    if (schedule_joins_user(p, n)) {
        p->locations[n->outputs[0]->id].passed = true;
        return true;
    }
    step *s = step_new(p, n);
    if (schedule_choose(p, n, s)) {
        if (!s->family->plan(p, n, s) || !check_constant_time(p, s) || !check_error(p, s)) return false;
        add_halos(p, b, s);
        block_append(p, b, s);
        return true;
    }
    char types[200] = "";
    FILE *f = fmemopen(types, sizeof types - 1, "w");
    if (f) {
        for (int i = 0; i < n->n_inputs; i++)
            if (n->inputs[i]) fputs(i ? ", " : "", f), type_print(f, &n->inputs[i]->type);
        fclose(f);
    }
    if (schedule_is_open(n)) return node_error(p->diags, n, "fix the open dimension: --dim NAME=SIZE", "has no form for open dimensions: inputs %s", types);
    return node_error(p->diags, n, "this operator, or this use of it, has no kernel yet", "cannot be compiled for inputs %s", types);
}

/* Goes on after an error, so that all nodes without a kernel are reported at once. */
static bool lower_region(plan *p, const region *r, block *b) {
    bool ok = true;
    for (const node *n = r->first; n; n = n->next) ok = lower_node(p, n, b) && ok;
    return ok;
}

static bool reads_buffer(const block *b, const buffer *what) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        for (int k = 0; k < s->n_in; k++)
            if (s->in[k].buffer == what) return true;
        if (s->kind == STEP_KERNEL) continue;
        if (s->condition.buffer == what || reads_buffer(s->then_block, what) || reads_buffer(s->else_block, what)) return true;
    }
    return false;
}

/* Sizes that kernels take as sizes need not lie in memory. */
static void drop_unread_sizes(const plan *p, block *b) {
    int kept = 0;
    for (int i = 0; i < b->n_steps; i++) {
        step *s = b->steps[i];
        if (s->kind != STEP_KERNEL) drop_unread_sizes(p, s->then_block), drop_unread_sizes(p, s->else_block);
        const bool unread = s->node && s->node->op == OP_sizes && s->family && s->out[0].buffer->where == MEMORY_ARENA && !reads_buffer(p->body, s->out[0].buffer);
        if (!unread) b->steps[kept++] = s;
    }
    b->n_steps = kept;
}

static void copy_outputs(plan *p) {
    const region *body = p->graph->body;
    for (int i = 0; i < body->n_outputs; i++) {
        const value *v = body->outputs[i];
        if (!v->constant && p->locations[v->id].buffer->where == MEMORY_OUTPUT && p->locations[v->id].buffer->index == i) continue;
        step dummy = {0};
        step_add_input(p, &dummy, v);
        operand to = dummy.in[0];
        to.offset = 0;
        to.buffer = plan_buffer(p, MEMORY_OUTPUT, (int64_t)stored_bytes(v->type.elem, type_count(&v->type)));
        to.buffer->index = i;
        add_copy(p, p->body, NULL, dummy.in[0], to);
    }
}

static int number_steps(block *b, int next, int64_t times) {
    for (int i = 0; i < b->n_steps; i++) {
        step *s = b->steps[i];
        s->id = next++;
        s->times = times;
        int64_t inside = s->kind == STEP_LOOP && s->most < INT64_MAX ? WORK(times, s->most) : times;
        if (s->kind != STEP_KERNEL) next = number_steps(s->else_block, number_steps(s->then_block, next, inside), inside);
        s->end = next;
    }
    return next;
}

static bool check_strings(const plan *p, const node *n) {
    for (int i = 0; i < n->n_inputs; i++) {
        const constant *c = n->inputs[i] ? n->inputs[i]->constant : NULL;
        for (int64_t k = 0; c && c->type.elem == DT_STRING && k < type_count(&c->type); k++)
            if (((const ir_string *)c->data)[k].size > STRING_SLOT - sizeof(uint32_t))
                return node_error(p->diags, n, "shorten it", "holds a string of more than %d bytes", STRING_SLOT - 4);
    }
    return true;
}

static bool check_types(const plan *p, const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        if (!check_strings(p, n)) return false;
        for (int i = 0; i < n->n_regions; i++)
            if (!check_types(p, n->regions[i])) return false;
        for (int i = 0; i < n->n_outputs; i++) {
            const value *v = n->outputs[i];
            if (!v || type_is_bounded(&v->type)) continue;
            char shown[200] = "";
            FILE *f = fmemopen(shown, sizeof shown - 1, "w");
            if (f) type_print(f, &v->type), fclose(f);
            return node_error(p->diags, n, "fix the open dimensions with --dim NAME=SIZE (cnnc inspect lists them)",
                              "the size of its result is not known at compile time: %s", shown);
        }
    }
    return true;
}

static bool check_inputs(const plan *p) {
    const region *body = p->graph->body;
    for (int i = 0; p->options.constant_time && i < graph_port_count(p->graph, false); i++)
        if (graph_port(p->graph, false, i).only)
            return diag_error(p->diags, "", "leave --constant-time out", "an input that --fix says is compared with it, which takes longer the more agrees");
    for (int i = 0; i < body->n_inputs; i++) {
        const value *v = body->inputs[i];
        if (type_is_bounded(&v->type)) continue;
        for (int k = 0; v->type.kind == TYPE_TENSOR && k < v->type.rank; k++)
            if (dim_named(v->type.dims[k]))
                return diag_error(p->diags, "", "give it a size: --dim NAME=SIZE", "input '%s': dimension %d, named '%s', is open",
                                  v->name, k, dim_named(v->type.dims[k])->name);
        return diag_error(p->diags, "", NULL, "input '%s' is no tensor of known rank", v->name);
    }
    return true;
}

static const step *find_step(const block *b, int id) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i], *inside = NULL;
        if (s->id == id) return s;
        if (s->kind == STEP_IF && !(inside = find_step(s->then_block, id))) inside = find_step(s->else_block, id);
        if (inside) return inside;
    }
    return NULL;
}

static bool check_workspace(const plan *p) {
    const int64_t limit = (int64_t)1 << 40;
    if (p->workspace < limit) return true;
    const step *s = find_step(p->body, p->peak_step);
    const char *hint = "give the model's inputs smaller shapes";
    static const char format[] = "needs a workspace of %lld GiB while it runs: more than any machine has";
    long long gibibytes = (long long)(p->workspace >> 30);
    return s && s->node ? node_error(p->diags, s->node, hint, format, gibibytes) : diag_error(p->diags, "", hint, format, gibibytes);
}

/* Bytes of constants, as often as they are read. */
static double constant_bytes(const region *r) {
    double bytes = 0;
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_inputs; i++)
            if (n->inputs[i] && n->inputs[i]->constant) bytes += (double)dtype_bytes(n->inputs[i]->type.elem, type_count(&n->inputs[i]->type));
        for (int i = 0; i < n->n_regions; i++) bytes += constant_bytes(n->regions[i]);
    }
    return bytes;
}

plan *plan_make(const graph *g, const target *const *targets, int n_targets, const plan_options *o, arena *a) {
    plan *p = ARENA_NEW(a, plan);
    p->graph = g;
    p->options = *o;
    if (o->accuracy == ACCURACY_FAST && o->weights_type == DT_NONE) p->options.weights_type = DT_F16;
    p->arena = a;
    p->diags = g->diags;
    p->packed = names_new(a, NULL);
    p->cold = constant_bytes(g->body) > STAYS_CACHED;
    p->n_targets = n_targets;
    for (int i = 0; i < n_targets; i++) p->targets[i] = targets[i];
    p->machine = o->bit_exact ? target_canonical() : targets[0];
    p->body = ARENA_NEW(a, block);
    if (!check_inputs(p) || !check_types(p, g->body) || !locations_assign(p)) return NULL;
    if (!lower_region(p, g->body, p->body)) return NULL;
    copy_outputs(p);
    drop_unread_sizes(p, p->body);
    p->n_steps = number_steps(p->body, 0, 1);
    liveness_find(p);
    buffers_place(p);
    return check_workspace(p) && (!p->options.slice || slices_check(p)) ? p : NULL;
}
