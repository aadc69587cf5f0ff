#include "compiler/model.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/custom_op.h"
#include "compiler/options.h"

/* ---- options ---- */

enum {
    KEY_TARGET = 256,
    KEY_DIM,
    KEY_FIX,
    KEY_ELEMENTS,
    KEY_ACCURACY,
    KEY_TUNE,
    KEY_WEIGHTS_TYPE,
    KEY_COMPUTE,
    KEY_WEIGHTS,
    KEY_INIT,
    KEY_SEED,
    KEY_SALIENCY,
    KEY_CROPS,
    KEY_CROP_FROM,
    KEY_BIT_EXACT,
    KEY_CONSTANT_TIME,
    KEY_CUSTOM_OP,
    KEY_MAX_ERROR
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "The network and the machine:", 10},
    {"target", KEY_TARGET, "LIST", 0,
     "native"
#define TARGET(id, name, ...) ", " name
#include "backend/target/target.def"
#undef TARGET
     "; several with commas: the program then takes the best that its CPU can run (default: native)",
     0},
    {"accuracy", KEY_ACCURACY, "HOW", 0,
     "strict (only sums of products as operators define them), balanced (faster algorithms too, within 1e-4 of the "
     "largest output; the default) or fast (balanced with --weights-type f16, within 1e-2)",
     0},
    {"bit-exact", KEY_BIT_EXACT, NULL, 0, "the same bits from every target, compiler and byte order", 0},
    {"constant-time", KEY_CONSTANT_TIME, NULL, 0, "no branch and no address that depends on what tensors hold; layers that need one are refused", 0},
    {"max-error", KEY_MAX_ERROR, "E", 0,
     "admit only algorithms and types of weights whose stated bound for each layer, relative to its largest output, is at most E", 0},
    {"tune", KEY_TUNE, "FILE", 0, "choose kernels by what cnnc tune found out", 0},
    {"weights-type", KEY_WEIGHTS_TYPE, "TYPE", 0,
     "how layers that wait for memory (fully connected ones, that is) store their weights: f32 (default), bf16, f16, "
     "int8 with a scale for each output channel, or int4 with one for each 32 weights of it",
     0},
    {"compute", KEY_COMPUTE, "TYPE", 0,
     "f32 (default), or bf16: convolutions, fully connected layers and products with constant matrices multiply bf16 and add up in float32, and results "
     "between them are stored so; within 5e-2 of the largest output",
     0},
    {"dim", KEY_DIM, "NAME=SIZE", 0,
     "make the symbolic dimension NAME this size; MIN..MAX instead of SIZE leaves it open: the emitted functions then take "
     "it as an argument. MIN..MAX:MULTIPLE: among multiples of that. MIN..MAX@SIZE: run, verify and bench give them this one (default: that of the input, or the largest)",
     0},
    {"fix", KEY_FIX, "NAME=X,X...", 0, "the input NAME always holds these numbers: sizes may depend on them", 0},
    {"elements", KEY_ELEMENTS, "NAME=TYPES", 0,
     "the sequence NAME has elements of these types, f32[5],i64[3,4] say; the optional NAME has this one, or none; the map NAME has "
     "so many entries at most",
     0},
    {"custom-op", KEY_CUSTOM_OP, "[DOMAIN:]NAME=FILE.c", 0,
     "what the operator NAME computes: the function NAME of this C file, which becomes part of the emitted one", 0},
    {"weights", KEY_WEIGHTS, "FILE|MODE", 0,
     "FILE: what the parameters of a .cnn network are, .npz, .safetensors or .onnx, matched by name. MODE, how emitted C "
     "stores weights: inline, C arrays; embed, OUT.weights, drawn in by the C compiler; file, OUT.weights, the caller "
     "passes a pointer to its bytes; auto (default), inline when small, else embed",
     0},
    {"init", KEY_INIT, "HOW", 0,
     "he, xavier or msra: parameters of a .cnn network drawn at random, with --weights FILE those that FILE lacks", 0},
    {"saliency", KEY_SALIENCY, "HOW[:CLASS]", 0,
     "add an output, saliency: the gradient of a class's logit by the image; HOW is gradient, or guided (what is negative "
     "does not pass back through ReLU). Without CLASS there is an input for it, class, -1 being the largest logit",
     0},
    {"crops", KEY_CROPS, "N", 0,
     "average the outputs over N crops of a larger picture: 1 (its middle), 5 (and the corners) or 10 (and their mirror "
     "images)",
     0},
    {"crop-from", KEY_CROP_FROM, "HxW", 0, "with --crops: the size of the larger picture (default: 256 for networks that take 224, others in proportion)", 0},
    {"seed", KEY_SEED, "N", 0, "of whatever is drawn at random (1)", 0},
    {0},
};

/* A size at *at, which it moves behind; -1: none. */
static int64_t parse_size(const char **at) {
    char *end;
    if (!isdigit((unsigned char)**at)) return -1;
    int64_t size = strtoll(*at, &end, 10);
    *at = end;
    return size > INT32_MAX ? -1 : size;
}

/* ---- --dim ---- */

typedef struct open_range {
    int64_t min, max, multiple, at; /* at: 0 without one */
} open_range;

/* MIN..MAX, and :MULTIPLE and @SIZE behind it. */
static bool parse_range(open_range *r, const char *at) {
    *r = (open_range){.min = parse_size(&at), .multiple = 1};
    if (strncmp(at, "..", 2) != 0) return false;
    at += 2;
    r->max = parse_size(&at);
    if (*at == ':') at++, r->multiple = parse_size(&at);
    if (*at == '@') at++, r->at = parse_size(&at);
    return !*at && r->max >= 0 && r->multiple >= 0 && r->at >= 0;
}

static void check_multiple(const char *name, int64_t size, int64_t multiple, const struct argp_state *state) {
    const int64_t below = size - size % multiple;
    if (size > below) argp_error(state, "--dim %s: %lld is no multiple of %lld; %lld is", name, (long long)size, (long long)multiple, (long long)(below ? below : multiple));
}

static void check_range(const char *name, const open_range *r, bool runs, const struct argp_state *state) {
    if (r->at && !runs) argp_error(state, "--dim %s=MIN..MAX@SIZE is for run, verify and bench", name);
    if (r->at && (r->at < r->min || r->at > r->max)) argp_error(state, "--dim %s: %lld is not within %lld..%lld", name, (long long)r->at, (long long)r->min, (long long)r->max);
    if (r->min < 1 || r->max < r->min) argp_error(state, "--dim %s=MIN..MAX wants 1 <= MIN <= MAX", name);
    if (r->multiple < 1) argp_error(state, "--dim %s=MIN..MAX:MULTIPLE wants a MULTIPLE of 1 or more", name);
    check_multiple(name, r->min, r->multiple, state);
    check_multiple(name, r->max, r->multiple, state);
    check_multiple(name, r->at, r->multiple, state);
}

static void parse_dim(model_options *o, char *arg, const struct argp_state *state) {
    char *equals = strrchr(arg, '=');
    const char *at = equals ? equals + 1 : "";
    open_range range;
    const bool open = parse_range(&range, at);
    const int64_t size = parse_size(&at);
    if (!equals || equals == arg || (!open && (*at || size < 0)))
        argp_error(state, "--dim wants NAME=SIZE, NAME=MIN..MAX or NAME=MIN..MAX:MULTIPLE, not '%s'", arg);
    *equals = '\0';
    if ((open ? o->n_open : o->n_dims) == MODEL_MAX_DIMS) argp_error(state, "more than %d --dim", MODEL_MAX_DIMS);
    if (open) {
        check_range(arg, &range, o->runs_open, state);
        o->open_names[o->n_open] = arg;
        o->open_min[o->n_open] = range.min;
        o->open_max[o->n_open] = range.max;
        o->open_multiple[o->n_open] = range.multiple;
        o->open_at[o->n_open++] = range.at;
        return;
    }
    o->dim_names[o->n_dims] = arg;
    o->dim_sizes[o->n_dims++] = size;
}

static void parse_named(const char **list, int *n, const char *option, const char *arg, const struct argp_state *state) {
    const char *equals = strchr(arg, '=');
    if (!equals || equals == arg) argp_error(state, "--%s wants NAME=…, not '%s'", option, arg);
    if (*n == MODEL_MAX_DIMS) argp_error(state, "more than %d --%s", MODEL_MAX_DIMS, option);
    list[(*n)++] = arg;
}

static void parse_custom(model_options *o, char *arg, const struct argp_state *state) {
    char *equals = strchr(arg, '=');
    if (!equals || equals == arg || !equals[1] || equals[-1] == ':') argp_error(state, "--custom-op wants [DOMAIN:]NAME=FILE.c, not '%s'", arg);
    if (o->n_custom == MODEL_MAX_DIMS) argp_error(state, "more than %d --custom-op", MODEL_MAX_DIMS);
    *equals = '\0';
    for (int i = 0; i < o->n_custom; i++)
        if (!strcmp(o->custom_operators[i], arg)) argp_error(state, "--custom-op %s is given twice", arg);
    o->custom_operators[o->n_custom] = arg;
    o->custom_files[o->n_custom++] = equals + 1;
}

static accuracy parse_accuracy(const char *arg, const struct argp_state *state) {
    for (int i = 0; i <= ACCURACY_FAST; i++)
        if (!strcmp(arg, accuracy_names[i])) return (accuracy)i;
    argp_error(state, "--accuracy is strict, balanced or fast, not '%s'", arg);
    return ACCURACY_BALANCED;
}

static double parse_max_error(const char *arg, const struct argp_state *state) {
    char *end;
    double e = strtod(arg, &end);
    if (end == arg || *end || !(e > 0) || e > 1) argp_error(state, "--max-error is a number above 0, at most 1, not '%s'", arg);
    return e;
}

static dtype parse_weights_type(const char *arg, const struct argp_state *state) {
    static const struct {
        const char *name;
        dtype type;
    } types[] = {{"f32", DT_F32}, {"bf16", DT_BF16}, {"f16", DT_F16}, {"int8", DT_I8}, {"int4", DT_I4}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].name, arg)) return types[i].type;
    argp_error(state, "--weights-type is f32, bf16, f16, int8 or int4, not '%s'", arg);
    return DT_F32;
}

static dtype parse_compute(const char *arg, const struct argp_state *state) {
    if (!strcmp(arg, "bf16")) return DT_BF16;
    if (strcmp(arg, "f32") != 0) argp_error(state, "--compute is f32 or bf16, not '%s'", arg);
    return DT_NONE;
}

static const char *const storage_names[] = {
    [WEIGHTS_AUTO] = "auto", [WEIGHTS_INLINE] = "inline", [WEIGHTS_EMBED] = "embed", [WEIGHTS_FILE] = "file"};

static void parse_weights(model_options *o, const char *arg, const struct argp_state *state) {
    if (weights_is_file(arg)) {
        o->weights.path = arg;
        return;
    }
    for (int i = 0; o->writes_weights && i <= WEIGHTS_FILE; i++) {
        if (strcmp(storage_names[i], arg)) continue;
        o->storage = (weights_mode)i;
        return;
    }
    argp_error(state, "--weights is a file named .npz, .safetensors or .onnx%s, not '%s'",
               o->writes_weights ? ", or auto, inline, embed or file" : "", arg);
}

static uint64_t parse_seed(const char *arg, const struct argp_state *state) {
    char *end;
    errno = 0;
    uint64_t seed = strtoull(arg, &end, 10);
    if (!isdigit((unsigned char)*arg) || *end || errno) argp_error(state, "--seed is a whole number, not '%s'", arg);
    return seed;
}

static void parse_saliency(model_options *o, const char *arg, const struct argp_state *state) {
    const char *colon = strchr(arg, ':');
    size_t n = colon ? (size_t)(colon - arg) : strlen(arg);
    bool guided = n == strlen("guided") && !strncmp(arg, "guided", n);
    if (!guided && (n != strlen("gradient") || strncmp(arg, "gradient", n) != 0))
        argp_error(state, "--saliency is guided or gradient, with :CLASS or without, not '%s'", arg);
    o->wants_saliency = true;
    o->saliency = (saliency_options){.relu = guided ? RELU_GUIDED : RELU_GRADIENT, .fixed = colon != NULL};
    if (colon) o->saliency.class = option_int(colon + 1, 0, INT32_MAX, state);
}

static int parse_crops(const char *arg, const struct argp_state *state) {
    int n = option_int(arg, 1, 10, state);
    if (n != 1 && n != 5 && n != 10) argp_error(state, "--crops is 1, 5 or 10, not '%s'", arg);
    return n;
}

static void parse_crop_from(model_options *o, const char *arg, const struct argp_state *state) {
    const char *at = arg;
    int64_t rows = parse_size(&at), columns = rows;
    if (*at == 'x') at++, columns = parse_size(&at);
    if (rows < 1 || columns < 1 || *at) argp_error(state, "--crop-from is HxW, 256x256 say, not '%s'", arg);
    o->crops.from[0] = rows;
    o->crops.from[1] = columns;
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    model_options *o = state->input;
    switch (key) {
    case KEY_TARGET: o->target_list = arg; return 0;
    case KEY_ACCURACY: o->plan.accuracy = parse_accuracy(arg, state); return 0;
    case KEY_CONSTANT_TIME: o->plan.constant_time = true; return 0;
    case KEY_BIT_EXACT: o->plan.bit_exact = true; return 0;
    case KEY_MAX_ERROR: o->plan.max_error = parse_max_error(arg, state); return 0;
    case KEY_TUNE: o->tuning_path = arg; return 0;
    case KEY_WEIGHTS_TYPE: o->plan.weights_type = parse_weights_type(arg, state); return 0;
    case KEY_COMPUTE: o->plan.compute = parse_compute(arg, state); return 0;
    case KEY_DIM: parse_dim(o, arg, state); return 0;
    case KEY_FIX: parse_named(o->fixed, &o->n_fixed, "fix", arg, state); return 0;
    case KEY_ELEMENTS: parse_named(o->elements, &o->n_elements, "elements", arg, state); return 0;
    case KEY_CUSTOM_OP: parse_custom(o, arg, state); return 0;
    case KEY_WEIGHTS: parse_weights(o, arg, state); return 0;
    case KEY_INIT:
        if (!weights_is_init(arg)) argp_error(state, "--init is he, xavier or msra, not '%s'", arg);
        o->weights.init = arg;
        return 0;
    case KEY_SALIENCY: parse_saliency(o, arg, state); return 0;
    case KEY_CROPS: o->crops.count = parse_crops(arg, state); return 0;
    case KEY_CROP_FROM: parse_crop_from(o, arg, state); return 0;
    case KEY_SEED: o->weights.seed = parse_seed(arg, state); return 0;
    case ARGP_KEY_ARG:
        if (o->path) argp_error(state, "'%s' is one word too many: the model is %s (numbers that an option may have stand behind '=', --threads=4 say)", arg, o->path);
        o->path = arg;
        return 0;
    case ARGP_KEY_END:
        if (o->plan.bit_exact && o->tuning_path) argp_error(state, "--bit-exact chooses the same kernels on all machines: leave --tune out");
        if (o->plan.max_error > 0 && o->plan.compute == DT_BF16) argp_error(state, "--max-error has no bounds for --compute bf16: leave one out");
        if (o->crops.from[0] && !o->crops.count) argp_error(state, "--crop-from needs --crops");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp model_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

error_t model_only(int key, char *arg, struct argp_state *state) {
    (void)arg;
    model_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = o; return 0;
    case ARGP_KEY_END:
        if (!o->path) argp_error(state, "no MODEL given");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp_child model_child[] = {{&model_argp, 0, NULL, 0}, {0}};

model_options model_options_default(void) {
    return (model_options){.target_list = "native", .plan.accuracy = ACCURACY_BALANCED, .weights.seed = 1};
}

/* ---- steps ---- */

void model_init(model *m, const model_options *o) {
    *m = (model){.arena = arena_new(), .diags = {.stream = stderr, .source = o->path}};
}

static bool open_dim(graph *g, const model_options *o, int i) {
    if (o->keeps_sizes_open) return graph_open_symbol(g, o->open_names[i], o->open_min[i], o->open_max[i], o->open_multiple[i]);
    return graph_bind_symbol(g, o->open_names[i], o->open_at[i] ? o->open_at[i] : o->open_max[i]);
}

/* A batch is what can be computed a sample at a time. It comes last: what it is proved by knows of no other open dimension. */
static bool open_dims(graph *g, const model_options *o) {
    int batch = -1;
    for (int i = 0; i < o->n_open; i++) {
        if (batch < 0 && batch_is(g, o->open_names[i])) batch = i;
        else if (!open_dim(g, o, i)) return false;
    }
    if (!open_sizes_settle(g)) return false;
    if (batch >= 0) {
        const char *name = o->open_names[batch];
        const bool opens = batch_can_open(g, name);
        if (opens && o->open_multiple[batch] > 1)
            return diag_error(g->diags, "", "any number of samples will do: leave the multiple out", "--dim %s=MIN..MAX:MULTIPLE: '%s' is a batch", name, name);
        bool ok = opens ? batch_open(g, name, o->open_min[batch], o->open_max[batch]) : open_dim(g, o, batch);
        if (!ok || !open_sizes_settle(g)) return false;
    }
    return open_sizes_check(g);
}

static bool has_custom(const region *r, const char *operator) {
    for (const node *n = r->first; n; n = n->next) {
        if (n->op == OP_custom && !strcmp(node_string(n, "custom_operator"), operator)) return true;
        for (int i = 0; i < n->n_regions; i++)
            if (has_custom(n->regions[i], operator)) return true;
    }
    return false;
}

static bool read_custom(model *m, const model_options *o) {
    m->custom = ARENA_ARRAY(m->arena, custom_function, o->n_custom);
    m->n_custom = 0;
    for (int i = 0; i < o->n_custom; i++) {
        if (o->custom_optional && !has_custom(m->graph->body, o->custom_operators[i])) continue;
        custom_function *f = &m->custom[m->n_custom++];
        f->operator= o->custom_operators[i];
        if (!custom_read(f, o->custom_files[i], m->arena, &m->diags)) return false;
    }
    return true;
}

bool model_read(model *m, const model_options *o) {
    specialization s = {.options = o, .arena = m->arena, .diags = &m->diags};
    frontend_options f = {.n_dims = o->n_dims, .dim_names = o->dim_names, .dim_sizes = o->dim_sizes, .n_bounds = o->n_open, .bound_names = o->open_names, .least = o->open_min, .most = o->open_max, .weights = o->weights, .missing = o->missing, .sample = specialize, .sample_context = &s, .n_custom = o->n_custom, .custom = o->custom_operators, .custom_optional = o->custom_optional};
    int errors = m->diags.errors;
    m->graph = frontend_read(o->path, &f, m->arena, &m->diags);
    if (!m->graph || m->diags.errors != errors || !specialization_check(&s) || !read_custom(m, o)) return false;
    if (o->wants_saliency && !saliency_add(m->graph, &o->saliency)) return false;
    if (o->n_open && !open_dims(m->graph, o)) return false;
    return !o->crops.count || crops_add(m->graph, &o->crops);
}

pass_options model_passes(const model_options *o) {
    return (pass_options){.conv_layouts = true, .dense_rows = o->plan.weights_type == DT_I4, .compute = o->plan.compute, .rounds_halves = o->plan.accuracy == ACCURACY_STRICT, .dump_pass = o->dump_pass, .dump_stream = stdout};
}

bool model_optimize(model *m, const model_options *o) {
    const pass_options passes = model_passes(o);
    return passes_run(m->graph, &passes);
}

static bool read_tuning(model *m, const model_options *o, const char *machine) {
    size_t size;
    const char *path = o->tuning_path, *slash = strrchr(path, '/'), *bytes = tuning_bytes(path, true, &size, m->arena, &m->diags);
    if (!bytes || !tuning_read(&m->tuning, slash ? slash + 1 : path, bytes, size, m->arena, &m->diags)) return false;
    m->tuning.target = machine;
    m->tuning.compiler = o->compiler;
    return true;
}

static const char *sizes_of(const graph *g, const model_options *o, arena *a) {
    const char *sizes = NULL;
    for (int i = 0; i < g->n_symbols; i++)
        for (int k = 0; k < o->n_open && g->symbols[i]->open; k++)
            if (!strcmp(g->symbols[i]->name, o->open_names[k]))
                sizes = arena_printf(a, "%s%s%lld", sizes ? sizes : "", sizes ? ", " : "", (long long)(o->open_at[k] ? o->open_at[k] : o->open_max[k]));
    return sizes;
}

/* What is planned: the graph itself, or, where it has the sizes of one run, another with open ones. */
static const graph *planned_graph(model *m, const model_options *o) {
    if (!o->runs_open || !o->n_open) return m->graph;
    model open = {.arena = m->arena, .diags = m->diags};
    model_options how = *o;
    how.keeps_sizes_open = true;
    bool ok = model_read(&open, &how) && model_optimize(&open, &how);
    m->diags = open.diags;
    if (ok) open.graph->diags = &m->diags; /* planning may have something to say too */
    m->sizes = ok ? sizes_of(open.graph, o, m->arena) : NULL;
    return !ok ? NULL : m->sizes ? open.graph : m->graph;
}

bool model_plan(model *m, const model_options *o) {
    const target *targets[TARGET_MAX];
    plan_options how = o->plan;
    int n = targets_parse(o->target_list, targets, &m->diags);
    m->plan = NULL;
    if (!n || (o->tuning_path && !read_tuning(m, o, targets[0]->name))) return false;
    if (o->tuning_path) how.advice = &m->tuning.advice;
    how.custom = m->custom;
    how.n_custom = m->n_custom;
    if (!custom_check(m->graph->body, how.custom, how.n_custom, m->arena, &m->diags)) return false;
    const graph *g = planned_graph(m, o);
    m->plan = g ? plan_make(g, targets, n, &how, m->arena) : NULL;
    return m->plan != NULL;
}

bool model_load(model *m, const model_options *o) {
    return model_read(m, o) && model_optimize(m, o) && model_plan(m, o);
}

void model_free(model *m) {
    arena_free(m->arena);
    m->arena = NULL;
}
