# find_package(cnnc) and cnnc_add_model: from C and C++, with Ninja and Make, for this machine and for aarch64.
source "$(dirname "$0")/../e2e/common.sh"
consumers=$here/../consumers
cmake --install "$BUILD" --prefix "$scratch/prefix" >/dev/null
cp "$digits/digits_resnet.onnx" model.onnx # to be touched
unset CNNC CMAKE_GENERATOR

# configure PROJECT FOLDER OPTION...
configure() {
    local project=$1 folder=$2
    shift 2
    cmake -S "$consumers/$project" -B "$folder" -DCMAKE_PREFIX_PATH="$scratch/prefix" -DMODEL="$scratch/model.onnx" \
        -DIMAGES="$digits/test_images.npy" -DLOGITS="$digits/digits_resnet_logits.npy" "$@" >configure.log 2>&1 ||
        { cat configure.log >&2; fail "cannot configure $folder"; }
}

build() { cmake --build "$1" >build.log 2>&1 || { cat build.log >&2; fail "cannot build $1"; }; }
right() { ctest --test-dir "$1" --output-on-failure --no-tests=error || fail "$1 computes something else"; }

# When cnnc wrote the file; CMake for Make may itself remove it on configuring with other options.
written() { stat -c %y "$folder/digits_resnet.cnnc/digits_resnet.c" 2>/dev/null || echo never; }

# emits yes|no WHY: the next build runs cnnc, or does not.
emits() {
    local before ran=yes
    before=$(written)
    build "$folder"
    if [ "$before" = "$(written)" ]; then ran=no; fi
    [ $ran = "$1" ] || { cat build.log >&2; fail "$folder, $2: does cnnc run? $ran"; }
}

for generator in Ninja "Unix Makefiles"; do
    folder=${generator// /_}
    configure cmake_c "$folder" -G "$generator"
    build "$folder"
    right "$folder"
    emits no "nothing has changed"
    configure cmake_c "$folder"
    emits no "configured again"
    touch model.onnx
    emits yes "another model"
    configure cmake_c "$folder" -DMODEL_OPTIONS="--accuracy=strict;--profile"
    emits yes "other options"
    grep -q profile "$folder/digits_resnet.cnnc/digits_resnet.h" || fail "the options do not reach cnnc"
    touch prefix/bin/cnnc
    emits yes "another cnnc"
    emits no "all is done"
    right "$folder"
done

configure cmake_cxx cxx -G Ninja
build cxx
right cxx

if { command -v aarch64-linux-gnu-gcc && command -v qemu-aarch64; } >/dev/null; then
    configure cmake_c cross -G Ninja --toolchain "$consumers/aarch64.cmake" -DCNNC_EXECUTABLE="$scratch/prefix/bin/cnnc"
    build cross
    file=$(od -An -tu2 -j18 -N2 cross/digits) # e_machine: EM_AARCH64
    [ "$file" -eq 183 ] || fail "not built for aarch64"
    grep -q arm_neon.h cross/digits_resnet.cnnc/digits_resnet.c || fail "not emitted for aarch64"
    right cross
fi

# Mistakes are told where they are made.
mkdir wrong
wrong() {
    printf 'cmake_minimum_required(VERSION 3.20)\nproject(wrong LANGUAGES %s)\nfind_package(cnnc REQUIRED)\n%s\n' "$1" "$2" >wrong/CMakeLists.txt
    rm -rf wrong/build
    expect 1 "$3" cmake -S wrong -B wrong/build -DCMAKE_PREFIX_PATH="$scratch/prefix"
}
wrong NONE 'cnnc_add_model(net net.onnx)' "add C to"
wrong C 'cnnc_add_model(a-b net.onnx)' "letters, digits and"
wrong C 'cnnc_add_model(net net.onnx generic)' "'generic' belongs after"
