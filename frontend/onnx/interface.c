#include "frontend/onnx/import.h"

/* Inputs and outputs of the model. Sequences and optionals are taken apart: each element is an input or output of its own. */

static value *sequence_of(context *c, const char *name, int n, value *const *items) {
    node *made = node_new(c->region, NULL, OP_sequence, name, n, items, 1);
    return infer_node(made, c->imp->diags) ? made->outputs[0] : NULL;
}

static bool import_sequence(context *c, const char *name, const tensor *like, value **v) {
    arena *mem = c->imp->arena;
    if (!like)
        return diag_error(c->imp->diags, "", "name its elements: --elements NAME=f32[5],f32[3,4]", "input '%.100s' is a sequence of unknown length", name);
    value **items = ARENA_ARRAY(mem, value *, like->n_items);
    for (int i = 0; i < like->n_items; i++) {
        if (like->items[i].type.kind != TYPE_TENSOR)
            return diag_error(c->imp->diags, "", NULL, "input '%.100s' is a sequence of other things than tensors", name);
        items[i] = region_add_input(c->region, arena_printf(mem, "%s_%d", name, i), like->items[i].type);
    }
    *v = sequence_of(c, name, like->n_items, items);
    return *v != NULL;
}

static value *import_tensor(context *c, const char *name, const value_type *type, const input_sample *sample, port *p) {
    if (!sample || sample->like.type.kind != TYPE_TENSOR) return region_add_input(c->region, name, *type);
    bool shapeless = type->rank < 0;
    value *v = region_add_input(c->region, name, shapeless || sample->fixed ? sample->like.type : *type);
    if (!sample->fixed) return v;
    v = value_constant(c->imp->graph, name, sample->like.type, sample->like.data, arena_printf(c->imp->arena, "%s, fixed", name));
    p->only = v->constant;
    return v;
}

bool import_port(context *c, const char *name, const value_type *type, value **v) {
    graph *g = c->imp->graph;
    const frontend_options *o = c->imp->options;
    port p = {.name = name, .type = *type, .first = c->region->n_inputs};
    input_sample sample = {.fixed = false};
    bool known = o->sample && o->sample(o->sample_context, g->inputs.n, name, type, &sample);
    bool empty = type->kind == TYPE_OPTIONAL && known && !sample.like.n_items;
    if (type->kind == TYPE_OPTIONAL) {
        type = type->inner; /* unless we know better, an optional is always there */
        if (known && !empty) sample.like = sample.like.items[0];
    }
    if (type->kind == TYPE_MAP)
        return diag_error(c->imp->diags, "", "cut off what reads it, and let the model's input be the tensor that it makes of the map",
                          "input '%.100s' is a map, which emitted code does not have", name);
    if (type->kind == TYPE_UNKNOWN) return diag_error(c->imp->diags, "", "export the model again", "input '%.100s' has no type", name);
    *v = NULL;
    if (!empty && type->kind == TYPE_SEQUENCE && !import_sequence(c, name, known ? &sample.like : NULL, v)) return false;
    if (!empty && type->kind == TYPE_TENSOR) *v = import_tensor(c, name, type, known ? &sample : NULL, &p);
    p.n = c->region->n_inputs - p.first;
    ports_add(g, &g->inputs, p);
    return true;
}

bool export_port(context *c, const Onnx__ValueInfoProto *out, value *v) {
    port p = {.name = out->name, .first = c->region->n_outputs};
    if (!import_type(c->imp, out, false, &p.type)) return false;
    if (!v && p.type.kind != TYPE_OPTIONAL)
        return diag_error(c->imp->diags, "", "the model is incomplete: export it again", "output '%.100s' is computed nowhere", out->name);
    node *sequence = v && v->producer && v->producer->op == OP_sequence ? v->producer : NULL;
    for (int i = 0; sequence && i < sequence->n_inputs; i++) {
        node *item = node_new(c->region, NULL, OP_identity, out->name, 1, &sequence->inputs[i], 1);
        item->outputs[0]->name = arena_printf(c->imp->arena, "%s_%d", out->name, i);
        region_add_output(c->region, item->outputs[0]);
    }
    if (v && !sequence) region_add_output(c->region, v);
    if (v && !sequence && p.type.kind == TYPE_SEQUENCE) p.type = v->type; /* of maps, in whose place there is a matrix */
    p.n = c->region->n_outputs - p.first;
    if (v && sizes_open(c->imp, v)) { /* its true sizes are an output too */
        value *sizes = sizes_vector(c->imp, c->region, v, 0, v->type.rank, arena_printf(c->imp->arena, "%s_dims", out->name));
        if (!sizes) return false;
        p.sizes = c->region->n_outputs;
        region_add_output(c->region, sizes);
    }
    ports_add(c->imp->graph, &c->imp->graph->outputs, p);
    return true;
}
