#!/usr/bin/env bash
# Hold what cnnc makes of networks against ONNX Runtime with its optimisations off: max |diff| / max |ref| <= 1e-5.
#
#     verify.sh FOLDER "NETWORK..." TARGET...
#
# FOLDER is what make_networks.py wrote; "" names all its networks. Prints a table as it goes; 1 if a figure is too large.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../e2e/target_options.sh"
cnnc=${CNNC:-$repository/build/release/compiler/cnnc}
folder=$1
names=${2:-}
targets=("${@:3}")
if [ -z "$names" ]; then names=$(cd "$folder" && ls -- *.onnx | sed 's/\.onnx$//'); fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

# The figure, or what went wrong.
cell() {
    local network=$folder/$1
    if ! target_options "$2"; then
        echo "no $target_lacks"
    elif "$cnnc" verify "$network.onnx" --input "$network.input.npy" --expected "$network.output.npy" --tolerance 1e-5 \
        "${target_options[@]}" >"$log" 2>&1; then
        sed -n 's/.*max |ref| //p' "$log"
    else
        sed -n 's/.*: error: //p' "$log" | head -n 1 | grep . || echo "failed"
        return 1
    fi
}

printf '| network |'
printf ' %s |' "${targets[@]}"
printf '\n| --- |'
printf ' ---: |%.0s' "${targets[@]}"
echo
for name in $names; do
    printf '| %s |' "$name"
    for target in "${targets[@]}"; do
        text=$(cell "$name" "$target") || status=1
        printf ' %s |' "$text"
    done
    echo
done
exit $status
