# --dim H=MIN..MAX: one program for images of several sizes.
source "$(dirname "$0")/common.sh"

refused() { # PATTERN TEXT
    printf 'graph "g" {\n  dim H in 1..4096\n  dim W in 1..4096\n%s\n}\n' "$2" >net.cir
    expect 1 "$1" "$CNNC" net.cir -o net.c --target generic --dim H=2..64 --dim W=2..64
    [ ! -e net.c ] || fail "wrote net.c"
}
refused "Add.*sizes may differ" '  input %x "x" : f32[3,H]
  input %z "z" : f32[3,W]
  %y "y" = add(%x, %z)
  return %y'
refused "MaxPool.*may be empty" '  input %x "x" : f32[1,3,H,W]
  %y "y" = max_pool(%x) {kernel_shape=[3,3]}
  return %y'
refused "DFT.*its length is not known" '  input %x "x" : f32[W,H,1]
  input %l "l" : i64[]
  const %a : i64[] {1}
  %y "y" = dft(%x, %l, %a)
  return %y'
refused "Col2Im.*columns may not fit its image" '  input %x "x" : f32[2,4,H]
  const %i : i64[1] {9}
  const %b : i64[1] {2}
  %y "y" = col2im(%x, %i, %b)
  return %y'
refused "DeformConv.*sizes may differ" '  input %x "x" : f32[H,1,8,8]
  input %o "o" : f32[W,8,7,7]
  input %w "w" : f32[3,1,2,2]
  %y "y" = deform_conv(%x, %w, %o)
  return %y'
refused "LinearAttention.*sizes may differ" '  input %x "x" : f32[2,H,4]
  input %v "v" : f32[2,W,4]
  %y "y", %z "z" = linear_attention(%x, %x, %v) {q_num_heads=2, kv_num_heads=2, update_rule="linear"}
  return %z'
refused "GRU.*the sizes of input 5 may not fit" '  input %x "x" : f32[2,H,4]
  input %w "w" : f32[1,15,4]
  input %u "u" : f32[1,15,5]
  input %h "h" : f32[1,1,5]
  %y "y", %z "z" = gru(%x, %w, %u, _, _, %h) {hidden_size=5}
  return %z'
refused "QuantizeLinear.*is of open size" '  input %x "x" : f32[3,H]
  const %s : f32[] {0.5}
  const %p : u8[] {128}
  %q = quantize_linear(%x, %s, %p)
  %y "y" = dequantize_linear(%q, %s, %p)
  return %y'
refused "Einsum.*sizes may differ" '  input %x "x" : f32[3,H]
  input %z "z" : f32[W,3]
  %y "y" = einsum(%x, %z) {equation="ij,jk->ik"}
  return %y'
refused "Slice.*its result is not known" '  input %x "x" : f32[3,H]
  input %a "a" : i64[1]
  const %b : i64[1] {1}
  %y "y" = slice(%x, %a, %b, %b)
  return %y'
refused "Expand.*may not fit its input" '  input %x "x" : f32[3,H]
  const %s : i64[2] {3,9}
  %y "y" = expand(%x, %s)
  return %y'
refused "TopK.*may have fewer elements" '  input %x "x" : f32[3,H]
  const %k : i64[1] {3}
  %y, %z "z" = top_k(%x, %k)
  return %z'

if [ ! -x "$PYTHON" ]; then
    echo "skipped the rest: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_open_size.py"
sanitized="-O0 -march=native -fsanitize=address,undefined -fno-sanitize-recover=all"
for how in "generic --accuracy strict" native; do
    "$CNNC" net.onnx -o net.c --target $how --dim batch=1 --dim H=8..120 --dim W=8..130 --check
    for cc in $([ "$how" = native ] && compilers || echo gcc); do
        $cc $strict -Wno-psabi -std=c11 $sanitized -I. "$here/open_size.c" net.c -lm -o net
        ./net || fail "$cc, $how"
    done
done
"$CNNC" net.onnx -o net.c --dim batch=1..2 --dim H=8..120 --dim W=8..130 --threads --profile --weights=file --check
"$CNNC" net.onnx -o net.c --dim batch=1..2 --dim H=8..120 --dim W=8..130
gcc $strict -std=c11 $sanitized -DBATCH -I. "$here/open_size.c" net.c -lm -o net
./net || fail "a batch"
expect 0 "output y: ok" "$CNNC" verify net.onnx --target generic --dim batch=1 --dim H=8..24 --dim W=8..16
