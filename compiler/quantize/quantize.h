/* Post-training quantisation: floats become 8-bit integers, real = (q - zero point) * scale, from what a network computes on
 * samples. Between the files of `cnnc quantize`, in the order of its steps. */
#ifndef CNNC_QUANTIZE_H
#define CNNC_QUANTIZE_H

#include "compiler/arrays.h"
#include "compiler/model.h"
#include "compiler/picture.h"
#include "compiler/program.h"

/* ---- samples.c: the calibration data ---- */

typedef struct sample_options {
    array_arguments data;     /* folders or .npy files */
    picture_options pictures; /* how pictures become inputs */
} sample_options;

/* One tensor for each graph input, of its type; data: `n` of them one after the other. */
typedef struct sample_set {
    tensor *inputs;
    int64_t n;
} sample_set;

/* False after an error: no samples, of another shape, not finite. */
bool samples_read(sample_set *s, const sample_options *o, const region *body, arena *a, diagnostics *d);

/* ---- prepare.c ---- */

/* Folds what would otherwise be rounded twice: batch normalization, scales, padding. */
bool quantize_prepare(graph *g);

/* ---- equalize.c ---- */

/* Convolutions that follow each other, with nothing between them but ReLU and pooling, get channels of the same magnitude: what
 * one divides a channel by, the next multiplies it by (cross-layer equalization, Nagel et al. 2019, section 4.1). How many
 * pairs there are. */
int equalize(graph *g);

/* ---- watch.c: a network with values inside it visible ---- */

typedef struct watched {
    model model; /* read back from an ONNX file */
    program program;
    int *place; /* by id of the values of the graph it was made of: which of its outputs that is, + 1; 0: not visible */
} watched;

/* Builds g, quantised where its types say so, with these values of its body as outputs too. */
bool watch_build(watched *w, graph *g, value *const *values, int n, const model_options *o, const toolchain *t);
/* Of the outputs of w, the one that is v. */
const tensor *watch_find(const watched *w, const tensor *outputs, const value *v);

/* Calls f with the outputs of `n` samples, the first of which is `at`, until all are through. False after an error. The second
 * network runs on the same samples; NULL: none. */
typedef bool watch_fn(void *context, const tensor *first, const tensor *second, int64_t at, int64_t n);
bool watch_run(const watched *first, const watched *second, const sample_set *s, const char *what, watch_fn *f, void *context);
void watch_free(watched *w);

/* ---- select.c: which layers compute with integers ---- */

typedef struct layer {
    node *node;
    value *output;       /* of the ReLU or Clip behind the node where there is one: nothing is rounded between them */
    bool is_product;     /* of an input and constant weights: conv, gemm, matmul */
    bool stores_output;  /* in 8 bits */
    const char *obstacle; /* NULL, or why it stays in float */
    value *weights, *bias; /* of a product: as floats; bias may be NULL */
} layer;

/* An activation that is stored in 8 bits. */
typedef struct activation {
    value *value;
    int shares; /* the activation whose scale and zero point it has: itself, or another where values only move */
    bool joins; /* it shares that of a concatenation which alone reads it: as long as both have a negative side, or none */
} activation;

typedef struct scheme {
    layer *layers; /* products, in float or not, and all others that compute with integers; in program order */
    activation *activations;
    int n_layers, n_activations;
} scheme;

/* excluded: by node id, products that stay in float; NULL: none. */
scheme scheme_select(const graph *g, const bool *excluded, arena *a);
/* Axis of a product's weights that runs over output channels. */
int product_channel_axis(const node *n);
/* The channel of the output that weight i belongs to, and that of the input that it multiplies. */
int64_t product_output_channel(const node *n, int64_t i);
int64_t product_input_channel(const node *n, int64_t i);

/* ---- observe.c: what values there are ---- */

enum { HISTOGRAM_BINS = 4096 };

typedef struct range {
    double low, high; /* low <= 0 <= high */
} range;

typedef struct observation {
    range seen;
    int64_t *bins; /* HISTOGRAM_BINS over that range; NULL: not asked for */
    int64_t zeros; /* not in the bins: they are exact with any scale, and ReLU makes many */
    double *means; /* by channel (axis 1; of matrices the last) */
    int64_t channels;
} observation;

/* By value id; of the activations of the scheme, all of which w shows. NULL after an error: a value is not finite, say. */
observation *observe(const graph *g, const scheme *s, const watched *w, const sample_set *samples, bool histograms);

/* ---- calibrate.c: which range the integers cover ---- */

typedef enum calibration_method { CALIBRATE_MINMAX, CALIBRATE_PERCENTILE, CALIBRATE_ENTROPY } calibration_method;

typedef struct calibration {
    calibration_method method;
    double percentile; /* of values on each side of zero that are inside */
} calibration;

range calibrate(const observation *o, const calibration *c);

/* ---- annotate.c: the graph gets its quantization ---- */

/* Types of activations and constants get scales and zero points; ranges: by value id. means: NULL, or observations by value id
 * from which biases are corrected. */
void scheme_annotate(graph *g, const scheme *s, const range *ranges, const observation *means);
/* Undoes it. */
void scheme_strip(const scheme *s);

/* ---- correct_bias.c ---- */

/* The bias (one number a channel) that makes up for the mean of what the rounding of weights adds to the output: DFQ, Nagel et
 * al. 2019, section 4.2. weights: their quantization; x: of the product's input. */
const float *corrected_bias(const layer *l, const quantization *weights, const observation *x, arena *a);

/* ---- measure.c: what it costs ---- */

typedef struct measurement {
    double *snr;       /* by node id, of the output of each layer of the base scheme, in dB; infinite: no difference */
    double output_snr; /* the mean over the network's float outputs */
    double agreement;  /* share of samples with the same most probable class; -1: no classes */
    double accuracy, float_accuracy; /* -1: no labels */
} measurement;

/* What an annotated graph is measured against. */
typedef struct baseline {
    graph *graph;
    scheme base;   /* of all layers that could be quantised */
    watched plain; /* the graph in float, with all that the scheme is about visible */
    const sample_set *samples;
    const tensor *labels; /* one for each sample, or NULL */
    const model_options *options;
    const toolchain *toolchain;
} baseline;

bool measure_begin(baseline *b);
/* layers: the outputs of layers are compared too. */
bool measure(measurement *m, const baseline *b, bool layers);
void measure_end(baseline *b);

/* ---- sensitivity.c: which layers stay in float ---- */

typedef struct limits {
    double max_loss; /* of accuracy, or of agreement where there are no labels: from 0 to 1; negative: any */
    double min_snr;  /* of the outputs, in dB; 0: any */
} limits;

typedef struct sensitivity {
    double *alone; /* by node id of products: SNR of the outputs when it alone computes with integers */
    scheme scheme; /* with as few of the most sensitive products in float as keep the limits */
} sensitivity;

/* The graph is as it was before. False after an error: only float keeps the limits, say. */
bool keep_limits(sensitivity *s, const baseline *b, const range *ranges, const observation *means, const limits *l);

/* ---- report.c ---- */

/* Of the annotated graph. seen: by value id; alone: of sensitivity, or NULL. */
void quantize_report(FILE *f, const graph *g, const scheme *s, const observation *seen, const measurement *m, const double *alone, int64_t samples);

#endif
