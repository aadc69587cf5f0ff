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
# Files that lie about themselves.
head -c 300 one.npy >short.npy
expect 1 "size does not fit" "$CNNC" run "$model" --input short.npy
{ printf "\x93NUMPY\x01\x00\xff\xff"; head -c 100 one.npy; } >long_header.npy
expect 1 "truncated header" "$CNNC" run "$model" --input long_header.npy
printf "\x93NUMPY\x01\x00\x76\x00%-117s\n" "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }" >huge.npy
expect 1 "too large" "$CNNC" run "$model" --input huge.npy
