#!/usr/bin/env bash
# Install what Debian 12 lacks to build cnnc; quick and silent when nothing is missing.
#
#     .ci/install-dependencies.sh [--tests] [--targets] [--bench]
#
# --tests adds what `make check` needs, --targets what `make check-targets` needs besides, --bench what `make bench` needs.
set -euo pipefail

packages=(
    gcc libc6-dev cmake make ninja-build pkg-config
    protobuf-c-compiler libprotobuf-c-dev
    flex bison
    libclang-dev libxxhash-dev libzip-dev libjansson-dev libpng-dev libturbojpeg0-dev libcmocka-dev
)
tests=(
    clang libclang-rt-14-dev g++ meson zsh fish dpkg-dev
    qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
    gcc-s390x-linux-gnu libc6-dev-s390x-cross
    python3 python3-venv
    protobuf-compiler libsimde-dev libfreeimage-dev valgrind
)
targets=(gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)
bench=(python3 python3-venv python3-torch python3-torchvision ca-certificates)

for option in "$@"; do
    case $option in
        --tests) packages+=("${tests[@]}") ;;
        --targets) packages+=("${targets[@]}") ;;
        --bench) packages+=("${bench[@]}") ;;
        *)
            echo "usage: $0 [--tests] [--targets] [--bench]" >&2
            exit 2
            ;;
    esac
done

# dpkg-query complains of packages it has never heard of, which are missing like the others.
installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
    grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    echo "Not root, and sudo would ask for a password. Please install:" >&2
    echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
