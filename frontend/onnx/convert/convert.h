/* From an operator's older versions to its newest, the one in ops.def. */
#ifndef CNNC_ONNX_CONVERT_H
#define CNNC_ONNX_CONVERT_H

#include "frontend/onnx/import.h"

/* A node that is being made: as the model has it, then, version after version, as ops.def wants it. */
typedef struct draft {
    const context *context;
    const char *place; /* for errors */
    const char *name;
    const char *domain, *op_type;
    int64_t version;
    value **inputs; /* NULL: left out */
    int n_inputs;
    attr *attrs;
    int n_attrs;
    region **regions; /* then_branch, else_branch; or body */
    const char **region_names;
    int n_regions;
    value **outputs; /* n_outputs; not NULL after somebody (converter or draft_finish) has made the result */
    int n_outputs;
    const bool *wanted;                /* per output: whether anybody reads it */
    const value_type *const *declared; /* per output: what the model says of it, or NULL; NULL: of none */
} draft;

struct conversion;
typedef bool convert_fn(draft *d, const struct conversion *row);

/* What to do with nodes of a standard operator that are older than version `before`; the fields behind `convert` are
 * its parameters. */
typedef struct conversion {
    const char *op_type;
    int before;
    convert_fn *convert;
    const char *attr;
    int input;
    double number;
    const char *text;
} conversion;

/* Whether a row of the table makes an operator that ops.def does not have. */
bool converter_knows(const char *domain, const char *op_type);
/* The operator of row i, with its domain unless that is the standard one; NULL: there are no more rows. */
const char *converter_operator(int i);
/* Applies the rows that fit, in order, then makes the node unless a row did. */
bool convert(draft *d);

/* ---- draft.c: tools for converters ---- */

bool draft_error(const draft *d, const char *hint, const char *format, ...) IR_PRINTF(3, 4);
bool draft_ends(const draft *d, int n_inputs); /* false after an error: it has an input beyond so many, which is not supported */
attr *draft_attr(const draft *d, const char *name);     /* NULL: not given */
bool draft_take(draft *d, const char *name, attr *out); /* and removes it */
void draft_set_attr(draft *d, attr a);
int64_t draft_int(const draft *d, const char *name, int64_t otherwise);
double draft_float(const draft *d, const char *name, double otherwise);
const char *draft_string(const draft *d, const char *name, const char *otherwise);
value *draft_input(const draft *d, int i);
void draft_set_input(draft *d, int i, value *v);
/* Constants named after the node: 1-D i64, and a scalar of `like`'s element type. */
value *draft_ints(const draft *d, const char *label, int n, const int64_t *ints);
value *draft_reshape(const draft *d, const char *label, value *v, int rank, const dim *sizes); /* which may be open */
/* Sizes that may be open as i64: a vector, and a scalar, whose node goes before that one of r (NULL: to the end). */
value *draft_sizes(const draft *d, const char *label, int n, const dim *sizes);
value *draft_size(const draft *d, region *r, node *before, const char *label, dim size);
value *draft_scalar_like(const draft *d, const char *label, double x, const value *like);
/* The type as far as it is known; kind UNKNOWN otherwise. */
const value_type *draft_input_type(const draft *d, int i);
/* The same, where a converter cannot do without a static shape: NULL after an error. */
const value_type *draft_static(const draft *d, int i);
/* The same where symbols will do: none of its sizes depends on data. */
const value_type *draft_sized(const draft *d, int i);
bool type_is_sized(const value_type *t); /* no error: just whether it is so */
/* One more node, with a single output; NULL after an error. */
value *draft_emit(const draft *d, const char *op_type, const char *label, int n_inputs, value *const *inputs, int n_attrs,
                  const attr *attrs);
/* The nodes of the region with that name move here; `input` takes the place of its only input. Its only output; NULL:
 * there is no such region, or (after an error) it is not of that form. */
value *draft_inline_region(draft *d, const char *name, value *input);
bool draft_finish(draft *d);

/* ---- the families ---- */

/* recipe.c: the inputs are called as in `attr`, `text` makes "y" of them */
convert_fn expand_by_text;
/* attention.c, loss.c, quantize.c, rearrange.c, signal.c, training.c: operators defined by others (recipe.h) */
convert_fn expand_attention, expand_flex_attention, expand_rotary_embedding, expand_causal_conv, expand_swiglu, expand_nll_loss,
    expand_softmax_cross_entropy, expand_quantize, expand_dequantize, expand_dynamic_quantize, expand_qlinear_conv, expand_qlinear_matmul, expand_conv_integer,
    expand_matmul_integer, expand_depth_to_space, expand_space_to_depth, expand_center_crop_pad, expand_trilu, expand_eye_like,
    expand_one_hot, expand_reverse_sequence, expand_compress, expand_affine_grid, expand_window, dft_along_input, expand_stft, expand_optimizer;
/* open.c */
convert_fn reshape_open, range_open;
/* attributes.c */
convert_fn drop_attr, rename_attr, default_int, default_float, default_string, attr_to_ints, attr_to_scalar_int,
    attr_to_scalar, rename_op, as_standard, rename_text, split_evenly, cast_by_name, cast_to_known, compute_in_f32;
/* microsoft/fused.c */
convert_fn expand_biased_gelu, expand_quick_gelu, expand_fused_conv, expand_channels_last, expand_fused_gemm, expand_fused_matmul,
    expand_skip_normalization, expand_embed_normalization, expand_quantized_embed_normalization;
/* microsoft/attention.c */
convert_fn expand_projected_attention, expand_quantized_attention, expand_multi_head_attention, expand_decoder_attention, reorder_rotary_embedding,
    expand_multimodal_rotary;
/* microsoft/cached_attention.c */
convert_fn expand_group_query_attention, expand_sparse_attention;
/* microsoft/quantized.c */
convert_fn expand_between_quantized, expand_quantized_where, expand_quantized_concat, expand_quantized_softmax, expand_quantized_pool,
    expand_quantized_mean, expand_quantized_conv, expand_quantized_gemm, expand_matmul_integer_to_float, expand_dynamic_quantize_matmul,
    expand_matmul_nbits, expand_matmul_bnb4, expand_gather_block_quantized, quantized_lstm;
/* microsoft/experts.c */
convert_fn expand_experts;
/* microsoft/gates.c */
convert_fn expand_scaled_silu, expand_gated_norm, expand_branchwise_norm, expand_linear_attention_gate, linear_attention, causal_conv;
/* microsoft/arrays.c */
convert_fn flatten_pads, expand_range, expand_first_unique, expand_inverse, expand_distances, expand_unfold, pads_to_attribute, expand_ngram_block, expand_crop_and_resize,
    expand_murmur_hash;
/* experimental.c */
convert_fn expand_scaled, expand_image_scaler, expand_crop;
/* sequence.c */
convert_fn sequence_empty, sequence_insert, sequence_erase, sequence_at, sequence_length, concat_from_sequence, split_to_sequence, identity_of_sequence, if_of_sequences,
    optional_has_element, optional_get_element;
/* ngrams.c */
convert_fn expand_ngrams;
/* ml/features.c, ml/labels.c, ml/linear.c, ml/trees.c, ml/tree_lists.c */
convert_fn expand_binarizer, expand_feature_extractor, expand_scaler, expand_normalizer, expand_imputer, expand_feature_vectorizer,
    expand_label_encoder, expand_category_mapper, expand_category_one_hot, expand_linear_regressor, expand_linear_classifier,
    expand_tree_ensemble, expand_tree_regressor, expand_tree_classifier;
/* ml/svm.c, ml/maps.c */
convert_fn expand_svm_regressor, expand_svm_classifier, expand_cast_map, expand_dict_vectorizer, expand_zip_map;
/* gradient.c */
convert_fn expand_gradient;
/* random.c */
convert_fn expand_random, expand_bernoulli, expand_multinomial, expand_dropout;
/* strings.c */
convert_fn cast_strings, expand_string_concat, equal_strings, expand_string_normalizer, expand_string_split, expand_regex, bound_non_zero,
    bound_non_max_suppression, expand_unique;
/* loop.c, scan.c */
convert_fn count_iterations, scan_to_loop, scan_of_batch;
/* recurrent.c */
convert_fn recurrent_layout;
/* broadcast.c: arithmetic before version 7 */
convert_fn broadcast_at_axis, prelu_by_channel;
/* constant.c */
convert_fn make_constant;
/* normalize.c */
convert_fn batch_normalization_modes, group_to_channel_scale;
/* resize.c */
convert_fn upsample_to_resize, resize_without_roi, expand_resize;
/* softmax.c */
convert_fn softmax_of_flattened;

#endif
