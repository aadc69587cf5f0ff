# cnnc zoo NAME, and zoo:NAME wherever a model is asked for.
source "$(dirname "$0")/../e2e/common.sh"
expect 0 "^resnet50 +25557032 +4089184256 +ResNet-50. K. He" "$CNNC" zoo
"$CNNC" zoo squeezenet1_1 -o by_name.c --init he --seed 3 --weights file --prefix net
"$CNNC" zoo:squeezenet1_1 -o by_path.c --init he --seed 3 --weights file --prefix net
cmp by_name.weights by_path.weights
"$CNNC" zoo:squeezenet1_1 -o other.c --init he --seed 4 --weights file --prefix net
if cmp -s <(grep -i hash by_name.h) <(grep -i hash other.h); then fail "another seed, the same hash"; fi
if cmp -s by_name.weights other.weights; then fail "another seed, the same weights"; fi
expect 0 "1.24 M parameters" "$CNNC" inspect zoo:squeezenet1_1
expect 0 "^ *25.56 M parameters" "$CNNC" inspect zoo:resnet50         # without means and variances: 25557032
expect 0 "^ *74.69 k parameters" "$CNNC" inspect zoo:branchynet_lenet # behind its exit, too: 74694
expect 1 "the zoo has no such network" "$CNNC" zoo resnet5O -o x.c --init he
expect 1 "did you mean 'resnet50'" "$CNNC" inspect zoo:resnet5O
expect 1 "cnnc zoo. lists them" "$CNNC" inspect zoo:transformer
expect 2 "-o OUT.c" "$CNNC" zoo resnet50
# A network of one's own on the zoo's blocks.
cat >own.cnn <<'END'
include "zoo:resnet.cnn"
network own(image: f32[1, 3, 64, 64]) {
    image |> a: basic(8, 2) |> b: bottleneck(4, 1)
}
END
expect 0 "^output.* f32\[1,16,32,32\]" "$CNNC" inspect own.cnn

# Its files are in canonical form.
"$CNNC" fmt --check "$here"/../../frontend/zoo/*.cnn

# The ensemble has one input; its trunks take turns in the workspace of the largest.
workspace() { "$CNNC" zoo "$1" --init he --report | tail -n 1 | grep -oE 'workspace [0-9.]+ MiB' | cut -d ' ' -f 2; }
awk -v all="$(workspace satellite_ensemble)" -v trunk="$(workspace resnet50)" 'BEGIN { exit !(all > 0 && all < 1.01 * trunk) }' ||
    fail "the ensemble's workspace is larger than its largest trunk's"
"$CNNC" inspect zoo:satellite_ensemble >ensemble
[ "$(grep -c '^input' ensemble)" = 1 ] && grep -q '^output .*\[1,17\]$' ensemble || fail "the ensemble has not one input and 17 labels"
