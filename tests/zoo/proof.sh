# cnnc check passes on every network of the zoo: each for one target in turn, or for those named in TARGETS.
source "$(dirname "$0")/../e2e/common.sh"
all=(generic x86-64-v4 x86-64-v3 aarch64)
turn=0
for name in $("$CNNC" zoo | tail -n +2 | cut -d' ' -f1); do
    dims=()
    case $name in sppnet | hed) dims=(--dim H=224 --dim W=224) ;; esac
    for target in ${TARGETS:-${all[turn++ % 4]}}; do
        "$CNNC" check "zoo:$name" --target "$target" ${dims[@]+"${dims[@]}"} >log 2>&1 || { cat log >&2; fail "$name, $target"; }
    done
done
