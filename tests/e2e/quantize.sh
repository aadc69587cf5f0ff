# `cnnc quantize`: ONNX Runtime reads what it writes and computes the same, with integer kernels too; scales are those that NumPy
# finds; accuracy stays; what cannot be quantised stays in float, and what is given wrongly is refused.
source "$(dirname "$0")/common.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
check() { "$PYTHON" "$here/check_quantized.py" "$@"; }
model=$digits/digits_resnet.onnx
data=(--data "$digits/test_images.npy" --labels "$digits/test_labels.npy")
quantize() { "$CNNC" quantize "$@" --cflags -O1; }
at_least() { awk -v x="$1" -v least="$2" 'BEGIN { exit !(x >= least) }' || fail "$3: $1 is less than $2"; }
# What the report says behind a word, as a number.
reported() { awk -v word="$1" '$1 == word { for (i = 2; i <= NF; i++) if ($i + 0 > 0) { print $i + 0; exit } }' report; }

# A network that was trained: accuracy, in cnnc and in ONNX Runtime.
for how in minmax percentile:99.9 percentile entropy; do
    quantize "$model" "${data[@]}" --samples 100 --calibration $how -o $how.onnx | tee report
    at_least "$(reported accuracy:)" 98.5 "accuracy with $how"
    at_least "$(check accuracy $how.onnx "$digits/test_images.npy" "$digits/test_labels.npy")" 98.5 "accuracy of ONNX Runtime with $how"
    at_least "$(reported outputs:)" 25 "SNR with $how"
    [ "$(grep -cE ' conv .* [2-9][0-9]\.[0-9]$' report)" = 6 ] || fail "not six convolutions of 20 dB and more"
done
check same minmax.onnx "$digits/test_images.npy"
check ranges "$model" minmax.onnx "$digits/test_images.npy" 100 100
check ranges "$model" percentile:99.9.onnx "$digits/test_images.npy" 100 99.9
check weights "$model" minmax.onnx
# Biases make up for what rounded weights add.
quantize "$model" "${data[@]}" -o all.onnx >report
check bias "$model" all.onnx "$digits/test_images.npy"
corrected=$(reported outputs:)
quantize "$model" "${data[@]}" --no-bias-correction -o plain.onnx >report
awk -v x="$corrected" -v plain="$(reported outputs:)" 'BEGIN { exit !(x > plain + 0.5) }' || fail "bias correction gains nothing: $corrected dB"
check same plain.onnx "$digits/test_images.npy"
[ "$(stat -c %s minmax.onnx)" -lt $(($(stat -c %s "$model") * 2 / 5)) ] || fail "the file is not much smaller"
# It is a model as any other, whose integers round otherwise than floats between Q and DQ: by a step here and there.
"$CNNC" verify minmax.onnx --tolerance 0.05

# Channels of different magnitude: lost, but not to equalization, which is still the network that it was.
check unbalance "$model" unbalanced.onnx
quantize unbalanced.onnx "${data[@]}" -o lost.onnx >report
lost=$(reported outputs:)
quantize unbalanced.onnx "${data[@]}" --equalize -o equalized.onnx >report
grep -q "^2 pairs" report || fail "not two pairs"
at_least "$(reported outputs:)" "$(awk -v x="$lost" 'BEGIN { print x + 6 }')" "SNR after equalization"
at_least "$(check snr unbalanced.onnx equalized.onnx "$digits/test_images.npy")" 36 "SNR of the equalized network in ONNX Runtime"

# Layers stay in float where that takes: by SNR, by classes, by accuracy; the report is what ONNX Runtime finds.
quantize "$model" "${data[@]}" --samples 50 --min-snr 42 -o some.onnx | tee report
floats=$(grep -c "in float: it loses too much" report)
[ "$floats" -ge 1 ] && [ "$floats" -le 6 ] || fail "$floats layers in float"
at_least "$(reported outputs:)" 42 "SNR with a limit"
awk -v x="$(reported outputs:)" -v y="$(check snr "$model" some.onnx "$digits/test_images.npy")" 'BEGIN { exit !(x - y < 0.3 && y - x < 0.3) }' ||
    fail "ONNX Runtime finds another SNR"
check same some.onnx "$digits/test_images.npy"
quantize "$model" "${data[@]}" --samples 50 --calibration percentile:80 --max-loss 0.5 -o some.onnx | tee report
at_least "$(reported accuracy:)" 98.5 "accuracy with a limit"
grep -q "in float: it loses too much" report || fail "nothing stays in float"
expect 1 "no layer can be quantised within these limits" quantize "$model" "${data[@]}" --min-snr 90 -o none.onnx
[ ! -e none.onnx ] || fail "a model within no limits"

# Every kind of layer, from pictures; ONNX Runtime finds an integer kernel for each but the softmax.
cat >layers.cnn <<'END'
network layers(image: f32[1,3,16,16]) {
    let x = image |> conv(8, 3, pad=1) |> relu |> maxpool(2)
    let y = x |> conv(16, 1) |> bn |> clip(0, 6) |> depthwise(3, pad=1) |> bn |> clip(0, 6) |> conv(8, 1)
    x = x + y
    let wide = concat(x |> conv(8, 1) |> relu, x |> conv(8, 3, pad=1) |> relu, x |> avgpool(3, stride=1, pad=1, count_pad=no))
    wide = wide * (wide |> global_avgpool |> conv(24, 1) |> sigmoid)
    wide = wide |> conv(16, 3, stride=2) |> leaky_relu(alpha=0.1) |> conv(16, 3, groups=4, pad=1) |> relu |> maxpool(3, 1, pad=1) |> conv(16, 1)
    wide |> global_avgpool |> flatten |> dense(12) |> relu |> dense(5) |> softmax
}
END
mkdir pictures
cp "$DATA"/images/{wide.png,tall.jpg,palette.png} pictures
cp "$DATA/images/wide_colour.npy" "$DATA/images/make.py" pictures
quantize layers.cnn --init he --data pictures -o layers.onnx | tee report
grep -qE "over 4 samples" report || fail "not three pictures and an array"
grep -qE "^in float too: softmax$" report || fail "more than the softmax is in float"
check same layers.onnx "$DATA/images/wide_colour.npy"
"$CNNC" export layers.cnn --init he -o float.onnx
quantize layers.cnn --init he --data pictures --equalize -o equalized.onnx | tee report
grep -q "^2 pairs" report || fail "not two pairs of layers"
at_least "$(check snr float.onnx equalized.onnx "$DATA/images/wide_colour.npy")" 40 "SNR of all layers, equalized"
check operators layers.onnx 2>/dev/null >operators
grep -q "^QLinearConv 10$" operators && ! grep -vE "^(QLinear|QGemm|QuantizeLinear|NhwcMaxPool|Reshape|Transpose|Softmax 1)" operators ||
    { cat operators >&2; fail "ONNX Runtime does not find its integer kernels"; }

# What has no integer form stays in float, and says so.
cat >mixed.cnn <<'END'
network mixed(image: f32[1,1,8,8], by: f32[1] = 1.5) {
    let x = image |> conv(4, 3)
    x = x * by |> exp |> conv(4, 1)
    op.gemm(x |> flatten, x |> flatten |> transpose([1, 0])) |> flatten
}
END
quantize mixed.cnn --init he --data image="$digits/test_images.npy" -o mixed.onnx >report
grep -qE "gemm .*in float: its weights are computed" report || { cat report >&2; fail "no word on the product of activations"; }
grep -qE "in float too: .*exp" report || { cat report >&2; fail "no word on exp"; }

# Refused, and nothing written.
mkdir out empty
expect 2 "what the network will see: --data" quantize "$model" -o out/q.onnx
expect 2 "-o FILE.onnx" quantize "$model" "${data[@]}"
for how in median percentile:5 percentile:x percentile:101 entropy:3 ''; do
    expect 2 "calibration is minmax" quantize "$model" "${data[@]}" --calibration "$how" -o out/q.onnx
done
expect 2 "max-loss is a number from 0 to 100" quantize "$model" "${data[@]}" --max-loss -1 -o out/q.onnx
expect 2 "min-snr is a number" quantize "$model" "${data[@]}" --min-snr x -o out/q.onnx
expect 1 "empty: holds no .npy" quantize "$model" --data empty -o out/q.onnx
expect 1 "none: cannot open" quantize "$model" --data none -o out/q.onnx
expect 1 "is no file of samples" quantize "$model" --data "$model" -o out/q.onnx
expect 1 "holds .*\[1,3,16,16\], but 'image' is f32\[1,1,8,8\]" quantize "$model" --data "$DATA/images/wide_colour.npy" -o out/q.onnx
expect 1 "none called 'picture'" quantize "$model" --data picture=empty -o out/q.onnx
expect 1 "not one class for each of the 400" quantize "$model" "${data[@]}" --labels "$digits/test_images.npy" -o out/q.onnx
echo 'network plain(image: f32[1,1,8,8]) { image |> softmax }' >plain.cnn
expect 1 "no convolution or matrix product" quantize plain.cnn --data "$digits/test_images.npy" -o out/q.onnx
echo 'network wild(image: f32[1,1,8,8]) { image |> conv(2, 3) |> reciprocal |> exp |> exp |> exp |> conv(2, 1) }' >wild.cnn
expect 1 "is NaN or infinite for some sample" quantize wild.cnn --init he --data "$digits/test_images.npy" -o out/q.onnx
"$PYTHON" -c "
import numpy as np
x = np.load('$digits/test_images.npy')[:3]
x[1, 0, 2, 3] = np.nan
np.save('nan.npy', x)"
expect 1 "nan.npy: element 83 is NaN or infinite" quantize "$model" --data nan.npy -o out/q.onnx
head -c 300 "$digits/test_images.npy" >short.npy
expect 1 "short.npy" quantize "$model" --data short.npy -o out/q.onnx
nothing_left out
