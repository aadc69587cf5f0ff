# Sourced behind common.sh by tests of bad models: CNNC is built with sanitizers there, whose findings exit with 99.
export ASAN_OPTIONS=exitcode=99:detect_leaks=1 UBSAN_OPTIONS=exitcode=99
mkdir out
X='input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_value: 2 } dim { dim_value: 3 } } } } }'
Y='output { name: "y" }'
V17='ir_version: 8 opset_import { version: 17 }'

# model GRAPH [REST]: model.onnx, of opset 17 unless REST says something else.
model() {
    echo "${2-$V17} graph { name: \"g\" $1 }" >model.txtpb
    encode model.txtpb model.onnx
}

# refused PATTERN [COMMAND...]: the command (the compilation of model.onnx) exits with 1, says what is wrong and what
# would cure it, and writes nothing.
refused() {
    local pattern=$1
    shift
    [ $# -gt 0 ] || set -- "$CNNC" model.onnx -o out/net.c
    expect 1 "$pattern.*@.*hint: " oneline "$@"
    nothing_left out
}

# What a command prints, on one line: patterns can say what comes after what.
oneline() {
    local code=0
    "$@" >oneline.log 2>&1 || code=$?
    tr '\n' '@' <oneline.log
    return $code
}

accepted() {
    "$CNNC" model.onnx -o out/net.c || fail "refused"
    rm -rf out/*
}
