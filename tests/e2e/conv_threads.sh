# Convolutions on several threads: the same bits for any number of parts in any order, and no data race.
source "$(dirname "$0")/common.sh"
if [ ! -d "$MODELS/large" ]; then
    echo "skipped: no $MODELS/large (make check makes its Python environment)"
    exit 77
fi
compile() { cc -std=c11 -D_GNU_SOURCE -O1 "$@" -I. "$here/conv_threads.c" net.c -lm -pthread -o threads; }
for threads in 2 3; do
    "$CNNC" "$MODELS/large/model.onnx" -o net.c --threads=$threads --weights=embed
    compile
    ./threads 1 2 3 5 8 || fail "for $threads threads"
done
compile -g -fsanitize=thread
./threads 3 || fail "under ThreadSanitizer"
