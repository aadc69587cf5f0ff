# `cnnc run`: .npy in and out, one sample or many, by name or in order, into files or a folder.
source "$(dirname "$0")/common.sh"
model=$digits/digits_resnet.onnx
"$CNNC" run "$model" --input image="$digits/test_images.npy" --output logits=named.npy
"$CNNC" run "$model" --input "$digits/test_images.npy" --output plain.npy
mkdir folder
"$CNNC" run "$model" --input "$digits/test_images.npy" --output folder
cmp named.npy plain.npy
cmp named.npy folder/logits.npy
# The same header as NumPy's own file.
cmp -n 128 named.npy "$digits/digits_resnet_logits.npy" || fail "the header differs from NumPy's"
# One image: the first 256 bytes of data.
{
    printf "\x93NUMPY\x01\x00\x76\x00%-117s\n" "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }"
    head -c 384 "$digits/test_images.npy" | tail -c 256
} >one.npy
"$CNNC" run "$model" --input one.npy --output one_logits.npy
cmp <(tail -c +129 one_logits.npy) <(head -c 168 named.npy | tail -c 40) || fail "one sample differs from many"
"$CNNC" run "$model" --input one.npy | grep -q 'logits: f32\[1,10\]' || fail "no summary"
# Strings are printed as such.
cat >words.txtpb <<'END'
ir_version: 8 opset_import { version: 17 } opset_import { domain: "ai.onnx.ml" version: 2 } graph { name: "g"
    input { name: "x" type { tensor_type { elem_type: 7 shape { dim { dim_value: 3 } } } } } output { name: "y" }
    node { domain: "ai.onnx.ml" op_type: "LabelEncoder" input: "x" output: "y" attribute { name: "keys_int64s" type: 7 ints: [1, 2] }
        attribute { name: "values_strings" type: 8 strings: ["one", "two"] } attribute { name: "default_string" type: 3 s: "many" } } }
END
encode words.txtpb words.onnx
{ printf "\x93NUMPY\x01\x00\x76\x00%-117s\n" "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }"; printf '\1\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0'; } >x.npy
expect 0 '^y: string\[3\] "one" "many" "two"$' "$CNNC" run words.onnx --input x.npy
# Files that lie about themselves.
head -c 300 one.npy >short.npy
expect 1 "size does not fit" "$CNNC" run "$model" --input short.npy
{ printf "\x93NUMPY\x01\x00\xff\xff"; head -c 100 one.npy; } >long_header.npy
expect 1 "truncated header" "$CNNC" run "$model" --input long_header.npy
printf "\x93NUMPY\x01\x00\x76\x00%-117s\n" "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }" >huge.npy
expect 1 "too large" "$CNNC" run "$model" --input huge.npy
