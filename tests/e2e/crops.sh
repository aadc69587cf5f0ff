# --crops: outputs are means over crops of a larger picture, against ONNX Runtime with crops that numpy took; in the
# workspace and the code of one crop.
source "$(dirname "$0")/common.sh"
net() { printf 'network t(image: %s) {\n    %s\n}\n' "$1" "$2" >t.cnn; }

# What becomes of a graph.
net "f32[1,1,2,2]" "image |> flatten |> softmax"
cat >want.cir <<'END'
graph "t" {
  input %0 "image" : f32[1,1,4,3]
  const %1 "number" from "cnnc: crops" : i64[] {5}
  const %2 "number" from "cnnc: crops" : bool[] {1}
  const %3 "zeros" from "cnnc: crops" : f32[1,4] {0, 0, 0, 0}
  %4 = loop(%1, %2, %3) "crops" : f32[1,4] {
    input %5 "crop" : i64[]
    input %6 "go" : bool[]
    input %7 "sum" : f32[1,4]
    const %8 "rows" from "cnnc: crops" : i64[5,2] {1, 2, 0, 1, 0, 1, 2, 3, 2, 3}
    %9 = gather(%8, %5) {axis=0} "crop: rows" : i64[2]
    %10 = gather(%0, %9) {axis=2} "crop" : f32[1,1,2,3]
    const %11 "columns" from "cnnc: crops" : i64[5,2] {0, 1, 0, 1, 1, 2, 0, 1, 1, 2}
    %12 = gather(%11, %5) {axis=0} "crop: columns" : i64[2]
    %13 = gather(%10, %12) {axis=3} "crop" : f32[1,1,2,2]
END
"$CNNC" t.cnn --crops 5 --crop-from 4x3 --dump-ir=before >all.cir
head -n "$(wc -l <want.cir)" all.cir | diff want.cir - || fail "another graph came out"
tail -n 3 all.cir | grep -q '"mean of crops"' || fail "no mean"
"$CNNC" verify all.cir --target generic >/dev/null
# One crop needs no loop, and no size given is 256 for each 224.
net "f32[1,3,224,112]" "image |> global_avgpool |> flatten"
"$CNNC" t.cnn --crops 1 --dump-ir=before >one.cir
grep -q '"image" : f32\[1,3,256,128\]' one.cir && ! grep -q loop one.cir || fail "one crop is a loop, or of another size"

# The workspace of ten crops is that of one, and the row of one crop's picture; the operations are ten times as many.
size() { "$CNNC" "$digits/digits_resnet.onnx" --report "$@" | tail -n 1; }
awk -v one="$(size --crops 1)" -v ten="$(size --crops 10)" 'BEGIN {
    split(one, a); split(ten, b)
    exit !(b[9] < a[9] + 1 && a[10] == b[10] && a[4] b[4] == "kMAC,MMAC," && b[3] * 100 > a[3] * 0.99) }' || fail "$(size) $(size --crops 10)"

# Pictures are made as large as that, without a margin.
net "f32[1,1,8,8]" "image |> flatten"
echo 'network same(image: f32[1,1,16,16]) { return out = image + 0 }' >same.cnn
"$CNNC" run same.cnn --image "$DATA/images/wide.png" --resize 16 --output picture.npy
for n in 1 10; do
    "$CNNC" run t.cnn --crops $n --crop-from 16 --image "$DATA/images/wide.png" --output $n.npy
    "$CNNC" verify t.cnn --crops $n --crop-from 16 --input picture.npy --expected $n.npy --tolerance 0
done

# What is refused.
expect 2 "1, 5 or 10" "$CNNC" t.cnn --crops 4 -o out.c
expect 2 "HxW" "$CNNC" t.cnn --crops 5 --crop-from 9x -o out.c
expect 2 "needs --crops" "$CNNC" t.cnn --crop-from 9x9 -o out.c
expect 1 "no room for crops of 8x8" "$CNNC" t.cnn --crops 5 --crop-from 9x7 -o out.c
expect 1 "'saliency' has others" "$CNNC" "$digits/digits_resnet.onnx" --crops 5 --saliency=guided -o out.c
net "f32[1,1,8,8]" "image |> conv(2, 3)"
expect 1 "averages scores" "$CNNC" t.cnn --init he --crops 5 -o out.c
net "f32[1,8]" "image |> dense(3)"
expect 1 "needs one input .* 0 are" "$CNNC" t.cnn --init he --crops 5 -o out.c
! ls out.* 2>/dev/null || fail "something was written"

if [ ! -x "$PYTHON" ]; then
    echo "skipped the rest: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_crops.py"
# averages NETWORK COUNT REFERENCE OPTION...
averages() {
    "$CNNC" verify $1.onnx --crops $2 --crop-from 17x16 --input x=$1.picture.npy --expected y=$1.y.$3.npy --expected z=$1.z.$3.npy \
        --accuracy strict --tolerance 1e-5 --cflags -O1 "${@:4}"
}
first=(--dim N=2 --input gain=gain.npy)
averages first 10 10 "${first[@]}" --target native,generic
averages first 5 5 "${first[@]}"
averages first 1 1 "${first[@]}"
averages last 10 10 --dim N=2
averages last 1 1 --dim N=1
averages last 5 5 --dim N=1..8 --target generic
expect 1 "output z: WRONG" averages first 10 5 "${first[@]}"
# Under the sanitizers, and without a warning.
averages last 10 10 --dim N=2 --cflags "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
"$CNNC" first.onnx --crops 10 --dim N=1..4 --threads --target x86-64-v3,generic -o net.c --check
for cc in $(compilers); do $cc $strict -Wno-psabi -std=c11 -O1 -c net.c -o net.o; done
