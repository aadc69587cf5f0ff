# The manifest says what the emitted files say: hash, sizes, options, and what each kernel reads and writes.
source "$(dirname "$0")/common.sh"
if [ ! -x "$PYTHON" ]; then echo "skipped: no $PYTHON"; exit 77; fi

holds() { "$PYTHON" "$here/manifest.py" "$1" || fail "$1"; }
has() { "$PYTHON" -c 'import json, sys; m = json.load(open("net.json")); sys.exit(not eval(sys.argv[1]))' "$1" || fail "not so: $1"; }

for options in "--target generic" "--target x86-64-v3 --weights inline" "--weights file --threads=3" "--accuracy strict --profile" \
    "--weights-type int8 --weights embed" "--saliency=guided"; do
    rm -f net.*
    "$CNNC" "$digits/digits_resnet.onnx" $options -o net.c --manifest
    holds net.json
done
"$CNNC" "$digits/digits_branchy.onnx" --weights embed -o net.c --manifest # with an early exit: kernels in an if
holds net.json
has 'm["model"] == "digits_branchy.onnx" and m["error_bound"] == 1e-4 and m["options"]["weights"] == "embed"'
"$CNNC" "$digits/digits_resnet.onnx" --accuracy strict --threads=3 --target generic,x86-64-v3 -o net.c --manifest
has 'm["error_bound"] is None and m["options"]["threads"] == 3 and m["options"]["target"] == ["x86-64-v3", "generic"]'
"$CNNC" "$digits/digits_resnet.onnx" --accuracy fast -o net.c --manifest
has 'm["error_bound"] == 1e-2 and m["options"]["weights_type"] == "f16"'
"$CNNC" "$digits/digits_resnet.onnx" --max-error 2e-5 -o net.c --manifest
holds net.json
has 'm["options"]["max_error"] == 2e-5 and 0 < max(k["error_bound"] or 0 for k in m["kernels"]) <= 2e-5'
"$CNNC" "$digits/digits_resnet.onnx" --accuracy fast -o net.c --manifest
has 'm["options"]["max_error"] is None and max(k["error_bound"] or 0 for k in m["kernels"]) > 1e-4'
# Another model has another hash; the same one in another folder, the same manifest.
mkdir there
cp "$digits/digits_resnet.onnx" there/
(cd there && "$CNNC" digits_resnet.onnx --accuracy fast -o net.c --manifest)
cmp net.json there/net.json || fail "the manifest depends on the folder"
# A manifest that says something else is noticed.
sed 's/"macs": [1-9][0-9]*,/"macs": 7,/' net.json >there/net.json
"$PYTHON" "$here/manifest.py" there/net.json 2>log && fail "a wrong manifest passes"
expect 2 "manifest needs -o" "$CNNC" "$digits/digits_resnet.onnx" --report --manifest
