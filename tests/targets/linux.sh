# linux.sh MACHINE: the generic target built for Linux on another machine and run in qemu. On a big-endian one weights must be C
# arrays; as bytes in a file they are an error of the C compiler.
source "$(dirname "$0")/common.sh"
machine=$1
cc=$machine-linux-gnu-gcc
run="qemu-$machine -L /usr/$machine-linux-gnu"
needs "$cc" "qemu-$machine"
write_digits 400
build() { $cc $strict -std=c11 -O1 -I. "$@" -lm -o digits; }
"$CNNC" "$digits/digits_resnet.onnx" -o net.c --target generic --weights inline
build "$targets/digits.c" net.c
$run ./digits

# The self-test agrees with what the evaluator found on another machine.
"$CNNC" "$digits/digits_resnet.onnx" -o net.c --target generic --weights inline --self-test
build "$here/self_test.c" net.c
$run ./digits || fail "the self-test"

# An input that is fixed at compile time is compared with numbers, not with their bytes here.
cat >fixed.txtpb <<'END'
ir_version: 8
opset_import { version: 17 }
graph {
  name: "fixed"
  node { op_type: "Expand" input: "x" input: "n" output: "y" }
  input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_value: 1 } } } } }
  input { name: "n" type { tensor_type { elem_type: 7 shape { dim { dim_value: 1 } } } } }
  output { name: "y" type { tensor_type { elem_type: 1 shape { dim { dim_param: "N" } } } } }
}
END
encode fixed.txtpb fixed.onnx
"$CNNC" fixed.onnx -o fixed.c --target generic --fix n=3
cat >fix.c <<'END'
#include "fixed.h"
static _Alignas(64) unsigned char workspace[FIXED_WORKSPACE_SIZE];
int main(void) {
    float x[1] = {3}, y[3] = {0};
    int64_t n = 3;
    const fixed_inputs in = {.x = x, .n = &n};
    const fixed_outputs out = {.y = y};
    if (fixed_run(&in, &out, workspace) != 0 || y[2] != 3) return 1;
    n = 4;
    return fixed_run(&in, &out, workspace) != 4;
}
END
build fix.c fixed.c
$run ./digits || fail "the guard of --fix"

little=$(echo | $cc -dM -E - | grep -c '__BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__') || true
for mode in embed file; do
    "$CNNC" "$digits/digits_resnet.onnx" -o net.c --target generic --weights $mode
    if [ "$little" = 1 ]; then $cc -std=c11 -I. -c net.c
    else expect 1 "weights are little-endian" $cc -std=c11 -I. -c net.c; fi
done
