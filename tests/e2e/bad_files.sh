# Files that are damaged or no models at all, through the whole program (tests/fuzz has ten thousand in one process).
source "$(dirname "$0")/common.sh"
source "$here/refuse.sh"

size=$(stat -c %s "$digits/digits_resnet.onnx")
for part in $(seq 0 24); do
    head -c $((size * part / 25)) "$digits/digits_resnet.onnx" >model.onnx
    refused "model.onnx: (is empty|byte [0-9]+, in a [A-Z][A-Za-z]+: .*)"
done
# Wherever a bit is wrong: a model all the same, or an error and no file.
for at in $(seq 3 97 2000) $((size / 2)) $((size - 1)); do
    cp "$digits/digits_resnet.onnx" model.onnx
    byte=$(od -An -tu1 -j $at -N 1 model.onnx)
    printf "\\x$(printf %x $((byte ^ 1 << at % 8)))" | dd of=model.onnx bs=1 seek=$at conv=notrunc status=none
    code=0
    "$CNNC" model.onnx -o out/net.c --weights file >log 2>&1 || code=$?
    case $code in
    0) [ -s out/net.c ] && [ -s out/net.h ] && [ -s out/net.weights ] || fail "bit flip at $at: no files" ;;
    1) grep -q "cnnc: error: " log || fail "bit flip at $at: no error" && nothing_left out ;;
    *) cat log >&2 && fail "bit flip at $at: exit code $code" ;;
    esac
    rm -f out/*
done
# The varint that protobuf-c shifts past its width, and one that does not end.
printf '\377\377\377\377\177\0' >model.onnx
refused "byte 0, in a ModelProto: a field's number is invalid"
printf '\10\377\377\377\377\377\377\377\377\377\177' >model.onnx
refused "byte 1, in a ModelProto: a number does not fit 64 bits"
printf '\10\200' >model.onnx
refused "a number runs past the end"
printf '\72\377\377\377\377\17' >model.onnx
refused "field 7 runs past the end of its message"
head -c 100000 /dev/zero >model.onnx
refused "a field's number is invalid"
echo "this is no model" >model.onnx
refused "in a ModelProto"
# What else the file may be
is_foreign() {
    printf "$1" >model.onnx
    refused "$2"
}
is_foreign 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n' "model.onnx: is a pointer of Git LFS"
is_foreign '<!DOCTYPE html>\n<html>' "model.onnx: is a web page"
is_foreign '<html' "model.onnx: is a web page"
is_foreign '\037\213\010\0' "model.onnx: is compressed by gzip"
is_foreign 'PK\003\004rest' "model.onnx: is a zip archive"
is_foreign '\200\002' "model.onnx: is a Python pickle"
is_foreign '\211HDF\r\n' "model.onnx: is an HDF5 file"
is_foreign '\034\0\0\0TFL3' "model.onnx: is a TensorFlow Lite model"
is_foreign '\223NUMPY\1' "model.onnx: is an array of NumPy"
is_foreign '\100\0\0\0\0\0\0\0{"w":{"dtype":' "model.onnx: has weights only"
is_foreign '# A heading\n\nand prose\n' "in a ModelProto"
is_foreign '# A comment' "in a ModelProto"
mkdir folder.onnx && refused "no regular file|Is a directory" "$CNNC" folder.onnx -o out/net.c
mkfifo fifo.onnx && refused "no regular file" "$CNNC" fifo.onnx -o out/net.c
refused "no regular file" "$CNNC" /dev/zero -o out/net.c
