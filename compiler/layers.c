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

/* What is stated of a layer given its inputs; what is measured has the errors of the layers before in it. */
static double bound_of(const plan *p, const node *layer) {
    for (int i = 0; i < p->body->n_steps; i++)
        if (layer && p->body->steps[i]->node == layer && step_error_bound(p->body->steps[i]) > 0) return step_error_bound(p->body->steps[i]);
    return 0;
}

/* True when one is wrong. */
static bool print_layers(const plan *p, int from, const tensor *got, const tensor *want, const verify_options *o) {
    const graph *g = p->graph;
    for (int i = from; i < g->body->n_outputs; i++) {
        const node *layer = layer_of(g->body->outputs[i]);
        difference d = compare_tensors(&got[i], &want[i], &o->tolerance);
        fputs(d.same ? "layer " : "FIRST WRONG LAYER ", stdout);
        if (layer) print_name(stdout, layer->name, 40);
        fputc(' ', stdout);
        difference_print(stdout, &d, &got[i], &want[i]);
        double bound = bound_of(p, layer);
        if (bound > 0) printf(", bound %.2e", bound);
        putchar('\n');
        if (!d.same) return true;
    }
    return false;
}

bool verify_layers(model *m, const verify_options *o, const tensor *inputs) {
    if (find_pass(m, o, inputs)) return true;
    model variant = {.arena = m->arena, .diags = m->diags};
    int own = m->graph->body->n_outputs;
    if (!model_read(&variant, &o->model) || !model_optimize(&variant, &o->model) ||
        !expose_all(variant.graph, &m->diags) || !model_plan(&variant, &o->model))
        return false;
    program p;
    tensor *want, *got = ARENA_ARRAY(m->arena, tensor, variant.graph->body->n_outputs);
    bool ran = program_build(&p, variant.plan, &(program_options){.toolchain = o->toolchain}, m->arena, &m->diags) &&
               program_run(&p, 1, inputs, got);
    program_remove(&p);
    return ran && evaluate(&variant, inputs, &want) && print_layers(variant.plan, own, got, want, o);
}
