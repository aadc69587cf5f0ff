# Products are rounded before they are subtracted, whatever compilers would do with both at once: the same product less itself is 0.
source "$(dirname "$0")/common.sh"

network() { # TYPE
    printf 'graph "g" {\n'
    for input in a b c d; do printf '  input %%%s "%s" : %s[1000]\n' $input $input "$1"; done
    printf '  %%p = mul(%%a, %%b)\n  %%q = mul(%%c, %%d)\n  %%x "x" = sub(%%p, %%q)\n'
    printf '  %%r = mul(%%a, %%d)\n  %%s = mul(%%c, %%b)\n  %%n = neg(%%s)\n  %%y "y" = add(%%n, %%r)\n'
    printf '  %%z "z" = sub(%%r, %%s)\n  return %%x, %%y, %%z\n}\n'
}
network f32 >float.cir
network f64 >double.cir
cat >main.c <<'END'
#include "net.h"
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE + 1];
static REAL a[1000], b[1000], results[3][1000];
int main(void) {
    for (int i = 0; i < 1000; i++) a[i] = (REAL)1 / (REAL)(i + 3), b[i] = (REAL)1 + (REAL)i / (REAL)777;
    const net_inputs in = {a, b, a, b};
    const net_outputs out = {results[0], results[1], results[2]};
    if (net_run(&in, &out, workspace) != 0) return 2;
    for (int i = 0; i < 3000; i++)
        if (results[i / 1000][i % 1000] != 0) return 1;
    return 0;
}
END

# exact TARGET RUN CC...
exact() {
    local target=$1 run=$2 real
    shift 2
    for real in float double; do
        "$CNNC" $real.cir --target $target -o net.c
        "$@" -O2 -DREAL=$real -I. main.c net.c -lm -o net
        $run ./net || fail "x - x is not 0 in $real for $target by $*"
    done
}
for cc in $(compilers); do
    for target in native generic; do exact $target "" $cc -march=native; done
done
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    for target in aarch64 generic; do exact $target qemu-aarch64 aarch64-linux-gnu-gcc -static; done
fi
