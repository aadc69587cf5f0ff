/* The functions of one target: each distinct kernel once, and the function that calls them in the plan's order. */
#include "backend/emit/emit.h"
#include "backend/emit/indent.h"
#include "backend/emit/neutral.h"
#include "backend/emit/self_test.h"
#include "ir/names.h"

#include <ctype.h>
#include <string.h>

typedef struct function {
    const char *key, *body; /* key: parameters and body; equal keys share the function */
    const char *name;
    const step *steps[8]; /* the first ones that call it, for the comment */
    int n_steps;
    struct function *next;
} function;

typedef struct writer {
    const emission *e;
    int target;
    const char *suffix;
    function *functions, **last;
    names by_key;
    int n_functions, branches;
    text calls;
    size_table *sizes;
    bool ok;
} writer;

/* An output that shares its buffer with an input may be written in place: no restrict then. */
static bool aliases(const step *s) {
    for (int i = 0; i < s->n_in; i++)
        for (int k = 0; k < s->n_out; k++)
            if (s->in[i].buffer == s->out[k].buffer) return true;
    return false;
}

/* ---- open sizes: a step hands them to its kernel behind its inputs ---- */

typedef struct open_size {
    const char *name, *row; /* row: NULL, or the name of the C16 row that long */
    int halo;               /* of the row */
    dim size;
} open_size;

enum { MAX_OPEN_SIZES = 4 * STEP_MAX_OPERANDS + 2 * IR_MAX_RANK };

static int add_open_sizes(const operand *o, open_size *list, int n) {
    for (int k = 0; k < o->rank; k++) {
        bool known = !o->open[k];
        for (int i = 0; i < n && !known; i++) known = !strcmp(list[i].name, o->open[k]);
        if (known || n == MAX_OPEN_SIZES - 2 * IR_MAX_RANK) continue;
        list[n++] = (open_size){o->open[k], k == 3 ? o->open_row : NULL, o->layout.left + o->layout.right, o->value->type.dims[k]};
    }
    return n;
}

static int open_sizes(const step *s, open_size *list) {
    int n = 0;
    for (int i = 0; i < s->n_in; i++) n = add_open_sizes(&s->in[i], list, n);
    for (int i = 0; i < s->n_out; i++) n = add_open_sizes(&s->out[i], list, n);
    for (int i = 0; i < s->n_sizes; i++) list[n++] = (open_size){s->size_names[i], NULL, 0, s->sizes[i]};
    return n;
}

/* Declares those that the code mentions. */
static void put_open_sizes(const step *s, const char *code, const char *indent, text *out) {
    open_size list[MAX_OPEN_SIZES];
    int n = open_sizes(s, list);
    for (int i = 0; i < n; i++) {
        bool row = list[i].row && text_mentions(code, list[i].row);
        if (row || text_mentions(code, list[i].name)) text_printf(out, "%sconst ptrdiff_t %s = sizes[%d];\n", indent, list[i].name, i);
        if (row) text_printf(out, "%sconst ptrdiff_t %s = (%s + %d) * 16;\n", indent, list[i].row, list[i].name, list[i].halo);
    }
}

static void put_parameters(const step *s, const char *body, text *out) {
    text sizes = {.arena = out->arena};
    put_open_sizes(s, body, "    ", &sizes);
    const char *restricted = aliases(s) ? "" : "restrict ";
    for (int side = 0; side < 2; side++) {
        const operand *list = side ? s->out : s->in;
        bool used = false;
        for (int i = 0; i < (side ? s->n_out : s->n_in); i++) {
            char name[16];
            snprintf(name, sizeof name, "%c%d", side ? 'y' : 'x', i);
            if (!text_mentions(body, name)) continue;
            used = true;
            text_printf(out, "    %s%s *%s%s = %s[%d];\n", side ? "" : "const ", dtype_of(list[i].elem)->ctype, restricted, name,
                        side ? "out" : "in", i);
        }
        if (!used && (side || !sizes.bytes)) text_printf(out, "    (void)%s;\n", side ? "out" : "in");
    }
    if (sizes.bytes) text_printf(out, "    const ptrdiff_t *const sizes = in[%d];\n%s", s->n_in, sizes.bytes);
    if (!text_mentions(body, "begin")) text_put(out, "    (void)begin;\n");
    if (!text_mentions(body, "end")) text_put(out, "    (void)end;\n");
}

static function *function_for(writer *w, const step *s) {
    const plan *p = w->e->plan;
    text body = {.arena = w->e->arena}, key = {.arena = w->e->arena};
    if (!s->family->emit(p, s, p->targets[w->target], &body)) w->ok = false;
    const char *code = body.bytes ? body.bytes : "";
    if (p->options.bit_exact) code = emit_exact_calls(w->e->arena, code);
    if (p->options.bit_exact && !emit_is_exact(w->e, s, code)) w->ok = false;
    put_parameters(s, code, &key);
    text_put(&key, code);
    void *known = NULL;
    names_find(&w->by_key, key.bytes, &known);
    function *f = known;
    if (!f) {
        f = ARENA_NEW(w->e->arena, function);
        f->key = key.bytes;
        names_add(&w->by_key, f->key, f);
        f->name = arena_printf(w->e->arena, "k%d_%s%s", w->n_functions++, s->family->name, w->suffix);
        *w->last = f;
        w->last = &f->next;
    }
    if (f->n_steps < 8) f->steps[f->n_steps] = s;
    f->n_steps++;
    return f;
}

void emit_address(const emission *e, const operand *o, text *out) {
    const buffer *b = o->buffer;
    int64_t offset = o->offset + (b->where == MEMORY_ARENA || b->where == MEMORY_CONSTANT ? b->offset : 0);
    switch (b->where) {
    case MEMORY_INPUT:
    case MEMORY_OUTPUT:
        if (offset || o->loop) text_printf(out, "(%schar *)", b->where == MEMORY_INPUT ? "const " : "");
        text_printf(out, "%s[%d]", b->where == MEMORY_INPUT ? "inputs" : "outputs", b->index);
        break;
    case MEMORY_ARENA: text_put(out, "arena"); break;
    case MEMORY_CONSTANT:
        if (e->weights == WEIGHTS_INLINE) {
            text_printf(out, "constant%d", b->index);
            return;
        }
        text_put(out, "weights");
        break;
    }
    if (offset) text_printf(out, " + %lld", (long long)offset);
    if (!o->loop) return;
    if (o->each.expr) text_printf(out, " + iteration%d * (%s * %lld)", o->loop, emit_size(e, o->each), (long long)stored_bytes(o->elem, 1));
    else text_printf(out, " + iteration%d * %lld", o->loop, (long long)o->pitch);
}

static void put_type(text *out, const value_type *t) {
    char shown[160] = "";
    FILE *f = fmemopen(shown, sizeof shown - 1, "w");
    if (!f) return;
    type_print(f, t);
    fclose(f);
    text_comment(out, shown);
}

static void put_step_comment(text *out, const step *s, const char *indent) {
    if (!s->node) return;
    text_printf(out, "%s/* ", indent);
    text_comment(out, s->node->name);
    text_put(out, " */\n");
}

/* Of a step a slice may do a part: the function returns where there is more to do. */
static void put_run(const writer *w, const step *s, const char *kernel, text *out) {
    arena *a = out->arena;
    const char *extent = number_text(a, s->extent[w->target]), *phases = number_text(a, s->phases);
    if (!w->e->plan->options.slice) {
        text_printf(out, "%s(parallel, %s, in, out, %s, %s);\n", golden_layer(w->e->golden, s) ? "self_test_step" : "step_run", kernel, extent, phases);
        return;
    }
    text_printf(out, "if (!slice_step(slice, parallel, %d, %s, %s, in, out, %s, %s)) return %s_STEP_MORE;\n", s->id,
                number_text(a, step_unit_work_of_sizes(a, s, w->target)), kernel, extent, phases, w->e->upper);
}

static void put_call(writer *w, const step *s, int depth) {
    const function *f = function_for(w, s);
    text *out = &w->calls;
    char indent[64] = "";
    for (int i = 0; i < depth && i < 15; i++) strcat(indent, "    ");
    put_step_comment(out, s, indent);
    text_printf(out, "%s{\n", indent);
    open_size sizes[MAX_OPEN_SIZES];
    int n_sizes = open_sizes(s, sizes);
    for (int i = 0; i < n_sizes; i++) text_printf(out, i ? ", %s" : "%s    const ptrdiff_t sizes[] = {%s", i ? size_name(w->sizes, sizes[i].size) : indent, size_name(w->sizes, sizes[i].size));
    if (n_sizes) text_put(out, "};\n");
    text run = {.arena = out->arena};
    put_run(w, s, f->name, &run);
    put_open_sizes(s, run.bytes, arena_printf(out->arena, "%s    ", indent), out);
    for (int side = 0; side < 2; side++) {
        int n = side ? s->n_out : s->n_in;
        text_printf(out, "%s    %svoid *const %s[] = {", indent, side ? "" : "const ", side ? "out" : "in");
        for (int i = 0; i < n; i++) {
            text_printf(out, "%s%s(", i ? ", " : "", side ? "writes" : "reads");
            emit_address(w->e, side ? &s->out[i] : &s->in[i], out);
            text_printf(out, ", %lld)", (long long)operand_room(side ? &s->out[i] : &s->in[i]));
        }
        bool more = !side && n_sizes;
        if (more) text_put(out, n ? ", sizes" : "sizes");
        text_put(out, n || more ? "};\n" : "NULL};\n");
    }
    text_printf(out, "%s    %s%s}\n", indent, run.bytes, indent);
    if (w->e->options->profile) text_printf(out, "%sprofile_mark(&clock, %d);\n", indent, s->id);
}

static void put_block(writer *w, const block *b, int depth);

/* What an iteration begins on, but for the bound that is known: a count that data give, and the condition. */
static void put_condition(const writer *w, const step *s, text *out) {
    if (s->n_in) {
        text_printf(out, "iteration%d < *(const %s *)(const void *)(", s->loop, dtype_of(s->in[0].elem)->ctype);
        emit_address(w->e, &s->in[0], out);
        text_put(out, ") && ");
    }
    text_put(out, "*(const unsigned char *)(const void *)(");
    emit_address(w->e, &s->condition, out);
    text_put(out, ")");
}

static void put_loop(writer *w, const step *s, int depth) {
    text *out = &w->calls;
    const bool sliced = w->e->plan->options.slice;
    const char *indent = arena_printf(w->e->arena, "%*s", 4 * depth, "");
    put_step_comment(out, s, indent);
    text_printf(out, "%sfor (ptrdiff_t iteration%d = ", indent, s->loop);
    if (sliced) text_printf(out, "slice_enter(slice, %d, %d); ", s->id, s->loop - 1);
    else text_put(out, "0; ");
    if (s->most < INT64_MAX) text_printf(out, "iteration%d < %lld && ", s->loop, (long long)s->most);
    if (sliced) text_printf(out, "slice_stays(slice, %d, %d, ", s->id, s->end);
    put_condition(w, s, out);
    text_printf(out, "%s; iteration%d++) {\n%s    ", sliced ? ")" : "", s->loop, indent);
    if (sliced) text_printf(out, "if (slice_is_fresh(slice, %d)) ", s->id);
    text_put(out, "*(int64_t *)(void *)(");
    emit_address(w->e, &s->out[0], out);
    text_printf(out, ") = iteration%d;\n", s->loop);
    put_block(w, s->then_block, depth + 1);
    if (sliced) text_printf(out, "%s    slice_repeat(slice, %d, %d);\n", indent, s->id, s->loop - 1);
    text_printf(out, "%s}\n", indent);
}

static void put_block(writer *w, const block *b, int depth) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        if (s->kind == STEP_KERNEL) {
            put_call(w, s, depth);
            continue;
        }
        if (s->kind == STEP_LOOP) {
            put_loop(w, s, depth);
            continue;
        }
        text *out = &w->calls;
        char indent[64] = "";
        for (int k = 0; k < depth && k < 15; k++) strcat(indent, "    ");
        put_step_comment(out, s, indent);
        bool sliced = w->e->plan->options.slice;
        text_printf(out, sliced ? "%sif (slice_branch(slice, %d, %d, " : "%sif (", indent, s->id, w->branches++);
        text_put(out, "*((const unsigned char *)");
        emit_address(w->e, &s->condition, out);
        text_put(out, sliced ? "))) {\n" : ")) {\n");
        put_block(w, s->then_block, depth + 1);
        text_printf(out, "%s} else {\n", indent);
        put_block(w, s->else_block, depth + 1);
        text_printf(out, "%s}\n", indent);
        if (golden_layer(w->e->golden, s)) self_test_put_if(w->e, s, out);
    }
}

static void put_function(const function *f, text *out) {
    const step *s = f->steps[0];
    text_put(out, "/*");
    for (int i = 0; i < f->n_steps && i < 8; i++) {
        if (!f->steps[i]->node) continue;
        text_put(out, i ? "\n * " : " ");
        text_comment(out, f->steps[i]->node->name);
    }
    if (f->n_steps > 8) text_printf(out, "\n * and %d more", f->n_steps - 8);
    if (s->node && s->node->outputs[0]) {
        text_put(out, "\n * ");
        for (int i = 0; i < s->node->n_inputs && i < 3; i++) {
            if (!s->node->inputs[i]) continue;
            text_put(out, i ? ", " : "");
            put_type(out, &s->node->inputs[i]->type);
        }
        text_put(out, " -> ");
        put_type(out, &s->node->outputs[0]->type);
    }
    if (*s->summary) text_printf(out, "\n * %s", s->summary);
    if (s->macs) text_printf(out, "; %lld MACs", (long long)s->macs);
    text plain = {.arena = out->arena};
    text_without_neutral(&plain, f->key);
    text_printf(out, " */\nstatic void %s(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) {\n", f->name);
    text_indented(out, plain.bytes, 1);
    text_put(out, "}\n\n");
}

bool emit_target_code(const emission *e, int target_index, const char *suffix, text *out) {
    writer w = {.e = e, .target = target_index, .suffix = suffix, .calls = {.arena = e->arena}, .sizes = sizes_new(e), .ok = true, .by_key = {.arena = e->arena}};
    w.last = &w.functions;
    put_block(&w, e->plan->body, 1);
    for (const function *f = w.functions; f; f = f->next) put_function(f, out);
    bool profile = e->options->profile;
    text_printf(out,
                "static int run%s(const void *const *inputs, void *const *outputs, char *arena, const char *weights, "
                "const parallel_for *parallel%s%s) {\n    (void)inputs, (void)outputs, (void)arena, (void)weights, (void)parallel;\n",
                suffix, emit_open_parameters(e), e->more_parameter);
    for (int i = 0; i < e->n_open; i++) text_printf(out, "    (void)%s;\n", e->open_fields[i]);
    if (e->plan->options.slice) text_put(out, "    (void)slice;\n");
    text_put(out, sizes_declared(w.sizes));
    if (profile) text_put(out, "    profile_clock clock = profile_start(seconds);\n");
    const buffer *status = e->plan->status;
    if (status) text_printf(out, "    int32_t *const status = (int32_t *)(void *)(arena + %lld);\n    %s*status = 0;\n", (long long)status->offset,
                            e->plan->options.slice ? "if (slice_is_ahead(slice, 0)) " : "");
    text_put(out, w.calls.bytes ? w.calls.bytes : "");
    text_put(out, status ? "    return *status;\n}\n" : "    return 0;\n}\n");
    return w.ok;
}
