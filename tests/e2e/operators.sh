# Operators whose results differ in size from run to run, are strings, or are drawn; and inputs that are fixed.
source "$(dirname "$0")/common.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_operators.py" cases
expect 0 "41 of 41 passed" "$CNNC" verify --suite cases --target generic \
    --cflags "-O0 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover"

model() { # NAME TEXT
    "$PYTHON" -c "import sys, onnx; onnx.save(onnx.parser.parse_model(sys.argv[2]), sys.argv[1])" "$1" "<ir_version: 10, opset_import: [\"\" : 21]> $2"
}
build() { # NAME MAIN OPTIONS...
    local name=$1 main=$2
    shift 2
    "$CNNC" "$name.onnx" -o "$name.c" --target generic --check "$@"
    printf '#include "%s.h"\n#include <string.h>\nstatic _Alignas(64) char memory[%s_WORKSPACE_SIZE];\n%s\n' "$name" "${name^^}" "$main" >main.c
    gcc $strict -fsanitize=address,undefined -fno-sanitize-recover main.c "$name.c" -lm -o "$name"
    "./$name"
}

# Strings that do not fit are error 5, whether they come in or come out.
model joined.onnx 'g (string[1] a, string[1] b) => (string[1] y) { y = StringConcat(a, b) }'
build joined 'static joined_string a, b, y;
int main(void) {
    const joined_inputs in = {&a, &b};
    const joined_outputs out = {&y};
    a.size = 200, b.size = 52;
    memset(a.bytes, 97, 200), memset(b.bytes, 98, 52);
    if (joined_run(&in, &out, memory) || y.size != 252 || y.bytes[199] != 97 || y.bytes[200] != 98) return 1;
    b.size = 53;
    if (joined_run(&in, &out, memory) != 5) return 2;
    b.size = 253;
    return joined_run(&in, &out, memory) == 5 ? 0 : 3;
}' || fail "strings: $?"

# A size that the model declares is an error where data decide otherwise.
model two.onnx 'g (float[4] x) => (int64[1,2] y) { y = NonZero(x) }'
build two 'int main(void) {
    float x[4] = {0, 1, 0, 2};
    int64_t y[2];
    const two_inputs in = {x};
    const two_outputs out = {y};
    if (two_run(&in, &out, memory) || y[0] != 1 || y[1] != 3) return 1;
    x[0] = 1;
    if (two_run(&in, &out, memory) != 5) return 2;
    x[0] = x[1] = 0;
    return two_run(&in, &out, memory) == 5 ? 0 : 3;
}' || fail "declared size: $?"

# --fix: sizes depend on the value, which is checked.
model range.onnx 'g (int64 n) => (int64[m] y) { a = Constant<value = int64 {0}>() b = Constant<value = int64 {1}>() y = Range(a, n, b) }'
expect 1 "the size of its result is not known" "$CNNC" range.onnx -o range.c
expect 1 "no input is named 'm'" "$CNNC" range.onnx -o range.c --fix m=3
expect 1 "has 1 element: give as many numbers" "$CNNC" range.onnx -o range.c --fix n=x
expect 1 "has 1 element: give as many numbers" "$CNNC" range.onnx -o range.c --fix n=1,2
[ ! -e range.c ] || fail "wrote after an error"
build range 'int main(void) {
    int64_t n = 3, y[3];
    const range_inputs in = {&n};
    const range_outputs out = {y};
    if (range_run(&in, &out, memory) || y[2] != 2) return 1;
    n = 4;
    return range_run(&in, &out, memory) == 4 ? 0 : 2;
}' --fix n=3 || fail "--fix: $?"

# --elements: a sequence is its elements.
model list.onnx 'g (seq(float[n]) x) => (float[m] y) { y = ConcatFromSequence<axis=0>(x) }'
expect 1 "a sequence of unknown length.*" "$CNNC" list.onnx -o list.c
expect 1 "needs types" "$CNNC" list.onnx -o list.c --elements x=f33
build list 'int main(void) {
    const float a[2] = {1, 2}, b[1] = {3};
    float y[3];
    const list_inputs in = {a, b};
    const list_outputs out = {y};
    return list_run(&in, &out, memory) || y[0] != 1 || y[2] != 3;
}' --elements 'x=f32[2],f32[1]' || fail "--elements"

# What sizes that data decide cannot go through is an error, as is a pattern that is none.
model sum.onnx 'g (float[4] x) => (int64[1,n] y) { z = NonZero(x) y = CumSum(z, a) a = Constant<value = int64 {1}>() }'
expect 1 "whose size depends on data" "$CNNC" sum.onnx -o sum.c
model pattern.onnx 'g (string[1] x) => (bool[1] y) { y = RegexFullMatch<pattern="a(b">(x) }'
expect 1 "a group that is not closed, at byte 3" "$CNNC" pattern.onnx -o pattern.c

# A map is an array of keys, one of values, and how many there are, which may be more or fewer from run to run.
ml() { # NAME INPUT OUTPUT BODY
    "$PYTHON" -c "import sys, onnx; onnx.save(onnx.parser.parse_model(sys.argv[2]), sys.argv[1])" "$1.onnx" \
        "<ir_version: 8, opset_import: [\"\" : 17, \"ai.onnx.ml\" : 3]> g ($2) => ($3) { $4 }"
}
ml words 'map(string, float) x' 'float[1,3] y, map(string, float) x' 'y = ai.onnx.ml.DictVectorizer<string_vocabulary=["b", "a", "c"]>(x)'
expect 1 "any number of entries.*" "$CNNC" words.onnx -o words.c
expect 1 "needs the number of its entries" "$CNNC" words.onnx -o words.c --elements x=f32
build words 'int main(void) {
    const words_string keys[3] = {{1, "a"}, {1, "b"}, {1, "a"}};
    const float values[3] = {1, 2, 3};
    float y[3], same_values[8];
    words_string same_keys[8];
    int64_t count = 3, same_count;
    const words_inputs in = {.x_keys = keys, .x_values = values, .x_count = &count};
    const words_outputs out = {y, same_keys, same_values, &same_count};
    if (words_run(&in, &out, memory) || y[0] != 2 || y[1] != 3 || y[2] != 0 || same_count != 3 || same_values[1] != 2 || same_keys[1].bytes[0] != 98) return 1;
    count = 1;
    if (words_run(&in, &out, memory) || y[0] != 0 || y[1] != 1 || same_keys[1].size) return 2;
    count = 0;
    if (words_run(&in, &out, memory) || y[1] != 0) return 3;
    count = 9;
    if (words_run(&in, &out, memory) != 5) return 4;
    count = -1;
    return words_run(&in, &out, memory) == 5 ? 0 : 5;
}' --elements x=8 || fail "a map: $?"

# A number of entries that the model declares is an error where the map has another, as is a string that is no number.
ml two 'map(int64, string) x' 'int64[1,2] y' 'y = ai.onnx.ml.CastMap<cast_to="TO_INT64">(x)'
build two 'int main(void) {
    two_string values[4] = {{1, "7"}, {2, "-8"}, {1, "9"}, {400, "too long, but never used"}};
    const int64_t keys[4] = {5, -5, 0, 0};
    int64_t y[2], count = 2;
    const two_inputs in = {keys, values, &count};
    const two_outputs out = {y};
    if (two_run(&in, &out, memory) || y[0] != -8 || y[1] != 7) return 1;
    count = 3;
    if (two_run(&in, &out, memory) != 5) return 2;
    count = 2;
    values[1].size = 1;
    return two_run(&in, &out, memory) == 5 ? 0 : 3;
}' --elements x=4 || fail "a map of declared size: $?"

# What scikit-learn's exporters write: classes, and a list of maps from them to scores, whose keys come out once.
scores='int64[2] label, seq(map(int64, float)) scores'
ml sklearn 'float[2,2] x' "$scores" 'label, s = ai.onnx.ml.LinearClassifier<classlabels_ints=[8, 3], coefficients=[1.0, 0.0, 0.0, 1.0], intercepts=[0.0, 0.5]>(x)
    scores = ai.onnx.ml.ZipMap<classlabels_int64s=[8, 3]>(s)'
build sklearn 'int main(void) {
    const float x[4] = {1, 0, 0, 2};
    int64_t label[2], keys[2];
    float values[4];
    const sklearn_inputs in = {x};
    const sklearn_outputs out = {.label = label, .scores_keys = keys, .scores_values = values};
    if (sklearn_run(&in, &out, memory) || label[0] != 8 || label[1] != 3 || keys[0] != 8 || keys[1] != 3) return 1;
    return values[0] != 1 || values[1] != 0.5f || values[2] != 0 || values[3] != 2.5f;
}' || fail "ZipMap: $?"
ml sklearn 'map(int64, float) x' "int64[1] label, seq(map(int64, float)) scores" 'v = ai.onnx.ml.CastMap<map_form="SPARSE", max_map=2>(x)
    label, s = ai.onnx.ml.LinearClassifier<classlabels_ints=[3, 8], coefficients=[1.0, 0.0, 0.0, 2.0]>(v) scores = ai.onnx.ml.ZipMap<classlabels_int64s=[3, 8]>(s)'
build sklearn 'int main(void) {
    const int64_t keys[2] = {1, 0}, count = 2;
    const float x[2] = {3, 4};
    int64_t label[1], labels[2];
    float values[2];
    const sklearn_inputs in = {keys, x, &count};
    const sklearn_outputs out = {label, labels, values};
    return sklearn_run(&in, &out, memory) || label[0] != 8 || values[0] != 4 || values[1] != 6;
}' --elements x=2 || fail "CastMap: $?"

# What a case may take is CPU time; one that takes more fails, and the others do not.
mkdir -p slow/endless/test_data_set_0
cp -r cases/non_zero slow/
model slow/endless/model.onnx 'g (float[1] x) => (float[1] y) { n = Constant<value = int64 {1000000000000}>() c = Constant<value = bool {1}>()
    y = Loop(n, c, x) <body = b (int64 i, bool go, float[1] s) => (bool on, float[1] t) { on = Identity(go) t = Sin(s) }> }'
"$PYTHON" -c 'import onnx; onnx.save_tensor(onnx.helper.make_tensor("x", 1, [1], [0.0]), "slow/endless/test_data_set_0/input_0.pb")'
cp slow/endless/test_data_set_0/{in,out}put_0.pb
"$CNNC" verify --suite slow --target generic --seconds 1 >slow.log && fail "a case without an end passed"
grep -q "CPU time limit exceeded  *endless" slow.log && grep -qx "1 of 2 passed" slow.log || fail "$(cat slow.log)"
