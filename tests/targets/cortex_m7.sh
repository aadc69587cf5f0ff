# --arduino and --zephyr: the library's C runs on a Cortex-M7 without an operating system, and reads digits as ONNX Runtime does; its sketch
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
in_qemu() { # PROGRAM
    timeout 300 qemu-system-arm -machine mps2-an500 -nographic -monitor none -serial none -semihosting-config enable=on,target=native \
        -kernel "$1" >printed || { cat printed; fail "$1 ends with another code than 0"; }
    cat printed
    grep -qx "40 of 40 digits as ONNX Runtime reads them, logits too" printed || fail "other digits"
}
in_qemu digits.elf

"$CNNC" "$digits/digits_resnet.onnx" --arduino --self-test -o tested --prefix net
arm-none-eabi-gcc $machine $strict -std=c11 -O2 -c tested/src/net.c -o net.o
arm-none-eabi-gcc $machine -std=gnu11 -O2 -Itested/src "$here/self_test.c" "$targets/cortex_m7.c" net.o --specs=rdimon.specs \
    -T "$targets/cortex_m7.ld" -lm -o self.elf
timeout 300 qemu-system-arm -machine mps2-an500 -nographic -monitor none -serial none -semihosting-config enable=on,target=native \
    -kernel self.elf >printed || { cat printed; fail "the self-test"; }

# The words of Arduino that the sketch uses.
cat >Arduino.h <<'END'
struct { void begin(long); template <typename T> void print(T); template <typename T> void println(T); } Serial;
unsigned long micros();
void delay(unsigned long);
END
arm-none-eabi-g++ $machine -std=gnu++11 -Wall -Wextra -Werror -Inet/src -include Arduino.h -x c++ -fsyntax-only net/examples/net/net.ino ||
    fail "the sketch"

# --zephyr: the module, for the same machine, by the stand-in for Zephyr's build system.
"$CNNC" "$digits/digits_resnet.onnx" --zephyr -o module --prefix net --check
mkdir app
cat >app/CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.20.0)
list(APPEND EXTRA_ZEPHYR_MODULES $scratch/module)
find_package(Zephyr REQUIRED HINTS $here/../consumers/zephyr)
project(digits)
target_include_directories(app PRIVATE $scratch)
target_sources(app PRIVATE $targets/digits.c $targets/cortex_m7.c)
END
echo CONFIG_CNNC_NET=y >app/prj.conf
cat >cortex_m7.cmake <<END
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_C_FLAGS_INIT "$machine")
set(CMAKE_EXE_LINKER_FLAGS_INIT "--specs=rdimon.specs -T $targets/cortex_m7.ld")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
END
{ cmake -S app -B zephyr -G Ninja --toolchain "$scratch/cortex_m7.cmake" && cmake --build zephyr; } >log 2>&1 || { cat log; fail "the module"; }
in_qemu zephyr/app

for key in name version author maintainer sentence category architectures includes; do
    grep -q "^$key=." net/library.properties || fail "library.properties lacks $key"
done
expect 2 "has no threads" "$CNNC" "$digits/digits_resnet.onnx" --arduino -o new --threads
expect 2 "weights are inline" "$CNNC" "$digits/digits_resnet.onnx" --arduino -o new --weights file
expect 2 "want a folder each" "$CNNC" "$digits/digits_resnet.onnx" --arduino --python -o new
[ ! -e new ] || fail "wrote in spite of the error"
