# What is wrong on the command line or with its files: a clear word, exit code 1 or 2, and nothing written.
source "$(dirname "$0")/common.sh"
model=$digits/digits_resnet.onnx
mkdir out

# Usage: 2
expect 2 "no MODEL" "$CNNC"
expect 2 "no MODEL" "$CNNC" -o out/net.c
expect 2 "-o OUT.c" "$CNNC" "$model"
expect 2 "unrecognized option" "$CNNC" --no-such-option
expect 2 "end in .c" "$CNNC" "$model" -o out/net.txt
expect 2 "end in .c" "$CNNC" "$model" -o /dev/full
expect 2 "'other.onnx' is one word too many" "$CNNC" "$model" other.onnx -o out/net.c
expect 2 "'4' is one word too many.*--threads=4" "$CNNC" "$model" -o out/net.c --threads 4
expect 2 "'inspct' is neither a subcommand nor a file; did you mean inspect[?]" "$CNNC" inspct "$model"
expect 2 "'frobnicate' is neither a subcommand nor a file$" "$CNNC" frobnicate
expect 2 "f32, bf16, f16, int8 or int4" "$CNNC" "$model" -o out/net.c --weights-type f64
expect 2 "f32 or bf16, not 'f16'" "$CNNC" "$model" -o out/net.c --compute f16
expect 2 "NAME=SIZE" "$CNNC" "$model" -o out/net.c --dim N
expect 2 "NAME=SIZE" "$CNNC" "$model" -o out/net.c --dim N=many
expect 2 "NAME=MIN..MAX:MULTIPLE, not 'N=8..64:'" "$CNNC" "$model" -o out/net.c --dim N=8..64:
expect 2 "MULTIPLE of 1 or more" "$CNNC" "$model" -o out/net.c --dim N=8..64:0
expect 2 "9 is no multiple of 8; 8 is" "$CNNC" "$model" -o out/net.c --dim N=9..64:8
expect 2 "65 is no multiple of 8; 64 is" "$CNNC" "$model" -o out/net.c --dim N=8..65:8
expect 2 "20 is no multiple of 8; 16 is" "$CNNC" verify "$model" --dim N=8..64:8@20
expect 2 "auto, inline, embed or file, not .none" "$CNNC" "$model" -o out/net.c --weights none
expect 2 "safetensors or .onnx, not .inline" "$CNNC" run "$model" --weights inline
expect 2 "he, xavier or msra" "$CNNC" "$model" -o out/net.c --init random
expect 2 "whole number" "$CNNC" "$model" -o out/net.c --seed -1
expect 2 "cnnc passes" "$CNNC" "$model" --dump-ir=after:no_such_pass
expect 2 "no MODEL" "$CNNC" run
expect 2 "no MODEL" "$CNNC" bench
expect 2 "no MODEL" "$CNNC" inspect
expect 2 "no MODEL and no --suite" "$CNNC" verify
expect 2 "whole number" "$CNNC" verify "$model" --jobs zero

expect 2 "has no name" "$CNNC" "$model" --python -o ""

# Errors: 1
expect 1 "No such file" "$CNNC" no_such_file.onnx -o out/net.c
expect 1 "brings its own weights" "$CNNC" "$model" -o out/net.c --weights w.npz
expect 1 "brings its own weights" "$CNNC" "$model" -o out/net.c --init he
expect 1 "unknown target 'mips'" "$CNNC" "$model" -o out/net.c --target mips
expect 1 "No such file" "$CNNC" "$model" -o no/such/folder/net.c
expect 1 "hint: make the folder no/such/folder/ first" "$CNNC" "$model" -o no/such/folder/net.c
expect 1 "cannot write" "$CNNC" "$model" -o /proc/net.c
mkdir folder.c
expect 1 "not a regular file" "$CNNC" "$model" -o folder.c
head -c 3000 "$model" >truncated.onnx
expect 1 "truncated.onnx" "$CNNC" truncated.onnx -o out/net.c
echo "this is no model" >text.onnx
expect 1 "text.onnx" "$CNNC" text.onnx -o out/net.c
: >empty.onnx
expect 1 "empty.onnx" "$CNNC" empty.onnx -o out/net.c
expect 1 "" "$CNNC" "$digits" -o out/net.c
encode "$here/models/unknown_ops.txtpb" unknown.onnx
expect 1 "first_odd_one" "$CNNC" unknown.onnx -o out/net.c
expect 1 "second_odd_one" "$CNNC" unknown.onnx -o out/net.c
sed 's/NoSuchOperator/FusedConvv/; s/NorThis" domain: "example/Gellu" domain: "com.microsoft/' "$here/models/unknown_ops.txtpb" >misspelt.txtpb
encode misspelt.txtpb misspelt.onnx
expect 1 "did you mean com.microsoft.FusedConv[?]" "$CNNC" misspelt.onnx -o out/net.c
expect 1 "did you mean com.microsoft.Gelu[?]" "$CNNC" misspelt.onnx -o out/net.c
expect 1 "none called 'picture'" "$CNNC" run "$model" --input picture="$digits/test_images.npy"
expect 1 "'image' is missing" "$CNNC" run "$model"
expect 1 "holds i64" "$CNNC" run "$model" --input image="$digits/test_labels.npy"
expect 1 "not a .npy file" "$CNNC" run "$model" --input image="$model"
expect 1 "no test_data_set_0" "$CNNC" verify "$model" --data out
expect 1 "no cases" "$CNNC" verify --suite out
expect 1 "hint: install it, or name another with --cc" "$CNNC" verify "$model" --cc no-such-compiler
expect 1 "hint: install it, or name another with --run" "$CNNC" verify "$model" --run no-such-emulator
for missing in "--cc no-such-compiler" "--run no-such-emulator"; do
    [ "$("$CNNC" verify "$model" $missing 2>&1 | wc -l)" = 2 ] || fail "$missing: more than an error and its hint"
done
expect 1 "exited with code" "$CNNC" verify "$model" --cflags --no-such-flag
nothing_left out

# And what is right: 0
expect 0 "verify" "$CNNC" --help
expect 0 "--expected" "$CNNC" verify --help
# Help fits a terminal of 80 columns: argp would break longer lines of the list in the middle.
"$CNNC" --help | sed -n '/^Subcommands/,/^$/p' | tail -n +2 | grep . | grep -v "^  [a-z]* .* [a-z]" && fail "a subcommand takes more than one line"
expect 0 "^cnnc [0-9]" "$CNNC" --version
expect 0 "^conv +Conv" "$CNNC" ops
expect 0 "fold" "$CNNC" passes
