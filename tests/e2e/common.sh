# Sourced by each test: a scratch folder to work in, and words for checks. CNNC, DATA and PROTO come from ctest.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
digits=$DATA/digits
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# expect CODE PATTERN COMMAND...: it exits with CODE and prints the pattern.
expect() {
    local code=$1 pattern=$2 got=0
    shift 2
    "$@" >expect.log 2>&1 || got=$?
    [ "$got" = "$code" ] || { cat expect.log >&2; fail "exit code $got instead of $code: $*"; }
    grep -qE -- "$pattern" expect.log || { cat expect.log >&2; fail "no '$pattern' from: $*"; }
    rm -f expect.log
}

# An ONNX model from protobuf's text form.
encode() {
    protoc --proto_path="$(dirname "$PROTO")" --encode=onnx.ModelProto "$PROTO" <"$1" >"$2"
}

# The compilers at hand.
compilers() {
    local cc
    for cc in gcc clang; do
        if command -v $cc >/dev/null; then echo $cc; fi
    done
}

nothing_left() {
    local left
    left=$(find "$1" -mindepth 1)
    [ -z "$left" ] || fail "left behind: $left"
}
