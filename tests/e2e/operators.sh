# Operators whose results differ in size from run to run, are strings, or are drawn; and inputs that are fixed.
source "$(dirname "$0")/common.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/make_operators.py" cases
expect 0 "32 passed, 0 failed" "$CNNC" verify --suite cases --target generic \
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
expect 1 "needs as many numbers" "$CNNC" range.onnx -o range.c --fix n=x
expect 1 "fewer elements" "$CNNC" range.onnx -o range.c --fix n=1,2
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

# What scikit-learn's exporters write: classes and their scores, which come out as a matrix instead of a list of maps.
sklearn() { # INPUT BODY
    "$PYTHON" -c "import sys, onnx; onnx.save(onnx.parser.parse_model(sys.argv[1]), 'sklearn.onnx')" \
        "<ir_version: 8, opset_import: [\"\" : 17, \"ai.onnx.ml\" : 3]> g ($1) => (int64[2] label, seq(map(int64, float)) scores) { $2 }"
}
sklearn 'float[2,2] x' 'label, s = ai.onnx.ml.LinearClassifier<classlabels_ints=[3, 8], coefficients=[1.0, 0.0, 0.0, 1.0], intercepts=[0.0, 0.5]>(x)
    scores = ai.onnx.ml.ZipMap<classlabels_int64s=[3, 8]>(s)'
build sklearn 'int main(void) {
    const float x[4] = {1, 0, 0, 2};
    int64_t label[2];
    float scores[4];
    const sklearn_inputs in = {x};
    const sklearn_outputs out = {label, scores};
    if (sklearn_run(&in, &out, memory) || label[0] != 3 || label[1] != 8) return 1;
    return scores[0] != 1 || scores[1] != 0.5f || scores[2] != 0 || scores[3] != 2.5f;
}' || fail "ZipMap: $?"
sklearn 'map(int64, float) x' 'v = ai.onnx.ml.CastMap(x) label, s = ai.onnx.ml.LinearClassifier<classlabels_ints=[3, 8], coefficients=[1.0, 2.0]>(v)
    scores = ai.onnx.ml.ZipMap<classlabels_int64s=[3, 8]>(s)'
expect 1 "input 'x' is a map.*" "$CNNC" sklearn.onnx -o sklearn.c
