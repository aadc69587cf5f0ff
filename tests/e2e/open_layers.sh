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

# run, verify and bench give the program a size.
cat >p.cnn <<'END'
network p(image: f32[1,3,H in 8..=64,W in 8..=64]) {
    image |> conv(16, 3, pad=1) |> relu |> spp([3, 2, 1]) |> dense(4)
}
END
expect 0 "output output: ok" "$CNNC" verify p.cnn --init he --dim H=8..64@33 --dim W=8..64@20
expect 2 "70 is not within 8..64" "$CNNC" verify p.cnn --init he --dim H=8..64@70 --dim W=8..64
expect 2 "for run, verify and bench" "$CNNC" p.cnn --init he -o net.c --dim H=8..64@20 --dim W=8..64

if [ ! -x "$PYTHON" ]; then
    echo "skipped the rest: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/check_open_layers.py" "$CNNC" native

"$PYTHON" -c "
import numpy as np
rng = np.random.default_rng(7)
np.save('x.npy', rng.standard_normal((2, 3, 19, 42), np.float32))
np.save('wide.npy', rng.standard_normal((1, 3, 19, 90), np.float32))"
"$CNNC" run p.cnn --init he --dim H=8..64 --dim W=8..64 --input x.npy >open.txt
"$CNNC" run p.cnn --init he --dim H=19 --dim W=42 --input x.npy >fixed.txt
awk '{ getline other <"fixed.txt"; n = split(other, y)
       for (i = 3; i <= n; i++) if (($i - y[i]) ^ 2 > 1e-8) bad = 1 } END { exit bad || n < 10 }' open.txt || fail "$(cat open.txt fixed.txt)"
expect 1 "wide.npy: its size 90 is not within --dim W=8..64" "$CNNC" run p.cnn --init he --dim H=8..64 --dim W=8..64 --input wide.npy
