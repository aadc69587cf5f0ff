# --dim NAME=MIN..MAX: one program for batches of several sizes.
source "$(dirname "$0")/common.sh"
expect 2 "1 <= MIN <= MAX" "$CNNC" net.onnx -o net.c --dim batch=5..2
expect 2 "NAME=MIN..MAX" "$CNNC" net.onnx -o net.c --dim batch=1..


# Where samples are mixed, or the dimension is not the first of all outputs, it is an open size like others.
network() { # TEXT
    printf 'graph "g" {\n  dim N in 1..8\n%s\n}\n' "$1" >mixed.cir
}
open_size() { # TEXT
    network "$1"
    "$CNNC" mixed.cir -o net.c --target generic --dim N=2..4 --check
    grep -q 'int net_run(.*int64_t N)' net.h || fail "$1: $(grep 'int net_run(' net.h)"
}
open_size '  input %x "x" : f32[N,3]
  const %i : i64[1] {0}
  %s = gather(%x, %i) {axis=0}
  %y "y" = mul(%x, %s)
  return %y'
open_size '  input %x "x" : f32[N,3]
  const %a : i64[1] {0}
  const %b : i64[1] {1}
  %s = slice(%x, %a, %b, %a)
  %y "y" = mul(%x, %s)
  return %y'
open_size '  input %x "x" : f32[N,3]
  const %a : i64[4] {1,0,-1,0}
  %y "y" = pad(%x, %a)
  return %y'
network '  input %x "x" : f32[N,3]
  %y "y" = relu(%x)
  return %y'
expect 1 "at most 8" "$CNNC" mixed.cir -o net.c --dim N=1..9
expect 1 "no dimension 'M'" "$CNNC" mixed.cir -o net.c --dim M=1..9
"$CNNC" mixed.cir -o net.c --dim N=2..8 --check

if [ ! -x "$PYTHON" ]; then
    echo "skipped the rest: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_open_batch.py"
for target in generic native; do
    "$CNNC" net.onnx -o net.c --target $target --dim batch=2..5 --check
    for cc in $(compilers); do
        $cc $strict -Wno-psabi -std=c11 -O0 -march=native -fsanitize=address,undefined -fno-sanitize-recover=all -I. "$here/open_batch.c" net.c -lm -o batch
        ./batch || fail "$cc, $target"
    done
done
"$CNNC" net.onnx -o all.c --dim batch=2..5 --threads --profile --weights=file --check
expect 0 "output y: ok" "$CNNC" verify net.onnx --target generic --dim batch=2..5
