# cnnc --zephyr: a stand-in for Zephyr's build system reads the module; the sample runs, an application gets ONNX Runtime's logits,
# here and on aarch64, and one that does not ask for the network is built without it.
source "$(dirname "$0")/../e2e/common.sh"
consumers=$here/../consumers
export ZEPHYR_BASE=$consumers/zephyr
"$CNNC" "$digits/digits_resnet.onnx" --zephyr -o digits_resnet --check
[ "$(cd digits_resnet && find . -type f | sort | xargs)" = "./CMakeLists.txt ./Kconfig ./sample/CMakeLists.txt ./sample/prj.conf ./sample/src/main.c ./src/digits_resnet.c ./src/digits_resnet.h ./zephyr/module.yml" ] ||
    fail "other files: $(find digits_resnet -type f)"

# build SOURCE FOLDER OPTION...
build() {
    local source=$1 folder=$2
    shift 2
    { cmake -S "$source" -B "$folder" -G Ninja "-DCMAKE_C_FLAGS=$strict" "$@" && cmake --build "$folder"; } >build.log 2>&1 || { cat build.log >&2; fail "$folder"; }
}

build digits_resnet/sample sample
sample/app >printed
grep -qE "^code 0, microseconds [0-9]+$" printed || { cat printed >&2; fail "the sample prints something else"; }
images=("$digits/test_images.npy" "$digits/digits_resnet_logits.npy")
build "$consumers/zephyr/app" app -DMODULE="$scratch/digits_resnet"
app/app "${images[@]}"
if { command -v aarch64-linux-gnu-gcc && command -v qemu-aarch64; } >/dev/null; then
    build "$consumers/zephyr/app" cross -DMODULE="$scratch/digits_resnet" --toolchain "$consumers/aarch64.cmake"
    qemu-aarch64 -L /usr/aarch64-linux-gnu cross/app "${images[@]}"
fi

sed -i s/=y/=n/ digits_resnet/sample/prj.conf
cmake -S digits_resnet/sample -B without -G Ninja >/dev/null
expect 1 "digits_resnet.h" cmake --build without
expect 2 "has no threads" "$CNNC" "$digits/digits_resnet.onnx" --zephyr -o new --threads
[ ! -e new ] || fail "wrote in spite of the error"
