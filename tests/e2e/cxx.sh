# --cxx: the C++ interface in each of its forms, through g++ and clang++, without a warning, under the sanitizers.
source "$(dirname "$0")/common.sh"
command -v g++ >/dev/null || { echo "skipped: no g++"; exit 77; }
cat >open.cir <<'END'
graph "open" {
  dim N in 1..8
  input %x "view" : f32[N,3]
  input %s "float" : f32[3]
  %y "std" = mul(%x, %s)
  return %y
}
END
"$CNNC" "$digits/digits_resnet.onnx" -o plain.c --cxx --check
"$CNNC" "$digits/digits_resnet.onnx" -o filed.c --cxx --weights file --threads=2
"$CNNC" "$digits/digits_branchy.cnn" --weights "$digits/digits_branchy.onnx" -o branchy.c --cxx
"$CNNC" open.cir -o open.c --cxx --dim N=2..5
[ "$(stat -c %s filed.weights)" = "$(sed -n 's/#define FILED_WEIGHTS_SIZE \([0-9]*\).*/\1/p' filed.h)" ]
flags="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
for cc in $(compilers); do
    for name in plain filed branchy open; do $cc -O1 -c $name.c -o $name.o; done
    cxx=${cc/gcc/g++} cxx=${cxx/%clang/clang++}
    case $cc in gcc) cxx=g++ standard=17 ;; *) cxx=clang++ standard=20 ;; esac
    $cxx -std=c++$standard $strict -Wold-style-cast $flags -I. "$here/cxx.cpp" ./*.o -lm -pthread -o interface
    ./interface "$digits" filed.weights || fail "$cxx, C++$standard"
done
# Where the namespace cannot be ours.
expect 1 "'std' has a meaning" "$CNNC" "$digits/digits_resnet.onnx" -o std.c --cxx
[ ! -e std.c ] && [ ! -e std.hpp ] || fail "wrote files in spite of the error"
