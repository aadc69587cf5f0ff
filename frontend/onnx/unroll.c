#include "frontend/onnx/convert/convert.h"
#include "frontend/onnx/import.h"

#include <string.h>

/* Control flow that is decided while the model is read: the nodes of the graphs that it runs come into the region around
 * it, as often as they run. Sequences are lists of values there (convert/sequence.c), which a loop lengthens. */

enum { MOST_ITERATIONS = 4096 };

/* The graph that an attribute holds, and whose names it sees. */
static const Onnx__GraphProto *graph_of(const context *c, const Onnx__NodeProto *n, const char *name, const context **home) {
    for (size_t i = 0; i < n->n_attribute; i++) {
        if (strcmp(n->attribute[i]->name, name) != 0) continue;
        const Onnx__AttributeProto *p = resolve_attribute(c, n->attribute[i], home);
        return p ? p->g : NULL;
    }
    return NULL;
}

static value *input_of(const context *c, const Onnx__NodeProto *n, size_t i) {
    void *v = NULL;
    if (i < n->n_input && *n->input[i]) names_find(c->scope, n->input[i], &v);
    return v;
}

static bool is_sequence(const value *v) { return v && v->producer && v->producer->op == OP_sequence; }
static bool is_known(const value *v) { return v && v->constant && type_count(&v->type) == 1; }

static bool takes_sequences(const Onnx__GraphProto *g) {
    for (size_t i = 0; g && i < g->n_input; i++) {
        const Onnx__TypeProto *t = g->input[i]->type;
        if (t && (t->value_case == ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE || t->value_case == ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE)) return true;
    }
    return false;
}

/* Which inputs say how large a result is. */
static const struct {
    const char *op_type;
    size_t from, end;
} sizing[] = {{"Slice", 1, 5}, {"Range", 0, 3}, {"Expand", 1, 2}, {"ConstantOfShape", 0, 1}, {"Reshape", 1, 2}, {"Tile", 1, 2}};

static bool reads(const Onnx__NodeProto *n, size_t from, size_t end, const names *changing) {
    void *found;
    for (size_t i = from; i < end && i < n->n_input; i++)
        if (names_find(changing, n->input[i], &found)) return true;
    return false;
}

/* Whether a loop's graph makes something whose size may be another each time. */
static bool has_changing_sizes(const context *c, const Onnx__GraphProto *g) {
    names changing = {.arena = c->imp->arena};
    for (size_t i = 0; g && i < g->n_input; i++) names_add(&changing, g->input[i]->name, c->imp);
    for (size_t i = 0; g && i < g->n_node; i++) {
        const Onnx__NodeProto *n = g->node[i];
        for (size_t k = 0; k < sizeof sizing / sizeof *sizing; k++)
            if (!strcmp(n->op_type, sizing[k].op_type) && reads(n, sizing[k].from, sizing[k].end, &changing)) return true;
        if (!strcmp(n->op_type, "Shape") || !strcmp(n->op_type, "Size") || !reads(n, 0, n->n_input, &changing)) continue;
        for (size_t k = 0; k < n->n_output; k++) names_add(&changing, n->output[k], c->imp);
    }
    return false;
}

bool always_unrolled(const char *op_type) { return !strcmp(op_type, "SequenceMap"); }

bool can_unroll(const context *c, const Onnx__NodeProto *n) {
    const context *home;
    if (!standard_domain(n->domain)) return false;
    if (!strcmp(n->op_type, "If")) return is_known(input_of(c, n, 0));
    if (always_unrolled(n->op_type)) return true;
    if (strcmp(n->op_type, "Loop") != 0) return false;
    const Onnx__GraphProto *body = graph_of(c, n, "body", &home);
    bool sequences = takes_sequences(body);
    for (size_t i = 2; i < n->n_input; i++) sequences = sequences || is_sequence(input_of(c, n, i));
    const value *trips = input_of(c, n, 0), *go = input_of(c, n, 1);
    return sequences || (is_known(trips) && constant_int(trips->constant, 0) <= MOST_ITERATIONS && (!go || is_known(go)) && has_changing_sizes(c, body));
}

/* One run of the graph. `results`: as many as it has outputs. */
static bool run_graph(context *c, const context *home, const Onnx__NodeProto *n, const Onnx__GraphProto *g, size_t n_inputs, value *const *inputs,
                      value **results) {
    names scope = {.outer = home->scope, .arena = c->imp->arena};
    context inner = *home;
    inner.region = c->region;
    inner.scope = &scope;
    inner.declared = NULL;
    if (n_inputs != g->n_input)
        return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "its graph has %zu inputs where %zu are given", g->n_input, n_inputs);
    for (size_t i = 0; i < n_inputs; i++) names_add(&scope, g->input[i]->name, inputs[i]);
    if (!import_initializers(&inner, g) || !import_nodes(&inner, g->n_node, g->node)) return false;
    for (size_t i = 0; i < g->n_output; i++) {
        void *v = NULL;
        if (!names_find(&scope, g->output[i]->name, &v))
            return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "its graph does not compute '%.100s'", g->output[i]->name);
        results[i] = v;
    }
    return true;
}

static value *scalar(const context *c, const char *name, dtype elem, int64_t x) {
    arena *mem = c->imp->arena;
    void *data = arena_alloc(mem, sizeof x);
    dtype_store_int(elem, data, 0, x);
    return value_constant(c->imp->graph, name, type_tensor(mem, elem, 0, NULL), data, name);
}

/* A draft that makes nodes beside n. */
static draft helper(context *c, const Onnx__NodeProto *n) {
    return (draft){.context = c, .place = proto_place(c, n), .name = qualified(c, *n->name ? n->name : n->n_output ? n->output[0] : n->op_type)};
}

/* Results get names of their own; a sequence, or nothing, has no name to lose. */
static bool bind_results(context *c, const Onnx__NodeProto *n, value *const *results) {
    draft d = helper(c, n);
    for (size_t i = 0; i < n->n_output; i++) {
        if (!*n->output[i]) continue;
        value *v = results[i];
        if (v && !is_sequence(v)) v = draft_emit(&d, "Identity", n->output[i], 1, &v, 0, NULL);
        if (v && !is_sequence(v) ? !bind_value(c, n, n->output[i], v) : !names_add(c->scope, n->output[i], v))
            return v ? false : diag_error(c->imp->diags, proto_place(c, n), "export the model again", "computes '%.100s' twice", n->output[i]);
    }
    return true;
}

static bool unroll_if(context *c, const Onnx__NodeProto *n) {
    const context *home;
    bool yes = constant_int(input_of(c, n, 0)->constant, 0) != 0;
    const Onnx__GraphProto *g = graph_of(c, n, yes ? "then_branch" : "else_branch", &home);
    if (!g || g->n_output < n->n_output) return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "lacks a branch, or outputs of it");
    value **results = ARENA_ARRAY(c->imp->arena, value *, g->n_output);
    return run_graph(c, home, n, g, 0, NULL, results) && bind_results(c, n, results);
}

/* ---- loops ---- */

static value *stacked(context *c, const Onnx__NodeProto *n, int rows, value *const *results) {
    draft d = helper(c, n);
    const int64_t zero = 0;
    value **parts = ARENA_ARRAY(c->imp->arena, value *, rows);
    const attr axis = {.name = "axis", .kind = ATTR_INT};
    for (int i = 0; i < rows; i++) {
        value *row[] = {results[i], draft_ints(&d, "axis", 1, &zero)};
        parts[i] = row[0] ? draft_emit(&d, "Unsqueeze", "row", 2, row, 0, NULL) : NULL;
        if (!parts[i]) return NULL;
    }
    return rows ? draft_emit(&d, "Concat", "rows", rows, parts, 1, &axis) : NULL;
}

static bool unroll_loop(context *c, const Onnx__NodeProto *n) {
    const context *home;
    arena *mem = c->imp->arena;
    const Onnx__GraphProto *g = graph_of(c, n, "body", &home);
    value *most = input_of(c, n, 0), *go = input_of(c, n, 1);
    if (!g || g->n_output + 1 < n->n_input || n->n_input < 2 || g->n_output < n->n_output + 1)
        return diag_error(c->imp->diags, proto_place(c, n), "export the model again", "its body does not fit it");
    size_t carried = n->n_input - 2, scans = g->n_output - 1 - carried;
    value **state = ARENA_ARRAY(mem, value *, n->n_input), **results = ARENA_ARRAY(mem, value *, g->n_output);
    value **rows = ARENA_ARRAY(mem, value *, scans * MOST_ITERATIONS);
    for (size_t i = 0; i < carried; i++)
        if (*n->input[i + 2] && !find_value(c, n, i + 2, &state[i + 2])) return false;
    int64_t trips = most && is_known(most) ? constant_int(most->constant, 0) : INT64_MAX;
    int made = 0;
    go = go ? go : scalar(c, "true", DT_BOOL, 1);
    for (;; made++) {
        if ((most && !is_known(most)) || !is_known(go) || (made == MOST_ITERATIONS && made < trips))
            return diag_error(c->imp->diags, proto_place(c, n), "fix the inputs that decide it: --fix NAME=VALUE",
                              "carries sequences, or sizes that change, and how often it runs is not known");
        if (made >= trips || !constant_int(go->constant, 0)) break;
        state[0] = scalar(c, "iteration", DT_I64, made);
        state[1] = go;
        if (!run_graph(c, home, n, g, n->n_input, state, results)) return false;
        go = results[0];
        for (size_t i = 0; i < carried; i++) state[i + 2] = results[i + 1];
        for (size_t i = 0; i < scans; i++) rows[i * MOST_ITERATIONS + (size_t)made] = results[i + 1 + carried];
    }
    for (size_t i = 0; i < n->n_output; i++) {
        if (i < carried) results[i] = state[i + 2];
        else if (*n->output[i] && !(results[i] = stacked(c, n, made, rows + (i - carried) * MOST_ITERATIONS)))
            return diag_error(c->imp->diags, proto_place(c, n), NULL, "stacks no rows");
    }
    return bind_results(c, n, results);
}

/* ---- SequenceMap ---- */

static bool unroll_map(context *c, const Onnx__NodeProto *n) {
    const context *home;
    arena *mem = c->imp->arena;
    const Onnx__GraphProto *g = graph_of(c, n, "body", &home);
    value **given = ARENA_ARRAY(mem, value *, n->n_input), **inputs = ARENA_ARRAY(mem, value *, n->n_input);
    for (size_t i = 0; i < n->n_input; i++)
        if (!find_value(c, n, i, &given[i])) return false;
    if (!g || !n->n_input || !is_sequence(given[0]) || g->n_output < n->n_output)
        return diag_error(c->imp->diags, proto_place(c, n), NULL, "its sequence is not put together from known elements");
    int count = given[0]->producer->n_inputs;
    value **results = ARENA_ARRAY(mem, value *, g->n_output), **items = ARENA_ARRAY(mem, value *, g->n_output * (size_t)count);
    for (int i = 0; i < count; i++) {
        for (size_t k = 0; k < n->n_input; k++) {
            if (is_sequence(given[k]) && given[k]->producer->n_inputs != count)
                return diag_error(c->imp->diags, proto_place(c, n), NULL, "its sequences differ in length");
            inputs[k] = is_sequence(given[k]) ? given[k]->producer->inputs[i] : given[k];
        }
        if (!run_graph(c, home, n, g, n->n_input, inputs, results)) return false;
        for (size_t k = 0; k < g->n_output; k++) items[k * (size_t)count + (size_t)i] = results[k];
    }
    for (size_t k = 0; k < g->n_output; k++) {
        node *made = node_new(c->region, NULL, OP_sequence, n->op_type, count, items + k * (size_t)count, 1);
        if (!infer_node(made, c->imp->diags)) return false;
        results[k] = made->outputs[0];
    }
    return bind_results(c, n, results);
}

bool unroll(context *c, const Onnx__NodeProto *n) {
    if (!strcmp(n->op_type, "If")) return unroll_if(c, n);
    return !strcmp(n->op_type, "Loop") ? unroll_loop(c, n) : unroll_map(c, n);
}
