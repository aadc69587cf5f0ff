#include "frontend/onnx/convert/convert.h"

#include <limits.h>
#include <string.h>

enum { ALWAYS = INT_MAX };

/* A node goes through every row of its operator that is newer than it, from top to bottom. Versions below 7 have rows
 * as far as the ONNX test suite has models. */
static const conversion table[] = {
    {"Constant", ALWAYS, make_constant, 0, 0, 0, 0},

    /* of ONNX Runtime */
    {"com.microsoft.Gelu", ALWAYS, as_standard, 0, 0, 20, "Gelu"},
    {"com.microsoft.FastGelu", ALWAYS, expand_biased_gelu, 0, 0, 0, "y = Gelu(x; approximate=\"tanh\")"},
    {"com.microsoft.BiasGelu", ALWAYS, expand_biased_gelu, 0, 0, 0, "y = Gelu(x)"},
    {"com.microsoft.BiasSplitGelu", ALWAYS, expand_biased_gelu, 0, 0, 0, "a, b = Split(x; axis=-1, num_outputs=2)\ny = Mul(a, Gelu(b))"},
    {"com.microsoft.QuickGelu", ALWAYS, expand_quick_gelu, 0, 0, 0, 0},
    {"com.microsoft.FusedConv", ALWAYS, expand_fused_conv, 0, 0, 0, 0},
    {"com.microsoft.NhwcFusedConv", ALWAYS, expand_fused_conv, 0, 0, 1, 0},
    {"com.microsoft.NhwcConv", ALWAYS, expand_fused_conv, 0, 0, 1, 0},
    {"com.microsoft.NhwcMaxPool", ALWAYS, expand_channels_last, 0, 0, 0, "MaxPool"},
    {"com.microsoft.FusedGemm", ALWAYS, expand_fused_gemm, 0, 0, 0, 0},
    {"com.microsoft.FusedMatMul", ALWAYS, expand_fused_matmul, 0, 0, 0, 0},
    {"com.microsoft.TransposeMatMul", ALWAYS, expand_fused_matmul, 0, 0, 0, 0},
    {"com.microsoft.SkipLayerNormalization", ALWAYS, expand_skip_normalization, 0, 0, 0, 0},
    {"com.microsoft.SkipSimplifiedLayerNormalization", ALWAYS, expand_skip_normalization, 0, 0, 1, 0},
    {"com.microsoft.EmbedLayerNormalization", ALWAYS, expand_embed_normalization, 0, 0, 0, 0},
    {"com.microsoft.QEmbedLayerNormalization", ALWAYS, expand_quantized_embed_normalization, 0, 0, 0, 0},
    {"com.microsoft.ScaledSiLU", ALWAYS, expand_scaled_silu, 0, 0, 0, 0},
    {"com.microsoft.GatedAdd", ALWAYS, expand_by_text, "x a gate", 0, 0, "y = Add(x, Mul(a, gate))"},
    {"com.microsoft.GatedRMSNorm", ALWAYS, expand_gated_norm, 0, 0, 0, 0},
    {"com.microsoft.BranchwiseRMSNorm", ALWAYS, expand_branchwise_norm, 0, 0, 0, 0},
    {"com.microsoft.LinearAttention", ALWAYS, linear_attention, 0, 0, 0, 0},
    {"com.microsoft.CausalConvWithState", ALWAYS, causal_conv, 0, 0, 0, 0},
    {"com.microsoft.LinearAttentionGate", ALWAYS, expand_linear_attention_gate, 0, 0, 0, 0},
    {"com.microsoft.Attention", ALWAYS, expand_projected_attention, 0, 0, 0, 0},
    {"com.microsoft.MultiHeadAttention", ALWAYS, expand_multi_head_attention, 0, 0, 0, 0},
    {"com.microsoft.QAttention", ALWAYS, expand_quantized_attention, 0, 0, 0, 0},
    {"com.microsoft.GroupQueryAttention", ALWAYS, expand_group_query_attention, 0, 0, 0, 0},
    {"com.microsoft.DecoderMaskedMultiHeadAttention", ALWAYS, expand_decoder_attention, 0, 0, 0, 0},
    {"com.microsoft.SparseAttention", ALWAYS, expand_sparse_attention, 0, 0, 0, 0},
    {"com.microsoft.RotaryEmbedding", ALWAYS, reorder_rotary_embedding, 0, 0, 0, 0},
    {"com.microsoft.MRotaryEmbedding", ALWAYS, expand_multimodal_rotary, 0, 0, 0, 0},
    {"com.microsoft.QuantizeLinear", ALWAYS, as_standard, 0, 0, 21, "QuantizeLinear"},
    {"com.microsoft.DequantizeLinear", ALWAYS, as_standard, 0, 0, 21, "DequantizeLinear"},
    {"com.microsoft.QLinearAdd", ALWAYS, expand_between_quantized, 0, 0, 2, "y = Add(a, b)"},
    {"com.microsoft.QLinearMul", ALWAYS, expand_between_quantized, 0, 0, 2, "y = Mul(a, b)"},
    {"com.microsoft.QLinearSigmoid", ALWAYS, expand_between_quantized, 0, 0, 1, "y = Sigmoid(a)"},
    {"com.microsoft.QLinearLeakyRelu", ALWAYS, expand_between_quantized, 0, 0, 1, "y = LeakyRelu(a; alpha=$alpha)"},
    {"com.microsoft.QLinearWhere", ALWAYS, expand_quantized_where, 0, 0, 0, 0},
    {"com.microsoft.QLinearConcat", ALWAYS, expand_quantized_concat, 0, 0, 0, 0},
    {"com.microsoft.QLinearSoftmax", ALWAYS, expand_quantized_softmax, 0, 0, 0, 0},
    {"com.microsoft.QLinearAveragePool", ALWAYS, expand_quantized_pool, 0, 0, 0, "AveragePool"},
    {"com.microsoft.QLinearGlobalAveragePool", ALWAYS, expand_quantized_pool, 0, 0, 0, "GlobalAveragePool"},
    {"com.microsoft.QLinearReduceMean", ALWAYS, expand_quantized_mean, 0, 0, 0, 0},
    {"com.microsoft.QLinearConv", ALWAYS, expand_quantized_conv, 0, 0, 0, 0},
    {"com.microsoft.QGemm", ALWAYS, expand_quantized_gemm, 0, 0, 0, 0},
    {"com.microsoft.MatMulIntegerToFloat", ALWAYS, expand_matmul_integer_to_float, 0, 0, 0, 0},
    {"com.microsoft.DynamicQuantizeMatMul", ALWAYS, expand_dynamic_quantize_matmul, 0, 0, 0, 0},
    {"com.microsoft.MatMulInteger16", ALWAYS, expand_by_text, "a b", 0, 0, "y = MatMul(Cast(a; to=6), Cast(b; to=6))"},
    {"com.microsoft.MatMulNBits", ALWAYS, expand_matmul_nbits, 0, 0, 0, 0},
    {"com.microsoft.MatMulBnb4", ALWAYS, expand_matmul_bnb4, 0, 0, 0, 0},
    {"com.microsoft.MoE", ALWAYS, expand_experts, 0, 0, 0, 0},
    {"com.microsoft.QMoE", ALWAYS, expand_experts, 0, 0, 1, 0},
    {"com.microsoft.GatherBlockQuantized", ALWAYS, expand_gather_block_quantized, 0, 0, 0, 0},
    {"com.microsoft.DynamicQuantizeLSTM", ALWAYS, quantized_lstm, 0, 0, 14, "LSTM"},
    {"com.microsoft.NGramRepeatBlock", ALWAYS, expand_ngram_block, 0, 0, 0, 0},
    {"com.microsoft.CropAndResize", ALWAYS, expand_crop_and_resize, 0, 0, 0, 0},
    {"com.microsoft.MurmurHash3", ALWAYS, expand_murmur_hash, 0, 0, 0, 0},
    {"com.microsoft.ExpandDims", ALWAYS, expand_by_text, "x axis", 0, 0, "y = Unsqueeze(x, Reshape(Cast(axis; to=7), [-1]))"},
    {"com.microsoft.Pad", ALWAYS, flatten_pads, 0, 0, 0, 0},
    {"com.microsoft.Range", ALWAYS, expand_range, 0, 0, 0, 0},
    {"com.microsoft.Unique", ALWAYS, expand_first_unique, 0, 0, 0, 0},
    {"com.microsoft.Inverse", ALWAYS, expand_inverse, 0, 0, 0, 0},
    {"com.microsoft.CDist", ALWAYS, expand_distances, 0, 0, 0, 0},
    {"com.microsoft.UnfoldTensor", ALWAYS, expand_unfold, 0, 0, 0, 0},
    {"com.microsoft.ConvTransposeWithDynamicPads", ALWAYS, pads_to_attribute, 0, 0, 0, 0},
    {"com.microsoft.Trilu", ALWAYS, as_standard, 0, 0, 14, "Trilu"},
    {"com.microsoft.GatherND", ALWAYS, as_standard, 0, 0, 13, "GatherND"},
    {"com.microsoft.GridSample", ALWAYS, as_standard, 0, 0, 16, "GridSample"},
    {"com.microsoft.SimplifiedLayerNormalization", ALWAYS, as_standard, 0, 0, 23, "RMSNormalization"},
    {"SimplifiedLayerNormalization", ALWAYS, as_standard, 0, 0, 23, "RMSNormalization"},

    /* dropped before version 7 */
    {"Affine", ALWAYS, expand_scaled, 0, 0, 0, "y = Add(Mul(x, $alpha:x), $beta:x)"},
    {"Scale", ALWAYS, expand_scaled, 0, 0, 0, "y = Mul(x, $scale:x)"},
    {"ScaledTanh", ALWAYS, expand_scaled, 0, 0, 0, "y = Mul(Tanh(Mul(x, $beta:x)), $alpha:x)"},
    {"ParametricSoftplus", ALWAYS, expand_scaled, 0, 0, 0, "y = Mul(Softplus(Mul(x, $beta:x)), $alpha:x)"},
    {"ImageScaler", ALWAYS, expand_image_scaler, 0, 0, 0, 0},
    {"Crop", ALWAYS, expand_crop, 0, 0, 0, 0},
    {"DynamicSlice", ALWAYS, as_standard, 0, 0, 10, "Slice"},

    /* ai.onnx.ml: classical machine learning */
    {"ai.onnx.ml.ArrayFeatureExtractor", ALWAYS, expand_feature_extractor, 0, 0, 0, 0},
    {"ai.onnx.ml.Binarizer", ALWAYS, expand_binarizer, 0, 0, 0, 0},
    {"ai.onnx.ml.CastMap", ALWAYS, expand_cast_map, 0, 0, 0, 0},
    {"ai.onnx.ml.CategoryMapper", ALWAYS, expand_category_mapper, 0, 0, 0, 0},
    {"ai.onnx.ml.DictVectorizer", ALWAYS, expand_dict_vectorizer, 0, 0, 0, 0},
    {"ai.onnx.ml.FeatureVectorizer", ALWAYS, expand_feature_vectorizer, 0, 0, 0, 0},
    {"ai.onnx.ml.Imputer", ALWAYS, expand_imputer, 0, 0, 0, 0},
    {"ai.onnx.ml.LabelEncoder", ALWAYS, expand_label_encoder, 0, 0, 0, 0},
    {"ai.onnx.ml.LinearClassifier", ALWAYS, expand_linear_classifier, 0, 0, 0, 0},
    {"ai.onnx.ml.LinearRegressor", ALWAYS, expand_linear_regressor, 0, 0, 0, 0},
    {"ai.onnx.ml.Normalizer", ALWAYS, expand_normalizer, 0, 0, 0, 0},
    {"ai.onnx.ml.OneHotEncoder", ALWAYS, expand_category_one_hot, 0, 0, 0, 0},
    {"ai.onnx.ml.Scaler", ALWAYS, expand_scaler, 0, 0, 0, 0},
    {"ai.onnx.ml.SVMClassifier", ALWAYS, expand_svm_classifier, 0, 0, 0, 0},
    {"ai.onnx.ml.SVMRegressor", ALWAYS, expand_svm_regressor, 0, 0, 0, 0},
    {"ai.onnx.ml.TreeEnsemble", ALWAYS, expand_tree_ensemble, 0, 0, 0, 0},
    {"ai.onnx.ml.TreeEnsembleClassifier", ALWAYS, expand_tree_classifier, 0, 0, 0, 0},
    {"ai.onnx.ml.TreeEnsembleRegressor", ALWAYS, expand_tree_regressor, 0, 0, 0, 0},
    {"ai.onnx.ml.ZipMap", ALWAYS, expand_zip_map, 0, 0, 0, 0},

    /* defined by other operators */
    {"Attention", ALWAYS, expand_attention, 0, 0, 0, 0},
    {"ai.onnx.preview.FlexAttention", ALWAYS, expand_flex_attention, 0, 0, 0, 0},
    {"RotaryEmbedding", ALWAYS, expand_rotary_embedding, 0, 0, 0, 0},
    {"CausalConvWithState", ALWAYS, expand_causal_conv, 0, 0, 0, 0},
    {"SwiGLU", ALWAYS, expand_swiglu, 0, 0, 0, 0},
    {"NegativeLogLikelihoodLoss", ALWAYS, expand_nll_loss, 0, 0, 0, 0},
    {"SoftmaxCrossEntropyLoss", ALWAYS, expand_softmax_cross_entropy, 0, 0, 0, 0},
    {"CastLike", ALWAYS, cast_to_known, 0, 0, 0, 0},
    {"QuantizeLinear", ALWAYS, expand_quantize, 0, 0, 0, 0},
    {"DequantizeLinear", ALWAYS, expand_dequantize, 0, 0, 0, 0},
    {"DynamicQuantizeLinear", ALWAYS, expand_dynamic_quantize, 0, 0, 0, 0},
    {"QLinearConv", ALWAYS, expand_qlinear_conv, 0, 0, 0, 0},
    {"QLinearMatMul", ALWAYS, expand_qlinear_matmul, 0, 0, 0, 0},
    {"ConvInteger", ALWAYS, expand_conv_integer, 0, 0, 0, 0},
    {"MatMulInteger", ALWAYS, expand_matmul_integer, 0, 0, 0, 0},
    {"DepthToSpace", ALWAYS, expand_depth_to_space, 0, 0, 0, 0},
    {"SpaceToDepth", ALWAYS, expand_space_to_depth, 0, 0, 0, 0},
    {"CenterCropPad", ALWAYS, expand_center_crop_pad, 0, 0, 0, 0},
    {"Trilu", ALWAYS, expand_trilu, 0, 0, 0, 0},
    {"EyeLike", ALWAYS, expand_eye_like, 0, 0, 0, 0},
    {"OneHot", ALWAYS, expand_one_hot, 0, 0, 0, 0},
    {"ReverseSequence", ALWAYS, expand_reverse_sequence, 0, 0, 0, 0},
    {"Compress", ALWAYS, expand_compress, 0, 0, 0, 0},
    {"AffineGrid", ALWAYS, expand_affine_grid, 0, 0, 0, 0},
    {"HannWindow", ALWAYS, expand_window, 0, 0, 0, 0},
    {"HammingWindow", ALWAYS, expand_window, 0, 0, 0, 0},
    {"BlackmanWindow", ALWAYS, expand_window, 0, 0, 0, 0},
    {"SequenceEmpty", ALWAYS, sequence_empty, 0, 0, 0, 0},
    {"SequenceInsert", ALWAYS, sequence_insert, 0, 0, 0, 0},
    {"SequenceErase", ALWAYS, sequence_erase, 0, 0, 0, 0},
    {"SequenceAt", ALWAYS, sequence_at, 0, 0, 0, 0},
    {"SequenceLength", ALWAYS, sequence_length, 0, 0, 0, 0},
    {"ConcatFromSequence", ALWAYS, concat_from_sequence, 0, 0, 0, 0},
    {"SplitToSequence", ALWAYS, split_to_sequence, 0, 0, 0, 0},
    {"Identity", ALWAYS, identity_of_sequence, 0, 0, 0, 0},
    {"If", ALWAYS, if_of_sequences, 0, 0, 0, 0},
    {"Optional", ALWAYS, optional_get_element, 0, 0, 0, 0},
    {"OptionalGetElement", ALWAYS, optional_get_element, 0, 0, 0, 0},
    {"OptionalHasElement", ALWAYS, optional_has_element, 0, 0, 0, 0},
    {"ai.onnx.preview.training.Gradient", ALWAYS, expand_gradient, 0, 0, 0, 0},
    {"TfIdfVectorizer", ALWAYS, expand_ngrams, 0, 0, 0, 0},
    {"STFT", ALWAYS, expand_stft, 0, 0, 0, 0},
    {"ai.onnx.preview.training.Adagrad", ALWAYS, expand_optimizer, 0, 0, 0, 0},
    {"ai.onnx.preview.training.Adam", ALWAYS, expand_optimizer, 0, 0, 0, 0},
    {"ai.onnx.preview.training.Momentum", ALWAYS, expand_optimizer, 0, 0, 0, 0},

    {"RandomUniform", ALWAYS, expand_random, 0, 0, 0, 0},
    {"RandomUniformLike", ALWAYS, expand_random, 0, 0, 0, 0},
    {"RandomNormal", ALWAYS, expand_random, 0, 0, 1, 0},
    {"RandomNormalLike", ALWAYS, expand_random, 0, 0, 1, 0},
    {"Bernoulli", ALWAYS, expand_bernoulli, 0, 0, 0, 0},
    {"Multinomial", ALWAYS, expand_multinomial, 0, 0, 0, 0},

    {"StringConcat", ALWAYS, expand_string_concat, 0, 0, 0, 0},
    {"StringNormalizer", ALWAYS, expand_string_normalizer, 0, 0, 0, 0},
    {"StringSplit", ALWAYS, expand_string_split, 0, 0, 0, 0},
    {"RegexFullMatch", ALWAYS, expand_regex, 0, 0, 0, 0},
    {"Unique", ALWAYS, expand_unique, 0, 0, 0, 0},
    {"NonZero", ALWAYS, bound_non_zero, 0, 0, 0, 0},
    {"NonMaxSuppression", ALWAYS, bound_non_max_suppression, 0, 0, 0, 0},

    /* names */
    {"Scatter", 11, rename_op, 0, 0, 0, "ScatterElements"},
    {"Upsample", 10, upsample_to_resize, 0, 0, 0, 0},

    /* attributes that became inputs */
    {"Squeeze", 13, attr_to_ints, "axes", 1, 0, 0},
    {"Unsqueeze", 13, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceSum", 13, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceMean", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceProd", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceMax", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceMin", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceL1", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceL2", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceSumSquare", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceLogSum", 18, attr_to_ints, "axes", 1, 0, 0},
    {"ReduceLogSumExp", 18, attr_to_ints, "axes", 1, 0, 0},
    {"Slice", 10, attr_to_ints, "starts", 1, 0, 0},
    {"Slice", 10, attr_to_ints, "ends", 2, 0, 0},
    {"Slice", 10, attr_to_ints, "axes", 3, 0, 0},
    {"Pad", 2, rename_attr, "paddings", 0, 0, "pads"},
    {"Pad", 11, attr_to_ints, "pads", 1, 0, 0},
    {"Pad", 11, attr_to_scalar, "value", 2, 0, 0},
    {"Clip", 11, attr_to_scalar, "min", 1, 0, 0},
    {"Clip", 11, attr_to_scalar, "max", 2, 0, 0},
    {"TopK", 10, attr_to_ints, "k", 1, 0, 0},
    {"Split", 13, attr_to_ints, "split", 1, 0, 0},
    {"Split", 18, split_evenly, 0, 0, 0, 0},
    {"DFT", 20, attr_to_scalar_int, "axis", 2, 1, 0},
    {"Reshape", 5, attr_to_ints, "shape", 1, 0, 0},
    {"Reshape", ALWAYS, reshape_open, 0, 0, 0, 0},
    {"Resize", 11, resize_without_roi, 0, 0, 0, 0},
    {"Resize", ALWAYS, expand_resize, 0, 0, 0, 0},
    {"RNN", ALWAYS, recurrent_layout, 0, 0, 0, 0},
    {"GRU", ALWAYS, recurrent_layout, 0, 0, 0, 0},
    {"LSTM", ALWAYS, recurrent_layout, 0, 0, 0, 0},

    /* defaults that changed */
    {"Concat", 4, default_int, "axis", 0, 1, 0},
    {"Selu", 6, default_float, "alpha", 0, 1.6732, 0},
    {"Selu", 6, default_float, "gamma", 0, 1.0507, 0},
    {"RoiAlign", 16, default_string, "coordinate_transformation_mode", 0, 0, "output_half_pixel"},

    /* attributes that went away or changed their words */
    {"Dropout", 12, drop_attr, "ratio", 0, 0, 0}, /* inference: it never dropped anything */
    {"Dropout", 7, drop_attr, "is_test", 0, 0, 0},
    {"Dropout", ALWAYS, expand_dropout, 0, 0, 0, 0},
    {"Range", ALWAYS, drop_attr, "stash_type", 0, 0, 0}, /* of sums that a kernel need not make: it multiplies */
    {"Range", ALWAYS, range_open, 0, 0, 0, 0},
    {"Gemm", 7, drop_attr, "broadcast", 0, 0, 0},
    {"BatchNormalization", 14, batch_normalization_modes, 0, 0, 0, 0},
    {"Cast", 6, cast_by_name, 0, 0, 0, 0},
    {"Cast", ALWAYS, cast_strings, 0, 0, 0, 0},
    {"GridSample", 20, rename_text, "mode", 0, 0, "bilinear=linear"},
    {"GridSample", 20, rename_text, "mode", 0, 0, "bicubic=cubic"},

    /* kernels that there are for f32 only */
    {"GridSample", ALWAYS, compute_in_f32, 0, 0, 0, 0},
    {"RoiAlign", ALWAYS, compute_in_f32, 0, 0, 0, 0},
    {"MaxRoiPool", ALWAYS, compute_in_f32, 0, 0, 0, 0},
    {"Col2Im", ALWAYS, compute_in_f32, 0, 0, 0, 0},
    {"DeformConv", ALWAYS, compute_in_f32, 0, 0, 0, 0},
    {"DFT", ALWAYS, dft_along_input, 0, 0, 0, 0},
    {"DFT", ALWAYS, compute_in_f32, 0, 0, DT_F64, 0},
    {"LinearAttention", ALWAYS, compute_in_f32, 0, 0, 0, 0},

    /* meanings that changed */
    {"Softmax", 13, softmax_of_flattened, 0, 0, 0, 0},
    {"LogSoftmax", 13, softmax_of_flattened, 0, 0, 0, 0},
    {"Hardmax", 13, softmax_of_flattened, 0, 0, 0, 0},
    {"GroupNormalization", 21, group_to_channel_scale, 0, 0, 0, 0},
    {"Loop", ALWAYS, count_iterations, 0, 0, 0, 0},
    {"Scan", 9, scan_of_batch, 0, 0, 0, 0},
    {"Scan", ALWAYS, scan_to_loop, 0, 0, 0, 0},
    {"PRelu", 9, prelu_by_channel, 0, 0, 0, 0},
    {"Add", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Sub", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Mul", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Div", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Pow", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"And", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Or", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Xor", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Equal", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Equal", ALWAYS, equal_strings, 0, 0, 0, 0},
    {"Greater", 7, broadcast_at_axis, 0, 0, 0, 0},
    {"Less", 7, broadcast_at_axis, 0, 0, 0, 0},
};

enum { N_ROWS = sizeof table / sizeof *table };

/* Rows name operators of other domains in full. */
static bool row_is_of(const conversion *row, const char *domain, const char *op_type) {
    if (standard_domain(domain)) return !strcmp(row->op_type, op_type);
    size_t n = strlen(domain);
    return !strncmp(row->op_type, domain, n) && row->op_type[n] == '.' && !strcmp(row->op_type + n + 1, op_type);
}

bool converter_knows(const char *domain, const char *op_type) {
    for (int i = 0; i < N_ROWS; i++)
        if (row_is_of(&table[i], domain, op_type)) return true;
    return false;
}

static bool is_repeated(int row) {
    for (int i = 0; i < row; i++)
        if (!strcmp(table[i].op_type, table[row].op_type)) return true;
    return false;
}

const char *frontend_expanded_operator(int i) {
    for (int row = 0; row < N_ROWS; row++)
        if (op_from_onnx("", table[row].op_type) == OP_NONE && !is_repeated(row) && !i--) return table[row].op_type;
    return NULL;
}

const char *converter_operator(int i) { return i < N_ROWS ? table[i].op_type : NULL; }

bool convert(draft *d) {
    attr ignored;
    const int errors = d->context->imp->diags->errors;
    if (d->version < 7) draft_take(d, "consumed_inputs", &ignored); /* a hint that nobody heeded */
    for (int i = 0; i < N_ROWS && !d->outputs; i++)
        if (row_is_of(&table[i], d->domain, d->op_type) && d->version < table[i].before && !table[i].convert(d, &table[i]))
            return d->context->imp->diags->errors > errors ? false : draft_error(d, NULL, "its inputs do not fit it");
    return d->outputs || draft_finish(d);
}
