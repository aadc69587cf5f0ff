# The Debian package names the libraries that cnnc needs, and what is in it works from wherever it is unpacked.
source "$(dirname "$0")/../e2e/common.sh"
command -v dpkg-shlibdeps >/dev/null || { echo "skipped: no dpkg-shlibdeps (dpkg-dev)"; exit 77; }
cpack -G DEB --config "$BUILD/CPackConfig.cmake" -B "$scratch" >cpack.log 2>&1 || { cat cpack.log >&2; fail "no package"; }
deb=$(echo cnnc_*_"$(dpkg --print-architecture)".deb)
dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed 's/^ *//; s/ .*//' | sort >depends
# Each shared library of the program comes from a package that is named.
ldd "$CNNC" | grep -oE '/[^ ]*(protobuf-c|clang|jansson|png|turbojpeg|xxhash|zip)[^ ]*\.so[^ ]*' >libraries
[ "$(wc -l <libraries)" = 7 ] || fail "other libraries than seven: $(cat libraries)"
while read -r library; do
    package=$(dpkg -S "$(basename "$(readlink -f "$library")")" | head -n 1 | cut -d: -f1)
    grep -qx "$package" depends || fail "$package is missing from: $(xargs <depends)"
done <libraries

dpkg-deb -x "$deb" root
PKG_CONFIG_PATH=$scratch/root/usr/share/pkgconfig
export PKG_CONFIG_PATH
installed=$(pkg-config --variable=cnnc cnnc)
"$CNNC" "$digits/digits_resnet.onnx" -o digits_resnet.c
mkdir other && "$installed" "$digits/digits_resnet.onnx" -o other/digits_resnet.c
cmp digits_resnet.c other/digits_resnet.c
for file in man/man1/cnnc.1 bash-completion/completions/cnnc zsh/vendor-completions/_cnnc fish/vendor_completions.d/cnnc.fish \
    cmake/cnnc/cnncConfig.cmake; do
    [ -s root/usr/share/$file ] || fail "no share/$file"
done
