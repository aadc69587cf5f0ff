# The program of `make demo`.
source "$(dirname "$0")/common.sh"
"$CNNC" "$digits/digits_resnet.onnx" -o digits_resnet.c
cc -std=c11 -D_GNU_SOURCE -O2 $strict -I. "$here/../demo/digits.c" digits_resnet.c -lm -o digits
expect 0 "^39[0-9] of 400 digits right" ./digits "$digits"
expect 1 "cannot read" ./digits nowhere
