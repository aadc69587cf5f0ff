#include "frontend/onnx/import.h"

/* Inputs and outputs of the model. Sequences and optionals are taken apart: each element is an input or output of its own. So are
 * maps, into an array of keys, one of values, and how many there are. */

static const char *const map_parts[] = {"keys", "values", "count"};

static value *made_of(context *c, op_code op, const char *name, int n, value *const *inputs) {
    node *made = node_new(c->region, NULL, op, name, n, inputs, 1);
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
    *v = made_of(c, OP_sequence, name, like->n_items, items);
    return *v != NULL;
}

/* With room for as many entries as `like` has. */
static bool import_map(context *c, const char *name, const value_type *type, const tensor *like, value **v) {
    arena *mem = c->imp->arena;
    const value_type *item = type->inner;
    if ((type->elem != DT_I64 && type->elem != DT_STRING) || item->kind != TYPE_TENSOR || item->rank > 0)
        return diag_error(c->imp->diags, "", NULL, "input '%.100s' is no map from i64 or strings to single values", name);
    if (!like) return diag_error(c->imp->diags, "", "say how many: --elements NAME=100", "input '%.100s' is a map of any number of entries", name);
    const int64_t room = type_size(&like->items[0].type, 0);
    const value_type types[] = {type_tensor(mem, type->elem, 1, &room), type_tensor(mem, item->elem, 1, &room), type_tensor(mem, DT_I64, 0, NULL)};
    value *parts[3];
    for (int i = 0; i < 3; i++) parts[i] = region_add_input(c->region, arena_printf(mem, "%s_%s", name, map_parts[i]), types[i]);
    for (int i = 0; i < 2; i++) {
        value *used[] = {parts[i], parts[2]};
        parts[i] = made_of(c, OP_map_entries, parts[i]->name, 2, used);
        if (!parts[i]) return false;
    }
    *v = made_of(c, OP_map, name, 3, parts);
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
    if (type->kind == TYPE_UNKNOWN) return diag_error(c->imp->diags, "", "export the model again", "input '%.100s' has no type", name);
    *v = NULL;
    if (!empty && type->kind == TYPE_MAP && !import_map(c, name, type, known ? &sample.like : NULL, v)) return false;
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
    node *whole = v && v->producer && (v->producer->op == OP_sequence || v->producer->op == OP_map) ? v->producer : NULL;
    for (int i = 0; whole && i < whole->n_inputs; i++) {
        node *item = node_new(c->region, NULL, OP_identity, out->name, 1, &whole->inputs[i], 1);
        item->outputs[0]->name =
            whole->op == OP_map ? arena_printf(c->imp->arena, "%s_%s", out->name, map_parts[i]) : arena_printf(c->imp->arena, "%s_%d", out->name, i);
        region_add_output(c->region, item->outputs[0]);
    }
    if (v && !whole) region_add_output(c->region, v);
    if (whole && whole->op == OP_map) p.type = v->type;
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
