/* cnnc export MODEL -o NET.onnx */
#include <argp.h>
#include <string.h>

#include "compiler/model.h"
#include "compiler/output.h"
#include "compiler/subcommand.h"

typedef struct export_options {
    model_options model;
    const char *output;
} export_options;

static const struct argp_option options[] = {{"output", 'o', "NET.onnx", 0, "the ONNX file", 0}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state) {
    export_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &o->model; return 0;
    case 'o': o->output = arg; return 0;
    case ARGP_KEY_END:
        if (!o->model.path) argp_error(state, "no MODEL given");
        if (!o->output) argp_error(state, "say where the model goes: -o NET.onnx");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {0}};
const struct argp export_argp = {options, parse, "MODEL -o NET.onnx", "Writes a network, usually a .cnn file, as an ONNX model.", children, NULL, NULL};

static bool export(model *m, const export_options *o) {
    if (!model_read(m, &o->model)) return false;
    output_set files = {.arena = m->arena, .diags = &m->diags};
    FILE *f = output_open(&files, o->output);
    if (f && frontend_write_onnx(m->graph, f, m->arena, &m->diags)) return output_commit(&files);
    output_discard(&files);
    return false;
}

int export_main(int argc, char **argv) {
    export_options o = {.model = model_options_default()};
    argp_parse(&export_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = export(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
