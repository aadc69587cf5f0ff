/* cnnc check MODEL.c */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/emitted.h"
#include "compiler/model.h"
#include "compiler/proof/proof.h"
#include "compiler/subcommand.h"

const struct argp check_argp = {
    NULL, model_only, "OUT.c|MODEL",
    "Shows of an emitted file, its header beside it, that every access stays within its buffer, every loop ends, and "
    "nothing is allocated or calls itself. Of a MODEL: of what would be emitted.",
    model_child, NULL, NULL};

typedef struct emitted {
    const char *path, *header_path;
    const char *text, *header; /* header: NULL where it lies on disk beside the file, and then */
    const char *sizes;         /* the header's text, in any case */
} emitted;

static bool read_emitted(const char *path, emitted *e, arena *a, diagnostics *d) {
    /* The name under which libclang knows it again. */
    e->path = strchr(path, '/') ? path : arena_printf(a, "./%s", path);
    e->header_path = arena_printf(a, "%.*sh", (int)strlen(path) - 1, path);
    e->text = emitted_text(path, a, d);
    e->sizes = e->text ? emitted_text(e->header_path, a, d) : NULL;
    return e->sizes != NULL;
}

/* What would be emitted, without its weights. */
static bool emit(model *m, const model_options *o, emitted *e) {
    if (!model_load(m, o)) return false;
    char *c = NULL, *h = NULL;
    size_t c_size, h_size;
    FILE *source = open_memstream(&c, &c_size), *header = open_memstream(&h, &h_size);
    backend_options b = {.prefix = "net", .files = "net", .weights = WEIGHTS_FILE, .model = o->path};
    bool ok = source && header && backend_emit(m->plan, &b, source, header, NULL);
    if (source) fclose(source);
    if (header) fclose(header);
    if (ok) {
        e->path = "./net.c";
        e->header_path = "./net.h";
        e->text = arena_strndup(m->arena, c, c_size);
        e->header = e->sizes = arena_strndup(m->arena, h, h_size);
    }
    free(c);
    free(h);
    return ok;
}

/* The bytes of each tensor, from the table NAME_input_info or NAME_output_info. */
static int tensor_bytes(const tree *t, const char *table, int64_t **bytes, arena *a) {
    const tree_node *list = NULL;
    for (int i = 0; i < t->n_globals; i++)
        if (emitted_name(t->globals[i]->name, table)) list = t->globals[i]->initial;
    int n = list ? list->n_kids : 0;
    *bytes = ARENA_ARRAY(a, int64_t, n);
    for (int i = 0; i < n; i++) {
        const tree_node *row = list->kids[i], *last = row->n_kids ? row->kids[row->n_kids - 1] : NULL;
        while (last && last->kind == NODE_CAST) last = last->kids[0];
        (*bytes)[i] = last && last->kind == NODE_NUMBER ? last->value : 0;
    }
    return n;
}

static bool prove(const emitted *e, const char *machine, arena *a, diagnostics *d) {
    tree *t = tree_parse(e->path, e->text, e->header_path, e->header, machine, a, d);
    if (!t) return false;
    memory_sizes s = {.workspace = emitted_number(e->sizes, "_WORKSPACE_SIZE"),
                      .weights = emitted_number(e->sizes, "_WEIGHTS_SIZE"),
                      .steps = emitted_number(e->sizes, "_STEP_COUNT"),
                      .self_test = emitted_number(e->sizes, "_SELF_TEST_SIZE")};
    s.n_inputs = tensor_bytes(t, "_input_info", &s.inputs, a);
    s.batch = emitted_number(e->sizes, "_BATCH_MAX") > 0;
    bool *per_sample = ARENA_ARRAY(a, bool, s.n_inputs);
    for (int i = 0; i < s.n_inputs; i++) per_sample[i] = emitted_per_sample(e->sizes, i);
    s.per_sample = per_sample;
    s.n_outputs = tensor_bytes(t, "_output_info", &s.outputs, a);
    return proof_of(e->path, t, &s, a, d);
}

static bool check(model *m, const model_options *o) {
    emitted e = {0};
    bool file = emitted_name(o->path, ".c");
    if (file ? !read_emitted(o->path, &e, m->arena, &m->diags) : !emit(m, o, &e)) return false;
    bool arm = strstr(e.text, "#include <arm_neon.h>"), intel = !arm || strstr(e.text, "#include <immintrin.h>"), ok = true;
    if (intel) ok = prove(&e, "x86_64", m->arena, &m->diags);
    if (arm) ok = prove(&e, "aarch64", m->arena, &m->diags) && ok;
    return ok;
}

int check_main(int argc, char **argv) {
    model_options o = model_options_default();
    o.missing = MISSING_DRAWN;
    argp_parse(&check_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o);
    bool ok = check(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
