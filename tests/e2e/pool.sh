# The emitted thread pool: the same bits as without, for any number of threads, and no data race.
source "$(dirname "$0")/common.sh"
"$CNNC" "$digits/digits_resnet.onnx" -o digits_resnet.c --threads
for cc in $(compilers); do
    for sanitizer in "" -fsanitize=thread; do
        $cc -std=c11 -D_GNU_SOURCE -g -O1 $sanitizer -I. "$here/pool.c" digits_resnet.c -lm -pthread -o pool
        ./pool || fail "$cc $sanitizer"
    done
done
