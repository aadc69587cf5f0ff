/* cnnc quantize MODEL --data DIR -o MODEL_int8.onnx */
#include "compiler/quantize/quantize.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/classes.h"
#include "compiler/options.h"
#include "compiler/output.h"
#include "compiler/subcommand.h"

typedef struct quantize_options {
    model_options model;
    toolchain toolchain;
    sample_options samples;
    calibration calibration;
    const char *output, *labels;
    int calibrating;   /* samples; 0: all */
    bool equalize, plain_bias;
    limits limits;
} quantize_options;

enum { KEY_DATA = 256, KEY_CALIBRATION, KEY_SAMPLES, KEY_LABELS, KEY_EQUALIZE, KEY_PLAIN_BIAS, KEY_MAX_LOSS, KEY_MIN_SNR };

static const struct argp_option options[] = {
    {"data", KEY_DATA, "[NAME=]DIR", 0,
     "samples of what the network will see: a folder of .npy files, of one sample or several, or of PNG and JPEG pictures, or one such file. NAME "
     "is the input where there are several",
     0},
    {"output", 'o', "FILE.onnx", 0, "the quantised model", 0},
    {"calibration", KEY_CALIBRATION, "HOW", 0,
     "which range of an activation its 8 bits cover: minmax, all that occurs; percentile[:P], P per cent of the values (99.99); entropy, the one that loses "
     "the least information (default: minmax)",
     0},
    {"samples", KEY_SAMPLES, "N", 0, "calibrate with the first N samples only; the report is about all", 0},
    {"labels", KEY_LABELS, "FILE.npy", 0, "the class of each sample: the report tells the accuracy", 0},
    {"equalize", KEY_EQUALIZE, NULL, 0, "first give the channels between two convolutions the same magnitude", 0},
    {"no-bias-correction", KEY_PLAIN_BIAS, NULL, 0, "do not make up for the mean of what rounded weights add to each channel", 0},
    {"max-loss", KEY_MAX_LOSS, "X", 0,
     "keep the most sensitive layers in float, as few as it takes, so that X per cent of the samples at most are lost: of the accuracy with --labels, else "
     "of those whose class is that in float",
     0},
    {"min-snr", KEY_MIN_SNR, "DB", 0, "the same for the signal-to-noise ratio of the outputs, which is to be at least this", 0},
    {0},
};

static calibration parse_calibration(const char *arg, const struct argp_state *state) {
    calibration c = {.percentile = 99.99};
    const char *colon = strchr(arg, ':');
    size_t n = colon ? (size_t)(colon - arg) : strlen(arg);
    static const char *const names[] = {[CALIBRATE_MINMAX] = "minmax", [CALIBRATE_PERCENTILE] = "percentile", [CALIBRATE_ENTROPY] = "entropy"};
    for (int i = 0; i <= CALIBRATE_ENTROPY; i++) {
        if (strlen(names[i]) != n || strncmp(names[i], arg, n) != 0 || (colon && i != CALIBRATE_PERCENTILE)) continue;
        c.method = (calibration_method)i;
        if (!colon) return c;
        char *end;
        c.percentile = strtod(colon + 1, &end);
        if (isdigit((unsigned char)colon[1]) && !*end && c.percentile > 50 && c.percentile <= 100) return c;
    }
    argp_error(state, "--calibration is minmax, percentile, percentile:P with P above 50 and up to 100, or entropy, not '%s'", arg);
    return c;
}

static double parse_number(const char *arg, const char *option, double most, const struct argp_state *state) {
    char *end;
    double x = strtod(arg, &end);
    if (end == arg || *end || !(x >= 0 && x <= most)) argp_error(state, "%s is a number from 0 to %g, not '%s'", option, most, arg);
    return x;
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    quantize_options *o = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->model;
        state->child_inputs[1] = &o->toolchain;
        state->child_inputs[2] = &o->samples.pictures;
        return 0;
    case KEY_DATA:
        if (!array_arguments_add(&o->samples.data, arg)) argp_error(state, "too many --data");
        return 0;
    case 'o': o->output = arg; return 0;
    case KEY_CALIBRATION: o->calibration = parse_calibration(arg, state); return 0;
    case KEY_SAMPLES: o->calibrating = option_int(arg, 1, 1 << 24, state); return 0;
    case KEY_LABELS: o->labels = arg; return 0;
    case KEY_EQUALIZE: o->equalize = true; return 0;
    case KEY_PLAIN_BIAS: o->plain_bias = true; return 0;
    case KEY_MAX_LOSS: o->limits.max_loss = parse_number(arg, "--max-loss", 100, state) / 100; return 0;
    case KEY_MIN_SNR: o->limits.min_snr = parse_number(arg, "--min-snr", 200, state); return 0;
    case ARGP_KEY_END:
        if (!o->model.path) argp_error(state, "no MODEL given");
        if (!o->samples.data.n) argp_error(state, "say what the network will see: --data DIR");
        if (!o->output) argp_error(state, "say where the model goes: -o FILE.onnx");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&model_argp, 0, NULL, 0}, {&toolchain_argp, 0, NULL, 0}, {&picture_argp, 0, NULL, 0}, {0}};
const struct argp quantize_argp = {
    options, parse, "MODEL --data DIR -o FILE.onnx",
    "Quantises a network to 8 bits, by what it computes on samples, and writes it as an ONNX model with QuantizeLinear and DequantizeLinear.", children, NULL, NULL};

/* ---- steps ---- */

/* The graph that will be quantised, and the samples. */
static bool read_all(model *m, quantize_options *o, sample_set *samples, tensor *labels) {
    arena *a = m->arena;
    diagnostics *d = &m->diags;
    if (!model_build_with(&o->model, &o->toolchain, a, d) || !model_read(m, &o->model)) return false;
    if (m->graph->batch) return diag_error(d, "--dim", "give it one size: --dim NAME=1", "a network whose batch is open cannot be quantised");
    if (!quantize_prepare(m->graph)) return false;
    if (o->equalize) printf("%d pairs of convolutions equalized\n", equalize(m->graph));
    if (!samples_read(samples, &o->samples, m->graph->body, a, d)) return false;
    bool needs_classes = o->labels || o->limits.max_loss >= 0;
    if (!needs_classes) return true;
    if (classes_output(m->graph->body) < 0) return diag_error(d, o->labels ? "--labels" : "--max-loss", NULL, "no output of the network has a score for each class, [1,N]");
    return !o->labels || classes_read(o->labels, samples->n, labels, a, d);
}

static range *find_ranges(model *m, const quantize_options *o, const scheme *s, const observation *seen) {
    range *ranges = ARENA_ARRAY(m->arena, range, m->graph->next_value);
    for (int i = 0; i < s->n_activations; i++) {
        int id = s->activations[i].value->id;
        ranges[id] = calibrate(&seen[id], &o->calibration);
    }
    return ranges;
}

static bool write(model *m, const quantize_options *o) {
    output_set files = {.arena = m->arena, .diags = &m->diags};
    FILE *f = output_open(&files, o->output);
    if (f && frontend_write_onnx(m->graph, f, m->arena, &m->diags)) return output_commit(&files);
    output_discard(&files);
    return false;
}

static bool any_integer(const scheme *s) {
    for (int i = 0; i < s->n_layers; i++)
        if (!s->layers[i].obstacle) return true;
    return false;
}

/* Annotates, writes, and reports what it is worth. b->plain is built. */
static bool quantize_and_write(model *m, const baseline *b, const quantize_options *o) {
    sample_set some = *b->samples;
    if (o->calibrating && o->calibrating < some.n) some.n = o->calibrating;
    const observation *seen = observe(b->graph, &b->base, &b->plain, &some, o->calibration.method != CALIBRATE_MINMAX);
    if (!seen) return false;
    const observation *means = o->plain_bias ? NULL : seen;
    const range *ranges = find_ranges(m, o, &b->base, seen);
    sensitivity chosen = {.scheme = b->base};
    measurement result;
    bool limited = o->limits.max_loss >= 0 || o->limits.min_snr > 0;
    if (limited && !keep_limits(&chosen, b, ranges, means, &o->limits)) return false;
    scheme_annotate(b->graph, &chosen.scheme, ranges, means);
    if (!measure(&result, b, true) || !write(m, o)) return false;
    quantize_report(stdout, b->graph, &chosen.scheme, seen, &result, chosen.alone, b->samples->n);
    return true;
}

static bool quantize(model *m, quantize_options *o) {
    sample_set samples;
    tensor labels;
    if (!read_all(m, o, &samples, &labels)) return false;
    baseline b = {.graph = m->graph, .base = scheme_select(m->graph, NULL, m->arena), .samples = &samples,
                  .labels = o->labels ? &labels : NULL, .options = &o->model, .toolchain = &o->toolchain};
    if (!any_integer(&b.base)) return diag_error(&m->diags, "", NULL, "has no convolution or matrix product that could be quantised");
    bool ok = measure_begin(&b) && quantize_and_write(m, &b, o);
    measure_end(&b);
    return ok;
}

int quantize_main(int argc, char **argv) {
    quantize_options o = {.model = model_options_default(), .limits.max_loss = -1};
    o.samples.data.option = "--data";
    argp_parse(&quantize_argp, argc, argv, 0, NULL, &o);
    model m;
    model_init(&m, &o.model);
    bool ok = quantize(&m, &o);
    model_free(&m);
    return ok ? 0 : EXIT_ERROR;
}
