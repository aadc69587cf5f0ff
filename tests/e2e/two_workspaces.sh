# Two threads, each with a workspace of its own, at the same time: ThreadSanitizer sees nothing and results agree.
source "$(dirname "$0")/common.sh"
"$CNNC" "$digits/digits_resnet.onnx" -o digits_resnet.c
for cc in $(compilers); do
    $cc -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=thread -I. "$here/two_workspaces.c" digits_resnet.c -lm -pthread -o both ||
        fail "$cc has no ThreadSanitizer"
    ./both || fail "$cc"
done
