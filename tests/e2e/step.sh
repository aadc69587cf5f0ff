# Runs in slices: none does more than its budget, counted where kernels multiply and add, and the results are the bits of a run.
source "$(dirname "$0")/common.sh"

# sliced EXACT MODEL OPTIONS...
sliced() {
    local exact=$1
    shift
    "$CNNC" "$@" -o net.c --target generic --weights inline || fail "$*"
    sed -Ei 's/^( +a[0-9_]+ = )v16_fma\(/\1counted_fma(/; s/^static void k0_/extern long long counted;\nstatic v16 counted_fma(v16 a, v16 b, v16 c) {\n    counted += 16;\n    return v16_fma(a, b, c);\n}\n&/' net.c
    grep -q 'return v16_fma(a, b, c);' net.c && grep -q '= counted_fma(' net.c || fail "nothing counts in $*"
    gcc -std=c11 -O1 -I. "$here/step.c" net.c -lm -o net || fail "$*"
    ./net $exact || fail "$*"
}
sliced exact "$digits/digits_resnet.onnx" --step=20000 --accuracy strict
sliced "" "$digits/digits_resnet.onnx" --step
sliced "" "$digits/digits_branchy.onnx" --step=20000 # whose second half is run for some images
sliced exact "$here/models/mobile.cnn" --init he --step --accuracy strict
sliced "" "$here/models/wide.cnn" --init he --step=1300000
sliced exact "$here/models/attention.cnn" --init he --step
sliced exact "$here/models/loops.onnx" --step --accuracy strict # one in another that data end, with a branch
sliced "" "$digits/digits_resnet.onnx" --crops 5 --step=20000
# Sizes and a batch that are open: no slice exceeds its budget for any of them.
open="$here/models/open.cnn --init he --dim N=1..3 --dim H=16..30 --dim W=16..27"
sliced exact $open --step=250000 --accuracy strict
sliced "" $open --step=1500000 --accuracy balanced
grep -q "slice_step(.*_conv_winograd" net.c || fail "no minimal filtering in slices"
echo "network runs(image: f32[N,16,H,W]) { image |> conv(160, 1) |> relu |> conv(176, 1) }" >runs.cnn
sliced "" runs.cnn --init he --dim N=1..3 --dim H=16..30 --dim W=16..27 --step
grep -q "slice_step(.*_conv_strassen" net.c || fail "no product by Strassen in slices"
"$CNNC" "$here/models/open.cnn" --init he --dim N=1 --dim H=16..30 --dim W=16..27 --step --weights file --check -o net.c
for cc in $(compilers); do $cc -std=c11 $strict -march=native -O1 -c net.c -o net.o || fail "$cc warns"; done
"$CNNC" "$here/models/wide.cnn" --init he --step -o net.c
gcc -std=c11 -O1 -march=native -I. "$here/step.c" net.c -lm -o net && ./net || fail native

# The smallest slice is what --step=N says, and no smaller than the work that is not cut.
"$CNNC" "$digits/digits_resnet.onnx" --step=20000 -o net.c
[ "$(sed -nE 's/^#define NET_STEP_MIN ([0-9]+).*/\1/p' net.h)" -le 20000 ] || fail "--step=20000 is not kept"
expect 0 "every loop ends" "$CNNC" check net.c
"$CNNC" "$here/models/loops.onnx" --step -o net.c
expect 0 "every loop ends" "$CNNC" check net.c
for cc in $(compilers); do $cc -std=c11 $strict -march=native -O1 -c net.c -o net.o || fail "$cc warns"; done
expect 1 "cannot be cut into slices of 100 multiply-adds" "$CNNC" "$digits/digits_resnet.onnx" --step=100 -o none.c
expect 1 "hint: its smallest has [0-9]+: --step=[0-9]+" "$CNNC" "$digits/digits_resnet.onnx" --step=100 -o none.c
expect 1 "cannot be cut into slices of 100 multiply-adds" "$CNNC" $open --step=100 -o none.c
expect 2 "leave --threads out" "$CNNC" "$digits/digits_resnet.onnx" --threads --step -o none.c
expect 2 "leave one out" "$CNNC" "$digits/digits_resnet.onnx" --self-test --step -o none.c
expect 2 "a number of multiply-adds, not 'x'" "$CNNC" "$digits/digits_resnet.onnx" --step=x -o none.c
[ ! -e none.c ] || fail "a file after an error"
