# Meson and plain Make find an installed cnnc by pkg-config, and run it when the model has changed, and only then.
source "$(dirname "$0")/../e2e/common.sh"
consumers=$here/../consumers
cmake --install "$BUILD" --prefix "$scratch/prefix" >/dev/null
export PKG_CONFIG_PATH=$scratch/prefix/share/pkgconfig
unset CNNC
cp "$digits/digits_resnet.onnx" .
[ "$(pkg-config --modversion cnnc)" = "$("$(pkg-config --variable=cnnc cnnc)" --version | cut -d' ' -f2)" ] || fail "pkg-config knows another version"

# emits yes|no FILE COMMAND...: it runs cnnc, or does not.
emits() {
    local before file=$2 wanted=$1 ran=yes
    shift 2
    before=$(stat -c %y "$file" 2>/dev/null || echo never)
    "$@" >build.log 2>&1 || { cat build.log >&2; fail "$*"; }
    if [ "$before" = "$(stat -c %y "$file")" ]; then ran=no; fi
    [ $ran = "$wanted" ] || { cat build.log >&2; fail "does cnnc run? $ran: $*"; }
}

make=(make -f "$consumers/make/Makefile")
emits yes digits_resnet.c "${make[@]}"
./digits "$digits/test_images.npy" "$digits/digits_resnet_logits.npy"
emits no digits_resnet.c "${make[@]}"
touch digits_resnet.onnx
emits yes digits_resnet.c "${make[@]}"
echo >>digits_resnet.d "digits_resnet.c: $scratch/external" # as it is written for external data
touch external
emits yes digits_resnet.c "${make[@]}"
emits no digits_resnet.c "${make[@]}"

command -v meson >/dev/null || { echo "skipped the rest: no meson"; exit 77; }
meson setup meson "$consumers/meson" -Dmodel="$scratch/digits_resnet.onnx" -Dimages="$digits/test_images.npy" \
    -Dlogits="$digits/digits_resnet_logits.npy" >meson.log || { cat meson.log >&2; fail "cannot configure"; }
emits yes meson/digits_resnet.c ninja -C meson
emits no meson/digits_resnet.c ninja -C meson
touch digits_resnet.onnx
emits yes meson/digits_resnet.c ninja -C meson
meson test -C meson >meson.log || { cat meson.log >&2; fail "it computes something else"; }
