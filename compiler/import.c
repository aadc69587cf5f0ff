/* cnnc import MODEL -o NET.cnn */
#include <argp.h>
#include <string.h>

#include "compiler/model.h"
#include "compiler/output.h"
#include "compiler/subcommand.h"
#include "frontend/dsl/dsl.h"

typedef struct import_options {
    model_options model;
    const char *output;
} import_options;

static const struct argp_option options[] = {{"output", 'o', "NET.cnn", 0, "the network; NET.safetensors, its weights, comes beside it", 0}, {0}};

static bool ends_with_cnn(const char *s) { return strlen(s) > 4 && !strcmp(s + strlen(s) - 4, ".cnn"); }

static error_t parse(int key, char *arg, struct argp_state *state) {
    import_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &o->model; return 0;
    case 'o': o->output = arg; return 0;
    case ARGP_KEY_END:
        if (!o->model.path) argp_error(state, "no MODEL given");
        if (!o->output) argp_error(state, "say where the network goes: -o NET.cnn");
        if (!ends_with_cnn(o->output)) argp_error(state, "the output's name must end in .cnn: '%s'", o->output);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {0}};
const struct argp import_argp = {options, parse, "MODEL -o NET.cnn", "Writes a model in cnnc's language, and its weights beside it.", children, NULL, NULL};

/* Shapes that are computed become constants: what is left says what the network does. */
static bool settle(model *m) {
    static const char *const passes[] = {"fold_constants", "remove_dead"};
    for (int i = 0; i < 2; i++)
        if (!pass_find(passes[i])->run(m->graph, &(pass_options){0})) return false;
    return true;
}

static bool import(model *m, const import_options *o) {
    if (!model_read(m, &o->model) || !settle(m)) return false;
    output_set files = {.arena = m->arena, .diags = &m->diags};
    const char *beside = arena_printf(m->arena, "%.*s.safetensors", (int)strlen(o->output) - 4, o->output);
    FILE *weights = output_open(&files, beside), *network = weights ? output_open(&files, o->output) : NULL;
    if (network && dsl_write(m->graph, network, weights, m->arena, &m->diags)) return output_commit(&files);
    output_discard(&files);
    return false;
}

int import_main(int argc, char **argv) {
    import_options o = {.model = model_options_default()};
    argp_parse(&import_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = import(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
