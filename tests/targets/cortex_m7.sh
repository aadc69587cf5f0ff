# --arduino: the library's C runs on a Cortex-M7 without an operating system, and reads digits as ONNX Runtime does; its sketch
# is C++ that the compiler for such machines takes.
source "$(dirname "$0")/common.sh"
needs arm-none-eabi-gcc qemu-system-arm
"$CNNC" "$digits/digits_resnet.onnx" --arduino -o net --check
[ "$(cd net && find . -type f | sort | xargs)" = "./examples/net/net.ino ./library.properties ./src/net.c ./src/net.h" ] || fail "other files: $(find net)"
write_digits 40
machine="-mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard"
arm-none-eabi-gcc $machine $strict -std=c11 -O2 -c net/src/net.c -o net.o
arm-none-eabi-gcc $machine -std=gnu11 -O2 -Inet/src -I. "$targets/digits.c" "$targets/cortex_m7.c" net.o --specs=rdimon.specs \
    -T "$targets/cortex_m7.ld" -lm -o digits.elf
timeout 300 qemu-system-arm -machine mps2-an500 -nographic -monitor none -serial none -semihosting-config enable=on,target=native \
    -kernel digits.elf >printed || { cat printed; fail "it ends with another code than 0"; }
cat printed
grep -qx "40 of 40 digits as ONNX Runtime reads them, logits too" printed || fail "other digits"

# The words of Arduino that the sketch uses.
cat >Arduino.h <<'END'
struct { void begin(long); template <typename T> void print(T); template <typename T> void println(T); } Serial;
unsigned long micros();
void delay(unsigned long);
END
arm-none-eabi-g++ $machine -std=gnu++11 -Wall -Wextra -Werror -Inet/src -include Arduino.h -x c++ -fsyntax-only net/examples/net/net.ino ||
    fail "the sketch"
for key in name version author maintainer sentence category architectures includes; do
    grep -q "^$key=." net/library.properties || fail "library.properties lacks $key"
done
expect 2 "has no threads" "$CNNC" "$digits/digits_resnet.onnx" --arduino -o new --threads
expect 2 "weights are inline" "$CNNC" "$digits/digits_resnet.onnx" --arduino -o new --weights file
expect 2 "want a folder each" "$CNNC" "$digits/digits_resnet.onnx" --arduino --python -o new
[ ! -e new ] || fail "wrote in spite of the error"
