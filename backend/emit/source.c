/* The emitted file: runtime, weights, one section of kernels a target, the public functions. */
#include "backend/emit/emit.h"
#include "backend/emit/embedded.h"
#include "backend/emit/self_test.h"
#include "backend/emit/vocabulary.h"
#include "ir/names.h"

#include <ctype.h>
#include <string.h>

char *emit_upper_case(arena *a, const char *s) {
    char *up = arena_strdup(a, s);
    for (char *c = up; *c; c++) *c = (char)toupper((unsigned char)*c);
    return up;
}

static char **field_names(arena *a, value *const *values, int n) {
    char **fields = ARENA_ARRAY(a, char *, n);
    names taken = {.arena = a};
    for (int i = 0; i < n; i++) fields[i] = identifier_unique(&taken, values[i]->name);
    return fields;
}

/* With several targets in one file each has its own v16: its names are the vocabulary's with a suffix. */
static void put_renames(const vocabulary *v, const char *suffix, bool undo, text *out) {
    for (int i = 0; *suffix && i < v->n; i++) {
        const definition *d = v->definitions[i];
        for (int k = 0; d->mentioned && k < d->n_names; k++) {
            if (undo) text_printf(out, "#undef %s\n", d->names[k]);
            else text_printf(out, "#define %s %s%s\n", d->names[k], d->names[k], suffix);
        }
    }
}

/* runtime/simd/FORM/NAME.h, what a machine has in a form of its own. */
static void add_form(vocabulary *v, const target *t, const char *form) {
    vocabulary_add(v, embedded_find(arena_printf(v->arena, "runtime/simd/%s/%s", form, strrchr(t->simd, '/') + 1)));
}

/* Of vectors, and what of it the code mentions. */
static vocabulary *vector_vocabulary(const target *t, const plan_options *o, const char *code, arena *a) {
    vocabulary *v = vocabulary_new(a);
    vocabulary_add(v, embedded_find(t->simd));
    add_form(v, t, o->bit_exact ? "exact" : "plain");
    add_form(v, t, o->constant_time ? "masked" : "choosing");
    vocabulary_add(v, embedded_find("runtime/simd/math.h"));
    vocabulary_add(v, embedded_find(t->bytes));
    vocabulary_add(v, embedded_find(t->dot));
    vocabulary_add(v, embedded_find(t->pairs));
    add_form(v, t, "nibbles");
    vocabulary_mention(v, code);
    return v;
}

/* The compiler's square roots look at their argument, for errno, unless told not to. */
static void put_roots(const emission *e, const target *t, const char *code, text *out) {
    bool scalar = text_mentions(code, "sqrt") || text_mentions(code, "sqrtf") || (strstr(t->simd, "/scalar.h") && text_mentions(code, "v16_sqrt"));
    if (!e->plan->options.constant_time || !scalar) return;
    text_put(out, "#ifndef __NO_MATH_ERRNO__\n#error \"constant time needs -fno-math-errno here: square roots would look at their argument\"\n#endif\n");
}

static const char *target_suffix(const emission *e, int i) {
    if (e->plan->n_targets == 1) return "";
    char *s = arena_printf(e->arena, "_%s", e->plan->targets[i]->name);
    for (char *c = s; *c; c++)
        if (*c == '-') *c = '_';
    return s;
}

static bool is_anywhere(const char *condition) { return !strcmp(condition, "1"); }

bool emit_runs_anywhere(const target *t) { return is_anywhere(t->cpu_test) && is_anywhere(t->guard); }

/* As clang takes it: of an architecture with extensions their names only. */
static const char *clang_attribute(const target *t, arena *a) {
    const char *first = strchr(t->attribute, '+');
    char *features = arena_strdup(a, first ? first + 1 : t->attribute);
    for (char *c = features; *c; c++)
        if (*c == '+') *c = ',';
    return features;
}

static void put_attribute(const target *t, text *out) {
    if (*t->attribute)
        text_printf(out,
                    "#if defined(__clang__)\n#pragma clang attribute push(__attribute__((target(\"%s\"))), apply_to = function)\n"
                    "#elif defined(__GNUC__)\n#pragma GCC push_options\n#pragma GCC target(\"%s\")\n#endif\n\n",
                    clang_attribute(t, out->arena), t->attribute);
}

static void put_attribute_end(const target *t, text *out) {
    if (*t->attribute) text_put(out, "\n#if defined(__clang__)\n#pragma clang attribute pop\n#elif defined(__GNUC__)\n#pragma GCC pop_options\n#endif\n");
}

static bool put_target(const emission *e, int i, text *out) {
    const target *t = e->plan->targets[i];
    const char *suffix = target_suffix(e, i);
    text code = {.arena = e->arena};
    bool ok = emit_target_code(e, i, suffix, &code);
    text_printf(out, "/* ---- %s ---- */\n\n", t->name);
    if (!is_anywhere(t->guard)) text_printf(out, "#if %s\n", t->guard);
    put_attribute(t, out);
    put_roots(e, t, code.bytes, out);
    vocabulary *vectors = vector_vocabulary(t, &e->plan->options, code.bytes, e->arena);
    put_renames(vectors, suffix, false, out);
    vocabulary_put(vectors, out);
    text_put(out, code.bytes);
    put_renames(vectors, suffix, true, out);
    put_attribute_end(t, out);
    text_put(out, is_anywhere(t->guard) ? "\n" : "#endif\n\n");
    return ok;
}

/* The header of each machine's intrinsics, which takes a compiler a while to read: only where a target needs it. */
static void put_intrinsics(const target *const *targets, int n, text *out) {
    static const struct {
        const char *machine, *header;
    } intrinsics[] = {{"defined(__x86_64__)", "immintrin.h"}, {"defined(__aarch64__)", "arm_neon.h"}};
    for (int i = 0; i < 2; i++) {
        bool used = false;
        for (int k = 0; k < n; k++) used = used || !strcmp(targets[k]->guard, intrinsics[i].machine);
        if (used) text_printf(out, "#if %s\n#include <%s>\n#endif\n", intrinsics[i].machine, intrinsics[i].header);
    }
}

/* Those that a text mentions. */
static void put_macros(const char *const *texts, int n, text *out) {
    vocabulary *macros = vocabulary_new(out->arena);
    vocabulary_add(macros, embedded_find("runtime/macros.h"));
    for (int i = 0; i < n; i++) vocabulary_mention(macros, texts[i]);
    vocabulary_put(macros, out);
}

void backend_vocabulary(const target *t, const char *code, text *out) {
    text definitions = {.arena = out->arena};
    vocabulary_put(vector_vocabulary(t, &(plan_options){0}, code, out->arena), &definitions);
    text_put(out, "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n");
    put_intrinsics(&t, 1, out);
    put_macros((const char *const[]){definitions.bytes}, 1, out);
    put_attribute(t, out);
    text_put(out, definitions.bytes ? definitions.bytes : "");
    put_attribute_end(t, out);
    if (!*t->attribute) text_put(out, "#define CNNC_TARGET\n");
    else text_printf(out, "#if defined(__clang__)\n#define CNNC_TARGET __attribute__((target(\"%s\")))\n#else\n#define CNNC_TARGET __attribute__((target(\"%s\")))\n#endif\n",
                     clang_attribute(t, out->arena), t->attribute);
}

/* Kernels know one name for a string, headers have one each. */
static void put_string_type(const emission *e, text *out) { text_printf(out, "typedef %s_string string_slot;\n\n", e->prefix); }

/* A product that is added to something is rounded before that, as in the model, unless it is written as one multiply-add. Else
 * what is computed in two places need not be the same, and x - x not 0. */
static void put_contraction(text *out) {
    text_put(out, "\n/* Products are rounded before they are added to something, or subtracted. */\n#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#elif defined(__GNUC__)\n#pragma GCC optimize(\"fp-contract=off\")\n#endif\n\n");
}

/* And numbers are rounded to their type at once. */
static void put_exact(text *out) {
    text_put(out, "#if defined(__FAST_MATH__)\n#error \"the same bits on every machine, which this file promises, need a compiler without -ffast-math\"\n#endif\n"
                  "#include <float.h>\n#if FLT_EVAL_METHOD != 0\n#error \"the same bits on every machine need -fexcess-precision=fast or -std=gnu11 here\"\n#endif\n\n");
}

static void put_includes(const emission *e, text *out) {
    put_contraction(out);
    if (e->plan->options.bit_exact) put_exact(out);
    text_printf(out, "#include \"%s.h\"\n\n#if %s_HEADER_HASH != 0x%016llxu\n#error \"%s.h is not the header that %s.c was made with: run cnnc again\"\n#endif\n",
                e->files, e->upper, (unsigned long long)e->header_hash, e->files, e->files);
    text_put(out, "\n#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n");
    if (e->options->profile) text_put(out, "#include <time.h>\n");
    if (e->options->threads) text_put(out, "#include <pthread.h>\n#include <stdatomic.h>\n");
    put_intrinsics(e->plan->targets, e->plan->n_targets, out);
    text_put(out, "\n");
}

/* Strings must fit their slots; of a map (`count`, another input) those that there are. */
static void put_string_guard(int input, const value_type *t, const char *count, text *out) {
    if (t->elem != DT_STRING || !type_count(t)) return;
    text_printf(out, "    for (int i = 0; i < %s; i++)\n        if (((const string_slot *)inputs[%d])[i].size > %d) return 5;\n", count, input, STRING_SLOT - 4);
}

/* Inputs that were fixed at compile time must hold what they were fixed to; a map must fit its arrays. */
static void put_guards(const emission *e, text *out) {
    const graph *g = e->plan->graph;
    for (int i = 0; i < graph_port_count(g, false); i++) {
        port p = graph_port(g, false, i);
        const char *count = p.type.kind == TYPE_MAP && p.n ? arena_printf(e->arena, "*(const int64_t *)inputs[%d]", p.first + 2) : NULL;
        if (count)
            text_printf(out, "    if (%s < 0 || %s > %lld) return 5;\n", count, count, (long long)type_count(&g->body->inputs[p.first]->type));
        for (int k = p.first; k < p.first + p.n; k++) {
            const value_type *t = &g->body->inputs[k]->type;
            put_string_guard(k, t, count ? count : arena_printf(e->arena, "%lld", (long long)type_count(t)), out);
        }
        if (!p.only || !p.n) continue;
        dtype elem = p.only->type.elem;
        size_t size = dtype_bytes(elem, type_count(&p.only->type)), part = dtype_bytes(elem, 1);
        text_printf(out, "    static const %s fixed%d[] = {", dtype_of(elem)->ctype, i);
        for (size_t k = 0; k * part < size; k++) text_put(out, k ? ", " : ""), emit_element(out, elem, p.only->data, (int64_t)k);
        text_printf(out, "%s};\n    if (memcmp(inputs[%d], fixed%d, %zu) != 0) return 4;\n", size ? "" : "0", p.first, i, size);
    }
}

/* What inputs are that the caller leaves out. Returns the pointers that are used, separated by commas; NULL if it may leave out
 * none. */
static const char *put_fallbacks(const emission *e, text *out) {
    const region *r = e->plan->graph->body;
    const char *list = "";
    bool any = false;
    for (int i = 0; i < r->n_inputs; i++) {
        const constant *c = r->inputs[i]->fallback;
        const char *used = arena_printf(e->arena, c ? "inputs[%d] ? inputs[%d] : fallback%d" : "inputs[%d]", i, i, i);
        list = arena_printf(e->arena, "%s%s%s", list, i ? ", " : "", used);
        if (!c) continue;
        any = true;
        text_printf(out, "static const CNNC_ALIGNED %s fallback%d[] = {", dtype_of(c->type.elem)->ctype, i);
        for (int64_t k = 0; k < type_count(&c->type); k++) text_put(out, k ? ", " : ""), emit_element(out, c->type.elem, c->data, k);
        text_put(out, "};\n");
    }
    if (any) text_put(out, "\n");
    return any ? list : NULL;
}

/* Lines that follow are for compilers that meet a condition. */
static void put_guard(const char **now, const char *condition, text *out) {
    if (!strcmp(*now, condition)) return;
    if (!is_anywhere(*now)) text_put(out, "#endif\n");
    if (!is_anywhere(condition)) text_printf(out, "#if %s\n", condition);
    *now = condition;
}

/* The first target that this compiler built and this CPU runs; behind one that is everywhere nothing follows. */
static void put_choice(const emission *e, const char *weights, text *out) {
    bool decided = false;
    const char *guard = "1";
    for (int i = 0; i < e->plan->n_targets && !decided; i++) {
        const target *t = e->plan->targets[i];
        decided = emit_runs_anywhere(t);
        put_guard(&guard, t->guard, out);
        if (!is_anywhere(t->cpu_test)) text_printf(out, "    if (%s)\n    ", t->cpu_test);
        text_printf(out, "    return run%s(inputs, outputs, (char *)workspace, %s, parallel%s%s);\n", target_suffix(e, i), weights,
                    emit_open_arguments(e), e->more);
    }
    put_guard(&guard, "1", out);
    if (!decided) text_put(out, "    return 3;\n");
}

/* Checks what it is given, and runs. */
static void put_dispatch(const emission *e, text *out) {
    const char *weights = e->weights == WEIGHTS_FILE    ? "weights"
                          : e->weights == WEIGHTS_EMBED ? arena_printf(e->arena, "(const char *)%s_weights", e->prefix)
                                                        : "NULL";
    const char *parameter = e->weights == WEIGHTS_FILE ? ", const void *weights" : "";
    const char *given = put_fallbacks(e, out);
    text_printf(out, "static int %s(const parallel_for *parallel, const void *const *inputs, void *const *outputs, "
                     "void *workspace%s%s%s) {\n",
                e->batch ? "run_sample" : "run_on_this_cpu", parameter, emit_open_parameters(e), e->more_parameter);
    if (!e->batch) emit_open_check(e, out);
    text_put(out, "    if (!workspace || (uintptr_t)workspace % 64) return 1;\n");
    if (emit_has_weights_file(e)) emit_weights_check(e, e->weights == WEIGHTS_FILE ? "(const char *)weights" : weights, out);
    if (given) text_printf(out, "    const void *const given[] = {%s};\n    inputs = given;\n", given);
    text_printf(out, "    for (int i = 0; i < %s_INPUT_COUNT; i++)\n        if (!inputs[i]) return 2;\n"
                     "    for (int i = 0; i < %s_OUTPUT_COUNT; i++)\n        if (!outputs[i]) return 2;\n",
                e->upper, e->upper);
    put_guards(e, out);
    put_choice(e, weights, out);
    text_put(out, "}\n\n");
}

static void put_struct_run(const emission *e, const char *name, const char *first, text *out) {
    const char *arguments = emit_run_arguments(e);
    const region *r = e->plan->graph->body;
    text_printf(out, "int %s_%s(%s%s) {\n    const void *const inputs[] = {", e->prefix, name,
                *first ? arena_printf(e->arena, "%s_pool *pool, ", e->prefix) : "", emit_run_parameters(e, false));
    for (int i = 0; i < r->n_inputs; i++) text_printf(out, "%sin->%s", i ? ", " : "", e->input_fields[i]);
    text_put(out, r->n_inputs ? "};\n    void *const outputs[] = {" : "NULL};\n    void *const outputs[] = {");
    for (int i = 0; i < r->n_outputs; i++) text_printf(out, "%sout->%s", i ? ", " : "", e->output_fields[i]);
    text_put(out, r->n_outputs ? "};\n" : "NULL};\n");
    if (!r->n_inputs) text_put(out, "    (void)in;\n");
    if (!r->n_outputs) text_put(out, "    (void)out;\n");
    text_printf(out, "    return %s_%s_pointers(%sinputs, outputs, workspace%s);\n}\n\n", e->prefix, name, first, arguments);
}

static void put_pool(const emission *e, text *out) {
    const char *p = e->prefix, *arguments = emit_run_arguments(e);
    text_printf(out,
                "_Static_assert(sizeof(thread_pool) <= sizeof(%s_pool), \"the header reserves enough for a pool\");\n\n"
                "int %s_pool_start(%s_pool *storage, int threads) { return pool_start((thread_pool *)(void *)storage, threads); }\n\n"
                "void %s_pool_stop(%s_pool *storage) { pool_stop((thread_pool *)(void *)storage); }\n\n"
                "int %s_run_parallel_pointers(%s_pool *storage, %s) {\n    thread_pool *p = (thread_pool *)(void *)storage;\n"
                "    const parallel_for parallel = {pool_run, p, p->threads};\n"
                "    return run_on_this_cpu(&parallel, inputs, outputs, workspace%s%s);\n}\n\n",
                p, p, p, p, p, p, p, emit_run_parameters(e, true), arguments, e->no_more);
    put_struct_run(e, "run_parallel", "pool, ", out);
}

static void put_steps(const emission *e, const block *b, text *out) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        double bytes = 0;
        for (int k = 0; k < s->n_in; k++) bytes += (double)s->in[k].buffer->size;
        for (int k = 0; k < s->n_out; k++) bytes += (double)s->out[k].buffer->size;
        text_put(out, "    {");
        text_string_literal(out, s->node ? s->node->name : "output");
        text_printf(out, ", \"%s\", ", s->family ? s->family->name : s->kind == STEP_LOOP ? "loop" : "if");
        text_string_literal(out, s->summary);
        text_printf(out, ", %lld, %.17g},\n", (long long)WORK(s->macs, s->times), bytes * (double)s->times);
        if (s->kind == STEP_KERNEL) continue;
        put_steps(e, s->then_block, out);
        put_steps(e, s->else_block, out);
    }
}

static void put_profile(const emission *e, text *out) {
    const char *p = e->prefix, *arguments = emit_run_arguments(e), *parameters = emit_run_parameters(e, true);
    text_printf(out, "const %s_step %s_step_info[%s_STEP_COUNT] = {\n", p, p, e->upper);
    put_steps(e, e->plan->body, out);
    text_put(out, "};\n\n");
    const char *clear = arena_printf(e->arena, "    memset(seconds, 0, sizeof(double) * %s_STEP_COUNT);\n", e->upper);
    text_printf(out, "int %s_run_profiled_pointers(%s, double *seconds) {\n%s    return run_on_this_cpu(NULL, inputs, outputs, workspace%s, seconds);\n}\n\n",
                p, parameters, clear, arguments);
    if (!e->options->threads) return;
    text_printf(out,
                "int %s_run_parallel_profiled_pointers(%s_pool *storage, %s, double *seconds) {\n    thread_pool *p = (thread_pool *)(void *)storage;\n"
                "    const parallel_for parallel = {pool_run, p, p->threads};\n%s"
                "    return run_on_this_cpu(&parallel, inputs, outputs, workspace%s, seconds);\n}\n\n",
                p, p, parameters, clear, arguments);
}

static void put_tensor_info(const emission *e, bool output, text *out) {
    const region *r = e->plan->graph->body;
    int n = output ? r->n_outputs : r->n_inputs;
    text_printf(out, "const %s_tensor_info %s_%s_info[] = {\n", e->prefix, e->prefix, output ? "output" : "input");
    for (int i = 0; i < n; i++) {
        const value *v = output ? r->outputs[i] : r->inputs[i];
        text_put(out, "    {");
        text_string_literal(out, v->name);
        text_printf(out, ", \"%s\", %d, {", dtype_of(v->type.elem)->name, v->type.rank);
        for (int k = 0; k < v->type.rank; k++) text_printf(out, "%s%lld", k ? ", " : "", (long long)v->type.dims[k].size);
        text_printf(out, "%s}, %lld},\n", v->type.rank ? "" : "0", (long long)stored_bytes(v->type.elem, type_count(&v->type)));
    }
    text_put(out, n ? "};\n\n" : "    {\"\", \"\", 0, {0}, 0},\n};\n\n");
}

static void put_public(const emission *e, text *out) {
    const char *p = e->prefix, *arguments = emit_run_arguments(e);
    text_put(out, "/* ---- the interface ---- */\n\n");
    put_tensor_info(e, false, out);
    put_tensor_info(e, true, out);
    put_dispatch(e, out);
    if (e->batch) emit_batch(e, out);
    text_printf(out, "size_t %s_workspace_size(void) { return %s_WORKSPACE_SIZE; }\n\n", p, e->upper);
    text_printf(out, "int %s_run_with(const %s_parallel *how, %s) {\n    const parallel_for parallel = {how->parallel_for, how->pool, how->threads};\n"
                     "    return run_on_this_cpu(&parallel, inputs, outputs, workspace%s%s);\n}\n\n",
                p, p, emit_run_parameters(e, true), arguments, e->no_more);
    text_printf(out, "int %s_run_pointers(%s) {\n    return run_on_this_cpu(NULL, inputs, outputs, workspace%s%s);\n}\n\n", p,
                emit_run_parameters(e, true), arguments, e->no_more);
    put_struct_run(e, "run", "", out);
    if (e->plan->options.slice) emit_slices(e, out);
    if (e->options->threads) put_pool(e, out);
    if (e->options->profile) put_profile(e, out);
    if (e->golden) self_test_put_public(e, out);
}

static void put_weights(const emission *e, text *out) {
    if (e->weights == WEIGHTS_INLINE && emit_weights_size(e)) emit_weights_section(e, out);
    if (e->weights == WEIGHTS_INLINE) emit_inline_weights(e, out);
    if (emit_has_weights_file(e)) emit_weights_order(out);
    if (e->weights == WEIGHTS_EMBED) emit_weights_reference(e, out);
    if (out->size) text_put(out, "\n");
}

/* Of kernels and interface: what they mention of the runtime, and types that it expects. */
static void put_runtime(const emission *e, const char *kernels, const char *interface, text *out) {
    text runtime = {.arena = e->arena};
    vocabulary_clear(e->runtime);
    vocabulary_mention(e->runtime, kernels);
    vocabulary_mention(e->runtime, interface);
    vocabulary_put(e->runtime, &runtime);
    if (emit_has_strings(e->plan)) put_string_type(e, out);
    else if (text_mentions(runtime.bytes, "string_slot"))
        text_put(out, "typedef struct string_slot { /* nothing here is one */\n    uint32_t size;\n    char bytes[4];\n} string_slot;\n\n");
    if (e->plan->options.slice) emit_slices_type(e, out);
    text_put(out, runtime.bytes);
}

static void put_kernels(const emission *e, bool *ok, text *out) {
    if (e->golden) self_test_put_runtime(e, out);
    for (int i = 0; i < e->plan->n_targets; i++) *ok = put_target(e, i, out) && *ok;
}

static bool put_source(const emission *e, text *out) {
    text_put(out, "/* Made by cnnc " CNNC_VERSION " from ");
    text_comment(out, e->options->model);
    text_put(out, ".\n *\n * This file is the output of a compiler. It belongs to you, under any terms you like: cnnc's authors claim no rights\n"
                  " * in it, the parts of cnnc's runtime that it contains included, and give no warranty. */\n");
    put_includes(e, out);
    text weights = {.arena = e->arena}, runtime = {.arena = e->arena}, kernels = {.arena = e->arena}, interface = {.arena = e->arena};
    bool ok = true;
    put_weights(e, &weights);
    emit_custom_declarations(e, &kernels);
    put_kernels(e, &ok, &kernels);
    put_public(e, &interface);
    put_runtime(e, kernels.bytes, interface.bytes, &runtime);
    const text *const parts[] = {&weights, &runtime, &kernels, &interface};
    put_macros((const char *const[]){weights.bytes, runtime.bytes, kernels.bytes, interface.bytes}, 4, out);
    for (int i = 0; i < 4; i++) text_write(out, parts[i]->bytes, parts[i]->size);
    emit_custom_files(e, out);
    return ok;
}

emission emission_of(const plan *p, const backend_options *o) {
    const region *body = p->graph->body;
    emission e = {.plan = p,
                      .options = o,
                      .weights = backend_weights_mode(p, o),
                      .arena = p->arena,
                      .runtime = runtime_vocabulary(p->arena, &p->options),
                      .prefix = o->prefix,
                      .files = o->files ? o->files : o->prefix,
                      .batch = o->one_sample ? NULL : p->graph->batch,
                      .upper = emit_upper_case(p->arena, o->prefix),
                      .input_fields = field_names(p->arena, body->inputs, body->n_inputs),
                      .output_fields = field_names(p->arena, body->outputs, body->n_outputs)};
    emit_name_open_dims(&e);
    e.more_parameter = o->profile ? ", double *seconds" : p->options.slice ? ", slices *slice" : "";
    e.more = o->profile ? ", seconds" : p->options.slice ? ", slice" : "";
    e.no_more = *e.more ? ", NULL" : "";
    return e;
}

bool backend_emit(const plan *p, const backend_options *o, FILE *c, FILE *h, FILE *weights) {
    emission e = emission_of(p, o);
    if (o->self_test && !(e.golden = golden_evaluate(p))) return false;
    text source = {.arena = p->arena}, header = {.arena = p->arena};
    e.header_hash = emit_header(&e, &header);
    bool ok = !emit_has_weights_file(&e) || !weights || emit_weights_file(&e, weights, &e.weights_hash);
    if (ok && !put_source(&e, &source)) return false;
    ok = ok && fwrite(source.bytes, 1, source.size, c) == source.size && fwrite(header.bytes, 1, header.size, h) == header.size;
    return ok || diag_error(p->diags, "", "is the disk full?", "cannot write the output");
}
