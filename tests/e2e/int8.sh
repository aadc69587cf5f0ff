# Quantised convolutions in every shape, and what stays in bytes between them: within a step of ONNX Runtime, the same bytes on
# every target, nothing from sanitizers, no warnings.
source "$(dirname "$0")/common.sh"
source "$here/target_options.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_int8_shapes.py" made
inputs=()
for name in $(cat made/inputs); do inputs+=(--input "$name=made/$name.npy"); done
first=
for target in generic native x86-64-v4 x86-64-v3-vnni x86-64-v3 aarch64 aarch64-dotprod; do
    if ! target_options $target; then continue; fi
    mkdir $target
    level=-O1
    if [ $target = generic ]; then level=-O0; fi # gcc takes minutes to optimise arrays for vectors
    "$CNNC" run made/model.onnx "${inputs[@]}" --output $target --cflags $level "${target_options[@]}" >log 2>&1 || { cat log >&2; fail $target; }
    "$PYTHON" "$here/compare_bytes.py" $target made || fail "$target: wrong bytes"
    if [ -n "$first" ]; then diff -r $first $target || fail "$target and $first differ"; else first=$target; fi
done
"$CNNC" run made/model.onnx "${inputs[@]}" --output native --cflags "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all" >log 2>&1 ||
    { cat log >&2; fail sanitized; }
diff -r $first native || fail "other bytes with sanitizers"
"$CNNC" verify made/rows.onnx --input a=made/a.npy --expected y=made/y.npy --tolerance 0 >/dev/null || fail "a zero point for each row"
# A whole network, residual additions and averages in it, byte for byte as ONNX Runtime's integer kernels.
mkdir networks
cp "$digits/digits_resnet.onnx" networks/
"$PYTHON" -c 'import sys, numpy; numpy.save(sys.argv[2], numpy.load(sys.argv[1])[:1])' "$digits/test_images.npy" networks/digits_resnet.input.npy
"$PYTHON" "$here/../bench/make_quantized.py" networks quantized digits_resnet
"$PYTHON" "$here/../bench/verify_int8.py" quantized --cnnc "$CNNC" --networks digits_resnet --samples 400
# The kernels for bytes; without warnings for all targets at once.
"$CNNC" made/model.onnx -o net.c --explain-schedule --target x86-64-v4-vnni,x86-64-v4,x86-64-v3-vnni,x86-64-v3,aarch64-dotprod,aarch64,generic >plan
grep -q "conv_int8 \[direct int8 3x3" plan && grep -q "depthwise_int8 \[int8 3x3" plan || fail "not the kernels for bytes"
# Fewer products, the same bytes: each form of Winograd's that integers admit is above on some target, and none with strict.
for target in x86-64-v4 x86-64-v3-vnni generic; do "$CNNC" made/model.onnx -o tiles.c --explain-schedule --target $target; done >tiles
for form in '2x2, 2x2' '3x3, 3x3' '4x4, 3x3' '1x2, 1x7' '2x2, 3x3/2x2' '4x4, 3x3. + max pool 2x2' '3x3, 3x3. + max pool 3x3'; do
    grep -q "conv_winograd \[F($form.*, integers" tiles || fail "no F($form) of integers"
done
for product in v16i_dot v16i_dot_mirrored v16i_dot_short v16i_dot_above v16i_dot_rest; do
    grep -q "= $product(a" net.c || fail "no layer has $product"
done
"$CNNC" made/model.onnx -o strict.c --explain-schedule --accuracy strict | grep "conv_winograd \[" && fail "strict takes a form with fewer products"
"$CNNC" made/model.onnx -o pairs.c --target x86-64-v3
grep -q "= v16i_dot_pairs(a" pairs.c && grep -q "j < rest1" pairs.c || fail "no layer has v16i_dot_pairs, or none of its weights has a rest"
"$CNNC" check pairs.c
"$CNNC" made/split/model.onnx -o constant.c --constant-time --target x86-64-v3 || fail "--constant-time"
grep -q "v16i_dot_mirrored(a" constant.c || fail "--constant-time: no layer has v16i_dot_mirrored"
grep -q "v16i_dot_above(a\|v16i_dot_rest(a" constant.c && fail "--constant-time: sums of as many products as data say"
for cc in $(compilers); do $cc -std=c11 $strict -c net.c -o net.o || fail "$cc"; done
