#include "frontend/onnx/reader.h"

#include "frontend/onnx/import.h"
#include "frontend/onnx/wire_scan.h"

#include <string.h>
#include <xxhash.h>

enum { OPSET_MIN = 1, MAX_INLINED_NODES = 1000000 };

bool standard_domain(const char *domain) { return !*domain || !strcmp(domain, "ai.onnx"); }

int64_t opset_version(const context *c, const char *domain) {
    for (size_t i = 0; i < c->n_opsets; i++) {
        const char *d = c->opsets[i]->domain;
        if (standard_domain(domain) ? standard_domain(d) : !strcmp(domain, d)) return c->opsets[i]->version;
    }
    return 0;
}

static bool check_opset(diagnostics *d, const char *place, size_t n, Onnx__OperatorSetIdProto *const *ids) {
    for (size_t i = 0; i < n; i++) {
        if (!standard_domain(ids[i]->domain)) continue;
        if (ids[i]->version < OPSET_MIN)
            return diag_error(d, place, "export the model again", "imports opset %lld, which there is not", (long long)ids[i]->version);
        if (ids[i]->version > ONNX_OPSET_MAX)
            return diag_error(d, place, "export the model with an older opset", "imports opset %lld; this cnnc knows them up to %d",
                              (long long)ids[i]->version, ONNX_OPSET_MAX);
    }
    return true;
}

static bool check_model(const Onnx__ModelProto *m, diagnostics *d) {
    if (!m->graph) return diag_error(d, "", "is it an ONNX model?", "has no graph");
    if (!m->n_opset_import)
        return diag_error(d, "", "export the model again, with opset 7 or newer", "does not say which operator set it uses");
    if (!check_opset(d, "", m->n_opset_import, m->opset_import)) return false;
    for (size_t i = 0; i < m->n_functions; i++)
        if (!check_opset(d, m->functions[i]->name, m->functions[i]->n_opset_import, m->functions[i]->opset_import)) return false;
    return true;
}

static graph *import_model(model_file *f, const frontend_options *o) {
    size_t limit = o->memory_limit ? o->memory_limit : wire_default_limit(f->size);
    const Onnx__ModelProto *m =
        (const Onnx__ModelProto *)wire_unpack(&onnx__model_proto__descriptor, f->bytes, f->size, limit, f->arena, f->diags);
    if (!m || !check_model(m, f->diags)) return NULL;
    importer imp = {.arena = f->arena, .diags = f->diags, .options = o, .model = m, .file = f, .nodes_left = MAX_INLINED_NODES};
    imp.graph = graph_new(f->arena, f->diags, m->graph->name);
    imp.graph->hash = XXH3_64bits(f->bytes, f->size);
    sort_functions(&imp);
    if (!check_operators(&imp) || !check_dim_options(&imp, m->graph)) return NULL;
    names scope = {.arena = f->arena};
    context c = {.imp = &imp, .region = imp.graph->body, .scope = &scope, .n_opsets = m->n_opset_import,
                 .opsets = m->opset_import, .prefix = ""};
    int errors = imp.diags->errors; /* some are reported while the import goes on */
    return import_graph(&c, m->graph) && imp.diags->errors == errors ? imp.graph : NULL;
}

graph *onnx_read(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    model_file f;
    if (!model_file_open(&f, path, a, d)) return NULL;
    graph *g = import_model(&f, o);
    model_file_close(&f);
    return g;
}

graph *onnx_read_bytes(const void *bytes, size_t size, const char *name, const frontend_options *o, arena *a, diagnostics *d) {
    model_file f = {.name = name, .bytes = bytes, .size = size, .folder = -1, .memory_left = wire_default_limit(size),
                    .arena = a, .diags = d};
    return import_model(&f, o);
}
