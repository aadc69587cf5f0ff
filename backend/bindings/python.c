/* What the templates of python/ call. */
#include "backend/bindings/interface.h"

#include <string.h>

/* Those that are no identifiers of C, which identifier_from has dealt with. */
const char *const python_keywords[] = {"False", "None", "True", "as",     "assert", "async", "await", "def",  "del",  "elif",  "except", "finally",
                                       "from",  "global", "import", "in", "is",     "lambda", "nonlocal", "pass", "raise", "with", "yield",  NULL};

/* What an argument of `run` cannot be called besides. */
static const char *const run_names[] = {"self", "out", NULL};

static bool among(const char *const *words, const char *name) {
    for (; *words; words++)
        if (!strcmp(*words, name)) return true;
    return false;
}

/* The names of the inputs (side 0) or outputs (1): a tuple's cannot begin with "_", and header fields never do. */
static char **names(const emission *e, int side) {
    const region *r = e->plan->graph->body;
    int n = side ? r->n_outputs : r->n_inputs;
    char **fields = side ? e->output_fields : e->input_fields, **list = ARENA_ARRAY(e->arena, char *, n);
    for (int i = 0; i < n; i++) {
        bool taken = among(python_keywords, fields[i]) || (!side && among(run_names, fields[i]));
        list[i] = identifier_unique(e->arena, taken ? arena_printf(e->arena, "%s_", fields[i]) : fields[i], list, i);
    }
    return list;
}

static const char *numpy_type(const emission *e, dtype t) {
    const dtype_info *i = dtype_of(t);
    bool small = i->bits < 8, raw = i->kind == CLASS_FLOAT && t != DT_F16 && t != DT_F32 && t != DT_F64; /* NumPy lacks them: their bits */
    static const char *const kinds[] = {[CLASS_FLOAT] = "float", [CLASS_INT] = "int", [CLASS_UINT] = "uint", [CLASS_COMPLEX] = "complex"};
    if (i->kind == CLASS_STRING) return arena_printf(e->arena, "[(\"size\", numpy.uint32), (\"bytes\", \"V%d\")]", STRING_SLOT - 4);
    if (i->kind == CLASS_BOOL) return "numpy.bool_";
    if (small || raw) return arena_printf(e->arena, "numpy.uint%d", small ? 8 : i->bits);
    return arena_printf(e->arena, "numpy.%s%d", kinds[i->kind], i->bits);
}

static void put_shape(const value_type *t, text *out) {
    if (dtype_of(t->elem)->bits < 8) {
        text_printf(out, "(%lld,)", (long long)interface_elements(t));
        return;
    }
    text_put(out, "(");
    for (int k = 0; k < t->rank; k++) text_printf(out, "%s%lld", k ? ", " : "", (long long)t->dims[k].size);
    text_put(out, t->rank == 1 ? ",)" : ")");
}

static void put_tensor(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const emission *e = context;
    interface_place t = interface_tensor(e, args);
    text_printf(out, "\"%s\", numpy.dtype(%s), ", names(e, (int)args[0])[args[1]], numpy_type(e, t.value->type.elem));
    put_shape(&t.value->type, out);
    if (e->batch) text_put(out, t.many ? ", True" : ", False");
}

static void put_output_names(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const emission *e = context;
    char **list = names(e, 1);
    for (int i = 0; i < e->plan->graph->body->n_outputs; i++) text_printf(out, "%s\"%s\"", i ? ", " : "", list[i]);
}

/* The inputs that a caller must give come first, the others and `out` by name only. */
static const char *arguments(const emission *e, const char *required, const char *optional, const char *separator) {
    const region *r = e->plan->graph->body;
    char **list = names(e, 0);
    const char *all = "";
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < r->n_inputs; i++)
            if (!r->inputs[i]->fallback == !pass) all = arena_printf(e->arena, pass ? optional : required, all, list[i], list[i]);
        if (!pass) all = arena_printf(e->arena, "%s%s", all, separator);
    }
    return all;
}

static void put_given(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const emission *e = context;
    char **list = names(e, 0);
    int count = e->plan->graph->body->n_inputs;
    for (int i = 0; i < count; i++) text_printf(out, "%s%s", list[i], count == 1 ? "," : i + 1 < count ? ", " : "");
}

void python_names(template_env *env, emission *e) {
    template_text(env, "python_parameters", arguments(e, "%s%s, ", "%s%s=None, ", "*, "));
    template_text(env, "python_call", arguments(e, "%s%s, ", "%s%s=%s, ", ""));
    template_text(env, "python_libraries", e->options->threads ? "\"m\", \"pthread\"" : "\"m\"");
    template_call(env, "python_tensor", put_tensor, e);
    template_call(env, "python_output_names", put_output_names, e);
    template_call(env, "python_given", put_given, e);
}
