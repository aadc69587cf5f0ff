# What people read: layers, memory map, plan, IR.
source "$(dirname "$0")/common.sh"
model=$digits/digits_resnet.onnx
expect 0 "input +image +f32\[1,1,8,8\]" "$CNNC" inspect "$model"
expect 0 "conv" "$CNNC" inspect "$model"
expect 0 "workspace" "$CNNC" "$model" --report
expect 0 "conv" "$CNNC" "$model" --explain-schedule
expect 0 "= *relu" "$CNNC" "$model" --dump-ir=before
# The IR as printed is a model like any other.
"$CNNC" "$model" --dump-ir=before >before.cir
"$CNNC" verify before.cir --input image="$digits/test_images.npy" --expected logits="$digits/digits_resnet_logits.npy"
for pass in $("$CNNC" passes | awk '{print $1}'); do
    "$CNNC" "$model" --dump-ir=after:$pass >"after_$pass.cir"
    [ -s "after_$pass.cir" ] || fail "nothing printed after $pass"
done
expect 0 "whole network" "$CNNC" bench "$model" --runs 5
expect 0 "layer .*max .diff." "$CNNC" verify "$model" --layers
