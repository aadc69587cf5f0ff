#include "backend/emit/self_test.h"

#include <string.h>
#include <xxhash.h>

static int64_t sum(int64_t x, int64_t y) { return x > INT64_MAX - y ? INT64_MAX : x + y; }

static int64_t block_macs(const block *b) {
    int64_t n = 0;
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        n = sum(n, WORK(s->macs, s->times));
        if (s->kind != STEP_KERNEL) n = sum(n, sum(block_macs(s->then_block), block_macs(s->else_block)));
    }
    return n;
}

int64_t plan_macs(const plan *p) { return block_macs(p->body); }

const char *emit_run_parameters(const emission *e, bool pointers) {
    const char *weights = e->weights == WEIGHTS_FILE ? ", const void *weights" : "", *count = e->batch ? ", int64_t batch" : "";
    const char *open = emit_open_parameters(e);
    if (pointers) return arena_printf(e->arena, "const void *const *inputs, void *const *outputs, void *workspace%s%s%s", weights, count, open);
    return arena_printf(e->arena, "const %s_inputs *in, const %s_outputs *out, void *workspace%s%s%s", e->prefix, e->prefix, weights, count, open);
}

const char *emit_run_arguments(const emission *e) {
    return arena_printf(e->arena, "%s%s%s", e->weights == WEIGHTS_FILE ? ", weights" : "", e->batch ? ", batch" : "", emit_open_arguments(e));
}

static void put_batch(const emission *e, text *out) {
    const open_batch *b = e->batch;
    text_printf(out, "#define %s_BATCH_MIN %lld\n#define %s_BATCH_MAX %lld\n", e->upper, (long long)b->min, e->upper, (long long)b->max);
    text_put(out, "\n/* The dimension ");
    text_comment(out, b->name);
    text_printf(out, " is open: functions that run the network take it as `batch`, from %s_BATCH_MIN to\n"
                     " * %s_BATCH_MAX, else they return 6 and touch nothing. Types and sizes here are those of one sample; a tensor whose\n"
                     " * type says \"a sample\" has `batch` of them, one behind the other. The workspace is the same for any batch. */\n",
                e->upper, e->upper);
}

static bool has_strings(const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_outputs; i++)
            if (n->outputs[i] && n->outputs[i]->type.elem == DT_STRING) return true;
        for (int i = 0; i < n->n_inputs; i++)
            if (n->inputs[i] && n->inputs[i]->type.elem == DT_STRING) return true;
        for (int i = 0; i < n->n_regions; i++)
            if (has_strings(n->regions[i])) return true;
    }
    return false;
}

static bool takes_strings(const region *r) {
    for (int i = 0; i < r->n_inputs; i++)
        if (r->inputs[i]->type.elem == DT_STRING) return true;
    return false;
}

bool emit_has_strings(const plan *p) {
    const region *body = p->graph->body;
    if (takes_strings(body)) return true;
    for (int i = 0; i < body->n_outputs; i++) /* constants too, which no node has */
        if (body->outputs[i]->type.elem == DT_STRING) return true;
    return has_strings(body);
}

static void put_string_type(const emission *e, text *out) {
    text_printf(out,
                "\n/* A string, of any bytes: the first `size` of them. Longer ones than there is room for are an error. */\n"
                "#define %s_STRING_CAPACITY %d\ntypedef struct %s_string {\n    uint32_t size;\n    char bytes[%s_STRING_CAPACITY];\n} %s_string;\n",
                e->upper, STRING_SLOT - 4, e->prefix, e->upper, e->prefix);
}

const char *emit_field_type(const emission *e, dtype t) {
    return t == DT_STRING ? arena_printf(e->arena, "%s_string", e->prefix) : dtype_of(t)->ctype;
}

static void put_fallback(const constant *c, text *out) {
    bool single = type_count(&c->type) == 1;
    text_put(out, single ? ", or NULL: " : ", or NULL: as the network says");
    if (single) emit_element(out, c->type.elem, c->data, 0);
}

/* Of a map's keys and values not all need be there. */
static void put_use(const emission *e, int input, text *out) {
    for (int k = 0; k < graph_port_count(e->plan->graph, false); k++) {
        const port p = graph_port(e->plan->graph, false, k);
        if (p.type.kind != TYPE_MAP || input < p.first || input >= p.first + p.n) continue;
        if (input < p.first + 2) text_printf(out, ", at least the first *%s", e->input_fields[p.first + 2]);
        else text_put(out, ", entries of a map");
    }
}

static void put_fields(const emission *e, bool output, text *out) {
    const region *r = e->plan->graph->body;
    int n = output ? r->n_outputs : r->n_inputs;
    text_printf(out, "typedef struct %s_%s {\n", e->prefix, output ? "outputs" : "inputs");
    for (int i = 0; i < n; i++) {
        const value *v = output ? r->outputs[i] : r->inputs[i];
        text_printf(out, "    %s%s *%s; /* ", output ? "" : "const ", emit_field_type(e, v->type.elem), (output ? e->output_fields : e->input_fields)[i]);
        char shown[160] = "";
        FILE *f = fmemopen(shown, sizeof shown - 1, "w");
        if (f) type_print(f, &v->type), fclose(f);
        text_comment(out, shown);
        if (e->batch && (output || e->batch->inputs[i])) text_put(out, " a sample");
        if (!output) put_use(e, i, out);
        if (!output && v->fallback) put_fallback(v->fallback, out);
        text_put(out, " */\n");
    }
    if (!n) text_put(out, "    char none;\n");
    text_printf(out, "} %s_%s;\n\n", e->prefix, output ? "outputs" : "inputs");
}

static void put_sizes(const emission *e, bool output, text *out) {
    const region *r = e->plan->graph->body;
    int n = output ? r->n_outputs : r->n_inputs;
    const char *side = output ? "OUTPUT" : "INPUT";
    text_printf(out, "#define %s_%s_COUNT %d\n", e->upper, side, n);
    for (int i = 0; i < n; i++) {
        const value *v = output ? r->outputs[i] : r->inputs[i];
        text_printf(out, "#define %s_%s_%d_SIZE %lld /* elements of %s */\n", e->upper, side, i, (long long)type_count(&v->type),
                    (output ? e->output_fields : e->input_fields)[i]);
    }
}

static void put_threads(const emission *e, text *out) {
    const char *p = e->prefix;
    text_printf(out,
                "/* Threads that wait for work (POSIX threads). Start it once, run any number of times from one thread at a time.\n"
                " * The results are the same bits for any number of threads. */\n"
                "typedef struct %s_pool {\n    long long storage[256];\n} %s_pool;\n\n"
                "int %s_pool_start(%s_pool *pool, int threads); /* 0 on success; threads counts the caller */\n"
                "void %s_pool_stop(%s_pool *pool);\n"
                "int %s_run_parallel(%s_pool *pool, %s);\nint %s_run_parallel_pointers(%s_pool *pool, %s);\n\n",
                p, p, p, p, p, p, p, p, emit_run_parameters(e, false), p, p, emit_run_parameters(e, true));
}

static bool is_fixed(const graph *g) {
    for (int i = 0; i < graph_port_count(g, false); i++)
        if (graph_port(g, false, i).only) return true;
    return false;
}

static bool takes_maps(const graph *g) {
    for (int i = 0; i < graph_port_count(g, false); i++)
        if (graph_port(g, false, i).type.kind == TYPE_MAP) return true;
    return false;
}

/* What the functions that run this network may return. */
static void put_codes(const emission *e, text *out) {
    const plan *made = e->plan;
    const bool everywhere = emit_runs_anywhere(made->targets[made->n_targets - 1]);
    const struct {
        int code;
        bool occurs;
        const char *meaning;
    } codes[] = {
        {0, true, "success"},
        {1, true, "the workspace is missing or not aligned"},
        {2, true, "an input or output is missing"},
        {3, !everywhere, "this CPU runs none of the targets the model was compiled for"},
        {4, is_fixed(made->graph), "an input is not what --fix said it would be"},
        {5, made->status || takes_strings(made->graph->body) || takes_maps(made->graph),
         "a string is too long or no number, a map has too many entries, or a size that data decide is not the model's, or beyond its room"},
        {6, e->batch || e->n_open, e->n_open ? "such a size is not served" : "such a batch is not served"},
        {7, emit_has_weights_file(e), arena_printf(e->arena, "the weights are not those that %s.c was made with", e->files)},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].occurs) text_printf(out, " *   %d  %s\n", codes[i].code, codes[i].meaning);
}

uint64_t emit_header(const emission *e, text *out) {
    const plan *made = e->plan;
    const char *p = e->prefix, *up = e->upper;
    text_put(out, "/* Made by cnnc " CNNC_VERSION " from ");
    text_comment(out, e->options->model);
    text_printf(out, ". It belongs to you, under any terms you like. */\n#ifndef %s_H\n#define %s_H\n\n", up, up);
    text_put(out, "#include <stddef.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    text_printf(out, "#define %s_CNNC_VERSION \"%s\"\n#define %s_MODEL_HASH 0x%016llxu\n#define %s_MACS %lld\n", up, CNNC_VERSION, up,
                (unsigned long long)made->graph->hash, up, (long long)plan_macs(made));
    text_printf(out, "#define %s_WORKSPACE_SIZE %lld /* bytes */\n#define %s_WEIGHTS_SIZE %lld /* bytes */\n", up,
                (long long)(made->workspace ? made->workspace : 64), up, (long long)emit_weights_size(e));
    if (e->batch) put_batch(e, out);
    emit_open_dims(e, out);
    put_sizes(e, false, out);
    put_sizes(e, true, out);
    if (emit_has_strings(made)) put_string_type(e, out);
    text_put(out, "\n/* Row-major tensors. */\n");
    put_fields(e, false, out);
    put_fields(e, true, out);
    text_printf(out, "size_t %s_workspace_size(void); /* bytes, the same as the macro */\n\n", p);
    text_printf(out,
                "/* Computes all outputs from all inputs. workspace: %s_WORKSPACE_SIZE bytes, aligned to 64, contents of no meaning\n"
                " * before and after. Touches nothing else: calls with different workspaces may run at the same time. Returns\n", up);
    put_codes(e, out);
    text_printf(out, " */\nint %s_run(%s);\n/* The same with pointers in the model's order. */\nint %s_run_pointers(%s);\n\n",
                p, emit_run_parameters(e, false), p, emit_run_parameters(e, true));
    text_printf(out,
                "/* The same, with each kernel's iterations split over `threads` calls of body(task, 0 .. threads-1), which\n"
                " * parallel_for makes in any order, at the same time or not, and has finished when it returns. */\n"
                "typedef struct %s_parallel {\n    void (*parallel_for)(void *pool, int threads, void (*body)(void *task, int thread), "
                "void *task);\n    void *pool;\n    int threads;\n} %s_parallel;\n\nint %s_run_with(const %s_parallel *parallel, %s);\n\n",
                p, p, p, p, emit_run_parameters(e, true));
    if (e->options->threads) put_threads(e, out);
    if (made->options.slice) emit_slices_header(e, out);
    if (e->options->profile)
        text_printf(out,
                    "/* Times each step: seconds[i] belongs to %s_step_info[i]. */\n#define %s_STEP_COUNT %d\n"
                    "typedef struct %s_step {\n    const char *layer, *kernel, *summary;\n    long long macs;\n    double bytes;\n} %s_step;\n"
                    "extern const %s_step %s_step_info[%s_STEP_COUNT];\nint %s_run_profiled_pointers(%s, double *seconds);\n\n",
                    p, up, made->n_steps, p, p, p, p, up, p, emit_run_parameters(e, true));
    if (e->options->profile && e->options->threads)
        text_printf(out, "int %s_run_parallel_profiled_pointers(%s_pool *pool, %s, double *seconds);\n\n", p, p, emit_run_parameters(e, true));
    text_printf(out,
                "/* What the inputs and outputs are, in the model's order. */\ntypedef struct %s_tensor_info {\n    const char *name; /* in the "
                "model */\n    const char *type; /* f32, i64... */\n    int rank;\n    int64_t dims[%d];\n    size_t bytes;\n} %s_tensor_info;\n\n"
                "extern const %s_tensor_info %s_input_info[], %s_output_info[];\n\n",
                p, IR_MAX_RANK, p, p, p, p);
    if (e->golden) self_test_put_header(e, out);
    uint64_t hash = XXH3_64bits(out->bytes, out->size);
    text_printf(out, "#ifdef __cplusplus\n}\n#endif\n\n/* %s.c wants this very file. */\n#define %s_HEADER_HASH 0x%016llxu\n\n#endif\n", e->files, up,
                (unsigned long long)hash);
    return hash;
}
