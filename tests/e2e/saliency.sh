# Saliency maps of All-CNN-C against PyTorch's autograd (tests/data/saliency/make.py), and what --saliency refuses.
source "$(dirname "$0")/common.sh"
data=$DATA/saliency
maps() { # RULE[:CLASS] FILE [OPTIONS]: 1e-5 of the largest gradient
    local how=$1 want=$2
    shift 2
    "$CNNC" verify "$data/all_cnn_c.cnn" --weights "$data/all_cnn_c.npz" --saliency="$how" --input image="$data/image.npy" \
        --expected logits="$data/logits.npy" --expected saliency="$data/$want.npy" --tolerance 1e-5 --cflags -O1 "$@"
}
maps gradient:3 gradient --target native,generic
maps guided:3 guided
maps guided guided_largest # the fallback of the input `class`
expect 1 "" maps guided:4 guided
expect 1 "" maps guided:3 gradient

# The class as an input, here 3.
{ printf "\x93NUMPY\x01\x00\x76\x00%-117s\n" "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }"; printf '\3\0\0\0'; } >class.npy
maps guided guided --input class="$PWD/class.npy"
maps gradient gradient --input class="$PWD/class.npy"

# Batch normalization, residuals and pooling: the program against the graph, whose rules unit.gradient tests.
"$CNNC" verify "$digits/digits_resnet.onnx" --saliency=guided --cflags -O1

# C and C++ read what is emitted, although `class` is a word of C++.
"$CNNC" "$digits/digits_resnet.onnx" --saliency=guided -o net.c
for cc in $(compilers); do $cc $strict -std=c11 -O1 -march=native -c net.c -o net.o; done
printf '#include "net.h"\n' >use.cc
if command -v g++ >/dev/null; then g++ -Wall -Wextra -Werror -c use.cc; fi

net() { printf 'network t(image: f32[1,3,8,8]) {\n    %s\n}\n' "$1" >t.cnn; }
net 'image |> lrn(5) |> global_avgpool |> flatten'
expect 1 "\(LRN\).*no rule for its gradient" "$CNNC" t.cnn --init he --saliency=guided -o out.c
net 'image |> conv(4, 3) |> global_avgpool |> flatten'
expect 1 "no class 4: the network has 4" "$CNNC" t.cnn --init he --saliency=guided:4 -o out.c
expect 2 "guided or gradient" "$CNNC" t.cnn --init he --saliency=guide -o out.c
expect 2 "not from 0" "$CNNC" t.cnn --init he --saliency=guided:-1 -o out.c
printf 'network t(v: f32[1,3]) {\n    v |> dense(4)\n}\n' >t.cnn
expect 1 "needs an input of floats with channels" "$CNNC" t.cnn --init he --saliency=guided -o out.c
! ls out.* 2>/dev/null || fail "something was written"
