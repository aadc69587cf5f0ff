# cnnc certify: arena and constants are equal to what the linker's map of a whole program says, stack to GCC's stack usage along
# the path that is named; and a run uses that much.
source "$(dirname "$0")/common.sh"
if ! gcc -fcallgraph-info=su -x c -c /dev/null -o none.o 2>/dev/null; then echo "skipped: gcc has no -fcallgraph-info"; exit 77; fi

number() { sed -nE "s/^#define NET_$1 ([0-9]+).*/\1/p" "${2:-net.certificate.h}"; }
# in_map SECTION OBJECT: its bytes, whether the name has a line of its own or not.
in_map() {
    awk -v section="$1" -v object="$2" '/^Linker script and memory map/ { on = 1 }
        on && $1 == section { name = 1; if (NF == 4 && $4 == object) { print $3; exit } next }
        on && name && NF == 3 && $3 == object { print $2; exit } { name = 0 }' map | { read -r hex; echo $((hex)); }
}
equal() { [ "$2" = "$3" ] && [ -n "$2" ] || fail "$1: $2 in the certificate, $3 measured ($what)"; }
cat >main.c <<'END'
#include "net.certificate.h"
#ifdef ARENA
unsigned char arena[NET_WORKSPACE_SIZE];
#else
extern unsigned char arena[];
int main(void) { return net_workspace_size() == 0 || net_run(0, 0, arena + 1) == 0; }
#endif
END

check() { # MODEL FLAGS COMPILER OPTIONS...
    local model=$1 flags=$2 cc=$3
    shift 3
    what="$model $flags $cc $*"
    "$CNNC" "$model" "$@" -o net.c --prefix net
    "$CNNC" certify net.c --cc $cc --cflags "$flags" >printed
    $cc -std=c11 $flags -fstack-usage -c net.c -o net.o
    $cc -std=c11 $flags -c main.c -o main.o
    $cc -std=c11 $flags -DARENA -c main.c -o arena.o
    $cc net.o main.o arena.o -Wl,-Map=map -lm -pthread -o program
    equal arena "$(number ARENA_BYTES)" "$(in_map .bss arena.o)"
    equal arena "$(number ARENA_BYTES)" "$(number WORKSPACE_SIZE net.h)"
    equal constants "$(number CONSTANT_BYTES)" "$(in_map .rodata.net_weights net.o)"
    equal constants "$(number CONSTANT_BYTES)" "$(number WEIGHTS_SIZE net.h)"
    equal code "$(number CODE_BYTES)" "$(size -A net.o | awk '$1 ~ /^\.text/ { n += $2 } END { print n }')"
    # The sum of the frames along each path; of clones of a function, the one that the compiler made most of.
    local macro bytes path sum
    while read -r _ macro bytes _ path; do
        path=${path%%;*} path=${path% \*/} path=${path##*: }
        sum=$(tr '>' '\n' <<<"$path" | tr -d ' ' | awk -F '[:\t]' 'NR == FNR { name = $4; sub(/\..*/, "", name); if ($5 > frame[name]) frame[name] = $5; next }
            { n += frame[$1] } END { print n }' net.su -)
        equal "$macro" "$bytes" "$sum"
    done < <(grep '_STACK_BYTES' net.certificate.h)
}
check "$digits/digits_resnet.onnx" -O2 gcc --target generic --weights inline
check "$digits/digits_resnet.onnx" "-O1 -march=x86-64-v3" gcc --target x86-64-v3 --weights embed --threads
check "$digits/digits_branchy.onnx" -Os gcc --target generic --weights inline --self-test
check zoo:branchynet_lenet -O2 gcc --init he
for machine in aarch64 riscv64; do
    if command -v $machine-linux-gnu-gcc >/dev/null; then
        check "$digits/digits_resnet.onnx" -O2 $machine-linux-gnu-gcc --target generic --weights inline
    fi
done

# A run needs as much, but for 16 bytes a call that a frame may leave unused and what the C library takes.
for flags in -O0 -O2; do
    "$CNNC" "$digits/digits_resnet.onnx" -o net.c
    "$CNNC" certify net.c --cc gcc --cflags "$flags" >printed
    gcc -std=gnu11 $flags "$here/certify.c" -I. net.c -lm -pthread -o painted
    used=$(./painted)
    stated=$(number RUN_STACK_BYTES)
    echo "$flags: $used of $stated bytes of stack are used"
    [ "$used" -ge $((stated * 8 / 10)) ] && [ "$used" -le $((stated + 256)) ] || fail "$used bytes of stack are used, $stated certified"
done

# Another file, and files that were changed.
"$CNNC" "$digits/digits_branchy.onnx" -o net.c
expect 1 "made of another net.c" gcc -std=c11 -fsyntax-only main.c
"$CNNC" "$digits/digits_resnet.onnx" --weights inline --target generic -o net.c
rm net.certificate.h
refused() { # PATTERN SCRIPT
    sed -E "$2" net.c >broken.c
    cmp -s net.c broken.c && fail "nothing is changed by $2"
    cp net.h broken.h
    expect 1 "$1" "$CNNC" certify broken.c --cc gcc
    [ ! -e broken.certificate.h ] || fail "a certificate in spite of the error"
}
refused "k[0-9]+_.* has a stack frame whose size is not fixed" \
    "0,/^static void k[0-9]+_pool/s/^(static void k[0-9]+_[a-z_0-9]+\(.*\{)/\1 volatile char room[end + 1]; room[begin] = 0;/"
again="if (in == NULL \&\& out != NULL) return 1 + net_run(in, NULL, workspace) * net_run(NULL, out, (char *)workspace + 64);"
refused "may call itself" "s/^int net_run\(.*\{/&\n    $again/"
refused "bytes of data can change" "s/^int net_run\(.*\{/int calls = 1;\n&\n    calls++;/"
refused "the header" "s/, 6[0-9]*, 0u?\}//; s/constant0\[([0-9]+)\]/constant0[\1 + 64]/; /^_Static_assert/,/;/d"
if command -v clang >/dev/null; then expect 1 "name a GCC" "$CNNC" certify net.c --cc clang; fi
expect 1 "cannot be read" "$CNNC" certify none.c
expect 2 "the emitted file" "$CNNC" certify net.h
