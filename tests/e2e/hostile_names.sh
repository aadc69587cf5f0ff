# Names from the model reach emitted C only as harmless text: a comment's end, a newline, a keyword, 300 characters, names
# that collapse to one identifier.
source "$(dirname "$0")/common.sh"
long=$(printf 'n%.0s' $(seq 300))
sed "s/@LONG@/$long/g" "$here/models/hostile_names.txtpb" >model.txtpb
encode model.txtpb model.onnx
for target in generic native; do
    "$CNNC" model.onnx -o net.c --target $target --profile --check
    for cc in $(compilers); do $cc -std=c11 $strict -c net.c -o net.o || fail "$cc, $target"; done
    "$CNNC" verify model.onnx --target $target
done
"$CNNC" inspect model.onnx >inspected
if grep -q $'\x1b\\|\x07' inspected; then fail "control characters reach the terminal"; fi
# The same in the prefix and the file's name.
"$CNNC" model.onnx -o 'a b-c(d).c' --check
gcc -std=c11 $strict -c 'a b-c(d).c' -o net.o
"$CNNC" model.onnx -o net.c --prefix '*/ int x; /*' --check
"$CNNC" model.onnx -o net.c --prefix 'return' --check
gcc -std=c11 $strict -c net.c -o net.o
