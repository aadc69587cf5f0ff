/* The C of --self-test. */
#include "backend/emit/self_test.h"

#include "backend/emit/embedded.h"
#include "backend/emit/expr.h"

/* ---- header ---- */

void self_test_put_header(const emission *e, text *out) {
    const golden_values *g = e->golden;
    const char *p = e->prefix, *up = e->upper;
    text_printf(
        out,
        "/* Runs the network on inputs that a generator makes up, in `memory`: %s_SELF_TEST_SIZE bytes, aligned to 64, "
        "of no\n"
        " * meaning before and after. Two sums of what each layer computes are held against those of cnnc's reference\n"
        " * evaluator, to %g of the layer's sum of absolute values.%s\n"
        " * 0: all agree; n > 0: layer n is the first that differs, the n-th of %s_LAYER_NAMES, from 1; -n: the run\n"
        " * returned n. A table of names: static const char *const names[] = {%s_LAYER_NAMES}; */\n"
        "#define %s_SELF_TEST_SIZE %lld\n#define %s_LAYER_COUNT %d\n#define %s_LAYER_NAMES \\\n",
        up, g->tolerance, e->n_open ? " Open sizes are the largest." : "", up, up, up, (long long)g->bytes, up, g->n_layers, up);
    for (int i = 0; i < g->n_layers; i++) {
        text_put(out, "    ");
        text_string_literal(out, g->layers[i].name);
        text_put(out, i + 1 < g->n_layers ? ", \\\n" : "\n");
    }
    if (!g->n_layers) text_put(out, "    \"\"\n");
    text_printf(out, "int %s_self_test(void *memory%s);\n\n", p,
                e->weights == WEIGHTS_FILE ? ", const void *weights" : "");
}

/* ---- what calls of kernels use ---- */

static void put_loads(const golden_values *g, text *out) {
    text_put(out, "static double self_test_load(const void *y, uint32_t type, ptrdiff_t i) {\n    switch (type) {\n");
    bool done[DT_COUNT] = {false};
    for (int i = 0; i < g->n_shapes; i++) {
        dtype t = g->shapes[i].type;
        if (done[t]) continue;
        done[t] = true;
        text_printf(out, "    case %d: return (double)", (int)t);
        emit_load(out, t, arena_printf(out->arena, "((const %s *)y)", dtype_of(t)->ctype), "i");
        text_printf(out, "; /* %s */\n", dtype_of(t)->name);
    }
    text_put(out, "    default: return 0;\n    }\n}\n\n");
}

void self_test_put_runtime(const emission *e, text *out) {
    text_put(out, embedded_find("runtime/self_test/numbers.h"));
    text_put(out, "\n");
    put_loads(e->golden, out);
    text_put(out, embedded_find("runtime/self_test/layers.c"));
    text_put(out, "\n");
}

void self_test_put_if(const emission *e, const step *s, text *out) {
    text_put(out, "    if (parallel && parallel->run == self_test_in_turn) {\n        void *const out[] = {");
    for (int i = 0, n = 0; i < s->node->n_outputs; i++) {
        const value *v = s->node->outputs[i];
        if (!v || v->type.kind != TYPE_TENSOR) continue;
        operand o = plan_operand(e->plan, v);
        text_put(out, n++ ? ", " : "");
        emit_address(e, &o, out);
    }
    text_put(out, "};\n        self_test_layer((self_test *)parallel->pool, out);\n    }\n");
}

/* ---- the function itself ---- */

static void put_tables(const golden_values *g, text *out) {
    text_put(out, "static const self_test_shape self_test_shapes[] = {\n");
    for (int i = 0; i < g->n_shapes; i++) {
        const golden_shape *s = &g->shapes[i];
        text_printf(out, "    {%u, %u, %u, %u, %u, %u, %u, %u, %u, %d},\n", s->n, s->c, s->y, s->x, s->lanes, s->origin,
                    s->batch, s->block, s->row, (int)s->type);
    }
    text_put(out, g->n_shapes ? "};\n\n" : "    {0, 0, 0, 0, 1, 0, 0, 0, 0, 0},\n};\n\n");
    text_put(out, "static const self_test_check self_test_checks[] = {\n");
    for (int i = 0; i < g->n_layers; i++) {
        const self_test_layer *l = &g->layers[i];
        for (int k = 0; k < l->n; k++) {
            const golden_check *c = &g->checks[l->first + k];
            const float sums[] = {(float)c->sum, (float)c->size};
            text_put(out, "    {");
            emit_element(out, DT_F32, sums, 0), text_put(out, ", ");
            emit_element(out, DT_F32, sums, 1);
            text_printf(out, ", %d, %d, %d}, /* ", c->shape, c->output, k + 1 == l->n);
            text_comment(out, l->name);
            text_put(out, " */\n");
        }
    }
    text_put(out, g->n_checks ? "};\n\n" : "    {0.0f, 0.0f, 0, 0, 1},\n};\n\n");
}

static void put_pointers(const emission *e, bool output, text *out) {
    const region *r = e->plan->graph->body;
    int n = output ? r->n_outputs : r->n_inputs;
    text_printf(out, "    %svoid *const %s[] = {", output ? "" : "const ", output ? "outputs" : "inputs");
    for (int i = 0; i < n; i++) {
        int64_t at = (output ? e->golden->outputs : e->golden->inputs)[i];
        text_printf(out, at < 0 ? "%sNULL" : "%sbytes + %lld", i ? ", " : "", (long long)at);
    }
    text_put(out, n ? "};\n" : "NULL};\n");
}

/* ", 64, 48": the arguments for open sizes. */
static const char *largest_sizes(const emission *e) {
    const char *list = "";
    for (int i = 0; i < e->n_open; i++) list = arena_printf(e->arena, "%s, %lld", list, (long long)e->open[i]->max);
    return list;
}

void self_test_put_public(const emission *e, text *out) {
    const golden_values *g = e->golden;
    const region *r = e->plan->graph->body;
    bool file = e->weights == WEIGHTS_FILE;
    put_tables(g, out);
    text_printf(out, "int %s_self_test(void *memory%s) {\n    if (!memory || (uintptr_t)memory %% 64) return -1;\n",
                e->prefix, file ? ", const void *weights" : "");
    text_put(out, "    char *const bytes = (char *)memory;\n");
    if (r->n_inputs) text_printf(out, "    uint32_t seed = %d;\n", GOLDEN_SEED);
    for (int i = 0; i < r->n_inputs; i++) {
        const golden_bits *b = golden_bits_of(r->inputs[i]->type.elem);
        if (g->inputs[i] < 0) continue;
        int64_t size = stored_bytes(r->inputs[i]->type.elem, type_count(&r->inputs[i]->type));
        text_printf(out, "    self_test_fill(&seed, bytes + %lld, %lld, %d, 0x%llxu, 0x%llxu);\n",
                    (long long)g->inputs[i], (long long)(size / b->element), b->element, (unsigned long long)b->mask,
                    (unsigned long long)b->base);
    }
    put_pointers(e, false, out);
    put_pointers(e, true, out);
    text_printf(out,
                "    self_test test = {self_test_checks, self_test_shapes, %g, 0, 0};\n"
                "    const parallel_for checking = {self_test_in_turn, &test, 1};\n"
                "    const int code = run_on_this_cpu(&checking, inputs, outputs, memory%s%s%s);\n"
                "    return code ? -code : test.wrong;\n}\n\n",
                g->tolerance, file ? ", weights" : "", largest_sizes(e), e->options->profile ? ", NULL" : "");
}
