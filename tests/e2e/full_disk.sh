# A disk that fills up while the output is written: an error, and neither a file nor half of one. With few kilobytes the
# header already fails, with more the source, with more still the weights alone: whichever it is, all old files stay.
source "$(dirname "$0")/common.sh"
mkdir out
limit() { (ulimit -f "$1" && shift && exec "$@"); } # kilobytes a file
compile() { "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c --weights file; }
compile
h=$(stat -c %s out/net.h) c=$(stat -c %s out/net.c) weights=$(stat -c %s out/net.weights)
[ "$h" -lt "$c" ] && [ "$c" -lt "$weights" ] || fail "sizes are $h, $c, $weights: choose other limits"
for kilobytes in 1 $((h / 1024 + 1)) $((c / 1024 + 1)); do
    for file in c h weights; do echo old >out/net.$file; done
    expect 1 "cannot write" limit $kilobytes "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c --weights file
    for file in c h weights; do [ "$(cat out/net.$file)" = old ] || fail "$kilobytes kB: the old net.$file was touched"; done
    rm out/*
    expect 1 "cannot write" limit $kilobytes "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c --weights file
    nothing_left out
done
limit $((weights / 1024 + 1)) "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c --weights file
# One of three cannot take its place: the others do not either.
rm out/*
mkdir out/net.weights
expect 1 "net.weights.*not a regular file" "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c --weights file
rmdir out/net.weights
nothing_left out
full() { "$CNNC" ops >/dev/full; }
expect 1 "standard output" full
