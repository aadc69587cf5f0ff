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

static bool described_type(context *c, const char *output, value_type *t) {
    const Onnx__GraphProto *g = c->graph;
    for (size_t i = 0; g && i < g->n_value_info; i++)
        if (!strcmp(g->value_info[i]->name, output)) return import_type(c->imp, g->value_info[i], false, t);
    return true;
}

bool make_custom(context *c, const Onnx__NodeProto *n, draft *d, int which) {
    const value_type **declared = ARENA_ARRAY(c->imp->arena, const value_type *, d->n_outputs);
    for (int i = 0; i < d->n_outputs; i++) {
        value_type *t = ARENA_NEW(c->imp->arena, value_type);
        declared[i] = d->declared[i];
        if (!declared[i] && !described_type(c, n->output[i], t)) return false;
        if (!declared[i] && t->kind == TYPE_TENSOR) declared[i] = t;
    }
    d->declared = declared;
    d->domain = "";
    d->op_type = op_of(OP_custom)->name;
    const char *name = c->imp->options->custom[which];
    draft_set_attr(d, (attr){.name = "custom_operator", .kind = ATTR_STRING, .s = {name, strlen(name)}});
    draft_set_attr(d, (attr){.name = "custom_outputs", .kind = ATTR_INT, .i = (int64_t)n->n_output});
    return draft_finish(d);
}
