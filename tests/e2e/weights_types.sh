# Weights in narrower types, against ONNX Runtime with weights that numpy rounded; and a type makes a difference.
source "$(dirname "$0")/common.sh"
source "$here/target_options.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_narrow_weights.py" . >/dev/null
# verify TYPE_OF_THE_REFERENCE OPTION...
verify() { "$CNNC" verify model.onnx --input x=x.npy --input r=r.npy --expected y=y.$1.npy --expected z=z.$1.npy --accuracy strict "${@:2}"; }
for target in native generic x86-64-v4 aarch64; do
    if ! target_options $target; then continue; fi
    for type in f32 bf16 f16 int8 int4; do
        verify $type --weights-type $type --tolerance 1e-6 "${target_options[@]}"
    done
done
for type in bf16 f16 int8 int4; do expect 1 "output z: WRONG" verify f32 --weights-type $type --tolerance 1e-5; done
for type in bf16 f16 int8; do
    expect 0 "7 weight tensors stored as ${type/nt/}: .* largest change of a weight 0.00[0-9]+ " "$CNNC" model.onnx --report --weights-type $type
done
# Fast is balanced with f16, unless told otherwise.
verify f16 --accuracy fast --tolerance 1e-5
verify f32 --accuracy fast --weights-type f32 --tolerance 1e-5
# Smaller, and the same for all targets in one file.
sizes=
for type in f32 bf16 f16 int8 int4; do
    "$CNNC" model.onnx -o net.c --weights file --weights-type $type --target x86-64-v4,x86-64-v3,aarch64,generic --check
    for cc in $(compilers); do $cc -std=c11 $strict -c net.c -o net.o || fail "$cc, $type"; done
    sizes+="$(stat -c %s net.weights) "
done
read -r f32 bf16 f16 int8 int4 <<<"$sizes"
[ $((bf16 * 2)) -lt $((f32 + 4096)) ] && [ "$bf16" = "$f16" ] && [ $((int8 * 3)) -lt "$f32" ] && [ "$int4" -lt "$int8" ] || fail "sizes are $sizes"
# What a model has in 4 or 8 bits stays so, without a change, unless asked for otherwise.
"$PYTHON" "$here/make_narrow_products.py" made
# exact MODEL INPUT CFLAGS OPTION...
exact() { "$CNNC" verify made/$1.onnx --input x=made/$2.npy --expected y=made/$1.npy --tolerance 1e-6 --cflags "${@:3}"; }
vectors=$(cd made && ls vector_*.onnx)
[ "$(wc -w <<<"$vectors")" -ge 10 ] || fail "too few vectors"
for target in native generic x86-64-v3 aarch64; do
    if ! target_options $target; then continue; fi
    level=-O1
    if [ $target = generic ]; then level=-O0; fi # gcc takes minutes to optimise arrays for vectors
    for model in nbits zeros blocked; do exact $model x $level "${target_options[@]}"; done
    for model in vector_i4_16_zeros vector_i8_16 vector_i8_channel; do exact $model vector $level "${target_options[@]}"; done
done
for model in $vectors; do exact ${model%.onnx} vector -O1; done
exact zeros x "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
exact vector_i8_32_zeros vector "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
for model in nbits zeros blocked ${vectors//.onnx/}; do
    type=i4
    if [[ $model = *_i8_* ]]; then type=i8; fi
    expect 0 "packed as $type" "$CNNC" made/$model.onnx --explain-schedule
    expect 0 "(packed|direct 1x1 flat), tile" "$CNNC" made/$model.onnx --explain-schedule --weights-type f32
done
for model in nbits zeros blocked vector_i8_32_zeros; do "$CNNC" check made/$model.onnx --target x86-64-v4,x86-64-v3,aarch64,generic; done
