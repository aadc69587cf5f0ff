# The same model and options give the same bytes, on every run and in every folder.
source "$(dirname "$0")/common.sh"
mkdir here there
cp "$digits/digits_resnet.onnx" there/
for options in "--weights inline --threads --profile" "--weights embed --threads --profile" "--weights file --threads --profile" \
    "--step=20000 --bit-exact --constant-time --accuracy strict --target x86-64-v4,x86-64-v3,aarch64,generic --manifest"; do
    "$CNNC" "$digits/digits_resnet.onnx" -o here/net.c $options
    (cd there && TMPDIR=. LC_ALL=C "$CNNC" digits_resnet.onnx -o net.c $options)
    rm there/digits_resnet.onnx
    diff -r here there || fail "$options: output depends on the folder"
    cp "$digits/digits_resnet.onnx" there/
done
