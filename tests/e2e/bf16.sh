# --compute bf16: against ONNX Runtime's float32 on every target, emulated products against the CPU's own, and no warnings.
source "$(dirname "$0")/common.sh"
source "$here/target_options.sh"
model=$digits/digits_resnet.onnx
images=(--input image="$digits/test_images.npy")
verify() { "$CNNC" verify "$model" --compute bf16 "${images[@]}" "$@"; }
for target in x86-64-v4-bf16 x86-64-v4 x86-64-v3 generic aarch64 aarch64-bf16; do
    if ! target_options $target; then
        echo "no $target: it lacks $target_lacks"
        continue
    fi
    level=-O1
    if [ $target = generic ]; then level=-O0; fi # gcc takes minutes to optimise arrays for vectors
    case " ${target_options[*]} " in *" --cflags "*) ;; *) target_options+=(--cflags $level) ;; esac
    verify --expected logits="$digits/digits_resnet_logits.npy" --tolerance 0.03 "${target_options[@]}"
    # The same kernel everywhere: sums in another order differ in float32, and now and then in the last place of a bf16.
    if [ ! -f first.npy ]; then
        "$CNNC" run "$model" --compute bf16 --accuracy strict "${images[@]}" --output logits=first.npy "${target_options[@]}" >/dev/null
    fi
    verify --accuracy strict --expected logits=first.npy --tolerance 0.002 "${target_options[@]}"
done
# It is bf16 that is stored and multiplied, and float32 that is not.
expect 1 "output logits: WRONG" verify --expected logits="$digits/digits_resnet_logits.npy" --tolerance 1e-4
expect 0 "conv_direct \[direct 3x3, bf16" "$CNNC" "$model" --compute bf16 --explain-schedule --accuracy strict
for type in f32 bf16; do "$CNNC" "$model" -o $type.c --compute $type --weights file --target x86-64-v4-bf16; done
[ $(($(stat -c %s bf16.weights) * 2)) -lt $(($(stat -c %s f32.weights) + 4096)) ] || fail "weights are not half as large"
# Nothing from sanitizers or compilers, all targets at once.
"$CNNC" verify "$model" --compute bf16 --cflags "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
"$CNNC" "$model" -o net.c --compute bf16 --target x86-64-v4-bf16,x86-64-v4,x86-64-v3,aarch64-bf16,aarch64,generic --check
for cc in $(compilers); do $cc -std=c11 $strict -c net.c -o net.o || fail "$cc"; done
# Products of matrices: those of both factors rounded, to the precision of float32; others where bf16 is not asked for.
if [ -x "$PYTHON" ]; then
    "$PYTHON" "$here/make_narrow_products.py" made
    product() { "$CNNC" verify made/bf16.onnx --input x=made/x.npy --expected y=made/bf16.npy "$@"; }
    for target in native x86-64-v3 generic aarch64 aarch64-bf16; do
        if target_options $target; then product --compute bf16 --tolerance 1e-5 "${target_options[@]}"; fi
    done
    expect 1 "output y: WRONG" product --tolerance 1e-4
    expect 0 "packed as bf16 in pairs" "$CNNC" made/bf16.onnx --compute bf16 --explain-schedule
    "$CNNC" check made/bf16.onnx --compute bf16 --target x86-64-v4-bf16,x86-64-v3,aarch64-bf16,generic
    product --compute bf16 --tolerance 1e-5 --cflags "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
fi
