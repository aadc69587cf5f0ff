/* cnnc run MODEL --input NAME=X.npy | --image PHOTO [--output NAME=Y.npy | NAME=Y.png | FOLDER] */
#include <argp.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/arrays.h"
#include "compiler/classes.h"
#include "compiler/model.h"
#include "compiler/npy.h"
#include "compiler/options.h"
#include "compiler/picture.h"
#include "compiler/program.h"
#include "compiler/report.h"
#include "compiler/subcommand.h"
#include "ir/print.h"

typedef struct run_options {
    model_options model;
    toolchain toolchain;
    array_arguments inputs, outputs;
    picture_options pictures;
    const char *folder; /* for all outputs */
    const char *labels; /* --labels, or NULL */
    int top;            /* 0: not asked for */
} run_options;

enum { KEY_LABELS = 256, KEY_TOP, KEY_IMAGE, TOP_DEFAULT = 5 };

static const struct argp_option options[] = {
    {"input", 'i', "NAME=FILE.npy", 0,
     "the data of one input; NAME= may be left out, then inputs are taken in order. With more rows than the network's "
     "batch of 1 it runs once for each row",
     0},
    {"output", 'o', "FILE|DIR", 0,
     "NAME=FILE.npy for one output, or FILE.png for a map or picture, or an existing folder for all of them as NAME.npy. "
     "Without, a summary is printed",
     0},
    {"image", KEY_IMAGE, "FILE", 0,
     "a PNG or JPEG file as the input: made smaller, its middle taken, normalized. Given several times the network runs for each",
     0},
    {"labels", KEY_LABELS, "FILE", 0, "what the classes are called, one a line", 0},
    {"top", KEY_TOP, "N", 0, "print the N most probable classes (5 with --image or --labels)", 0},
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
        state->child_inputs[2] = &o->pictures;
        return 0;
    case KEY_IMAGE:
        if (!array_arguments_add(&o->pictures.files, arg)) argp_error(state, "more than %d --image", ARRAYS_MAX);
        return 0;
    case KEY_LABELS: o->labels = arg; return 0;
    case KEY_TOP: o->top = option_int(arg, 1, 1 << 20, state); return 0;
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

static const struct argp_child children[] = {
    {&model_argp, 0, NULL, 0}, {&toolchain_argp, 0, NULL, 0}, {&picture_argp, 0, NULL, 0}, {0}};
const struct argp run_argp = {
    options, parse, "MODEL --input NAME=FILE.npy... | MODEL --image FILE",
    "Compiles a network with the C compiler of this machine, runs it, and writes its outputs.", children, NULL, NULL};

/* ---- outputs ---- */

static void print_element(const tensor *t, int64_t i) {
    const constant c = {.type = t->type, .data = t->data};
    const dtype_class kind = dtype_of(t->type.elem)->kind;
    putchar(' ');
    if (t->type.elem == DT_STRING) print_quoted(stdout, ((const ir_string *)t->data)[i].bytes, ((const ir_string *)t->data)[i].size);
    else if (kind == CLASS_FLOAT) printf("%.7g", constant_float(&c, i));
    else printf("%lld", (long long)constant_int(&c, i));
}

static void print_summary(const value *v, const tensor *t) {
    print_name(stdout, v->name, (int)strlen(v->name));
    fputs(": ", stdout);
    type_print(stdout, &t->type);
    int64_t count = type_count(&t->type);
    for (int64_t i = 0; i < count && i < 16; i++) print_element(t, i);
    puts(count > 16 ? " ..." : "");
}

static bool ends_in_png(const char *path) {
    size_t n = strlen(path);
    return n > 4 && !strcmp(path + n - 4, ".png");
}

static bool write_output(const char *file, const tensor *t, int64_t samples, arena *a, diagnostics *d) {
    if (ends_in_png(file))
        return samples == 1 ? picture_write(file, t, a, d) : diag_error(d, file, "write them as .npy", "%lld samples are not one picture", (long long)samples);
    const tensor all = {.type = array_type_of_samples(&t->type, samples, a), .data = t->data};
    return npy_write(file, &all, a, d);
}

static void print_summaries(const graph *g, const tensor *outputs, int64_t samples, arena *a) {
    for (int i = 0; i < g->body->n_outputs; i++) {
        const value *v = g->body->outputs[i];
        const tensor all = {.type = array_type_of_samples(&v->type, samples, a), .data = outputs[i].data};
        print_summary(v, &all);
    }
}

static bool write_outputs(const run_options *o, const graph *g, const tensor *outputs, int64_t samples, arena *a, diagnostics *d) {
    const region *body = g->body;
    for (int i = 0; o->folder && i < body->n_outputs; i++) {
        const char *file = arena_printf(a, "%s/%s.npy", o->folder, identifier_from(a, body->outputs[i]->name));
        if (!write_output(file, &outputs[i], samples, a, d)) return false;
    }
    for (int i = 0; i < o->outputs.n; i++) {
        const char *file;
        int which = array_argument_resolve(&o->outputs, i, body->outputs, body->n_outputs, &file, d);
        if (which < 0 || !write_output(file, &outputs[which], samples, a, d)) return false;
    }
    return true;
}

/* ---- classes ---- */

typedef struct classes {
    int output; /* -1: not printed */
    bool probabilities;
    const char *const *labels;
} classes;

/* Before any pass. */
static bool plan_classes(const run_options *o, const region *body, classes *c, arena *a, diagnostics *d) {
    *c = (classes){.output = -1};
    bool asked = o->labels || o->top;
    if (!asked && !o->pictures.files.n) return true;
    c->output = classes_output(body);
    if (c->output < 0) return !asked || diag_error(d, o->labels ? "--labels" : "--top", NULL, "no output of the network has a score for each class, [1,N]");
    const value *v = body->outputs[c->output];
    c->probabilities = classes_are_probabilities(v);
    if (o->labels) c->labels = labels_read(o->labels, type_count(&v->type), a, d);
    return c->labels || !o->labels;
}

static void print_classes(const run_options *o, const classes *c, const tensor *scores, int64_t samples, arena *a) {
    for (int64_t s = 0; s < samples; s++) {
        if (samples > 1 && o->pictures.files.n) puts(readable_name(a, o->pictures.files.args[s]));
        else if (samples > 1) printf("sample %lld\n", (long long)s);
        classes_print(stdout, scores, s, c->probabilities, o->top ? o->top : TOP_DEFAULT, c->labels, a);
    }
}

/* ---- work ---- */

static bool report(const run_options *o, const graph *g, const classes *c, const tensor *outputs, int64_t samples, arena *a, diagnostics *d) {
    if (!write_outputs(o, g, outputs, samples, a, d)) return false;
    if (c->output >= 0) print_classes(o, c, &outputs[c->output], samples, a);
    else if (!o->folder && !o->outputs.n) print_summaries(g, outputs, samples, a);
    return true;
}

static bool run(model *m, run_options *o) {
    classes c;
    if (!model_build_with(&o->model, &o->toolchain, m->arena, &m->diags)) return false;
    if (!arrays_tell_sizes(&o->inputs, &o->model, m->arena, &m->diags)) return false;
    if (!model_read(m, &o->model) || !plan_classes(o, m->graph->body, &c, m->arena, &m->diags) ||
        !model_optimize(m, &o->model) || !model_plan(m, &o->model))
        return false;
    const region *body = m->graph->body;
    tensor *inputs = ARENA_ARRAY(m->arena, tensor, body->n_inputs);
    tensor *outputs = ARENA_ARRAY(m->arena, tensor, body->n_outputs);
    int64_t samples = o->pictures.files.n;
    o->pictures.whole = o->model.crops.count > 0;
    if (samples && !pictures_read(&o->pictures, body->inputs, body->n_inputs, inputs, m->arena, &m->diags)) return false;
    if (!arrays_read(&o->inputs, body->inputs, body->n_inputs, inputs, &samples, m->arena, &m->diags)) return false;
    program p;
    bool ok = program_build(&p, m->plan, &(program_options){.toolchain = o->toolchain, .graph = m->graph, .sizes = m->sizes}, m->arena, &m->diags) &&
              program_run(&p, samples, inputs, outputs);
    program_remove(&p);
    return ok && report(o, m->graph, &c, outputs, samples, m->arena, &m->diags);
}

int run_main(int argc, char **argv) {
    run_options o = {.model = model_options_default(), .inputs.option = "--input", .outputs.option = "--output"};
    o.model.runs_open = true;
    argp_parse(&run_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = run(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
