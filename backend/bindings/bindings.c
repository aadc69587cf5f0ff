#include "backend/bindings/bindings.h"

#include <string.h>

#include "backend/bindings/interface.h"

const binding_file cxx_header = {"@.hpp", "cxx/network.hpp.in"};

static const binding bindings[] = {
    {"python", false, "src/@/network",
     {{"pyproject.toml", "python/pyproject.toml.in"}, {"setup.py", "python/setup.py.in"}, {"src/@/__init__.py", "python/__init__.py.in"}}},
    {"arduino", true, "src/@",
     {{"library.properties", "arduino/library.properties.in"}, {"examples/@/@.ino", "arduino/example.ino.in"}}},
    {"zephyr", true, "src/@",
     {{"zephyr/module.yml", "zephyr/module.yml.in"}, {"CMakeLists.txt", "zephyr/CMakeLists.txt.in"}, {"Kconfig", "zephyr/Kconfig.in"},
      {"sample/CMakeLists.txt", "zephyr/sample/CMakeLists.txt.in"}, {"sample/prj.conf", "zephyr/sample/prj.conf.in"},
      {"sample/src/main.c", "zephyr/sample/main.c.in"}}},
    {NULL, false, NULL, {{NULL, NULL}}},
};

const binding *binding_find(const char *name) {
    const binding *b = bindings;
    while (b->name && strcmp(b->name, name) != 0) b++;
    return b->name ? b : NULL;
}

const char *binding_path(arena *a, const char *path, const char *prefix) {
    const char *at = strchr(path, '@');
    if (!at) return path;
    return arena_printf(a, "%.*s%s%s", (int)(at - path), path, prefix, binding_path(a, at + 1, prefix));
}

interface_place interface_tensor(const emission *e, const int64_t *args) {
    const region *r = e->plan->graph->body;
    int i = (int)args[1];
    if (args[0]) return (interface_place){r->outputs[i], e->output_fields[i], e->batch != NULL};
    return (interface_place){r->inputs[i], e->input_fields[i], e->batch && e->batch->inputs[i]};
}

static void put_field(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    text_put(out, interface_tensor(context, args).field);
}

int64_t interface_elements(const value_type *t) {
    const dtype_info *elem = dtype_of(t->elem);
    if (elem->kind == CLASS_STRING) return type_count(t);
    int64_t bytes = (int64_t)stored_bytes(t->elem, type_count(t)), size = elem->bits < 8 ? 1 : elem->bits / 8;
    return elem->kind == CLASS_COMPLEX ? 2 * bytes / size : bytes / size;
}

static void put_element(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    text_put(out, emit_field_type(context, interface_tensor(context, args).value->type.elem));
}

static void put_elements(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    int64_t count = interface_elements(&interface_tensor(context, args).value->type);
    text_printf(out, "%lld", (long long)(count ? count : 1));
}

static void put_type_comment(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    interface_place t = interface_tensor(context, args);
    char shown[160] = "";
    FILE *f = fmemopen(shown, sizeof shown - 1, "w");
    if (f) type_print(f, &t.value->type), fclose(f);
    text_comment(out, shown);
    if (t.many) text_put(out, " a sample");
}

/* ---- files ---- */

static template_env *environment(emission *e) {
    const region *r = e->plan->graph->body;
    template_env *env = template_env_new(e->arena);
    text model = {.arena = e->arena};
    text_comment(&model, e->options->model);
    for (char *c = model.bytes; *c; c++)
        if (*c == '"') *c = '_'; /* Python's comments are strings */
    template_text(env, "dollar", "$");
    template_text(env, "version", CNNC_VERSION);
    template_text(env, "model", model.bytes);
    template_text(env, "prefix", e->prefix);
    template_text(env, "PREFIX", e->upper);
    template_text(env, "files", e->files);
    template_text(env, "arguments", emit_run_arguments(e));
    template_int(env, "n_inputs", r->n_inputs);
    template_int(env, "n_outputs", r->n_outputs);
    template_int(env, "workspace", e->plan->workspace ? e->plan->workspace : 64);
    template_int(env, "batch", e->batch != NULL);
    template_int(env, "threads", e->options->threads);
    template_int(env, "max_threads", e->plan->options.threads);
    template_int(env, "weights_file", e->weights == WEIGHTS_FILE);
    template_int(env, "weights_embedded", e->weights == WEIGHTS_EMBED);
    template_call(env, "field", put_field, e);
    template_call(env, "element", put_element, e);
    template_call(env, "elements", put_elements, e);
    template_call(env, "type", put_type_comment, e);
    cxx_calls(env, e);
    python_calls(env, e);
    return env;
}

/* A prefix that cannot be a namespace or a module. */
static bool is_taken(const char *template, const char *prefix) {
    static const char *const namespaces[] = {"std", "posix", NULL}, *const none[] = {NULL};
    const char *const *words = !strncmp(template, "cxx/", 4) ? namespaces : !strncmp(template, "python/", 7) ? python_keywords : none;
    for (; *words; words++)
        if (!strcmp(*words, prefix)) return true;
    return false;
}

bool binding_emit(const plan *p, const backend_options *o, const binding_file *file, FILE *f) {
    emission e = emission_of(p, o);
    if (is_taken(file->template, o->prefix))
        return diag_error(p->diags, "", "choose another name with --prefix", "'%s' has a meaning in the other language", o->prefix);
    text out = {.arena = e.arena};
    if (!template_expand(environment(&e), arena_printf(e.arena, "backend/bindings/%s", file->template), &out, p->diags)) return false;
    if (fwrite(out.bytes, 1, out.size, f) == out.size) return true;
    return diag_error(p->diags, "", "is the disk full?", "cannot write the output");
}
