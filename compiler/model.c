#include "compiler/model.h"

#include <stdlib.h>
#include <string.h>

/* ---- options ---- */

enum { KEY_TARGET = 256, KEY_DIM, KEY_FIX, KEY_ELEMENTS, KEY_ACCURACY };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "The network and the machine:", 10},
    {"target", KEY_TARGET, "LIST", 0,
     "native, x86-64-v4, x86-64-v3, aarch64 or generic; several with commas: the program then takes the best that its "
     "CPU can run (default: native)",
     0},
    {"accuracy", KEY_ACCURACY, "HOW", 0,
     "strict (only sums of products as operators define them) or balanced (faster algorithms too, within 1e-4 of the "
     "largest output; the default)",
     0},
    {"dim", KEY_DIM, "NAME=SIZE", 0, "make the symbolic dimension NAME this size", 0},
    {"fix", KEY_FIX, "NAME=X,X...", 0, "the input NAME always holds these numbers: sizes may depend on them", 0},
    {"elements", KEY_ELEMENTS, "NAME=TYPES", 0,
     "the sequence NAME has elements of these types, f32[5],i64[3,4] say; the optional NAME has this one, or none", 0},
    {0},
};

static void parse_dim(model_options *o, char *arg, const struct argp_state *state) {
    char *equals = strrchr(arg, '='), *end = NULL;
    int64_t size = equals ? strtoll(equals + 1, &end, 10) : 0;
    if (!equals || equals == arg || end == equals + 1 || *end || size < 0 || size > INT32_MAX)
        argp_error(state, "--dim wants NAME=SIZE, not '%s'", arg);
    if (o->n_dims == MODEL_MAX_DIMS) argp_error(state, "more than %d --dim", MODEL_MAX_DIMS);
    *equals = '\0';
    o->dim_names[o->n_dims] = arg;
    o->dim_sizes[o->n_dims++] = size;
}

static void parse_named(const char **list, int *n, const char *option, const char *arg, const struct argp_state *state) {
    const char *equals = strchr(arg, '=');
    if (!equals || equals == arg) argp_error(state, "--%s wants NAME=…, not '%s'", option, arg);
    if (*n == MODEL_MAX_DIMS) argp_error(state, "more than %d --%s", MODEL_MAX_DIMS, option);
    list[(*n)++] = arg;
}

static accuracy parse_accuracy(const char *arg, const struct argp_state *state) {
    if (!strcmp(arg, "strict")) return ACCURACY_STRICT;
    if (strcmp(arg, "balanced")) argp_error(state, "--accuracy is strict or balanced, not '%s'", arg);
    return ACCURACY_BALANCED;
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    model_options *o = state->input;
    switch (key) {
    case KEY_TARGET: o->target_list = arg; return 0;
    case KEY_ACCURACY: o->plan.accuracy = parse_accuracy(arg, state); return 0;
    case KEY_DIM: parse_dim(o, arg, state); return 0;
    case KEY_FIX: parse_named(o->fixed, &o->n_fixed, "fix", arg, state); return 0;
    case KEY_ELEMENTS: parse_named(o->elements, &o->n_elements, "elements", arg, state); return 0;
    case ARGP_KEY_ARG:
        if (o->path) return ARGP_ERR_UNKNOWN;
        o->path = arg;
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp model_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

model_options model_options_default(void) {
    return (model_options){.target_list = "native", .plan.accuracy = ACCURACY_BALANCED};
}

/* ---- steps ---- */

void model_init(model *m, const model_options *o) {
    *m = (model){.arena = arena_new(), .diags = {.stream = stderr, .source = o->path}};
}

bool model_read(model *m, const model_options *o) {
    specialization s = {.options = o, .arena = m->arena, .diags = &m->diags};
    frontend_options f = {.n_dims = o->n_dims, .dim_names = o->dim_names, .dim_sizes = o->dim_sizes, .sample = specialize, .sample_context = &s};
    int errors = m->diags.errors;
    m->graph = frontend_read(o->path, &f, m->arena, &m->diags);
    return m->graph && m->diags.errors == errors && specialization_check(&s);
}

bool model_optimize(model *m, const pass_options *o) {
    return passes_run(m->graph, o);
}

bool model_plan(model *m, const model_options *o) {
    const target *targets[TARGET_MAX];
    int n = targets_parse(o->target_list, targets, &m->diags);
    m->plan = n ? plan_make(m->graph, targets, n, &o->plan, m->arena) : NULL;
    return m->plan != NULL;
}

bool model_load(model *m, const model_options *o) {
    return model_read(m, o) && model_optimize(m, &(pass_options){.conv_layouts = true}) && model_plan(m, o);
}

void model_free(model *m) {
    arena_free(m->arena);
    m->arena = NULL;
}
