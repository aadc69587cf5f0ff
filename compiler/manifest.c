#include "compiler/manifest.h"

#include <jansson.h>
#include <math.h>

#include "backend/emit/emit.h"

/* What jansson cannot take as UTF-8 is left out, letter by letter. */
static json_t *string(const plan *p, const char *s) {
    json_t *j = json_string(s);
    if (j) return j;
    char *plain = arena_strdup(p->arena, s);
    for (char *c = plain; *c; c++)
        if ((unsigned char)*c >= 0x80) *c = '?';
    return json_string(plain);
}

static json_t *tensors(const plan *p, value *const *values, int n) {
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        const value_type *t = &values[i]->type;
        json_t *dims = json_array();
        for (int k = 0; k < t->rank; k++) json_array_append_new(dims, json_integer(t->dims[k].size));
        json_array_append_new(list, json_pack("{so ss so sI}", "name", string(p, values[i]->name), "type", dtype_of(t->elem)->name, "dims", dims,
                                              "bytes", (json_int_t)stored_bytes(t->elem, type_count(t))));
    }
    return list;
}

/* Bytes [offset, offset + bytes) of a buffer; index: which input, output, or array of weights that are inline; in each iteration of a loop, `pitch` further on. */
static json_t *part(const operand *o, bool arrays) {
    static const char *const names[] = {[MEMORY_INPUT] = "input", [MEMORY_OUTPUT] = "output", [MEMORY_ARENA] = "workspace", [MEMORY_CONSTANT] = "weights"};
    const buffer *b = o->buffer;
    bool own = b->where == MEMORY_INPUT || b->where == MEMORY_OUTPUT || (arrays && b->where == MEMORY_CONSTANT);
    json_t *j = json_pack("{ss sI sI}", "buffer", names[b->where], "offset", (json_int_t)(o->offset + (own ? 0 : b->offset)), "bytes",
                          (json_int_t)operand_room(o));
    if (own) json_object_set_new(j, "index", json_integer(b->index));
    if (o->loop) json_object_set_new(j, "loop", json_integer(o->loop)), json_object_set_new(j, "pitch", json_integer(o->pitch));
    return j;
}

static json_t *parts(const operand *list, int n, bool arrays) {
    json_t *all = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(all, part(&list[i], arrays));
    return all;
}

/* Null where none is stated. */
static json_t *stated(double bound) { return bound > 0 && isfinite(bound) ? json_real(bound) : json_null(); }

static void add_kernels(const plan *p, const block *b, bool arrays, json_t *list) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        if (s->kind != STEP_KERNEL) {
            add_kernels(p, s->then_block, arrays, list);
            add_kernels(p, s->else_block, arrays, list);
            continue;
        }
        double bound = step_error_bound(s);
        json_array_append_new(list, json_pack("{so ss so sI so so so}", "layer", string(p, s->node ? s->node->name : ""), "kernel", s->family->name, "how",
                                              string(p, s->summary ? s->summary : ""), "macs", (json_int_t)s->macs, "error_bound", stated(bound), "reads", parts(s->in, s->n_in, arrays),
                                              "writes", parts(s->out, s->n_out, arrays)));
    }
}

static json_t *options(const plan *p, const backend_options *o) {
    static const char *const modes[] = {[WEIGHTS_INLINE] = "inline", [WEIGHTS_EMBED] = "embed", [WEIGHTS_FILE] = "file"};
    json_t *targets = json_array();
    for (int i = 0; i < p->n_targets; i++) json_array_append_new(targets, json_string(p->targets[i]->name));
    dtype narrow = p->options.weights_type;
    const char *compute = p->options.compute != DT_NONE ? dtype_of(p->options.compute)->name : "f32";
    return json_pack("{so ss so ss ss ss si sb sb}", "target", targets, "accuracy", accuracy_names[p->options.accuracy], "max_error", stated(p->options.max_error), "weights",
                     modes[backend_weights_mode(p, o)], "weights_type",
                     narrow != DT_NONE ? dtype_of(narrow)->name : "f32", "compute", compute, "threads",
                     o->threads ? p->options.threads : 1, "profile", o->profile, "tuned", p->options.advice != NULL);
}

bool manifest_write(const plan *p, const backend_options *o, FILE *f) {
    const region *r = p->graph->body;
    const emission e = {.plan = p, .weights = backend_weights_mode(p, o)};
    json_t *kernels = json_array();
    add_kernels(p, p->body, e.weights == WEIGHTS_INLINE, kernels);
    json_t *all = json_pack("{ss so ss so sI sI sI so so so}", "cnnc", CNNC_VERSION, "model", string(p, o->model), "model_hash",
                            arena_printf(p->arena, "0x%016llx", (unsigned long long)p->graph->hash), "options", options(p, o), "workspace_bytes",
                            (json_int_t)(p->workspace ? p->workspace : 64), "weights_bytes", (json_int_t)emit_weights_size(&e), "macs", (json_int_t)plan_macs(p), "inputs",
                            tensors(p, r->inputs, r->n_inputs), "outputs", tensors(p, r->outputs, r->n_outputs), "kernels", kernels);
    double bound = plan_error_bound(p); /* none is stated for rounding alone */
    if (all) json_object_set_new(all, "error_bound", stated(bound));
    bool ok = all && json_dumpf(all, f, JSON_INDENT(1)) == 0 && fputc('\n', f) != EOF;
    json_decref(all);
    return ok || diag_error(p->diags, "", NULL, "the manifest cannot be written as JSON");
}
