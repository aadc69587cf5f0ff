# Transformers and dense networks of open sizes: products, attention, softmax and normalisation.
source "$(dirname "$0")/common.sh"

refused() { # PATTERN TEXT
    printf 'graph "g" {\n  dim H in 1..64\n  dim W in 1..64\n%s\n}\n' "$2" >net.cir
    expect 1 "$1" "$CNNC" net.cir -o net.c --target generic --dim H=1..64 --dim W=1..64
    [ ! -e net.c ] || fail "wrote net.c"
}
refused "MatMul.*sizes of its matrices may differ" '  input %x "x" : f32[3,H]
  input %z "z" : f32[1,W,4]
  %y "y" = matmul(%x, %z)
  return %y'
refused "Gemm.*sizes of its matrices may differ" '  input %x "x" : f32[3,H]
  input %z "z" : f32[H,4]
  input %c "c" : f32[1,W]
  %y "y" = gemm(%x, %z, %c)
  return %y'

if [ ! -x "$PYTHON" ]; then
    echo "skipped the rest: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/check_open_products.py" "$CNNC"
