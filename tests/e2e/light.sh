# The nine networks that ship in the onnx package, with random weights, against ONNX Runtime without optimisation.
source "$(dirname "$0")/common.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_light.py" "$NETWORKS"
passed=0
for model in "$NETWORKS"/*.onnx; do
    # Generic code keeps to the plain kernels: compilers take minutes to optimise the transforms of a large network there.
    # Balanced promises 1e-4; VGG-19, all of whose layers are transformed, comes to 1.2e-5.
    for options in "--target native --tolerance 3e-5" "--target native --accuracy strict" "--target generic --accuracy strict"; do
        "$CNNC" verify "$model" --input "${model%.onnx}.input.npy" --expected "${model%.onnx}.output.npy" $options
        passed=$((passed + 1))
    done
done
[ $passed -ge 27 ] || fail "only $passed runs"
