# Emitted C compiles without a warning, whatever the target, the options and the compiler; libclang agrees. The runtime that it
# carries is what it uses: clang tells of functions, both of macros that it does not.
source "$(dirname "$0")/common.sh"
for model in "$digits"/*.onnx; do
    for target in generic native x86-64-v4,x86-64-v3,aarch64,generic; do
        for options in "" "--threads --profile"; do
            "$CNNC" "$model" -o net.c --target $target $options --check
            for cc in $(compilers); do
                for level in -O0 ${options:+-O2}; do # optimisation sees more, and takes a while
                    $cc -std=c11 $level $strict -Wunused-macros -c net.c -o net.o || fail "$cc $level, $model, $target, $options"
                done
            done
        done
    done
done
# The header alone, in C and in C++.
echo '#include "net.h"' >user.c
echo '#include "net.h"' >user.cpp
for cc in $(compilers); do $cc -std=c11 $strict -c user.c -o user.o; done
if command -v g++ >/dev/null; then g++ -Wall -Wextra -Wpedantic -Werror -c user.cpp -o user.o; fi
