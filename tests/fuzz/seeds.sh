#!/usr/bin/env bash
# seeds.sh CNNC FOLDER: small files for fuzzers to start from, FOLDER/FORMAT/*, and FOLDER/FORMAT.dict, words of the texts.
set -euo pipefail
cnnc=$1 seeds=$2
here=$(dirname "$0")
for format in onnx cir cnn npz safetensors tune; do
    mkdir -p "$seeds/$format"
    if [ -d "$here/corpus/$format" ]; then cp "$here/corpus/$format"/* "$seeds/$format"; fi
done
cp tests/data/digits/*.onnx "$seeds/onnx"
for model in build/suite/{node,simple,pytorch-converted,pytorch-operator}/*/model.onnx; do
    if [ -f "$model" ]; then cp "$model" "$seeds/onnx/$(basename "$(dirname "$model")").onnx"; fi
done
python=build/venv-check/bin/python
if [ -x "$python" ]; then "$python" "$here/operator_seeds.py" "$seeds/onnx"; fi
cp frontend/zoo/*.cnn "$seeds/cnn"
# The networks with mistakes of tests/dsl/run_broken.c, each as its message's test has it.
for cases in tests/dsl/broken/*.txt; do
    awk -v stem="$seeds/cnn/broken_$(basename "$cases" .txt)" '
        /^==> / { if (body) print "}" >file; file = stem "_" n++ ".cnn"; body = $2 == "body"; printf "%s", body ? "network n(x: f32[1,8,6,4]) {\n" : "" >file; next }
        file { print >file } END { if (body) print "}" >file }' "$cases"
done
cp tests/dsl/*.cnn "$seeds/cnn"
cp tests/data/weights/*.npz "$seeds/npz"
cp tests/data/weights/*.safetensors "$seeds/safetensors"
# Each graph of the passes' cases, from its first line to the brace that closes it.
for cases in tests/passes/*.cir; do
    awk -v stem="$seeds/cir/$(basename "$cases" .cir)" '/^graph / { file = stem "." n++ ".cir" } file { print >file } /^}/ { close(file); file = "" }' "$cases"
done

quoted() { sed 's/[\\"]/\\&/g; s/.*/"&"/'; }
words() { grep -oE '^[a-z_0-9]+' | sort -u | quoted; }
{ "$cnnc" layers | words; printf '%s\n' network block scope let 'for ' ' in ' 'if ' then else return 'exit when ' include reversed zip '|>' '..' '->' none yes no f32 | quoted; } >"$seeds/cnn.dict"
{ "$cnnc" ops | words; printf '%s\n' graph input const return dim 'epilogue ' 'prologue ' acc in0 in1 @c16 'data 0' kernel_shape pads strides axis group f32 i64 bool | quoted; } >"$seeds/cir.dict"
printf '%s\n' cnnc-tune time best use '"x86-64-v3"' | quoted >"$seeds/tune.dict"
printf '%s\n' F32 F16 BF16 dtype shape data_offsets __metadata__ | quoted >"$seeds/safetensors.dict"
