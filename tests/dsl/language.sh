# Networks as files: the graphs they become (NAME.cir beside NAME.cnn), canonical form, the examples of the language's page,
# and what the command line refuses. UPDATE=1 writes NAME.cir anew.
source "$(dirname "$0")/../e2e/common.sh"
dsl=$here/../dsl
page=$dsl/../../frontend/dsl/README.md

for graph in "$dsl"/*.cir; do
    name=$(basename "$graph" .cir)
    dims=$(grep -q 'N in ' "$dsl/$name.cnn" && echo "--dim N=1" || true)
    "$CNNC" "$dsl/$name.cnn" --dump-ir=before $dims >"$name.cir"
    if [ -n "${UPDATE:-}" ]; then cp "$name.cir" "$graph"; fi
    diff "$graph" "$name.cir" || fail "$name.cnn has become another graph"
done

# The page: its examples, and the list of layers.
awk '/^```cnn/ { n++; inside = 1; next } /^```/ { inside = 0 } inside { print > ("example" n ".cnn") }' "$page"
[ "$(ls example*.cnn | wc -l)" -ge 3 ] || fail "the page has lost its examples"
for example in example*.cnn; do "$CNNC" inspect $example >/dev/null; done
"$CNNC" fmt --check example*.cnn "$dsl"/*.cnn "$dsl"/blocks/*.cnn "$digits"/*.cnn
"$CNNC" layers >layers.txt
awk '/^## Layers/ { section = 1 } section && /^```/ { inside = !inside; next } inside && section' "$page" | diff - layers.txt ||
    fail "the page lists other layers than cnnc layers: paste the above into it"
[ "$(wc -l <example1.cnn)" -lt 10 ] || fail "LeNet takes 10 lines"
[ "$(wc -l <"$dsl/resnet152.cnn")" -lt 40 ] || fail "ResNet-152 takes 40 lines"
expect 0 "60.19 M parameters" "$CNNC" inspect "$dsl/resnet152.cnn" # torchvision's 60192808

# fmt: in place, only where something changes.
printf 'network  n(x:f32[1,2]) {x}\n' >ugly.cnn
expect 1 "ugly.cnn: is not in canonical form" "$CNNC" fmt --check ugly.cnn
expect 0 "^network n\(x: f32\[1,2\]\) \{ x \}$" "$CNNC" fmt ugly.cnn
"$CNNC" fmt -i ugly.cnn
"$CNNC" fmt --check ugly.cnn
printf 'netwrok n(x: f32[1,2]) { x }\n' >bad.cnn
expect 1 "bad.cnn:1:1: 'netwrok' is not expected" "$CNNC" fmt -i bad.cnn
grep -q netwrok bad.cnn
expect 1 "missing.cnn: cannot be read: No such file" "$CNNC" fmt missing.cnn
expect 2 "no file given" "$CNNC" fmt
expect 2 "leave out --in-place" "$CNNC" fmt -i --check ugly.cnn

# A network is compiled with values for its parameters, inspected without.
mkdir out
expect 1 "has 10 parameters without values" "$CNNC" "$dsl/lenet.cnn" -o out/net.c
expect 1 "has 10 parameters without values" "$CNNC" export "$dsl/lenet.cnn" -o out/net.onnx
expect 1 "bad.cnn:1:1" "$CNNC" bad.cnn -o out/net.c
expect 1 "net.cnn: cannot be read: No such file" "$CNNC" net.cnn -o out/net.c
expect 1 "'N' cannot be 9" "$CNNC" inspect "$dsl/features.cnn" --dim N=9
expect 1 "the network has no size 'M'" "$CNNC" inspect "$dsl/features.cnn" --dim M=1
expect 2 "must end in .cnn" "$CNNC" import "$digits/digits_resnet.onnx" -o out/net.txt
nothing_left out
"$CNNC" "$dsl/lenet.cnn" --init he -o out/net.c --check

# Files include each other once each, wherever cnnc is started.
mkdir -p deep
printf 'include "deep/b.cnn"\ninclude "deep/../deep/b.cnn"\nnetwork n(x: f32[1,4]) { x |> from_b }\n' >a.cnn
printf 'include "../a.cnn"\nblock from_b(x) { x |> dense(3) |> relu }\n' >deep/b.cnn
expect 0 "output output +f32\[1,3\]" "$CNNC" inspect a.cnn
(cd deep && expect 0 "f32\[1,3\]" "$CNNC" inspect ../a.cnn)
