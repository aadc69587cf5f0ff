/* Where a wrong result begins: which pass, else which layer. */
#include "compiler/verify.h"

#include "compiler/progress.h"
#include "compiler/report.h"

/* ---- passes: the graph is evaluated after each ---- */

static bool evaluate(const model *m, const tensor *inputs, tensor **outputs) {
    *outputs = ARENA_ARRAY(m->arena, tensor, m->graph->body->n_outputs);
    return eval_graph(m->graph, inputs, *outputs, m->arena, m->graph->diags, NULL, NULL);
}

static bool same_outputs(const model *m, const tensor *inputs, const tensor *want, const verify_options *o) {
    tensor *got;
    if (!evaluate(m, inputs, &got)) return false;
    bool same = true;
    for (int i = 0; i < m->graph->body->n_outputs; i++)
        same = same && compare_tensors(&got[i], &want[i], &o->tolerance).same;
    return same;
}

/* True when one was found. */
static bool find_pass(model *m, const verify_options *o, const tensor *inputs) {
    const pass_options options = model_passes(&o->model);
    model fresh = {.arena = m->arena, .diags = m->diags};
    tensor *want;
    if (!model_read(&fresh, &o->model) || !evaluate(&fresh, inputs, &want)) return false;
    if (same_outputs(m, inputs, want, o)) return false;
    int n;
    const pass *passes = passes_all(&n);
    progress p = progress_start("evaluating after each pass", n);
    const char *guilty = NULL;
    for (int i = 0; i < n && !guilty; i++) {
        progress_step(&p, passes[i].name);
        if (!passes[i].run(fresh.graph, &options) || !same_outputs(&fresh, inputs, want, o)) guilty = passes[i].name;
    }
    progress_end(&p);
    if (guilty) printf("the pass %s changes what the network computes\n", guilty);
    return guilty != NULL;
}

/* ---- layers: a variant of the graph in which every value is an output ---- */

static bool is_output(const value *v) {
    for (const use *u = v->uses; u; u = u->next)
        if (u->region == v->parent && u->region->owner == NULL) return true;
    return false;
}

/* v as a new output, row-major. */
static bool expose(graph *g, value *v, diagnostics *d) {
    if (v->type.layout.kind == LAYOUT_ROW_MAJOR) {
        region_add_output(g->body, v);
        return true;
    }
    node *plain = node_new(g->body, NULL, OP_from_c16, v->name, 1, &v, 1);
    if (!infer_node(plain, d)) return false;
    region_add_output(g->body, plain->outputs[0]);
    return true;
}

/* The nodes of the graph as it was; outputs are added in their order after the graph's own. */
static bool expose_all(graph *g, diagnostics *d) {
    node *last = g->body->last;
    for (node *n = g->body->first; n; n = n == last ? NULL : n->next)
        for (int i = 0; i < n->n_outputs; i++) {
            value *v = n->outputs[i];
            if (!v || !type_is_static(&v->type) || v->type.elem == DT_STRING || is_output(v)) continue;
            if (!expose(g, v, d)) return false;
        }
    return true;
}

/* The layer whose result output i of the variant shows. */
static const node *layer_of(const value *output) {
    const node *n = output->producer;
    if (n && n->op == OP_from_c16 && n->inputs[0]->producer) n = n->inputs[0]->producer;
    return n;
}

/* What is stated of a layer given its inputs. */
static double bound_of(const plan *p, const node *layer) {
    for (int i = 0; i < p->body->n_steps; i++)
        if (layer && p->body->steps[i]->node == layer && step_error_bound(p->body->steps[i]) > 0) return step_error_bound(p->body->steps[i]);
    return 0;
}

typedef struct exposed {
    model model; /* the variant, planned */
    int own;     /* outputs of the network itself; the others follow */
    tensor *got;
} exposed;

static bool run_exposed(exposed *x, const model *m, const verify_options *o, const tensor *inputs) {
    *x = (exposed){.model = {.arena = m->arena, .diags = m->diags}, .own = m->graph->body->n_outputs};
    model *variant = &x->model;
    if (!model_read(variant, &o->model) || !model_optimize(variant, &o->model) || !expose_all(variant->graph, &variant->diags) ||
        !model_plan(variant, &o->model))
        return false;
    if (variant->sizes) return diag_error(&variant->diags, "", "fix them: --dim NAME=SIZE", "single layers of open sizes cannot be looked at");
    program p;
    x->got = ARENA_ARRAY(m->arena, tensor, variant->graph->body->n_outputs);
    bool ran = program_build(&p, variant->plan, &(program_options){.toolchain = o->toolchain}, m->arena, &variant->diags) &&
               program_run(&p, 1, inputs, x->got);
    program_remove(&p);
    return ran;
}

/* ---- each layer by itself: the evaluator is given what the program gave it ---- */

typedef struct computed {
    const tensor **values; /* by id; NULL: not known */
    arena *arena;
} computed;

static computed values_of(const exposed *x, const tensor *inputs) {
    const graph *g = x->model.graph;
    computed c = {ARENA_ARRAY(x->model.arena, const tensor *, g->next_value), x->model.arena};
    for (int i = 0; i < g->body->n_inputs; i++) c.values[g->body->inputs[i]->id] = &inputs[i];
    for (int i = 0; i < g->body->n_outputs; i++) {
        const value *v = g->body->outputs[i];
        c.values[v->id] = &x->got[i];
        if (i >= x->own && v->producer && v->producer->op == OP_from_c16) c.values[v->producer->inputs[0]->id] = &x->got[i];
    }
    return c;
}

/* What the program computed; NULL where that is not known. */
static const tensor *find_value(const computed *c, const value *v) {
    if (!v->constant || c->values[v->id]) return c->values[v->id];
    tensor *t = ARENA_NEW(c->arena, tensor);
    *t = (tensor){.type = v->constant->type, .data = (void *)(uintptr_t)v->constant->data};
    return t;
}

/* Of output 0 of a layer, max |difference| / max |reference|; -1: not known. */
static double own_error(const computed *c, const node *n) {
    int captured;
    value **captures = node_captures(n, c->arena, &captured);
    const tensor **in = ARENA_ARRAY(c->arena, const tensor *, n->n_inputs + captured);
    tensor *want = ARENA_ARRAY(c->arena, tensor, n->n_outputs);
    const tensor *got = n->n_outputs && n->outputs[0] ? find_value(c, n->outputs[0]) : NULL;
    if (!got || dtype_of(got->type.elem)->kind != CLASS_FLOAT) return -1;
    for (int i = 0; i < n->n_inputs + captured; i++) {
        const value *v = i < n->n_inputs ? n->inputs[i] : captures[i - n->n_inputs];
        if (v && !(in[i] = find_value(c, v))) return -1;
    }
    diagnostics silent = {.stream = NULL};
    if (!eval_node(n, in, want, c->arena, &silent)) return -1;
    difference d = compare_tensors(got, &want[0], &default_tolerance);
    return d.comparable ? d.relative : -1;
}

double *layer_errors(model *m, const verify_options *o, const tensor *inputs, int *n) {
    exposed x;
    if (!run_exposed(&x, m, o, inputs)) return NULL;
    computed c = values_of(&x, inputs);
    *n = 0;
    for (const node *k = m->graph->body->first; k; k = k->next) ++*n;
    double *errors = ARENA_ARRAY(m->arena, double, *n);
    const node *k = x.model.graph->body->first;
    for (int i = 0; i < *n; i++, k = k->next) errors[i] = own_error(&c, k);
    return errors;
}

/* ---- all layers, up to one that is wrong ---- */

/* True when one is wrong. */
static bool print_layers(const exposed *x, const tensor *inputs, const tensor *want, const verify_options *o) {
    const graph *g = x->model.graph;
    computed c = values_of(x, inputs);
    for (int i = x->own; i < g->body->n_outputs; i++) {
        const node *layer = layer_of(g->body->outputs[i]);
        difference d = compare_tensors(&x->got[i], &want[i], &o->tolerance);
        fputs(d.same ? "layer " : "FIRST WRONG LAYER ", stdout);
        if (layer) print_name(stdout, layer->name, 40);
        fputc(' ', stdout);
        difference_print(stdout, &d, &x->got[i], &want[i]);
        double bound = bound_of(x->model.plan, layer), own = bound > 0 ? own_error(&c, layer) : -1;
        if (own >= 0) printf(", by itself %.2e", own);
        if (bound > 0) printf(", bound %.2e", bound);
        putchar('\n');
        if (!d.same) return true;
    }
    return false;
}

bool verify_layers(model *m, const verify_options *o, const tensor *inputs) {
    if (find_pass(m, o, inputs)) return true;
    exposed x;
    tensor *want;
    return run_exposed(&x, m, o, inputs) && evaluate(&x.model, inputs, &want) && print_layers(&x, inputs, want, o);
}
