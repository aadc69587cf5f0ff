/* The results of `cnnc bench` as JSON. */
#include <jansson.h>

#include "compiler/bench.h"

#define HINT "give a file that cnnc bench --save has written"

bool bench_save(FILE *f, const bench_result *r, diagnostics *d) {
    json_t *layers = json_array();
    for (int i = 0; i < r->n_layers; i++) {
        const bench_layer *l = &r->layers[i];
        json_array_append_new(layers, json_pack("{ss ss ss sf sf sf sf sf sf}", "name", l->name, "kernel", l->kernel, "how", l->how,
                                                "seconds", l->seconds, "operations", l->operations, "estimate", l->estimate, "weight_bytes", l->weights,
                                                "activation_bytes", l->activations, "peak", l->peak));
    }
    json_t *all = json_pack("{ss ss ss ss ss ss si si sf sf sf sf so}", "cnnc", CNNC_VERSION, "model", r->model, "target", r->target,
                            "compiler", r->compiler, "machine", r->machine, "statistic", r->statistic, "runs", r->runs, "threads",
                            r->threads, "peak_operations", r->peak.operations, "peak_bytes", r->peak.bytes, "seconds", r->seconds,
                            "operations", r->operations, "layers", layers);
    bool ok = all && json_dumpf(all, f, JSON_INDENT(1)) == 0 && fputc('\n', f) != EOF;
    json_decref(all);
    return ok || diag_error(d, "", NULL, "the results cannot be written as JSON");
}

static const char *keep(arena *a, const char *s) { return arena_strdup(a, s); }

static bool unpack_layer(json_t *from, bench_layer *l, arena *a, json_error_t *e) {
    if (json_unpack_ex(from, e, 0, "{ss ss ss sF sF sF sF sF s?F}", "name", &l->name, "kernel", &l->kernel, "how", &l->how, "seconds",
                       &l->seconds, "operations", &l->operations, "estimate", &l->estimate, "weight_bytes", &l->weights, "activation_bytes", &l->activations, "peak", &l->peak))
        return false;
    l->name = keep(a, l->name), l->kernel = keep(a, l->kernel), l->how = keep(a, l->how);
    return true;
}

static bool unpack(json_t *from, bench_result *r, arena *a, json_error_t *e) {
    json_t *list;
    if (json_unpack_ex(from, e, 0, "{ss ss ss ss ss si si sF sF sF sF so}", "model", &r->model, "target", &r->target, "compiler",
                       &r->compiler, "machine", &r->machine, "statistic", &r->statistic, "runs", &r->runs, "threads", &r->threads,
                       "peak_operations", &r->peak.operations, "peak_bytes", &r->peak.bytes, "seconds", &r->seconds, "operations",
                       &r->operations, "layers", &list))
        return false;
    r->model = keep(a, r->model), r->target = keep(a, r->target), r->compiler = keep(a, r->compiler);
    r->machine = keep(a, r->machine), r->statistic = keep(a, r->statistic);
    r->n_layers = (int)json_array_size(list);
    bench_layer *layers = ARENA_ARRAY(a, bench_layer, r->n_layers);
    for (int i = 0; i < r->n_layers; i++)
        if (!unpack_layer(json_array_get(list, (size_t)i), &layers[i], a, e)) return false;
    r->layers = layers;
    return true;
}

bool bench_load(bench_result *r, const char *path, arena *a, diagnostics *d) {
    json_error_t e;
    json_t *all = json_load_file(path, 0, &e);
    *r = (bench_result){0};
    bool ok = all && unpack(all, r, a, &e);
    json_decref(all);
    return ok || diag_error(d, path, HINT, "line %d: %s", e.line, e.text);
}
