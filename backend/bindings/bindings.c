/* The names that templates of this folder know: scalars, and callbacks with two arguments, the side (0 inputs, 1 outputs) and the
 * number of the tensor there. */
#include "backend/bindings/bindings.h"

#include <string.h>

#include "backend/emit/emit.h"
#include "backend/emit/template.h"

const binding_file cxx_header = {"@.hpp", "cxx/network.hpp.in"};

const binding bindings[] = {
    {NULL, NULL, {{NULL, NULL}}},
};

const char *binding_path(arena *a, const char *path, const char *prefix) {
    const char *at = strchr(path, '@');
    if (!at) return path;
    return arena_printf(a, "%.*s%s%s", (int)(at - path), path, prefix, binding_path(a, at + 1, prefix));
}

/* ---- one tensor of the interface ---- */

typedef struct tensor_place {
    const value *value;
    const char *field; /* its name in the header's structure */
    bool many;         /* a row for each sample of an open batch */
} tensor_place;

static tensor_place place_of(const emission *e, const int64_t *args) {
    const region *r = e->plan->graph->body;
    int i = (int)args[1];
    if (args[0]) return (tensor_place){r->outputs[i], e->output_fields[i], e->batch != NULL};
    return (tensor_place){r->inputs[i], e->input_fields[i], e->batch && e->batch->inputs[i]};
}

static void put_field(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    text_put(out, place_of(context, args).field);
}

/* How many elements of its C type it has: those of less than a byte are packed, a complex number is two. */
static int64_t stored_elements(const value_type *t) {
    const dtype_info *elem = dtype_of(t->elem);
    if (elem->kind == CLASS_STRING) return type_count(t);
    int64_t bytes = (int64_t)stored_bytes(t->elem, type_count(t)), size = elem->bits < 8 ? 1 : elem->bits / 8;
    return elem->kind == CLASS_COMPLEX ? 2 * bytes / size : bytes / size;
}

static void put_type_comment(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    tensor_place t = place_of(context, args);
    char shown[160] = "";
    FILE *f = fmemopen(shown, sizeof shown - 1, "w");
    if (f) type_print(f, &t.value->type), fclose(f);
    text_comment(out, shown);
    if (t.many) text_put(out, " a sample");
}

/* ---- C++ ---- */

static void put_cxx_view(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const emission *e = context;
    tensor_place t = place_of(e, args);
    const char *view = arena_printf(e->arena, "::%s::%s<%s%s, %lld>", e->prefix, t.many ? "samples" : "view", args[0] ? "" : "const ",
                                    emit_field_type(e, t.value->type.elem), (long long)stored_elements(&t.value->type));
    bool optional = !args[0] && t.value->fallback;
    text_printf(out, optional ? "::std::optional<%s> %s = {}" : "%s %s", view, t.field);
}

/* The pointer that the C function takes. */
static void put_cxx_pointer(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    tensor_place t = place_of(context, args);
    const char *side = args[0] ? "out" : "in";
    if (!args[0] && t.value->fallback) text_printf(out, "%s.%s ? %s.%s->data() : nullptr", side, t.field, side, t.field);
    else text_printf(out, "%s.%s.data()", side, t.field);
}

/* Whether a tensor has another number of samples than the first output. */
static void put_cxx_other_batch(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const emission *e = context;
    const region *r = e->plan->graph->body;
    size_t start = out->size;
    for (int k = 0; k < r->n_inputs + r->n_outputs; k++) {
        int64_t at[] = {k >= r->n_inputs, k < r->n_inputs ? k : k - r->n_inputs};
        tensor_place t = place_of(e, at);
        if (!t.many || k == r->n_inputs) continue;
        const char *which = arena_printf(e->arena, "%s.%s", at[0] ? "out" : "in", t.field);
        text_put(out, out->size > start ? " || " : "");
        if (!at[0] && t.value->fallback) text_printf(out, "(%s && %s->count() != out.%s.count())", which, which, e->output_fields[0]);
        else text_printf(out, "%s.count() != out.%s.count()", which, e->output_fields[0]);
    }
}

/* ---- files ---- */

static template_env *environment(emission *e) {
    static const struct {
        const char *name;
        template_callback *call;
    } calls[] = {{"field", put_field},
                 {"type", put_type_comment},
                 {"cxx_view", put_cxx_view},
                 {"cxx_pointer", put_cxx_pointer},
                 {"cxx_other_batch", put_cxx_other_batch}};
    const region *r = e->plan->graph->body;
    template_env *env = template_env_new(e->arena);
    text model = {.arena = e->arena};
    text_comment(&model, e->options->model);
    template_text(env, "version", CNNC_VERSION);
    template_text(env, "model", model.bytes);
    template_text(env, "prefix", e->prefix);
    template_text(env, "PREFIX", e->upper);
    template_text(env, "files", e->files);
    template_text(env, "arguments", emit_run_arguments(e));
    template_int(env, "n_inputs", r->n_inputs);
    template_int(env, "n_outputs", r->n_outputs);
    template_int(env, "batch", e->batch != NULL);
    template_int(env, "threads", e->options->threads);
    template_int(env, "max_threads", e->plan->options.threads);
    template_int(env, "weights_file", e->weights == WEIGHTS_FILE);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) template_call(env, calls[i].name, calls[i].call, e);
    return env;
}

bool binding_emit(const plan *p, const backend_options *o, const binding_file *file, FILE *f) {
    emission e = emission_of(p, o);
    bool taken = !strcmp(o->prefix, "std") || !strcmp(o->prefix, "posix");
    if (file->template == cxx_header.template && taken)
        return diag_error(p->diags, "", "choose another with --prefix", "the namespace '%s' belongs to C++", o->prefix);
    text out = {.arena = e.arena};
    if (!template_expand(environment(&e), arena_printf(e.arena, "backend/bindings/%s", file->template), &out, p->diags)) return false;
    if (fwrite(out.bytes, 1, out.size, f) == out.size) return true;
    return diag_error(p->diags, "", "is the disk full?", "cannot write the output");
}
