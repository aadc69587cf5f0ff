# --max-error: no layer has a larger bound, and what is measured of single layers is within theirs, for each form there is.
source "$(dirname "$0")/common.sh"
if [ ! -x "$PYTHON" ]; then echo "skipped: no $PYTHON"; exit 77; fi

bounds() { "$PYTHON" -c 'import json, sys
for k in json.load(open("net.json"))["kernels"]:
    if k["error_bound"]: print(k["kernel"], k["error_bound"])'; }
# measured NETWORK FAMILY OPTIONS...: the layer's kernel, error and bound.
measured() {
    local network=$1 family=$2 error bound
    shift 2
    "$CNNC" "$network" --init he --target generic "$@" --manifest -o net.c
    bounds | grep -q "^$family " || fail "$network $*: not $family: $(bounds)"
    "$CNNC" verify "$network" --init he --target generic "$@" --layers --double --tolerance 1 --cflags -O1 >printed
    read -r error bound < <(sed -nE 's/^layer.*, by itself ([0-9.e-]+), bound ([0-9.e-]+)$/\1 \2/p' printed) || true
    echo "$network $*: $(bounds): measured ${error:-nothing}"
    awk -v error="$error" -v bound="$bound" 'BEGIN { exit !(error > bound / 100 && error <= bound) }' || fail "measured $error, bound $bound"
}
network() { # FILE INPUT LAYER
    printf 'network %s(image: f32[%s]) {\n    image |> %s |> relu\n}\n' "${1%.cnn}" "$2" "$3" >"$1"
}
network c3.cnn 1,64,28,28 "conv(64, 3, pad=1)"
network c5.cnn 1,32,28,28 "conv(32, 5, pad=2)"
network c1.cnn 1,256,28,28 "conv(256, 1)"
network fc.cnn 1,2048 "dense(1000)"
measured c3.cnn conv_direct --accuracy strict
measured c1.cnn conv_direct --accuracy strict
measured fc.cnn conv_direct --accuracy strict
measured fc.cnn conv_direct --weights-type f16
measured fc.cnn conv_direct --weights-type bf16
measured fc.cnn conv_direct --weights-type int8
measured c3.cnn conv_winograd
measured c5.cnn conv_winograd
# By default results may differ by what was promised of the kernels and weights that were taken.
for network in fc.cnn c3.cnn; do "$CNNC" verify $network --init he --double --target generic --cflags -O1 --accuracy fast || fail "$network: more than promised"; done
expect 1 "output .*: WRONG" "$CNNC" verify fc.cnn --init he --double --target generic --cflags -O1 --accuracy fast --tolerance 1e-5
expect 1 "output .*: WRONG" "$CNNC" verify fc.cnn --init he --double --target generic --cflags -O1 --weights-type f16

# Smaller forms have smaller bounds, and are all that is left below.
for limit in 3e-5 1e-5 3e-6; do
    "$CNNC" c3.cnn --init he --max-error $limit --manifest -o net.c
    bounds >kernels
    echo "c3 within $limit: $(cat kernels)"
    awk -v limit=$limit '$2 > limit { exit 1 }' kernels || fail "above $limit: $(cat kernels)"
done
measured c3.cnn conv_winograd --max-error 3e-5
measured c1.cnn conv_strassen --max-error 1e-4
measured fc.cnn conv_direct --weights-type f16 --max-error 1e-5
expect 0 "its bound of .* is above --max-error" "$CNNC" c5.cnn --init he --target generic --max-error 3e-6 --explain-schedule
expect 1 "conv1.* bound to .* more than --max-error" "$CNNC" c3.cnn --init he --max-error 1e-7 -o none.c
[ ! -e none.c ] || fail "an output in spite of the error"
expect 2 "a number above 0" "$CNNC" c3.cnn --max-error 0 -o none.c

# What cnnc verify --manifest measures of each layer is within its bound, whatever the layers before have added, and stands in the
# certificate.
"$CNNC" "$digits/digits_resnet.onnx" --manifest --max-error 3e-5 -o net.c
cp net.json before.json
"$CNNC" verify "$digits/digits_resnet.onnx" --max-error 3e-5 --manifest net.json >printed
"$PYTHON" - <<'END' || fail "$(cat net.json)"
import json
before, after = json.load(open("before.json")), json.load(open("net.json"))
assert "seed 1" in after.pop("measured")
layers = [(k["error_bound"], k.pop("measured_error")) for k in after["kernels"]]
assert before == after, "something else has changed"
assert sum(bound is not None for bound, _ in layers) > 5
assert all(0 < error <= bound for bound, error in layers if bound)
assert all(error is None or error < 1e-5 for _, error in layers)
END
if gcc -fcallgraph-info=su -x c -c /dev/null -o none.o 2>/dev/null; then
    "$CNNC" certify net.c --cc gcc >printed
    gcc -std=c11 -fsyntax-only -x c net.certificate.h || fail "the certificate is no header"
    grep -qE "^ \*  +[0-9.e-]+ +[0-9.e-]+  fc \(conv_direct\)$" net.certificate.h || fail "$(cat net.certificate.h)"
    awk '/LAYER_ERROR_BOUND/ { bound = $3 } /LAYER_MEASURED_ERROR/ { error = $3 } END { exit !(0 < error && error <= bound && bound <= 3e-5) }' \
        net.certificate.h || fail "$(cat net.certificate.h)"
    "$CNNC" "$digits/digits_branchy.onnx" -o net.c
    rm -f net.certificate.h
    expect 1 "net.json: is the manifest of another model" "$CNNC" certify net.c --cc gcc
    [ ! -e net.certificate.h ] || fail "a certificate in spite of the error"
fi
cp net.json before.json
expect 1 "is of another model, or of other options" "$CNNC" verify "$digits/digits_resnet.onnx" --accuracy strict --manifest net.json
expect 1 "is of another model, or of other options" "$CNNC" verify "$digits/digits_branchy.onnx" --manifest net.json
expect 1 "cannot read" "$CNNC" verify "$digits/digits_resnet.onnx" --manifest none.json
cmp net.json before.json || fail "a manifest of something else is changed"
