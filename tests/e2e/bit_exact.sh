# With --bit-exact seven networks give the same bits on five targets, foreign ones in emulation.
source "$(dirname "$0")/common.sh"

# bits NAME TARGET RUN CC...: what net computes, with the kernels of TARGET.
bits() {
    local name=$1 target=$2 run=$3
    shift 3
    "$CNNC" $model $exact --target $target --weights inline -o net.c
    "$@" -I. "$here/bit_exact.c" net.c -lm -o net || fail "$* does not compile $model for $target"
    $run ./net >$name.bits || fail "$model does not run on $name"
}

# Each machine of this list that there is a compiler and something to run its programs for.
all_bits() {
    bits generic generic "" gcc -O1
    if [ "$(uname -m)" = x86_64 ]; then
        bits x86-64-v3 x86-64-v3 "" gcc -O1
        if grep -qw avx512f /proc/cpuinfo; then bits x86-64-v4 x86-64-v4 "" gcc -O1
        else bits x86-64-v4 x86-64-v4 "" gcc -std=c11 -O1 -mavx2 -mfma -I"$here/../simde"; fi
        if [[ $model = *gates* ]] && command -v clang >/dev/null; then bits clang x86-64-v3 "" clang -O1; fi
    fi
    if command -v aarch64-linux-gnu-gcc >/dev/null; then bits aarch64 aarch64 qemu-aarch64 aarch64-linux-gnu-gcc -static -O1; fi
    if command -v s390x-linux-gnu-gcc >/dev/null; then bits s390x generic qemu-s390x s390x-linux-gnu-gcc -static -O1; fi
}

same() {
    local other
    for other in *.bits; do cmp -s generic.bits $other || return 1; done
}

cat >waves.cnn <<'END'
network waves(x: f32[64]) {
    let y = x |> op.exp |> op.exp |> op.exp # up to 1e38
    let z = op.sin(y)
    return z, op.cos(y), op.tan(y), op.sin(x), op.cos(x), op.tan(x), op.asin(z), op.acos(z), op.atan(y), op.sinh(x), op.cosh(x),
           op.asinh(y), op.acosh(y), op.atanh(z)
}
END
exact=--bit-exact
for model in "$digits/digits_resnet.onnx" "$digits/digits_branchy.onnx" waves.cnn "$here/models/"{mobile,wide,attention,gates}.cnn; do
    if [ "${model##*.}" = cnn ]; then model="$model --init he"; fi
    rm -f *.bits
    all_bits
    same || fail "$model: $(sha1sum *.bits)"
    [ "$(sort -u generic.bits | wc -l)" -gt 2 ] || fail "$model computes nothing"
done
echo "$(ls *.bits | wc -l) builds"

# It is not so by itself; the kernels are the same ones with a first target of its own, and threads.
if [ "$(uname -m)" = x86_64 ]; then
    exact=
    rm -f *.bits
    bits generic generic "" gcc -O1
    bits x86-64-v3 x86-64-v3 "" gcc -O1
    if same; then fail "the bits are the same without --bit-exact"; fi
fi
model="$here/models/wide.cnn --init he"
kernels() { "$CNNC" $model "$@" --explain-schedule | grep -oE '(conv_[a-z]+ \[([^,]*|1x1 by Strassen, [0-9] level)|^ +[0-9]+ [a-z_]+)'; }
diff <(kernels --bit-exact --target generic) <(kernels --bit-exact --target x86-64-v4 --threads=2) || fail "kernels depend on the target"

# The file's own functions are right too: in float as the C library's are in double, in double to a few units in the last place.
for type in float double; do
    echo "network functions(x: f$((${#type} == 5 ? 32 : 64))[4096]) {
        return op.sin(x), op.cos(x), op.tan(x), op.asin(x), op.acos(x), op.atan(x), op.sinh(x), op.cosh(x), op.asinh(x), op.acosh(x), op.atanh(x)
    }" >functions.cnn
    "$CNNC" functions.cnn --bit-exact --target generic -o net.c
    expect 0 "every loop ends" "$CNNC" check net.c
    for cc in $(compilers); do $cc $strict -std=c11 -O0 -c net.c -o net.o || fail "$cc warns"; done
    gcc -O1 -I. -DNUMBER=$type -DUNITS=$((${#type} == 5 ? 1 : 16)) "$here/exact_functions.c" net.c -lm -o net && ./net || fail "functions of $type"
done

# Threads share the work of minimal filtering too, and give the bits of one.
"$CNNC" $model --bit-exact --target generic --threads=2 --weights inline -o net.c
grep -qE "step_run\(parallel, k[0-9]+_conv_winograd, in, out, ([2-9]|[1-9][0-9]+), " net.c || fail "minimal filtering is not split"
gcc -O1 -pthread -I. -DTHREADS=2 "$here/bit_exact.c" net.c -lm -o net && ./net >two.bits || fail "two threads"
"$CNNC" $model --bit-exact --target generic --weights inline -o net.c
gcc -O1 -I. "$here/bit_exact.c" net.c -lm -o net && ./net >one.bits || fail "one thread"
cmp one.bits two.bits || fail "two threads give other bits"

# A compiler that may reorder sums is refused.
expect 2 "leave --tune out" "$CNNC" waves.cnn --bit-exact --tune waves.tune -o waves.c
"$CNNC" "$here/models/gates.cnn" --init he --bit-exact --target x86-64-v3,generic -o net.c
expect 1 "need a compiler without -ffast-math" gcc -ffast-math -c net.c -o net.o
for cc in $(compilers); do $cc $strict -std=c11 -O0 -c net.c -o net.o || fail "$cc warns"; done
expect 0 "every loop ends" "$CNNC" check net.c
