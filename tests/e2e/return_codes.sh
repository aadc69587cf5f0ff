# The header lists the codes that the code of this network returns, and no others.
source "$(dirname "$0")/common.sh"

# codes WANTED MODEL OPTION...: those of header and code are these.
codes() {
    local wanted=$1 listed returned
    shift
    "$CNNC" "$@" -o net.c
    listed=$(sed -n 's/^ \*   \([0-9]\)  .*/\1/p' net.h | tr -d '\n')
    returned=$(sed -e 's/return \*status;/return 0;/' -e 's/^.*\*[a-z0-9]* = 5;/return 5;/' -e '/^int net_step/,$d' net.c | grep -o 'return [0-9];' | grep -o '[0-9]' | sort -u | tr -d '\n')
    [ "$listed" = "$wanted" ] || fail "lists $listed, not $wanted: $*"
    [ "$returned" = "$wanted" ] || fail "returns $returned, not $wanted: $*"
}
graph() { printf 'graph "g" {\n%s\n}\n' "$1" >"$2"; }

codes 0127 "$digits/digits_resnet.onnx" --target generic
codes 012 "$digits/digits_resnet.onnx" --target x86-64-v4,generic --weights inline
codes 01237 "$digits/digits_resnet.onnx" --target x86-64-v4,x86-64-v3
codes 0123 "$digits/digits_resnet.onnx" --target aarch64 --weights inline --step

graph '  dim N in 1..8
  input %x "x" : f32[N,3]
  %y "y" = relu(%x)
  return %y' open.cir
codes 0126 open.cir --target generic --dim N=1..8

tensor() { echo "name: \"$1\" type { tensor_type { elem_type: $2 shape { dim { dim_value: $3 } } } }"; }
echo "ir_version: 8 opset_import { version: 17 } graph { name: \"g\"
    node { op_type: \"Reshape\" input: \"x\" input: \"shape\" output: \"y\" }
    input { $(tensor x 1 6) } input { $(tensor shape 7 2) } output { name: \"y\" type { tensor_type { elem_type: 1 } } } }" >fixed.txtpb
encode fixed.txtpb fixed.onnx
codes 0124 fixed.onnx --target generic --fix shape=2,3

graph '  input %x "x" : string[3]
  input %z "z" : string[3]
  %y "y" = string_concat(%x, %z)
  return %y' strings.cir
codes 0125 strings.cir --target generic
