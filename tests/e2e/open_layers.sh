# Layers that look at sizes, for images of any size: spatial pyramid pooling, crops, transposed convolutions.
source "$(dirname "$0")/common.sh"

for name in sppnet hed; do
    "$CNNC" zoo $name --init he -o net.c --dim H=112..240 --dim W=112..300 --check
done

refused() { # PATTERN LAYERS
    printf 'network n(image: f32[1,16,H in 8..=64,W in 8..=64]) {\n    image |> %s\n}\n' "$2" >n.cnn
    rm -f net.c
    expect 1 "$1" "$CNNC" n.cnn --init he -o net.c --dim H=8..64 --dim W=8..64
    [ ! -e net.c ] || fail "wrote net.c"
}
refused "crop1.*cuts out of axis 2 may be larger" "maxpool(3, stride=1) |> crop([image.height, image.width], offset=[0, 0])"
refused "cuts out of axis 3 may be larger" "crop([8, 9], offset=[0, 0])"
refused "the middle of an open size is not known" "crop([4, 4])"
refused "'%' is not known of an open size" "conv(image.height % 2, 1)"
refused "kernel of conv is a whole number .*, not an open size" "conv(16, image.height)"

if [ ! -x "$PYTHON" ]; then
    echo "skipped the rest: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/check_open_layers.py" "$CNNC" native
