# With --constant-time nothing that memcheck can see depends on data, inputs and weights: they are undefined for it. It does not
# know AVX-512. The same layers, where they may branch, and an early exit are found.
source "$(dirname "$0")/common.sh"
if ! command -v valgrind >/dev/null; then echo "skipped: no valgrind"; exit 77; fi

# run_tainted CFLAGS MODEL OPTIONS...
run_tainted() {
    local flags=$1
    shift
    "$CNNC" "$@" --weights file -o net.c || fail "$*"
    ${cc:-gcc} $flags -fno-math-errno -I. "$here/constant_time.c" net.c -lm -o net || fail "$*"
    valgrind -q --error-exitcode=9 --exit-on-first-error=yes ./net >log 2>&1
}
steady() {
    run_tainted "$@" || { head -20 log >&2; fail "depends on data: $*"; }
}
branches() {
    local code=0
    run_tainted "$@" || code=$?
    [ $code = 9 ] || fail "exit code $code: no branch is found in $*"
    grep -qE "depends on uninitialised value|Use of uninitialised value" log || fail "$(cat log)"
}

net="$here/models/steady.cnn --init he"
steady -O1 $net --constant-time --target generic --accuracy strict
if [ "$(uname -m)" = x86_64 ]; then steady -O2 $net --constant-time --target x86-64-v3; fi

# Without the option, in the C library or by choice.
branches -O0 "$digits/digits_branchy.onnx" --target generic --accuracy strict
echo 'network short(x: f32[4,7]) { x |> softmax }' >short.cnn
branches -O1 short.cnn --target generic

refused() {
    expect 1 "$1" "$CNNC" "${@:2}" --constant-time -o none.c
    [ ! -e none.c ] || fail "a file after an error"
}
refused "runs a part of the network or does not, as data decide" "$digits/digits_branchy.onnx"
refused "takes branches or addresses that depend on data .kernel softmax" short.cnn
echo 'network most(x: f32[4,32]) { op.arg_max(x, axis=1, keepdims=0) }' >most.cnn
refused "takes branches or addresses that depend on data .kernel order" most.cnn

# Choosing by masks gives the bits of choosing by comparison, and cnnc check knows it.
run_plain() {
    "$CNNC" $net --accuracy strict --target generic --weights inline "$@" -o net.c
    gcc -O0 -fno-math-errno -I. "$here/bit_exact.c" net.c -lm -o net && ./net
}
run_plain >choosing.bits
run_plain --constant-time >masked.bits
cmp choosing.bits masked.bits || fail "other results with --constant-time"
expect 0 "every loop ends" "$CNNC" check net.c
expect 1 "constant time needs -fno-math-errno" gcc -c net.c -o net.o
for cc in $(compilers); do $cc $strict -std=c11 -O0 -fno-math-errno -c net.c -o net.o || fail "$cc warns"; done
