# Networks of f16 and bf16: kernels of float32, against ONNX Runtime in float32 with what numpy rounded; on every target.
source "$(dirname "$0")/common.sh"
source "$here/target_options.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_halves.py" .
verify() {
    "$CNNC" verify $1.onnx --input x=$1.x.npy --input r=$1.r.npy --expected y=$1.y.npy --expected z=$1.z.npy "${@:2}"
}
for target in native x86-64-v3 generic aarch64; do
    if ! target_options $target; then continue; fi
    level=-O1
    if [ $target = generic ]; then level=-O0; fi # gcc takes minutes to optimise arrays for vectors
    verify f16 --tolerance 1e-3 "${target_options[@]}" --cflags $level # a unit in the last place of the output
    verify bf16 --tolerance 1e-5 "${target_options[@]}" --cflags $level
done
# Convolutions in blocks of 16 channels; weights that are used a few times stay as narrow as they are, unless asked for otherwise.
for type in f16 bf16; do
    expect 0 "conv_direct \[direct 3x3" "$CNNC" $type.onnx --explain-schedule
    expect 0 "conv_direct \[direct 1x1 flat, $type weights" "$CNNC" $type.onnx --explain-schedule
    expect 0 "packed as $type" "$CNNC" $type.onnx --explain-schedule
    "$CNNC" $type.onnx -o net.c --weights file
    narrow=$(stat -c %s net.weights)
    "$CNNC" $type.onnx -o net.c --weights file --weights-type f32 --target x86-64-v4,x86-64-v3,aarch64,generic --check
    [ $((narrow * 3)) -lt $(($(stat -c %s net.weights) * 2)) ] || fail "weights of $type are not narrow"
    for cc in $(compilers); do $cc -std=c11 $strict -c net.c -o net.o || fail "$cc, $type"; done
done
# Strict rounds after each operator, as the model says: results in float32 differ from that.
expect 0 "conv_generic" "$CNNC" f16.onnx --explain-schedule --accuracy strict
verify f16 --accuracy strict --tolerance 1e-2 --cflags -O1
expect 1 "output y: WRONG" verify bf16 --accuracy strict --tolerance 1e-4 --cflags -O1
verify f16 --tolerance 1e-3 --cflags "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
