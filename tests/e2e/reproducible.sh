# The same model and options give the same bytes, on every run and in every folder.
source "$(dirname "$0")/common.sh"
mkdir here there
cp "$digits/digits_resnet.onnx" there/
for weights in inline embed file; do
    "$CNNC" "$digits/digits_resnet.onnx" -o here/net.c --weights $weights --threads --profile
    (cd there && TMPDIR=. LC_ALL=C "$CNNC" digits_resnet.onnx -o net.c --weights $weights --threads --profile)
    rm there/digits_resnet.onnx
    diff -r here there || fail "$weights: output depends on the folder"
    cp "$digits/digits_resnet.onnx" there/
done
