/* cnnc run MODEL --input NAME=X.npy [--output NAME=Y.npy | FOLDER] */
#include <argp.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/arrays.h"
#include "compiler/model.h"
#include "compiler/npy.h"
#include "compiler/program.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"

typedef struct run_options {
    model_options model;
    toolchain toolchain;
    array_arguments inputs, outputs;
    const char *folder; /* for all outputs */
} run_options;

static const struct argp_option options[] = {
    {"input", 'i', "NAME=FILE.npy", 0,
     "the data of one input; NAME= may be left out, then inputs are taken in order. With more rows than the network's "
     "batch of 1 it runs once for each row",
     0},
    {"output", 'o', "FILE.npy|DIR", 0,
     "NAME=FILE.npy for one output, or an existing folder for all of them as NAME.npy. Without, a summary is printed", 0},
    {0},
};

static void add_output(run_options *o, const char *arg, const struct argp_state *state) {
    struct stat s;
    if (stat(arg, &s) == 0 && S_ISDIR(s.st_mode)) o->folder = arg;
    else if (!array_arguments_add(&o->outputs, arg)) argp_error(state, "too many --output");
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    run_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->model;
        state->child_inputs[1] = &o->toolchain;
        return 0;
    case 'i':
        if (!array_arguments_add(&o->inputs, arg)) argp_error(state, "too many --input");
        return 0;
    case 'o': add_output(o, arg, state); return 0;
    case ARGP_KEY_END:
        if (!o->model.path) argp_error(state, "no MODEL given");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {&toolchain_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    options, parse, "MODEL --input NAME=FILE.npy...",
    "Compiles a network with the C compiler of this machine, runs it, and writes its outputs.", children, NULL, NULL};

/* ---- outputs ---- */

static void print_summary(const value *v, const tensor *t) {
    print_name(stdout, v->name, (int)strlen(v->name));
    fputs(": ", stdout);
    type_print(stdout, &t->type);
    int64_t count = type_count(&t->type);
    const constant c = {.type = t->type, .data = t->data};
    bool whole = dtype_of(t->type.elem)->kind != CLASS_FLOAT;
    for (int64_t i = 0; i < count && i < 16; i++) {
        if (whole) printf(" %lld", (long long)constant_int(&c, i));
        else printf(" %.7g", constant_float(&c, i));
    }
    puts(count > 16 ? " ..." : "");
}

static bool write_outputs(const run_options *o, const graph *g, const tensor *outputs, int64_t samples, arena *a,
                          diagnostics *d) {
    int n = g->body->n_outputs;
    for (int i = 0; i < n; i++) {
        const value *v = g->body->outputs[i];
        tensor all = {.type = array_type_of_samples(&v->type, samples, a), .data = outputs[i].data};
        if (!o->folder && !o->outputs.n) print_summary(v, &all);
        else if (o->folder &&
                 !npy_write(arena_printf(a, "%s/%s.npy", o->folder, identifier_from(a, v->name)), &all, a, d))
            return false;
    }
    for (int i = 0; i < o->outputs.n; i++) {
        const char *file;
        int which = array_argument_resolve(&o->outputs, i, g->body->outputs, n, &file, d);
        if (which < 0) return false;
        tensor all = outputs[which];
        all.type = array_type_of_samples(&all.type, samples, a);
        if (!npy_write(file, &all, a, d)) return false;
    }
    return true;
}

/* ---- work ---- */

static bool run(model *m, run_options *o) {
    if (!model_build_with(&o->model, &o->toolchain, m->arena, &m->diags)) return false;
    if (!model_load(m, &o->model)) return false;
    const region *body = m->graph->body;
    tensor *inputs = ARENA_ARRAY(m->arena, tensor, body->n_inputs);
    tensor *outputs = ARENA_ARRAY(m->arena, tensor, body->n_outputs);
    int64_t samples;
    if (!arrays_read(&o->inputs, body->inputs, body->n_inputs, inputs, &samples, m->arena, &m->diags)) return false;
    program p;
    bool ok = program_build(&p, m->plan, &(program_options){.toolchain = o->toolchain}, m->arena, &m->diags) &&
              program_run(&p, samples, inputs, outputs);
    program_remove(&p);
    return ok && write_outputs(o, m->graph, outputs, samples, m->arena, &m->diags);
}

int run_main(int argc, char **argv) {
    run_options o = {.model = model_options_default(), .inputs.option = "--input", .outputs.option = "--output"};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = run(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
