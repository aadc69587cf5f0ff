# The code for x86-64-v4 computes the right thing: natively where the CPU has AVX-512, else with SIMDe's portable emulation.
source "$(dirname "$0")/common.sh"
source "$here/target_options.sh"
if ! target_options x86-64-v4; then
    echo "skipped: no $target_lacks"
    exit 77
fi
verify() { "$CNNC" verify "$@" "${target_options[@]}"; }
verify "$digits/digits_resnet.onnx" --input image="$digits/test_images.npy" --expected logits="$digits/digits_resnet_logits.npy"
verify "$digits/digits_branchy.onnx" --input image="$digits/test_images.npy" --expected logits="$digits/digits_branchy_logits.npy" \
    --expected exit="$digits/digits_branchy_exit.npy"
# Of the networks of light.sh the two that compile quickly, if they have been made.
for network in squeezenet shufflenet; do
    model=$NETWORKS/$network
    if [ -f "$model.output.npy" ]; then verify "$model.onnx" --input "$model.input.npy" --expected "$model.output.npy"; fi
done
# Operators that use the rest of the vocabulary.
if [ -d "$SUITE/node" ]; then
    for cases in 'test_*elu' 'test_gelu_*_1' 'test_*sigmoid' test_tanh test_erf test_mish test_softsign test_hardswish \
        'test_softmax_axis_?' 'test_batchnorm*' 'test_matmul_?d' test_lrn 'test_layer_normalization_2d_axis?'; do
        verify --suite "$SUITE" --only "node/$cases"
    done
fi
