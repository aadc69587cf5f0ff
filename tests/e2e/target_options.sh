# Sourced. target_options TARGET: sets the array target_options to what `cnnc verify` needs to run TARGET on this machine, with
# SIMDe's portable AVX-512 or qemu if the CPU cannot; fails, with the reason in target_lacks, where neither is there.
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

cpu_has() { grep -qw "$1" /proc/cpuinfo; }

target_options() {
    target_options=(--target "$1")
    target_lacks=
    case $1 in
        x86-64-v4)
            if cpu_has avx512dq; then return; fi
            # With AVX2 for the halves of a vector where there is that.
            local flags="-O1 -I$repository/tests/simde"
            if cpu_has avx2; then flags+=" -mavx2 -mfma"; fi
            target_options+=(--cflags "$flags")
            if ! echo '#include <simde/x86/avx512.h>' | cc -E - >/dev/null 2>&1; then target_lacks="AVX-512 or libsimde-dev"; fi
            ;;
        x86-64-v4-bf16)
            if ! cpu_has avx512_bf16; then target_lacks="AVX512_BF16"; fi
            ;;
        x86-64-v3)
            if ! cpu_has avx2; then target_lacks="AVX2"; fi
            ;;
        x86-64-v3-vnni)
            if ! cpu_has avx_vnni; then target_lacks="AVX-VNNI"; fi
            ;;
        aarch64*)
            if [ "$(uname -m)" = aarch64 ]; then return; fi
            target_options+=(--cc aarch64-linux-gnu-gcc --run "qemu-aarch64 -cpu max")
            if ! { command -v aarch64-linux-gnu-gcc && command -v qemu-aarch64; } >/dev/null; then target_lacks="aarch64-linux-gnu-gcc or qemu-aarch64"; fi
            ;;
    esac
    [ -z "$target_lacks" ]
}
