#include "frontend/onnx/convert/convert.h"
#include "frontend/onnx/import.h"
#include "frontend/onnx/tensors.h"

#include <string.h>

/* ---- names ---- */

/* Inside of functions names are copied for each call: long ones are cut. */
const char *qualified(const context *c, const char *name) {
    return *c->prefix ? arena_printf(c->imp->arena, "%s%.*s", c->prefix, ONNX_MAX_LABEL, name) : name;
}

static const char *node_label(const Onnx__NodeProto *n) {
    return *n->name ? n->name : n->n_output && *n->output[0] ? n->output[0] : n->op_type;
}

const char *proto_place(const context *c, const Onnx__NodeProto *n) {
    return arena_printf(c->imp->arena, "node '%.180s' (%.60s)", qualified(c, node_label(n)), n->op_type);
}

bool bind_value(context *c, const Onnx__NodeProto *n, const char *name, value *v) {
    if (!names_add(c->scope, name, v))
        return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "computes '%.100s', which is already defined", name);
    v->name = qualified(c, name);
    return true;
}

bool find_value(const context *c, const Onnx__NodeProto *n, size_t input, value **v) {
    void *thing;
    if (!names_find(c->scope, n->input[input], &thing))
        return diag_error(c->imp->diags, proto_place(c, n), "the model is incomplete: export it again",
                          "input %zu, '%.100s', is computed nowhere", input, n->input[input]);
    *v = thing;
    return true;
}

/* ---- nodes ---- */

static bool import_inputs(const context *c, const Onnx__NodeProto *n, draft *d) {
    for (size_t i = 0; i < n->n_input; i++) {
        value *v = NULL;
        if (*n->input[i] && !find_value(c, n, i, &v)) return false;
        d->inputs[i] = v;
    }
    d->n_inputs = (int)n->n_input;
    return true;
}

static bool import_region(const Onnx__AttributeProto *p, const context *home, draft *d) {
    region *r = p->g ? import_subgraph(home, p->g) : NULL;
    if (!p->g) return draft_error(d, NULL, "attribute '%.80s' lacks its graph", p->name);
    if (!r) return false;
    bool first = !strcmp(p->name, "then_branch"); /* comes before else_branch, whatever the file's order */
    if (first && d->n_regions) {
        d->regions[d->n_regions] = d->regions[0];
        d->region_names[d->n_regions] = d->region_names[0];
    }
    d->regions[first ? 0 : d->n_regions] = r;
    d->region_names[first ? 0 : d->n_regions] = p->name;
    d->n_regions++;
    return true;
}

static bool import_attributes(const context *c, const Onnx__NodeProto *n, draft *d) {
    for (size_t i = 0; i < n->n_attribute; i++) {
        const context *home;
        const Onnx__AttributeProto *p = resolve_attribute(c, n->attribute[i], &home);
        attr a;
        if (!p) continue;
        if (p->g || p->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH) {
            if (!import_region(p, home, d)) return false;
            continue;
        }
        if (!import_attribute(c, n, p, &a)) return false;
        a.name = n->attribute[i]->name;
        if (draft_attr(d, a.name)) return draft_error(d, NULL, "attribute '%.80s' is given twice", a.name);
        d->attrs[d->n_attrs++] = a;
    }
    return true;
}

static void import_outputs(const context *c, const Onnx__NodeProto *n, draft *d) {
    bool *wanted = ARENA_ARRAY(c->imp->arena, bool, n->n_output);
    const value_type **declared = ARENA_ARRAY(c->imp->arena, const value_type *, n->n_output);
    for (size_t i = 0; i < n->n_output; i++) {
        void *type = NULL;
        if (c->declared && names_find(c->declared, n->output[i], &type)) declared[i] = type;
        wanted[i] = *n->output[i] != 0;
        if (wanted[i]) d->n_outputs = (int)i + 1;
    }
    d->wanted = wanted;
    d->declared = declared;
}

/* Outputs whose size was not known may be so now. */
static bool declare_outputs(const draft *d) {
    diagnostics quiet = {.stream = NULL};
    for (int i = 0; i < d->n_outputs; i++) {
        value *v = d->outputs[i];
        if (!d->declared[i] || !d->wanted[i] || !v || !v->producer || v->declared) continue;
        v->declared = d->declared[i];
        if (!type_is_static(&v->type)) infer_node(v->producer, &quiet);
    }
    return true;
}

static bool import_operator(context *c, const Onnx__NodeProto *n) {
    arena *mem = c->imp->arena;
    draft d = {.context = c, .place = proto_place(c, n), .name = qualified(c, node_label(n)), .domain = n->domain,
               .op_type = n->op_type, .version = opset_version(c, n->domain),
               .inputs = ARENA_ARRAY(mem, value *, n->n_input), .attrs = ARENA_ARRAY(mem, attr, n->n_attribute),
               .regions = ARENA_ARRAY(mem, region *, n->n_attribute),
               .region_names = ARENA_ARRAY(mem, const char *, n->n_attribute)};
    if (!d.version && standard_domain(n->domain))
        return draft_error(&d, "add it to opset_import", "uses the standard operators, whose version its function does not import");
    import_outputs(c, n, &d);
    if (!import_inputs(c, n, &d) || !import_attributes(c, n, &d)) return false;
    int custom = find_custom(c->imp, n);
    if (!(custom >= 0 ? make_custom(c, n, &d, custom) : convert(&d))) return false;
    for (int i = 0; i < d.n_outputs; i++) {
        if (d.wanted[i] && d.outputs[i] && !bind_value(c, n, n->output[i], d.outputs[i])) return false;
        if (d.wanted[i] && !d.outputs[i]) names_add(c->scope, n->output[i], NULL); /* an optional that is empty */
    }
    return declare_outputs(&d);
}

static bool import_node(context *c, const Onnx__NodeProto *n) {
    int function = find_function(c->imp, n);
    if (c->imp->nodes_left-- <= 0)
        return diag_error(c->imp->diags, proto_place(c, n), "export the model without functions", "inlining the model's functions gives too many nodes");
    if (n->n_attribute > ONNX_MAX_ATTRIBUTES)
        return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "has %zu attributes, more than %d", n->n_attribute,
                          ONNX_MAX_ATTRIBUTES);
    if (function >= 0) return inline_function(c, n, c->imp->functions[function]);
    return can_unroll(c, n) ? unroll(c, n) : import_operator(c, n);
}

/* Depth is more than what files nest and functions call: a function may run the graph that its caller gave it. */
bool import_nodes(context *c, size_t n, Onnx__NodeProto *const *nodes) {
    if (n && c->imp->depth == ONNX_NESTING)
        return diag_error(c->imp->diags, proto_place(c, nodes[0]), "export the model without functions",
                          "lies in graphs and functions nested more than %d deep", ONNX_NESTING);
    Onnx__NodeProto **sorted = sort_nodes(c->imp, n, nodes);
    bool ok = sorted != NULL;
    c->imp->depth++;
    for (size_t i = 0; ok && i < n; i++) ok = import_node(c, sorted[i]);
    c->imp->depth--;
    return ok;
}

/* ---- graphs ---- */

static bool define(context *c, const char *name, value *v) {
    if (names_add(c->scope, name, v)) return true;
    return diag_error(c->imp->diags, "", "export the model again", "'%.100s' is defined twice among inputs and initializers", name);
}

static bool import_constant(context *c, const char *name, bool ok, const constant *t) {
    return ok && define(c, name, value_constant(c->imp->graph, qualified(c, name), t->type, t->data, t->origin));
}

bool import_initializers(context *c, const Onnx__GraphProto *g) {
    constant t;
    for (size_t i = 0; i < g->n_initializer; i++) {
        bool ok = tensor_proto_read(c->imp->file, g->initializer[i], &t);
        if (!import_constant(c, g->initializer[i]->name, ok, &t)) return false;
    }
    for (size_t i = 0; i < g->n_sparse_initializer; i++) {
        const Onnx__SparseTensorProto *s = g->sparse_initializer[i];
        bool ok = sparse_tensor_proto_read(c->imp->file, s, &t);
        if (!import_constant(c, s->values ? s->values->name : "", ok, &t)) return false;
    }
    return true;
}

/* Inputs that are initializers too have a default value that the caller could override: here they are constants. */
static bool import_graph_inputs(context *c, const Onnx__GraphProto *g, bool outermost) {
    for (size_t i = 0; i < g->n_input; i++) {
        value_type type;
        void *thing;
        const names here = {.entries = c->scope->entries, .capacity = c->scope->capacity, .count = c->scope->count};
        if (names_find(&here, g->input[i]->name, &thing) && thing && ((value *)thing)->constant) continue;
        if (!import_type(c->imp, g->input[i], outermost, &type)) return false;
        value *v = NULL;
        if (!outermost) v = region_add_input(c->region, qualified(c, g->input[i]->name), type);
        else if (!import_port(c, g->input[i]->name, &type, &v)) return false;
        if (!define(c, g->input[i]->name, v)) return false;
    }
    return true;
}

/* What the file says of the graph's outputs, for sizes that inference cannot know. */
static bool import_declarations(context *c, const Onnx__GraphProto *g) {
    c->declared = ARENA_NEW(c->imp->arena, names);
    c->declared->arena = c->imp->arena;
    for (size_t i = 0; i < g->n_output; i++) {
        value_type t;
        if (!import_type(c->imp, g->output[i], false, &t)) return false;
        if (t.kind == TYPE_OPTIONAL) t = *t.inner;
        if (t.kind == TYPE_TENSOR) names_add(c->declared, g->output[i]->name, arena_copy(c->imp->arena, &t, sizeof t));
    }
    return true;
}

static bool import_graph_outputs(context *c, const Onnx__GraphProto *g) {
    for (size_t i = 0; i < g->n_output; i++) {
        void *v = NULL;
        bool found = names_find(c->scope, g->output[i]->name, &v);
        if (found && c->region == c->imp->graph->body) {
            if (!export_port(c, g->output[i], v)) return false;
            continue;
        }
        if (!v)
            return diag_error(c->imp->diags, "", "the model is incomplete: export it again",
                              "output '%.100s' of graph '%.100s' is computed nowhere", g->output[i]->name, g->name);
        region_add_output(c->region, v);
    }
    return true;
}

/* Through operators that keep the shape, the size of what they compute is that of what they read. */
static void spread_declarations(const region *r) {
    for (node *n = r->last; n; n = n->prev) {
        const value *out = n->n_outputs == 1 ? n->outputs[0] : NULL;
        if (!out || !out->declared || n->n_regions || !n->n_inputs) continue;
        if (!(op_of(n->op)->props & PROP_ELEMENTWISE) && n->op != OP_identity) continue;
        value *open = NULL;
        bool others_are_scalars = true;
        for (int i = 0; i < n->n_inputs; i++) {
            value *v = n->inputs[i];
            bool scalar = v && type_is_static(&v->type) && type_count(&v->type) == 1;
            if (!v || scalar) continue;
            others_are_scalars = others_are_scalars && (!open || open == v);
            open = v;
        }
        if (open && others_are_scalars && open->producer && open->producer->op != OP_custom && !open->declared && !type_is_static(&open->type)) open->declared = out->declared;
    }
}

bool import_graph(context *c, const Onnx__GraphProto *g) {
    bool outermost = c->region == c->imp->graph->body;
    c->graph = g;
    return import_declarations(c, g) && import_initializers(c, g) && import_graph_inputs(c, g, outermost) && import_nodes(c, g->n_node, g->node) &&
           import_graph_outputs(c, g) && (spread_declarations(c->region), true);
}

region *import_subgraph(const context *outer, const Onnx__GraphProto *g) {
    names scope = {.outer = outer->scope, .arena = outer->imp->arena};
    context c = *outer;
    c.region = region_new(outer->imp->graph, NULL);
    c.scope = &scope;
    return import_graph(&c, g) ? c.region : NULL;
}
