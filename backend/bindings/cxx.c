/* What cxx/network.hpp.in calls. */
#include "backend/bindings/interface.h"

static void put_cxx_view(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    const emission *e = context;
    interface_place t = interface_tensor(e, args);
    const char *view = arena_printf(e->arena, "::%s::%s<%s%s, %lld>", e->prefix, t.many ? "samples" : "view", args[0] ? "" : "const ",
                                    emit_field_type(e, t.value->type.elem), (long long)interface_elements(&t.value->type));
    bool optional = !args[0] && t.value->fallback;
    text_printf(out, optional ? "::std::optional<%s> %s = {}" : "%s %s", view, t.field);
}

/* The pointer that the C function takes. */
static void put_cxx_pointer(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    interface_place t = interface_tensor(context, args);
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
        interface_place t = interface_tensor(e, at);
        if (!t.many || k == r->n_inputs) continue;
        const char *which = arena_printf(e->arena, "%s.%s", at[0] ? "out" : "in", t.field);
        text_put(out, out->size > start ? " || " : "");
        if (!at[0] && t.value->fallback) text_printf(out, "(%s && %s->count() != out.%s.count())", which, which, e->output_fields[0]);
        else text_printf(out, "%s.count() != out.%s.count()", which, e->output_fields[0]);
    }
}

void cxx_calls(template_env *env, emission *e) {
    template_call(env, "cxx_view", put_cxx_view, e);
    template_call(env, "cxx_pointer", put_cxx_pointer, e);
    template_call(env, "cxx_other_batch", put_cxx_other_batch, e);
}
