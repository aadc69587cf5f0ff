# Operators that a user's C function computes: against NumPy, under sanitizers, and every way not to fit.
source "$(dirname "$0")/common.sh"
[ -x "$PYTHON" ] || { echo "skipped: no $PYTHON"; exit 77; }
"$PYTHON" "$here/make_custom_op.py" .
mkdir out

# ---- what is right ----

cat >bend.c <<'END'
#include <math.h>
#include <stdint.h>
#include <string.h>

#define in 0.5f /* macros of this file are nobody else's */
typedef float real;

static const float halves[] = {1, in};

static float half(float x) { return x * halves[1]; }

void Bend(const real *x, const int64_t x_dims[4], const int64_t *k, int64_t k_count, float slope, int64_t power, const int64_t taps[],
          int64_t taps_count, const double gains[2], const char *mode, float *y, int64_t y_rank, double *means) {
    int64_t plane = x_dims[2] * x_dims[3], sum = 0;
    for (int64_t i = 0; i < taps_count; i++) sum += taps[i];
    for (int64_t c = 0; c < k_count; c++) {
        double total = 0;
        for (int64_t i = 0; i < plane; i++) {
            float v = x[c * plane + i];
            v = half(v > 0 ? v : slope * v) * (float)(sum + k[c] + y_rank) * (float)gains[!strcmp(mode, "hard")];
            y[c * plane + i] = powf(v, (float)power);
            total += (double)y[c * plane + i];
        }
        if (means) means[c] = total / (double)plane;
    }
}
END
cat >add8.c <<'END'
#include <stdint.h>
static void Add8(const uint8_t *x, const int64_t *x_dims, int64_t x_rank, const uint8_t *bias, int64_t bias_count, const uint8_t *one, uint8_t *y) {
    int64_t count = 1;
    for (int64_t k = 0; k < x_rank; k++) count *= x_dims[k];
    for (int64_t i = 0; i < count; i++) y[i] = (uint8_t)(x[i] + *one + (bias ? bias[i % bias_count] : 0));
}
END
for cc in $(compilers); do
    for flags in -O2 "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all"; do
        "$CNNC" verify bend.onnx --custom-op acme:Bend=bend.c --cc $cc --cflags "$flags" --input x=x.npy --expected z=z.npy --expected means=means.npy
        "$CNNC" verify optional.onnx --custom-op Add8=add8.c --cc $cc --cflags "$flags" --input x=bytes_in.npy --expected z=bytes_out.npy
    done
    "$CNNC" bend.onnx --custom-op Bend=bend.c --check --depfile bend.d -o net.c --target native,generic
    $cc -std=c11 -O2 $strict -c net.c
    if nm net.o | awk '$(NF-1) ~ /^[A-Z]$/ && $(NF-1) != "U" {print $NF}' | grep -v '^net_'; then fail "exports names without the prefix"; fi
done
grep -q "bend\.c" bend.d || fail "the rule of make lacks the C file"
# A dimension with a name that an option makes a number.
cat >leaky.c <<'END'
#include <stdint.h>
static void Leaky(const float *x, int64_t x_count, float slope, float *y) {
    for (int64_t i = 0; i < x_count; i++) y[i] = x[i] > 0 ? x[i] : slope * x[i];
}
END
"$CNNC" sized.onnx --custom-op Leaky=leaky.c --dim N=4 -o net.c
# Through the textual form.
"$CNNC" leaky.onnx --custom-op Leaky=leaky.c --dump-ir=before >leaky.cir
"$CNNC" leaky.cir --custom-op Leaky=leaky.c -o net.c
"$CNNC" bend.onnx --custom-op acme:Bend=bend.c --dump-ir=before >bend.cir
"$CNNC" verify bend.cir --custom-op acme:Bend=bend.c --cflags -O1 --input x=x.npy --expected z=z.npy --expected means=means.npy

# ---- what does not fit ----

# wrong FILE.c PATTERN [MODEL]: what the error says, with its place and what would fit; nothing is written.
wrong() {
    expect 1 "$2" "$CNNC" "${3:-leaky}.onnx" --custom-op Leaky="$1" -o out/net.c
    nothing_left out
}

# signature "PARAMETERS" PATTERN: a function with these is refused, at line 2 and with the signature that fits.
signature() {
    printf '#include <stdint.h>\nstatic void Leaky(%s) { }\n' "$1" >wrong.c
    wrong wrong.c "wrong\.c:2:[0-9]+: .*$2"
    expect 1 "it fits as: static void Leaky\(const float \*[a-z0-9]+, const int64_t [a-z0-9]+_dims\[2\], float slope, float \*[a-z0-9]+, const int64_t [a-z0-9]+_dims\[2\]\)" \
        "$CNNC" leaky.onnx --custom-op Leaky=wrong.c -o out/net.c
}
signature "const double *x, float slope, float *y" "'x' is 'const double \*' where 'const float \*' is needed for f32\[2,3\], input 0 of node 'bend_it' \(Leaky\)"
signature "const float *x, float slope, double *y" "'y' is 'double \*' where 'float \*' is needed for f32\[2,3\], output 0"
signature "const float *x, const int64_t x_dims[4], float slope, float *y" "'x_dims' has 4 sizes where f32\[2,3\] has 2, input 0"
signature "const float *x, const float *bias, float slope, float *y" "'bias' is input 1, but there is only 1"
signature "const float *x, float slope, float *y, float *z" "'z' is output 1, but there is only 1"
signature "float slope, float *y" "Leaky has no parameter for input 0"
signature "const float *x, float slope" "Leaky has no parameter for output 0"
signature "const float *x, float *y" "Leaky has no parameter for attribute 'slope', a float"
signature "const float *x, float slop, float *y" "'slop' is no attribute"
signature "const float *x, int64_t slope, float *y" "'int64_t slope' cannot hold a float, the attribute"
signature "const float *x, const float slope[2], float *y" "'const float slope\[2\]' cannot hold a float"
signature "const float *x, const char *slope, float *y" "'const char \*slope' cannot hold a float"

# file "TEXT" PATTERN: likewise for what is wrong with the file itself.
file() {
    printf '%b' "$1" >wrong.c
    wrong wrong.c "$2"
}
good='static void Leaky(const float *x, float slope, float *y) { y[0] = slope * x[0]; }\n'
file "int x = ;\n$good" "wrong\.c:1:9: error: expected expression"
file "" "wrong\.c: defines no function 'Leaky'"
file "static void Leaky(const float *x, float slope, float *y);\n" "wrong\.c: defines no function 'Leaky'"
file "static int Leaky(const float *x, float slope, float *y) { return 0; }\n" "wrong\.c:1:12: Leaky must return void"
file "static void Leaky(const float *x, ...) { }\n" "wrong\.c:1:13: Leaky must return void, and take a fixed number"
file "static void Leaky(const float *, float slope, float *y) { }\n" "error: parameter name omitted|has no name"
file "struct s { int i; };\nstatic void Leaky(const struct s *x, float slope, float *y) { }\n" "wrong\.c:2:35: parameter 'x' is 'const struct s \*', for which there is no use"
file "static void Leaky(const float *x, int slope, float *y) { }\n" "parameter 'slope' is 'int', for which there is no use"
file "static void Leaky(const float *x, int x_rank, float slope, float *y) { }\n" "'x_rank' is not 'int64_t x_rank'"
file "static void Leaky(const float *x, int x_dims[2], float slope, float *y) { }\n" "'x_dims' is not 'const int64_t \*x_dims'"
file "float helper(float x) { return x; }\n$good" "wrong\.c:1:7: helper must be static"
file "static int count;\n$good" "wrong\.c:1:12: count must be static const"
file "static void Leaky(const float *x, float slope, float *y) { static int calls; y[0] = x[0] * slope * (float)calls++; }\n" \
    "wrong\.c:1:71: calls must be static const"
echo "static const float one = 1;" >local.h
file "#include \"local.h\"\n$good" "wrong\.c:1:.*includes .*local\.h, which the emitted file would not find"
wrong missing.c "missing\.c.*No such file"
wrong leaky.c "'words', a list of strings, which no parameter can be" strings
wrong leaky.c "node 'bend_it' \(custom\): output 0, 'y', is of a custom operator, and the model does not say of what type" untyped
wrong leaky.c "the size of its result is not known|fix the open dimensions" sized

# ---- options ----

expect 1 "--custom-op other:Leaky: no node of the model has that operator" \
    "$CNNC" leaky.onnx --custom-op other:Leaky=leaky.c --custom-op Leaky=leaky.c -o out/net.c
expect 1 "acme.Leaky: is not supported; 1 node uses it: 'bend_it'" "$CNNC" leaky.onnx -o out/net.c
expect 1 "no C file is given for the operator" "$CNNC" leaky.cir -o out/net.c
expect 1 "is for ONNX models" "$CNNC" zoo:lenet5 --custom-op Leaky=leaky.c -o out/net.c
expect 1 "is a custom operator, for which there is no reference" "$CNNC" verify leaky.onnx --custom-op Leaky=leaky.c
expect 2 "--custom-op wants .DOMAIN:.NAME=FILE.c" "$CNNC" leaky.onnx --custom-op Leaky -o out/net.c
expect 2 "given twice" "$CNNC" leaky.onnx --custom-op Leaky=leaky.c --custom-op Leaky=leaky.c -o out/net.c
nothing_left out
