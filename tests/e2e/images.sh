# `cnnc run --image`: pictures as Pillow and torchvision would give them to the network, classes with labels, PNG out.
# With sanitizers.
source "$(dirname "$0")/common.sh"
images=$DATA/images
model=$digits/digits_resnet.onnx

# A network that changes nothing shows what it was given.
echo 'network colour(image: f32[1,3,16,16]) { return out = image + 0 }' >colour.cnn
echo 'network grey(image: f32[1,1,8,8]) { return out = image + 0 }' >grey.cnn
for kind in colour grey; do
    for picture in wide.png tall.jpg palette.png; do
        "$CNNC" run $kind.cnn --image "$images/$picture" --output out.npy
        "$CNNC" verify $kind.cnn --input out.npy --expected "$images/${picture%.*}_$kind.npy" --tolerance 1e-6
    done
done
# Channels last, and another normalization: (x - 1) / 0.5 of [0,1] is -2 to 0.
echo 'network last(image: f32[1,16,16,3]) { return out = image |> transpose([0, 3, 1, 2]) }' >last.cnn
"$CNNC" run last.cnn --image "$images/wide.png" --output last.npy
cmp last.npy <("$CNNC" run colour.cnn --image "$images/wide.png" --output first.npy && cat first.npy)
"$CNNC" run grey.cnn --image "$images/tall.jpg" --mean 1 --std 0.5 --output out.npy
echo 'network back(image: f32[1,1,8,8]) { return out = image * 0.5 + 1 }' >back.cnn
"$CNNC" verify back.cnn --input out.npy --expected "$images/tall_grey.npy" --tolerance 1e-6

# PNG and back: a picture of the network's own size is taken as it is.
"$CNNC" run colour.cnn --image "$images/wide.png" --mean 0 --std 1 --output out.png
"$CNNC" run colour.cnn --image out.png --output out.npy
"$CNNC" verify colour.cnn --input out.npy --expected "$images/wide_colour.npy" --tolerance 1e-6
expect 0 "black is -" "$CNNC" run colour.cnn --image "$images/wide.png" --output stretched.png

# Classes: softmax of the logits, named; the same as without --image, of the same picture.
printf 'class %d\n' 0 1 2 3 4 5 6 7 8 9 | sed 's/class 6/the sixth/' >labels.txt
"$CNNC" run "$model" --image "$images/tall.jpg" --labels labels.txt --top 3 >classes
[ "$(wc -l <classes)" = 3 ] || fail "not three classes"
"$CNNC" run "$model" --input "$images/tall_grey.npy" --top 3 | sed 's/class 6/the sixth/' | diff - classes
grep -q "the sixth" classes || fail "no label"
"$CNNC" run "$model" --image "$images/tall.jpg" --top 10 | awk '{ sum += $1 } END { exit !(sum > 99.9 && sum < 100.1) }' || fail "no softmax"
[ "$("$CNNC" run "$model" --image "$images/tall.jpg" --image "$images/wide.png" | grep -c "class")" = 10 ] || fail "not five classes each"
# Probabilities stay as they are.
echo 'network sure(image: f32[1,1,8,8]) { image |> flatten |> softmax }' >softmax.cnn
"$CNNC" run softmax.cnn --image "$images/tall.jpg" --top 64 | awk '{ sum += $1; if ($1 > 2) many++ } END { exit !(sum > 99 && sum < 101 && many) }' ||
    fail "softmax of a softmax"

# What is wrong with pictures.
mkdir out
expect 1 "No such file" "$CNNC" run colour.cnn --image none.png --output out/a.npy
expect 1 "not a regular file" "$CNNC" run colour.cnn --image out --output out/a.npy
expect 1 "neither a PNG nor a JPEG" "$CNNC" run colour.cnn --image colour.cnn --output out/a.npy
: >empty.png
expect 1 "neither a PNG nor a JPEG" "$CNNC" run colour.cnn --image empty.png --output out/a.npy
for picture in wide.png tall.jpg; do
    for size in 4 30 200 900; do
        head -c $size "$images/$picture" >short
        expect 1 "short: not a sound (PNG|JPEG)" "$CNNC" run colour.cnn --image short --output out/a.npy
    done
done
{ head -c 16 "$images/wide.png"; printf '\x00\xff\xff\xff\x00\xff\xff\xff'; tail -c +25 "$images/wide.png"; } >huge.png
expect 1 "huge.png: (not a sound|an image of)" "$CNNC" run colour.cnn --image huge.png --output out/a.npy
expect 1 "less than the network's 16" "$CNNC" run colour.cnn --image "$images/wide.png" --resize 8 --output out/a.npy
expect 1 "3 numbers, but 'image' one channel" "$CNNC" run grey.cnn --image "$images/wide.png" --mean 1,2,3 --output out/a.npy
expect 1 "'image' is given twice" "$CNNC" run grey.cnn --image "$images/wide.png" --input "$images/wide_grey.npy" --output out/a.npy
expect 1 "has 2 lines, but the network 10 classes" "$CNNC" run "$model" --image "$images/wide.png" --labels <(printf 'a\nb\n')
expect 1 "No such file" "$CNNC" run "$model" --image "$images/wide.png" --labels none.txt
expect 1 "no output of the network has a score" "$CNNC" run colour.cnn --image "$images/wide.png" --top 5
expect 1 "can be a picture" "$CNNC" run "$model" --image "$images/wide.png" --output out/a.png
echo 'network text(tokens: f32[1,10]) { tokens + 0 }' >text.cnn
expect 1 "no input of the network is a picture" "$CNNC" run text.cnn --image "$images/wide.png"
expect 2 "one number or three" "$CNNC" run colour.cnn --image "$images/wide.png" --mean 1,2
expect 2 "above 0" "$CNNC" run colour.cnn --image "$images/wide.png" --std 0
nothing_left out
