# A disk that fills up while the output is written: an error, and neither a file nor half of one.
source "$(dirname "$0")/common.sh"
mkdir out
echo old >out/net.c
limit() { (ulimit -f 8 && exec "$@"); } # kilobytes a file
expect 1 "cannot write" limit "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c
[ "$(cat out/net.c)" = old ] || fail "the old file was touched"
rm out/net.c
nothing_left out
full() { "$CNNC" ops >/dev/full; }
expect 1 "standard output" full
