# --self-test: it passes on this machine and others, names the layer whose weights or kernel were changed, and is small.
source "$(dirname "$0")/common.sh"
cp "$here/self_test.c" .
passes() { ./self >printed || fail "$*: $(cat printed)"; }

for model in digits_resnet digits_branchy; do
    for options in "--target generic" "--target native --accuracy strict --threads" "--accuracy fast --profile --weights embed"; do
        "$CNNC" "$digits/$model.onnx" --self-test $options -o net.c --check
        for cc in $(compilers); do
            $cc $strict -std=c11 -O1 -c net.c -o net.o
            $cc -std=c11 self_test.c net.o -lm -pthread -o self
            passes "$model, $options, $cc"
        done
    done
done
"$CNNC" quantize "$digits/digits_resnet.onnx" --data "$digits/test_images.npy" --samples 20 -o int8.onnx
"$CNNC" int8.onnx --self-test -o net.c
gcc -std=c11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all self_test.c net.c -lm -o self
passes int8
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    "$CNNC" "$digits/digits_resnet.onnx" --self-test --target aarch64 -o net.c
    aarch64-linux-gnu-gcc -static -std=c11 -O2 self_test.c net.c -lm -o self
    qemu-aarch64 ./self >printed || fail "aarch64: $(cat printed)"
fi

# Two runs, the same bytes.
"$CNNC" "$digits/digits_resnet.onnx" --self-test --target generic --accuracy strict --weights inline -o net.c
mkdir again
"$CNNC" "$digits/digits_resnet.onnx" --self-test --target generic --accuracy strict --weights inline -o again/net.c
cmp net.c again/net.c
cp net.h again/
gcc -std=c11 -O0 -c -o driver.o self_test.c
# changed LAYER: again/net.c must name it.
changed() {
    gcc -std=c11 -O0 -c again/net.c -o again/net.o
    gcc driver.o again/net.o -lm -o self
    ./self >printed && fail "nothing noticed: $2 of '$1'"
    [ "$(cat printed)" = "differs: $1" ] || fail "$2 of '$1' was changed, and it $(cat printed)"
}
# LINE NAME ARGUMENTS of each step that is checked: of constants those that it reads.
awk '/^    \/\* / { layer = $0; gsub(/^    \/\* | \*\/$/, "", layer) }
    /void \*const in\[\] = / { read = $0 }
    /self_test_step\(parallel/ { print NR "\t" layer "\t" read }' net.c >steps
[ "$(wc -l <steps)" = 10 ] || fail "$(wc -l <steps) steps are checked"
idle="static void idle(const void *const *in, void *const *out, ptrdiff_t begin, ptrdiff_t end) { (void)in, (void)out, (void)begin, (void)end; }"
while IFS=$'\t' read -r line layer reads; do
    for constant in $(grep -oE 'constant[0-9]+' <<<"$reads" || true); do
        awk -v name=" $constant\\\\[" '$0 ~ name { more = 20; print; next }
            /};/ { more = 0 }
            more-- > 0 { gsub(/-?[0-9][0-9.e+-]*f/, "&+1.0f") } { print }' net.c >again/net.c
        cmp -s net.c again/net.c && fail "$constant was not changed"
        changed "$layer" "$constant"
    done
    sed "${line}s/self_test_step(parallel, [a-z0-9_]*/self_test_step(parallel, idle/; s/^static int run(/$idle\n&/" net.c >again/net.c
    changed "$layer" "the kernel"
done <steps
# The right values in the wrong places.
swap="float *y = out[0], first = y[0]; y[0] = y[1], y[1] = first; if (parallel) self_test_layer(parallel->pool, out);"
sed "$(tail -n 1 steps | cut -f 1)s/self_test_step\(.*\)/step_run\1 $swap/" net.c >again/net.c
changed "$(tail -n 1 steps | cut -f 2)" "the order"

# Less than 4 KB of code and data.
small() { # MODEL FLAGS OPTIONS...
    local model=$1 flags=$2 with
    shift 2
    "$CNNC" "$model" "$@" --self-test -o net.c
    gcc -std=c11 $flags -c net.c -o net.o
    with=$(size net.o | awk 'NR == 2 { print $1 + $2 + $3 }')
    "$CNNC" "$model" "$@" -o net.c
    gcc -std=c11 $flags -c net.c -o net.o
    awk -v with="$with" -v what="$model $flags $*" 'NR == 2 { more = with - $1 - $2 - $3; print more " bytes: " what; exit !(more < 4096) }' <(size net.o) ||
        fail "a self-test of 4 KB or more"
}
small "$digits/digits_resnet.onnx" -O2
small "$digits/digits_branchy.onnx" -Os --target generic
small zoo:squeezenet1_1 -Os --target generic --init he
small zoo:squeezenet1_1 -O1 --init he

# Open sizes are tested at their largest.
cat >open.cnn <<'END'
network open(image: f32[1,3,H,W]) {
    let y = image |> conv(20, 3, stride=2, pad=1) |> relu |> conv(24, 3, pad=1) |> maxpool(2)
    return y |> spp([4, 2, 1]) |> dense(10)
}
END
for target in generic native; do
    "$CNNC" open.cnn --init he --dim H=32..100 --dim W=32..87 --self-test --target $target --weights inline -o net.c
    for cc in $(compilers); do
        $cc $strict -std=c11 -O1 -c net.c -o net.o
        $cc -std=c11 self_test.c net.o -lm -o self
        passes "open sizes, $target, $cc"
    done
    cp net.h again/
    awk '/ constant[0-9]+\[/ && !more { more = 20 } more > 0 { more--; gsub(/-?[0-9][0-9.e+-]*f/, "&+1.0f") } { print }' net.c >again/net.c
    cmp -s net.c again/net.c && fail "no weight was changed"
    gcc -std=c11 -O0 -Iagain self_test.c again/net.c -lm -o self
    ./self >printed && fail "nothing noticed with open sizes: $(cat printed)"
done
sed -i 's/1,3,H,W/N,3,40,40/' open.cnn
expect 1 "no form for an open batch" "$CNNC" open.cnn --init he --dim N=1..4 --self-test -o none.c
[ -z "$(ls none.* 2>/dev/null)" ] || fail "an output in spite of the error"
