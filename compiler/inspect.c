/* cnnc inspect MODEL */
#include <argp.h>

#include "compiler/count.h"
#include "compiler/model.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"

const struct argp inspect_argp = {
    NULL, model_only, "MODEL", "Shows a network: inputs and outputs, layers with shapes and cost, and the memory map.",
    model_child, NULL, NULL};

static void print_values(const char *title, value *const *values, int n) {
    for (int i = 0; i < n; i++) {
        printf("%s ", title);
        print_name(stdout, values[i]->name, 24);
        fputc(' ', stdout);
        type_print(stdout, &values[i]->type);
        fputc('\n', stdout);
    }
}

static bool inspect(model *m, const model_options *o) {
    if (!model_read(m, o)) return false;
    const region *body = m->graph->body;
    int64_t n_parameters = count_parameters(m->graph, m->arena);
    if (!model_optimize(m, o)) return false;
    print_values("input ", body->inputs, body->n_inputs);
    print_values("output", body->outputs, body->n_outputs);
    magnitude p = magnitude_of((double)n_parameters);
    printf("%.2f %s parameters\n\n", p.number, p.unit);
    if (!model_plan(m, o)) return false;
    report_layers(stdout, m->plan);
    fputs("\nworkspace:\n", stdout);
    report_memory(stdout, m->plan);
    return true;
}

int inspect_main(int argc, char **argv) {
    model_options o = model_options_default();
    o.missing = MISSING_DRAWN;
    argp_parse(&inspect_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o);
    bool ok = inspect(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
