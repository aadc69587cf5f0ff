# cnnc check passes on what cnnc emits, and not on the same with a mistake put into it, whose line it names.
source "$(dirname "$0")/common.sh"

for options in "--target generic" "--target x86-64-v4,x86-64-v3,generic --threads --profile" "--target aarch64,generic" "--weights embed" \
    "--weights file --weights-type int8" "--self-test" "--self-test --weights file --threads --profile" "--accuracy strict --saliency=guided"; do
    "$CNNC" "$digits/digits_resnet.onnx" $options -o net.c
    expect 0 "every loop ends" "$CNNC" check net.c
done
"$CNNC" "$digits/digits_branchy.onnx" --target generic --self-test -o branchy.c
expect 0 "every loop ends" "$CNNC" check branchy.c
expect 0 "every loop ends" "$CNNC" check "$digits/digits_branchy.onnx" --target x86-64-v3
expect 1 "none.c: cannot be read" "$CNNC" check none.c
expect 2 "no MODEL given" "$CNNC" check

# broken PATTERN SCRIPT: net.c changed by sed in the one line that the script changes is refused at that line.
"$CNNC" "$digits/digits_resnet.onnx" --target generic --weights inline -o net.c
broken() {
    local line
    sed -E "$2" net.c >broken.c
    line=$(diff net.c broken.c | sed -nE '1s/^[0-9,]+[acd]([0-9]+).*/\1/p') || true
    [ -n "$line" ] || fail "nothing is changed by $2"
    cp net.h broken.h
    expect 1 "broken.c:${3:-$line}: $1" "$CNNC" check broken.c
}
line_of() { grep -nE -- "$1" net.c | sed -n "${2:-1}s/:.*//p"; }

conv=$(line_of '^static void k[0-9]+_conv_direct')
# A loop that goes round once too often, in the last of its rows.
tail -n "+$conv" net.c | grep -nE 'for \(ptrdiff_t ky = 0; ky < 3; ky\+\+\)' >loops
loop=$((conv - 1 + $(sed -n '1s/:.*//p' loops)))
broken "cannot show that this load stays within .* it may touch bytes" "${loop}s/ky < 3/ky < 4/" '[0-9]+'
# An offset outside of the workspace, and one that leaves no room for the buffer behind it.
call=$(line_of 'void \*const out\[\] = \{writes\(arena \+ [0-9]+')
broken "cannot show that this store stays within the workspace" "${call}s/arena \+ [0-9]+/arena + 99999936/"
workspace=$(sed -nE 's/^#define NET_WORKSPACE_SIZE ([0-9]+).*/\1/p' net.h)
broken "cannot show that this store stays within the workspace" "${call}s/arena \+ [0-9]+/arena + $((workspace - 64))/"
weights=$(line_of 'void \*const in\[\] = .*constant[0-9]+, [0-9]+')
broken "cannot show that this load stays within constant" "${weights}s/constant([0-9]+), ([0-9]+)/constant\1, \20/"
# An allocation.
body=$(line_of '^    for \(ptrdiff_t i = begin' 1)
broken "this calls malloc: emitted code allocates nothing" "${body}s/^/float *extra = malloc(64); (void)extra; /; s/#include <math.h>/#include <math.h>\n#include <stdlib.h>/" '[0-9]+'
# What else may not be.
broken "cannot show that this loop ends" "${body}s/^/for (int forever = 0; forever < 1; forever--) {} /"
broken "cannot show what this does: emitted code has nothing like it" "${body}s/^/while (begin < end) begin++; /"
broken "cannot show that this store is allowed" "${body}s/^/((float *)in[0])[0] = 0.0f; /"
broken "cannot show that this store stays within .*bytes -8589934592 to 8589934591 of" "${body}s/^/((float *)out[0])[(int)*(const float *)in[0]] = 0.0f; /"
broken "k[0-9]+_.* calls itself" "${body}s/^/if (end > 100) $(sed -nE "$((conv))s/^static void (k[0-9]+_conv_direct).*/\1/p" net.c)(in, out, 0, 1); /" '[0-9]+'
broken "cannot show what this changes" "${body}s/^/ptrdiff_t k = 0; if (end > 1 \&\& k++) {} /"
broken "calls can change and outlives a call" "$(line_of '^size_t net_workspace_size')s/^/int calls = 0; /"
# A vocabulary that is not cnnc's is looked into like everything else.
broken "cannot show that this load stays within" "s/^(CNNC_INLINE v16 v16_load\(const float \*p\) \{)/\1 p += 1 << 20;/" '[0-9]+'
# Addresses by data are fine where the code keeps them within bounds.
sed -E "${body}s/^/int where = (int)*(const float *)in[0]; where = where < 0 ? 0 : where > 9 ? 9 : where; ((float *)out[0])[where] = 0.0f; /" net.c >clamped.c
cp net.h clamped.h
expect 0 "every loop ends" "$CNNC" check clamped.c

# Sizes that are open: shown for all of them at once, and not without the check of a size, or with a bound or a pitch that is wrong.
cat >sizes.cnn <<'END'
network sizes(image: f32[1,3,H,W]) {
    let a = image |> conv(16, 3, pad=1) |> relu |> maxpool(2) |> conv(16, 3, 2, pad=1) |> relu |> depthwise(3, pad=1)
    let b = a |> conv(16, 1) |> avgpool(3, 2, pad=1, count_pad=no)
    concat(conv(a, 8, 3, 2, pad=1), b) |> conv(20, 1) |> global_avgpool |> flatten |> dense(10)
}
END
"$CNNC" sizes.cnn --init he --dim H=16..60 --dim W=18..50 --accuracy strict --target generic --weights inline -o net.c
expect 0 "every loop ends" "$CNNC" check net.c
"$CNNC" sizes.cnn --init he --dim H=16..60 --dim W=18..50 --accuracy strict --target x86-64-v4,aarch64 --step -o vectors.c
expect 0 "every loop ends" "$CNNC" check vectors.c
broken "cannot show" "$(line_of 'NET_SIZE_W_MIN')s/if .*//" '[0-9]+'
broken "cannot show that this .* stays within" "$(line_of 'NET_SIZE_H_MIN')s/H_MAX/H_MAX + 8/" '[0-9]+'
broken "cannot show that this load stays within" "$(line_of 'for .ptrdiff_t y = y_begin')s/y < y_end/y <= y_end/" '[0-9]+'
broken "cannot show that this .* stays within" "$(line_of 'const ptrdiff_t y0_row = ')s/= /= 2 * /" '[0-9]+'
broken "cannot show that this loop ends" "$(line_of 'cols = rest >= ')s/: rest;/: 0;/" '[0-9]+'

# An open batch: buffers hold as many samples as are given, an input that all samples share holds one.
cat >batch.cnn <<'END'
network batch(image: f32[N,3,16,16], scale: f32[1,16,1,1]) {
    let a = image |> conv(16, 3, pad=1) |> relu
    a * scale |> global_avgpool |> flatten |> dense(10)
}
END
"$CNNC" batch.cnn --init he --dim N=2..8 --target x86-64-v4,aarch64 --weights file --threads --profile -o vectors.c
expect 0 "every loop ends" "$CNNC" check vectors.c
"$CNNC" batch.cnn --init he --dim N=2..8 --target generic --weights inline -o net.c
expect 0 "every loop ends" "$CNNC" check net.c
samples=$(line_of 's < .size_t.batch; s')
for bound in '<= (size_t)batch' '< NET_BATCH_MAX'; do
    broken "cannot show that this load stays within input 0" "${samples}s/< \(size_t\)batch/$bound/" '[0-9]+'
done
broken "cannot show that this load stays within input 0" "$(line_of 's \* 3072 :')s/3072/3073/" '[0-9]+'
broken "cannot show that this load stays within input 1" "$(line_of '^ +inputs.1.,')s/inputs.1./(const char *)inputs[1] + s * 64/" '[0-9]+'
broken "cannot show that this store stays within output 0" "$(line_of 's \* 40 :')s/40/80/" '[0-9]+'
"$CNNC" batch.cnn --init he --dim N=2..8 --target generic --weights inline --step -o net.c
expect 0 "every loop ends" "$CNNC" check net.c
broken "cannot show that this load stays within input 0" "$(line_of 'slice->workspace, slice->batch,')s/->batch/->batch + 1/" '[0-9]+'
broken "cannot show" "s/s->sample : 0/s->sample - 1 : 0/" '[0-9]+'
# The same where samples have open sizes.
sed 's/1,3,H,W/N,3,H,W/; s/global_avgpool.*/tanh/' sizes.cnn >batches.cnn
"$CNNC" batches.cnn --init he --dim N=1..40 --dim H=16..60 --dim W=18..50 --accuracy strict --target generic --weights inline -o net.c
expect 0 "every loop ends" "$CNNC" check net.c
broken "cannot show that this load stays within input 0" "$(line_of 's \* 12 \*')s/s \* 12/s * 13/" '[0-9]+'

# Open planes through Winograd's algorithm, whose blocks of tiles are as many as a run makes of them, and in sums of several chunks.
cat >planes.cnn <<'END'
network planes(image: f32[1,64,H,W]) { image |> conv(32, 3, pad=1) |> relu }
END
"$CNNC" planes.cnn --init he --dim H=16..40 --dim W=18..50 --target x86-64-v4 --weights embed -o vectors.c
expect 0 "every loop ends" "$CNNC" check vectors.c
"$CNNC" planes.cnn --init he --dim H=16..40 --dim W=18..50 --target generic --weights embed -o net.c
expect 0 "every loop ends" "$CNNC" check net.c
broken "cannot show that this store stays within" "$(line_of 'tiles / blocks - first')s/block \+ 1/block + 2/" '[0-9]+'
# The largest planes lie 42896 numbers apart, and the last of the four has 42x52 times 16: a byte more is not needed, and one tap more too many.
sed -i 's/, 686336)/, 654528)/' net.c
expect 0 "every loop ends" "$CNNC" check net.c
for mistake in 's/, 654528\)/, 654464)/' '/cols = rest < /s/y0_w \+ 2/y0_w + 3/' '/rows = .y0_h [+] 2. - ty/s/y0_h \+ 2/y0_h + 3/' '/rows >= 8/s/8/7/'; do
    broken "cannot show that this load stays within" "$mistake" '[0-9]+'
done
"$CNNC" "$here/models/open.cnn" --init he --dim N=1..3 --dim H=16..30 --dim W=16..27 --target generic --weights embed -o net.c
expect 0 "every loop ends" "$CNNC" check net.c
broken "cannot show that this store stays within sums" "$(line_of 'sum = sums')s/y0_w [+] x\)/(y0_w + 1) + x)/" '[0-9]+'

# A self-test that looks behind an output, or fills more than there is.
"$CNNC" "$digits/digits_resnet.onnx" --target generic --weights inline --self-test -o net.c
shape=$(($(line_of '^static const self_test_shape self_test_shapes') + 3))
broken "cannot show that this load stays within" "${shape}s/\{1, 16, 8, 8/{1, 17, 8, 8/" '[0-9]+'
broken "cannot show that this store stays within" "$(line_of '  self_test_fill\(&')s/, 64, 4,/, 6400, 4,/"

# The same with 8-bit integers, whose vectors have a vocabulary of their own.
"$CNNC" quantize "$digits/digits_resnet.onnx" --data "$digits/test_images.npy" --samples 20 -o int8.onnx
for target in generic x86-64-v4-vnni x86-64-v4,x86-64-v3-vnni,x86-64-v3 aarch64-dotprod,aarch64; do
    expect 0 "every loop ends" "$CNNC" check int8.onnx --target $target
done
expect 0 "every loop ends" "$CNNC" check "$digits/digits_resnet.onnx" --compute bf16 --target x86-64-v4-bf16,x86-64-v3,aarch64-bf16
"$CNNC" int8.onnx --target x86-64-v4-vnni --weights inline -o net.c
line=$(grep -n ' = b64_load(' net.c | tail -n 1 | cut -d: -f1)
broken "cannot show that this load stays within" "${line}s/b64_load\(/b64_load(100000 + /"
line=$(line_of ' v16_store_u8\(y0')
broken "cannot show that this store stays within" "${line}s/v16_store_u8\(y0/v16_store_u8(y0 + 100000/"
