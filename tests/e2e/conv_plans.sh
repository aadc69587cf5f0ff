# The networks of conv_shapes.sh exercise what they are for: each form of convolution is chosen somewhere.
source "$(dirname "$0")/common.sh"
if [ ! -d "$MODELS/large" ]; then
    echo "skipped: no $MODELS/large (make check makes its Python environment)"
    exit 77
fi
for accuracy in balanced strict; do
    for name in any_shape grouped fused large; do
        "$CNNC" "$MODELS/$name/model.onnx" -o net.c --target x86-64-v4 --explain-schedule --accuracy=$accuracy
    done >$accuracy 2>&1
done
missing=
while read -r accuracy pattern; do
    grep -qE -- "$pattern" $accuracy || missing+="
$pattern ($accuracy)"
done <<'END'
balanced F\(2x2, 3x3\)
balanced F\(3x3, 3x3\)
balanced F\(4x4, 3x3\), [0-9]+ tiles in blocks of
balanced F\(6x6, 3x3\), ([0-9]+) tiles in blocks of ([0-9]{1,2})\]
balanced F\(.x., 2x2\)
balanced F\(.x., 4x4/2x2\)
balanced F\(.x., 5x5\)
balanced F\(.x., 6x6
balanced F\(.x., 7x7/2x2\)
balanced F\(.x., 3x3/2x2\)
balanced F\(.x., 5x5/2x1\)
balanced F\(1x., 1x7\)
balanced F\(.x1, 7x1\)
balanced F\(1x., 1x3\)
balanced F\(.x1, 3x1\)
balanced F\(6x6, 3x3\) \+ max pool
balanced F\(.x1, 3x1\) \+ max pool 2x1
balanced conv_winograd .*f32\[3,
balanced by Strassen, 1 level, [2-9] runs
balanced by Strassen, 2 levels, 1 run
balanced by Strassen, 2 levels, [2-9] runs
balanced by Strassen after prologue, 1 level
balanced by Strassen after prologue, 2 levels
balanced by Strassen after prologue, .*f32\[2,
balanced direct 1x1 flat after prologue, .*f32\[3,
balanced direct .* \+ max pool 2x2
balanced direct 1x1 flat, .*@c16\(0,0,0,0\).* -> .*@c16\(1,1,1,1\)
balanced direct 1x1 flat, tile 4x1x1
strict direct 1x1, .* ([2-9]|[1-9][0-9]+) parts .* [2-9] chunks
strict direct 1x1 flat, .* ([2-9]|[1-9][0-9]+) parts .* [2-9] chunks
strict direct 3x3, .* ([2-9]|[1-9][0-9]+) parts .* ([2-9]|[1-9][0-9]+) chunks
strict direct 7x7, .* 1 chunk\]
strict depthwise \[7x7
strict conv_depthwise \[1x1 .*then 3x3
strict conv_depthwise \[1x1 .*then 5x5
strict conv_depthwise .*f32\[3,
END
[ -z "$missing" ] || fail "no convolution is planned as$missing"
if grep -E 'F\(|Strassen' strict; then fail "strict accuracy takes a form with fewer products"; fi
