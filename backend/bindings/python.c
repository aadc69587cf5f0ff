/* What the templates of python/ call. */
#include "backend/bindings/interface.h"
#include "ir/names.h"

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

typedef struct python_names {
    const emission *e;
    char **of[2]; /* inputs, outputs */
} python_names;

/* A tuple's cannot begin with "_", and header fields never do. */
static char **names_of(const emission *e, int side) {
    const region *r = e->plan->graph->body;
    int n = side ? r->n_outputs : r->n_inputs;
    char **fields = side ? e->output_fields : e->input_fields, **list = ARENA_ARRAY(e->arena, char *, n);
    names taken = {.arena = e->arena};
    for (int i = 0; i < n; i++) {
        bool other = among(python_keywords, fields[i]) || (!side && among(run_names, fields[i]));
        list[i] = identifier_unique(&taken, other ? arena_printf(e->arena, "%s_", fields[i]) : fields[i]);
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
    const python_names *p = context;
    interface_place t = interface_tensor(p->e, args);
    text_printf(out, "\"%s\", numpy.dtype(%s), ", p->of[args[0]][args[1]], numpy_type(p->e, t.value->type.elem));
    put_shape(&t.value->type, out);
    if (p->e->batch) text_put(out, t.many ? ", True" : ", False");
}

static void put_output_names(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const python_names *p = context;
    for (int i = 0; i < p->e->plan->graph->body->n_outputs; i++) text_printf(out, "%s\"%s\"", i ? ", " : "", p->of[1][i]);
}

/* The inputs that a caller must give come first, the others and `out` by name only. */
static const char *arguments(const python_names *p, const char *required, const char *optional, const char *separator) {
    const region *r = p->e->plan->graph->body;
    text all = {.arena = p->e->arena};
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < r->n_inputs; i++)
            if (!r->inputs[i]->fallback == !pass) text_printf(&all, pass ? optional : required, p->of[0][i], p->of[0][i]);
        if (!pass) text_put(&all, separator);
    }
    return all.bytes;
}

static void put_given(void *context, text *out, int n, const int64_t *args) {
    (void)n, (void)args;
    const python_names *p = context;
    int count = p->e->plan->graph->body->n_inputs;
    for (int i = 0; i < count; i++) text_printf(out, "%s%s", p->of[0][i], count == 1 ? "," : i + 1 < count ? ", " : "");
}

void python_calls(template_env *env, emission *e) {
    python_names *p = ARENA_NEW(e->arena, python_names);
    *p = (python_names){e, {names_of(e, 0), names_of(e, 1)}};
    template_text(env, "python_parameters", arguments(p, "%s, ", "%s=None, ", "*, "));
    template_text(env, "python_call", arguments(p, "%s, ", "%s=%s, ", ""));
    template_text(env, "python_libraries", e->options->threads ? "\"m\", \"pthread\"" : "\"m\"");
    template_call(env, "python_tensor", put_tensor, p);
    template_call(env, "python_output_names", put_output_names, p);
    template_call(env, "python_given", put_given, p);
}
