# Tensor data beside the model: read where it is a regular file below the model's folder, refused everywhere else.
source "$(dirname "$0")/common.sh"
source "$here/refuse.sh"

mkdir models models/sub
printf '\0\0\200\77\0\0\0\100\0\0\100\100' >weights.bin # 1, 2, 3
cp weights.bin models/weights.bin
cp weights.bin models/sub/deep.bin

# external LOCATION [KEY VALUE]...: models/model.onnx = x + w
external() {
    local entries="external_data { key: 'location' value: '$1' }"
    for shift in $(seq 2 2 $#); do entries+=" external_data { key: '${!shift}' value: '${*:shift + 1:1}' }"; done
    model "$X $Y initializer { name: 'w' data_type: 1 dims: 3 data_location: 1 $entries } node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"
    mv model.onnx models/
}
external_refused() {
    local pattern=$1
    shift
    external "$@"
    refused "tensor 'w': $pattern" "$CNNC" models/model.onnx -o out/net.c
}
# The weights arrive: the emitted text has them, wherever cnnc is started.
external_accepted() {
    external "$@"
    "$CNNC" models/model.onnx -o out/net.c --weights inline
    (cd models && "$CNNC" model.onnx -o ../out/same.c --weights inline)
    for c in out/net.c out/same.c; do grep -qE '1\.0f, *2\.0f, *3\.0f' $c || fail "no weights in $c from: $*"; done
    rm out/*
}

external_accepted weights.bin
external_accepted ./weights.bin
external_accepted sub/deep.bin offset 0 length 12
(printf 'before-it...' && cat weights.bin && printf after) >models/middle.bin
external_accepted middle.bin offset 12 length 12
external_accepted middle.bin offset 12
(printf 'odd' && cat weights.bin) >models/odd.bin # not aligned
external_accepted odd.bin offset 3 length 12

# Out of the folder
for path in ../weights.bin sub/../../weights.bin "$PWD/weights.bin" sub/.. .. . / '' sub/ sub//deep.bin ./../weights.bin; do
    external_refused "external data '.*leaves the model's folder|external data '.*cannot be opened" "$path"
done
ln -s ../weights.bin models/link.bin
ln -s .. models/up
ln -s weights.bin models/inside.bin
ln weights.bin models/hard.bin
external_refused "external data 'link.bin': cannot be opened: a symbolic link" link.bin
external_refused "external data 'up/weights.bin': cannot be opened: a symbolic link|external data 'up/weights.bin': cannot be opened: Not a directory" up/weights.bin
external_refused "external data 'inside.bin': cannot be opened: a symbolic link" inside.bin
external_refused "external data 'hard.bin': is a hard link" hard.bin
rm models/hard.bin

# No regular file
mkfifo models/fifo
external_refused "external data 'fifo': is no regular file" fifo
external_refused "external data 'sub': is no regular file" sub
external_refused "external data 'none.bin': cannot be opened: No such file" none.bin
: >models/empty.bin
external_refused "has 0 bytes of f32 data where 12 are needed" empty.bin
touch models/secret.bin && chmod 000 models/secret.bin
[ -r models/secret.bin ] || external_refused "cannot be opened: Permission denied" secret.bin
external_refused "external data '$(printf 'n%.0s' $(seq 200))" "$(printf 'n%.0s' $(seq 300))"
external_refused "external data 'a.x1b\\[31m" 'a\033[31m'

# Offsets and lengths
external_refused "external data 'weights.bin' has 12 bytes; 12 at offset 4 are not there" weights.bin offset 4 length 12
external_refused "has 8 bytes of f32 data where 12 are needed" weights.bin offset 4
external_refused "external data 'weights.bin' has 12 bytes; 0 at offset 13 are not there" weights.bin offset 13
external_refused "external data 'weights.bin' has 12 bytes; 13 at offset 0" weights.bin length 13
external_refused "has 4 bytes of f32 data where 12 are needed" weights.bin length 4
external_refused "has 0 bytes of f32 data where 12 are needed" weights.bin length 0
external_refused "external data .* 12 at offset 18446744073709551615 are not there" weights.bin offset 18446744073709551615 length 12
external_refused "external data .* 18446744073709551615 at offset 1 are not there" weights.bin offset 1 length 18446744073709551615
for number in -4 18446744073709551616 99999999999999999999999 0x4 '4 ' '' 1e1 +4; do
    external_refused "external data has offset '.*', which is no size" weights.bin offset "$number"
    external_refused "external data has length '.*', which is no size" weights.bin length "$number"
done
model "$X $Y initializer { name: 'w' data_type: 1 dims: 3 data_location: 1 } node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"
refused "tensor 'w': external data has no location"
model "$X $Y initializer { name: 'w' data_type: 8 dims: 3 data_location: 1 external_data { key: 'location' value: 'w' } } node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"
refused "tensor 'w': stores strings as raw bytes"
# A tensor too large for any file
model "$X $Y initializer { name: 'w' data_type: 1 dims: 200000000000 data_location: 1 external_data { key: 'location' value: 'weights.bin' } } node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"
refused "tensor 'w': has 12 bytes of f32 data where 800000000000 are needed"
