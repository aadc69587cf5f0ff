# --dim H=MIN..MAX of networks as PyTorch exports them with dynamic axes, whose layers read sizes that others computed.
source "$(dirname "$0")/common.sh"

if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi

check() { # NAME OUTPUTS BOUNDS SIZE…
    local name=$1 outputs=$2 bounds=$3
    shift 3
    "$PYTHON" "$here/make_open_pyramid.py" "$name" "$@"
    "$CNNC" "$name.onnx" -o net.c --target "native,generic" --dim "H=$bounds" --dim "W=$bounds" --check
    for size; do
        local expected=() i=0
        for output in $outputs; do
            expected+=(--expected "$output=${name}_${size}_$i.npy")
            i=$((i + 1))
        done
        for flags in "-O1" "-O0 -fsanitize=address,undefined -fno-sanitize-recover=all"; do
            "$CNNC" verify "$name.onnx" --cflags "$flags" --dim "H=$bounds@${size%_*}" --dim "W=$bounds@${size#*_}" --target "$([ "$flags" = -O1 ] && echo native || echo generic)" \
                --input "x=${name}_$size.npy" "${expected[@]}"
        done
    done
}
anything="32..128 64_64 37_52 120_33"
check pyramid "f rows boxes" $anything
check decoder "y z t" $anything
check shuffle "y z" $anything
check reductions "most sums high rows grown" $anything
check skips "f y" 32..128:16 64_64 128_32 48_112
"$CNNC" skips.onnx -o net.c --target generic --step --dim H=32..128:16 --dim W=32..128:16
expect 0 "every loop ends" "$CNNC" check net.c
expect 1 "sizes may differ" "$CNNC" skips.onnx -o net.c --dim H=32..128 --dim W=32..128
expect 1 "--dim NAME=MIN..MAX:32" "$CNNC" skips.onnx -o net.c --dim H=32..128 --dim W=32..128
expect 1 "its size 48 is no multiple of 32" "$CNNC" verify skips.onnx --dim H=32..128:32 --dim W=32..128:16 --input x=skips_48_112.npy

# An operator of one's own: its function gets the sizes, its outputs' are those that the model calls alike.
cat >blend.c <<'END'
#include <stdint.h>
void Blend(const float *x, const int64_t x_dims[4], float share, float *y, int64_t y_count) {
    const int64_t width = x_dims[3];
    for (int64_t i = 0; i < y_count; i++) y[i] = i % width ? (1 - share) * x[i] + share * x[i - 1] : x[i];
}
END
"$PYTHON" -c "
import numpy as np, onnx
model = onnx.parser.parse_model('<ir_version: 10, opset_import: [\"\" : 18, \"own\" : 1]> g (float[1,3,H,W] x) => (float[1,3,H,W] y) <float[1,3,H,W] b>'
                                '{ a = Relu(x) b = own.Blend<share = 0.25>(a) y = Neg(b) }')
onnx.save(model, 'blend.onnx')
for h, w in (8, 8), (33, 20), (64, 9):
    x = np.random.default_rng(h).standard_normal((1, 3, h, w), np.float32)
    a = np.maximum(x, 0)
    b = a.copy()
    b[..., 1:] = 0.75 * a[..., 1:] + 0.25 * a[..., :-1]
    np.save(f'blend_{h}_{w}.npy', x), np.save(f'blended_{h}_{w}.npy', -b)"
"$CNNC" blend.onnx --custom-op own:Blend=blend.c -o net.c --dim H=8..64 --dim W=8..64 --check
for size in 8_8 33_20 64_9; do
    "$CNNC" verify blend.onnx --custom-op own:Blend=blend.c --dim "H=8..64@${size%_*}" --dim "W=8..64@${size#*_}" --input "x=blend_$size.npy" --expected "y=blended_$size.npy"
done

refused() { # PATTERN NODES
    "$PYTHON" -c "
import onnx, sys
onnx.save(onnx.parser.parse_model('<ir_version: 10, opset_import: [\"\" : 18]> g (float[1,3,H,W] x) => (float[a,b,c,d] y) {' + sys.argv[1] + '}'), 'net.onnx')" "$2"
    rm -f net.c
    expect 1 "$1" "$CNNC" net.onnx -o net.c --dim H=8..64 --dim W=8..64
    [ ! -e net.c ] || fail "wrote net.c"
}
two="two = Constant<value_ints = [2]>() three = Constant<value_ints = [3]>() nine = Constant<value_ints = [9]>() s = Shape(x)"
refused "\(TopK\): its axis may have fewer elements" "$two h = Slice(s, two, three) y, z = TopK(x, h)"
refused "\(Reshape\): it may not have as many elements" "$two h = Slice(s, two, three) w = Slice(s, three, nine) one = Constant<value_ints = [1]>()
    k = Concat<axis = 0>(one, two, h, w) y = Reshape(x, k)"
