#include "frontend/onnx/convert/convert.h"
#include "frontend/onnx/import.h"

#include <string.h>

int find_custom(const importer *imp, const Onnx__NodeProto *n) {
    for (int i = 0; i < imp->options->n_custom; i++) {
        const char *name = imp->options->custom[i], *colon = strrchr(name, ':');
        size_t domain = colon ? (size_t)(colon - name) : 0;
        bool there = !colon || (!strncmp(n->domain, name, domain) && !n->domain[domain]);
        if (there && !strcmp(n->op_type, colon ? colon + 1 : name)) return i;
    }
    return -1;
}

/* What the graph says of a value, be it an output of it or not; NULL: nothing. */
static const Onnx__ValueInfoProto *description(const Onnx__GraphProto *g, const char *name) {
    for (size_t i = 0; g && i < g->n_value_info; i++)
        if (!strcmp(g->value_info[i]->name, name)) return g->value_info[i];
    for (size_t i = 0; g && i < g->n_output; i++)
        if (!strcmp(g->output[i]->name, name)) return g->output[i];
    return NULL;
}

/* Sizes of the same name are the same. */
static bool described_type(context *c, const char *output, value_type *t) {
    const Onnx__ValueInfoProto *v = description(c->graph, output);
    if (!v) return true;
    if (!import_type(c->imp, v, false, t)) return false;
    for (int k = 0; t->kind == TYPE_TENSOR && k < t->rank; k++) {
        const char *name = v->type->tensor_type->shape->dim[k]->dim_param;
        const symbol *s = !dim_is_number(t->dims[k]) && name && *name ? graph_find_symbol(c->imp->graph, name) : NULL;
        if (s) t->dims[k] = dim_symbol(c->imp->arena, s);
    }
    return true;
}

bool make_custom(context *c, const Onnx__NodeProto *n, draft *d, int which) {
    const value_type **declared = ARENA_ARRAY(c->imp->arena, const value_type *, d->n_outputs);
    for (int i = 0; i < d->n_outputs; i++) {
        value_type *t = ARENA_NEW(c->imp->arena, value_type);
        if (!described_type(c, n->output[i], t)) return false;
        declared[i] = t->kind == TYPE_TENSOR ? t : d->declared[i];
    }
    d->declared = declared;
    d->domain = "";
    d->op_type = op_of(OP_custom)->name;
    const char *name = c->imp->options->custom[which];
    draft_set_attr(d, (attr){.name = "custom_operator", .kind = ATTR_STRING, .s = {name, strlen(name)}});
    draft_set_attr(d, (attr){.name = "custom_outputs", .kind = ATTR_INT, .i = (int64_t)n->n_output});
    return draft_finish(d);
}
