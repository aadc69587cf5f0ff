#include "frontend/onnx/import.h"

#include <stdlib.h>
#include <string.h>

/* Names within a domain may be overloaded. */
static int compare(const char *domain_a, const char *name_a, const char *overload_a, const Onnx__FunctionProto *b) {
    int c = strcmp(standard_domain(domain_a) ? "" : domain_a, standard_domain(b->domain) ? "" : b->domain);
    if (!c) c = strcmp(name_a, b->name);
    return c ? c : strcmp(overload_a, b->overload);
}

static int compare_functions(const void *a, const void *b) {
    const Onnx__FunctionProto *f = *(const Onnx__FunctionProto *const *)a;
    return compare(f->domain, f->name, f->overload, *(const Onnx__FunctionProto *const *)b);
}

static int compare_call(const void *key, const void *f) {
    const Onnx__NodeProto *n = key;
    return compare(n->domain, n->op_type, n->overload, *(const Onnx__FunctionProto *const *)f);
}

void sort_functions(importer *imp) {
    size_t n = imp->model->n_functions;
    imp->functions = ARENA_ARRAY(imp->arena, const Onnx__FunctionProto *, n);
    for (size_t i = 0; i < n; i++) imp->functions[i] = imp->model->functions[i];
    qsort(imp->functions, n, sizeof *imp->functions, compare_functions);
}

int find_function(const importer *imp, const Onnx__NodeProto *n) {
    const Onnx__FunctionProto **f =
        bsearch(n, imp->functions, imp->model->n_functions, sizeof *imp->functions, compare_call);
    return f && find_custom(imp, n) < 0 ? (int)(f - imp->functions) : -1;
}

static const Onnx__AttributeProto *node_attribute(const Onnx__NodeProto *n, const char *name) {
    for (size_t i = 0; i < n->n_attribute; i++)
        if (!strcmp(n->attribute[i]->name, name)) return n->attribute[i];
    return NULL;
}

/* What the body's ref_attr_name can mean: the caller's attribute, else the function's default. */
static void bind_attributes(const context *c, const Onnx__NodeProto *n, const Onnx__FunctionProto *f, call *out) {
    binding *b = ARENA_ARRAY(c->imp->arena, binding, f->n_attribute + f->n_attribute_proto);
    for (size_t i = 0; i < f->n_attribute + f->n_attribute_proto; i++) {
        const Onnx__AttributeProto *fallback = i < f->n_attribute ? NULL : f->attribute_proto[i - f->n_attribute];
        const char *name = fallback ? fallback->name : f->attribute[i];
        const Onnx__AttributeProto *given = node_attribute(n, name);
        const context *home = c;
        if (given) given = resolve_attribute(c, given, &home);
        if (given || fallback) b[out->n_bindings++] = (binding){name, given ? given : fallback, home};
    }
    out->bindings = b;
}

static bool check_call(const context *c, const Onnx__NodeProto *n, const Onnx__FunctionProto *f) {
    const char *place = proto_place(c, n);
    if (n->n_input > f->n_input || n->n_output > f->n_output)
        return diag_error(c->imp->diags, place, "export the model again", "passes %zu inputs and wants %zu outputs of a function with %zu and %zu",
                          n->n_input, n->n_output, f->n_input, f->n_output);
    if (f->n_attribute + f->n_attribute_proto > ONNX_MAX_ATTRIBUTES)
        return diag_error(c->imp->diags, place, "export the model again", "calls a function of more than %d attributes", ONNX_MAX_ATTRIBUTES);
    if (c->call && c->call->depth >= ONNX_CALL_DEPTH)
        return diag_error(c->imp->diags, place, "export the model again", "functions call each other more than %d deep", ONNX_CALL_DEPTH);
    return true;
}

bool inline_function(context *c, const Onnx__NodeProto *n, const Onnx__FunctionProto *f) {
    if (!check_call(c, n, f)) return false;
    call called = {.caller = c->call, .depth = c->call ? c->call->depth + 1 : 1};
    bind_attributes(c, n, f, &called);
    names scope = {.arena = c->imp->arena};
    const char *label = *n->name ? n->name : n->n_output ? n->output[0] : f->name;
    context body = {.imp = c->imp, .region = c->region, .scope = &scope, .n_opsets = f->n_opset_import,
                    .opsets = f->opset_import, .call = &called};
    body.prefix = arena_printf(c->imp->arena, "%.*s/", ONNX_MAX_LABEL, qualified(c, label));
    c->imp->nodes_left -= (long)f->n_input;
    for (size_t i = 0; i < f->n_input; i++) {
        value *v = NULL;
        if (i < n->n_input && *n->input[i] && !find_value(c, n, i, &v)) return false;
        names_add(&scope, f->input[i], v);
    }
    if (!import_nodes(&body, f->n_node, f->node)) return false;
    for (size_t i = 0; i < n->n_output; i++) {
        void *v = NULL;
        if (!*n->output[i]) continue;
        if (!names_find(&scope, f->output[i], &v) || !v)
            return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "function '%.80s' does not compute its output '%.80s'",
                              f->name, f->output[i]);
        if (!bind_value(c, n, n->output[i], v)) return false;
    }
    return true;
}
