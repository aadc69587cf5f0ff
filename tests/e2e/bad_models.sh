# Models that are wrong, each in its own way: an error that names the node or tensor, a hint, nothing written.
source "$(dirname "$0")/common.sh"
source "$here/refuse.sh"

case_is() { model "$2" "${3-$V17}" && refused "$1"; }
# Attribute types: 1 float, 2 int, 5 graph, 7 ints.
x_is() { echo "input { name: \"x\" type { tensor_type { elem_type: ${2-1} shape { $(printf 'dim { dim_value: %s } ' $1) } } } }"; }
floats() { echo "data_type: 1 $(printf 'dims: %s ' $2) name: \"$1\""; }
ints() { echo "initializer { name: \"$1\" data_type: 7 dims: $(wc -w <<<"$2") $(printf 'int64_data: %s ' $2) }"; }

# How nodes hang together
case_is "node 'again' \(Relu\): lies on a cycle|node 'first' \(Add\): lies on a cycle" "$X $Y
    node { name: 'first' op_type: 'Add' input: 'x' input: 'b' output: 'y' } node { name: 'again' op_type: 'Relu' input: 'y' output: 'b' }"
case_is "node 'self' \(Relu\): lies on a cycle" "$X $Y node { name: 'self' op_type: 'Relu' input: 'y' output: 'y' }"
case_is "node 'add' \(Add\): input 1, 'gone', is computed nowhere" "$X $Y node { name: 'add' op_type: 'Add' input: 'x' input: 'gone' output: 'y' }"
case_is "output 'y' of graph 'g' is computed nowhere" "$X $Y node { name: 'relu' op_type: 'Relu' input: 'x' output: 'z' }"
case_is "node 'two' \(Neg\): computes 'y', which is already defined" "$X $Y
    node { name: 'one' op_type: 'Relu' input: 'x' output: 'y' } node { name: 'two' op_type: 'Neg' input: 'x' output: 'y' }"
case_is "node 'relu' \(Relu\): lies on a cycle" "$X $Y node { name: 'relu' op_type: 'Relu' input: 'x' output: 'x' }"
case_is "'x' is defined twice" "$X $X $Y node { op_type: 'Relu' input: 'x' output: 'y' }"
case_is "'w' is defined twice" "$X $Y initializer { $(floats w 1) float_data: 1 } initializer { $(floats w 1) float_data: 1 }
    node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"

# Operators and attributes
case_is "node 'relu' \(Relu\): has 2 inputs instead of 1" "$X $Y node { name: 'relu' op_type: 'Relu' input: 'x' input: 'x' output: 'y' }"
case_is "node 'add' \(Add\): lacks input 0" "$X $Y node { name: 'add' op_type: 'Add' input: '' input: 'x' output: 'y' }"
case_is "node 'relu' \(Relu\): has no attribute 'colour'" "$X $Y node { name: 'relu' op_type: 'Relu' input: 'x' output: 'y' attribute { name: 'colour' type: 2 i: 1 } }"
case_is "node 'soft' \(Softmax\): attribute 'axis' is a float where an int is needed" "$X $Y
    node { name: 'soft' op_type: 'Softmax' input: 'x' output: 'y' attribute { name: 'axis' type: 1 f: 1 } }"
case_is "node 'soft' \(Softmax\): attribute 'axis' is given twice" "$X $Y
    node { name: 'soft' op_type: 'Softmax' input: 'x' output: 'y' attribute { name: 'axis' type: 2 i: 1 } attribute { name: 'axis' type: 2 i: 1 } }"
case_is "node 'soft' \(Softmax\): axis 7 is outside" "$X $Y node { name: 'soft' op_type: 'Softmax' input: 'x' output: 'y' attribute { name: 'axis' type: 2 i: 7 } }"
case_is "node 'relu' \(Relu\): has a graph as attribute" "$X $Y
    node { name: 'relu' op_type: 'Relu' input: 'x' output: 'y' attribute { name: 'g' type: 5 g { name: 'inner' output { name: 'x' } } } }"
case_is "node 'if' \(If\): has no two branches" "$X $(x_is 1 9 | sed s/\"x\"/\"c\"/) $Y
    node { name: 'if' op_type: 'If' input: 'c' output: 'y' attribute { name: 'then_branch' type: 5 g { name: 't' output { name: 'x' } } } }"
branches="attribute { name: 'then_branch' type: 5 g { name: 't' output { name: 'x' } } } attribute { name: 'else_branch' type: 5 g { name: 'e' output { name: 'x' } } }"
case_is "node 'if' \(If\): its condition is no single bool" "$X $Y node { name: 'if' op_type: 'If' input: 'x' output: 'y' $branches }"

model "$X $(x_is 1 9 | sed s/\"x\"/\"c\"/) $Y
    node { name: 'if' op_type: 'If' input: 'c' output: 'y' attribute { name: 'then_branch' type: 5 g { name: 't' output { name: 's' }
    node { name: 'soft' op_type: 'Softmax' input: 'x' output: 's' attribute { name: 'axis' type: 2 i: 7 } } } } attribute { name: 'else_branch' type: 5 g { name: 'e' output { name: 'x' } } } }"
expect 1 "'soft' .*axis 7.*@.*hint: .*decide the If: --fix INPUT=VALUE" oneline "$CNNC" model.onnx -o out/net.c

case_is "node 'pick' \(Compress\): lacks its condition" "$X $Y node { name: 'pick' op_type: 'Compress' input: 'x' input: '' output: 'y' }"

# Attributes that no sum or product of sizes has room for
plane=$(x_is '1 4 2 2')
for size in 4294967296 9223372036854775807 1099511627776 0 -1; do
    case_is "node 'move' \(DepthToSpace\): its blocksize $size is not within 1 to 2048" "$plane $Y
        node { name: 'move' op_type: 'DepthToSpace' input: 'x' output: 'y' attribute { name: 'blocksize' type: 2 i: $size } }"
done
for size in -9223372036854775808 9223372036854775807 4611686018427387904; do
    case_is "node 'gru' \(GRU\): hidden_size $size is not possible" "$(x_is '3 1 2') $Y
        initializer { $(floats w '1 3 2') float_data: [1, 1, 1, 1, 1, 1] } initializer { $(floats u '1 3 1') float_data: [1, 1, 1] }
        node { name: 'gru' op_type: 'GRU' input: 'x' input: 'w' input: 'u' output: 'y' attribute { name: 'hidden_size' type: 2 i: $size } }"
done
grams() { case_is "node 'grams' \(TfIdfVectorizer\): $1" "input { name: 'x' type { tensor_type { elem_type: 6 shape { dim { dim_value: 3 } } } } } $Y
    node { name: 'grams' op_type: 'TfIdfVectorizer' input: 'x' output: 'y' attribute { name: 'mode' type: 3 s: 'TF' } attribute { name: 'pool_int64s' type: 7 ints: [1, 2, 3] }
        attribute { name: 'ngram_counts' type: 7 ints: $2 } attribute { name: 'ngram_indexes' type: 7 ints: $3 } }"; }
grams "its pool and its lists do not fit" "[0, -9223372036854775808]" "[0, 1, 2]"
grams "its pool and its lists do not fit" "[-9223372036854775808, 1]" "[0, 1, 2]"
grams "its ngram_indexes have 9223372036854775807" "[0]" "[9223372036854775807, 1, 2]"
grams "its ngram_indexes have -1" "[0]" "[0, 1, -1]"
case_is "node 'cut' \(CenterCropPad\): wants size -9223372036854775808 on axis 1" "$X $Y $(ints s '2 -9223372036854775808')
    node { name: 'cut' op_type: 'CenterCropPad' input: 'x' input: 's' output: 'y' }" "ir_version: 8 opset_import { version: 18 }"
for n in 4294967297 2147483648 0; do
    case_is "node 'scan' \(Scan\): scans $n of 1 inputs" "$X $Y node { name: 'scan' op_type: 'Scan' input: 'x' output: 'y' attribute { name: 'num_scan_inputs' type: 2 i: $n }
        attribute { name: 'body' type: 5 g { name: 'b' input { name: 'i' } output { name: 'o' } node { op_type: 'Relu' input: 'i' output: 'o' } } } }"
done
case_is "node 'cast' \(Cast\): .*type" "$X $Y node { name: 'cast' op_type: 'Cast' input: 'x' output: 'y' attribute { name: 'to' type: 2 i: 4294967297 } }"
# Those that mean what the largest sensible one does
model "$X $Y initializer { $(floats s '2 1') float_data: [1, 2] }
    node { op_type: 'QuantizeLinear' input: 'x' input: 's' output: 'y' attribute { name: 'block_size' type: 2 i: 9223372036854775807 } }" "ir_version: 10 opset_import { version: 21 }"
accepted
model "$(x_is '1 2 4 4') $Y node { op_type: 'Attention' input: 'x' input: 'x' input: 'x' output: 'y' attribute { name: 'right_window_size' type: 2 i: -9223372036854775808 } }" \
    "ir_version: 10 opset_import { version: 24 }"
accepted

# Every operator that cnnc does not know, at once
case_is "operator NoSuchOperator: is not supported; 2 nodes use it: 'one', 'three'.*operator example.NorThis: is not supported; 1 node uses it: 'two'.*2 operators \(3 nodes are\) not supported" "$X $Y
    node { name: 'one' op_type: 'NoSuchOperator' input: 'x' output: 'a' } node { name: 'two' domain: 'example' op_type: 'NorThis' input: 'a' output: 'b' }
    node { name: 'three' op_type: 'NoSuchOperator' input: 'b' output: 'y' }"

# Operator sets
relu="$X $Y node { name: 'relu' op_type: 'Relu' input: 'x' output: 'y' }"
case_is "imports opset 0, which there is not" "$relu" "ir_version: 8 opset_import { version: 0 }"
case_is "imports opset -5, which there is not" "$relu" "ir_version: 8 opset_import { version: -5 }"
case_is "imports opset 9999; this cnnc knows them up to" "$relu" "ir_version: 8 opset_import { version: 9999 }"
case_is "does not say which operator set it uses" "$relu" "ir_version: 8"
case_is "node 'relu' \(Relu\): uses the standard operators, whose version" "$relu" "ir_version: 8 opset_import { domain: 'other' version: 1 }"

# Shapes that do not fit
case_is "node 'product' \(MatMul\): .*(inner|fit|columns|rows|3)" "$X $Y initializer { $(floats w '2 3') float_data: [1, 1, 1, 1, 1, 1] }
    node { name: 'product' op_type: 'MatMul' input: 'x' input: 'w' output: 'y' }"
case_is "node 'sum' \(Add\): .*broadcast" "$X $Y initializer { $(floats w 2) float_data: [1, 1] } node { name: 'sum' op_type: 'Add' input: 'x' input: 'w' output: 'y' }"
case_is "node 'shape' \(Reshape\): cannot reshape 6 elements into" "$X $Y $(ints s '4 2') node { name: 'shape' op_type: 'Reshape' input: 'x' input: 's' output: 'y' }"
case_is "node 'join' \(Concat\): input 1 has size 3 along axis 1, the first has 4" "$X $Y initializer { $(floats w '1 4') float_data: [1, 1, 1, 1] }
    node { name: 'join' op_type: 'Concat' input: 'w' input: 'x' output: 'y' attribute { name: 'axis' type: 2 i: 0 } }"
case_is "node 'conv' \(Conv\): input 0 has rank 2" "$X $Y initializer { $(floats w '1 2 1 1') float_data: [1, 1] } node { name: 'conv' op_type: 'Conv' input: 'x' input: 'w' output: 'y' }"
case_is "node 'conv' \(Conv\): its filters read 2 channels .* the input has 3" "$(x_is '1 3 5 5') $Y initializer { $(floats w '1 2 1 1') float_data: [1, 1] }
    node { name: 'conv' op_type: 'Conv' input: 'x' input: 'w' output: 'y' }"
case_is "node 'sum' \(Add\): mixes element types f32 and i64" "$X $Y $(ints s 1) node { name: 'sum' op_type: 'Add' input: 'x' input: 's' output: 'y' }"

# Sizes that cannot be
case_is "value 'x': axis 1 of size 1099511627776 makes it too large" "$(x_is '1 1099511627776') $Y node { op_type: 'Relu' input: 'x' output: 'y' }"
case_is "value 'x': axis 0 of size 1099511627776 makes it too large" "$(x_is 1099511627776 9) $Y node { op_type: 'Not' input: 'x' output: 'y' }"
case_is "value 'x': axis 1 of size 9223372036854775807 makes it too large" "$(x_is '0 9223372036854775807') $Y node { op_type: 'Relu' input: 'x' output: 'y' }"
case_is "node 'tile' \(Tile\): output 0 is too large" "$X $Y $(ints r '1099511627776 1') node { name: 'tile' op_type: 'Tile' input: 'x' input: 'r' output: 'y' }"
case_is "node 'expand' \(Expand\): output 0 is too large" "$(x_is '1 1') $Y $(ints r '4294967296 4294967296') node { name: 'expand' op_type: 'Expand' input: 'x' input: 'r' output: 'y' }"
case_is "node 'split' \(Split\): its parts add up to more than axis 0 has" "$X output { name: 'a' } output { name: 'b' } $(ints s '9223372036854775807 9223372036854775807')
    node { name: 'split' op_type: 'Split' input: 'x' input: 's' output: 'a' output: 'b' }"
case_is "node 'conv' \(Conv\): output 0 is too large" "$(x_is '1 1 8 8') $Y initializer { $(floats w '1 1 1 1') float_data: 1 }
    node { name: 'conv' op_type: 'Conv' input: 'x' input: 'w' output: 'y' attribute { name: 'pads' type: 7 ints: [2147483647, 2147483647, 2147483647, 2147483647] } }"
doubling='node { name: "d0" op_type: "Concat" input: "x" input: "x" output: "v0" attribute { name: "axis" type: 2 i: 0 } }'
for i in $(seq 1 60); do doubling+=" node { name: \"d$i\" op_type: \"Concat\" input: \"v$((i - 1))\" input: \"v$((i - 1))\" output: \"v$i\" attribute { name: \"axis\" type: 2 i: 0 } }"; done
case_is "node 'd[0-9]+' \(Concat\): output 0 is too large" "$X $doubling output { name: 'v60' }"
symbolic='input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_param: "n" } } } } }'
case_is "dimension 0, named 'n', is open" "$symbolic $doubling output { name: 'v60' }"
case_is "node 'normal' \(Softmax\): needs a workspace of [0-9]+ GiB" "$(x_is '500000 4') $(x_is '4 500000' | sed s/\"x\"/\"z\"/) $Y
    node { name: 'outer' op_type: 'MatMul' input: 'x' input: 'z' output: 'a' } node { name: 'normal' op_type: 'Softmax' input: 'a' output: 'b' attribute { name: 'axis' type: 2 i: 0 } }
    node { name: 'last' op_type: 'MatMul' input: 'b' input: 'a' output: 'y' }"

# Tensors
with_w() { case_is "tensor 'w': $1" "$X $Y initializer { name: 'w' $2 } node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"; }
with_w "has 11 bytes of f32 data where 12 are needed" "data_type: 1 dims: 3 raw_data: '12345678901'"
with_w "has 13 bytes of f32 data where 12 are needed" "data_type: 1 dims: 3 raw_data: '1234567890123'"
with_w "has 0 numbers of f32 data where 3 are needed" "data_type: 1 dims: 3 raw_data: ''"
with_w "has 2 numbers of f32 data where 3 are needed" "data_type: 1 dims: 3 float_data: [1, 2]"
with_w "has 0 numbers of f32 data where 3 are needed" "data_type: 1 dims: 3 int64_data: [1, 2, 3]"
with_w "axis 0 has size -3" "data_type: 1 dims: -3 float_data: [1, 2, 3]"
with_w "axis 1 of size 4611686018427387904 makes it too large" "data_type: 1 dims: [4, 4611686018427387904] raw_data: ''"
with_w "has 17 dimensions, more than 16" "data_type: 1 dims: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] float_data: 1"
with_w "has element type 99, which cnnc does not know" "data_type: 99 dims: 1 raw_data: '1234'"
with_w "has element type 0, which cnnc does not know" "dims: 1 raw_data: '1234'"
with_w "stores strings as raw bytes" "data_type: 8 dims: 1 raw_data: '1234'"
with_w "is split into segments" "data_type: 1 dims: 3 segment { begin: 0 end: 1 } float_data: [1, 2, 3]"
case_is "value 'x': has element type 77" "$(x_is '2 3' 77) $Y node { op_type: 'Relu' input: 'x' output: 'y' }"
case_is "input 'x' has no type" "input { name: 'x' } $Y node { op_type: 'Relu' input: 'x' output: 'y' }"
sparse() { case_is "sparse tensor 'w': $1" "$X $Y sparse_initializer { values { name: 'w' data_type: 1 dims: 1 float_data: 5 } indices { data_type: 7 $2 } dims: $3 }
    node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"; }
sparse "index 0 lies outside" "dims: 1 int64_data: 3" 3
sparse "index 0 lies outside" "dims: 1 int64_data: -1" 3
sparse "has values and indices that do not fit" "dims: 2 int64_data: [0, 1]" 3
sparse "needs .* bytes, more than a model of this size may unfold to" "dims: 1 int64_data: 0" 100000000

# An input that is an initializer too has a default value, which it keeps.
model "$X $(x_is 3 | sed s/\"x\"/\"w\"/) $Y initializer { $(floats w 3) float_data: [1, 2, 3] } node { op_type: 'Add' input: 'x' input: 'w' output: 'y' }"
"$CNNC" model.onnx -o out/net.c
grep -q "NET_INPUT_COUNT 1" out/net.h || fail "an initializer is still an input"
rm out/*

# Functions
call() { model "$X $Y node { name: 'call' domain: 'd' op_type: 'F' input: 'x' output: 'y' }" "$V17 opset_import { domain: 'd' version: 1 } $1"; }
std="opset_import { version: 17 } opset_import { domain: 'd' version: 1 } domain: 'd'"
call "functions { $std name: 'F' input: 'a' output: 'b' node { name: 'inner' op_type: 'Relu' input: 'a' output: 'b' } }"
expect 0 "" "$CNNC" verify model.onnx --target generic --cflags -O1
call "functions { $std name: 'F' input: 'a' output: 'b' node { name: 'itself' domain: 'd' op_type: 'F' input: 'a' output: 'b' } }"
refused "node 'itself' \(F\): function 'F' calls itself"
call "functions { $std name: 'F' input: 'a' output: 'b' node { name: 'to_g' domain: 'd' op_type: 'G' input: 'a' output: 'b' } }
    functions { $std name: 'G' input: 'a' output: 'b' node { name: 'back' domain: 'd' op_type: 'F' input: 'a' output: 'b' } }"
refused "node 'back' \(F\): function 'F' calls itself"
call "functions { $std name: 'F' output: 'b' node { op_type: 'Relu' input: 'a' output: 'b' } }"
refused "node 'call' \(F\): passes 1 inputs"
call "functions { $std name: 'F' input: 'a' output: 'b' node { op_type: 'Relu' input: 'a' output: 'c' } }"
refused "node 'call' \(F\): function 'F' does not compute its output 'b'"
call "functions { $std name: 'F' input: 'a' output: 'b' node { name: 'inner' op_type: 'Relu' input: 'gone' output: 'b' } }"
refused "node 'call/inner' \(Relu\): input 0, 'gone', is computed nowhere"
call "functions { opset_import { version: 9999 } domain: 'd' name: 'F' input: 'a' output: 'b' node { op_type: 'Relu' input: 'a' output: 'b' } }"
refused "F: imports opset 9999"
# Each runs the graph that it is given twice over: 2^19 graphs within one another.
nesting="functions { $std name: 'F0' input: 'a' output: 'b' attribute: 'g' node { op_type: 'If' input: 'a' output: 'b'
    attribute { name: 'then_branch' type: 5 ref_attr_name: 'g' } attribute { name: 'else_branch' type: 5 ref_attr_name: 'g' } } }"
for i in $(seq 1 19); do
    nesting+=" functions { $std name: 'F$i' input: 'a' output: 'b' attribute: 'g' node { domain: 'd' op_type: 'F$((i - 1))' input: 'a' output: 'b'
        attribute { name: 'g' type: 5 g { name: 'b' output { name: 'c' } node { domain: 'd' op_type: 'F$((i - 1))' input: 'a' output: 'c' attribute { name: 'g' type: 5 ref_attr_name: 'g' } } } } } }"
done
model "$(x_is 1 9) $Y node { name: 'top' domain: 'd' op_type: 'F19' input: 'x' output: 'y' attribute { name: 'g' type: 5 g { name: 'leaf' output { name: 'x' } } } }" \
    "$V17 opset_import { domain: 'd' version: 1 } $nesting"
refused "nested more than [0-9]+ deep"
# Each calls the one before twice: 2^30 nodes.
twice="functions { $std name: 'F0' input: 'a' output: 'b' node { op_type: 'Relu' input: 'a' output: 'b' } }"
for i in $(seq 1 30); do
    twice+=" functions { $std name: 'F$i' input: 'a' output: 'b' node { domain: 'd' op_type: 'F$((i - 1))' input: 'a' output: 'c' } node { domain: 'd' op_type: 'F$((i - 1))' input: 'c' output: 'b' } }"
done
model "$X $Y node { name: 'top' domain: 'd' op_type: 'F30' input: 'x' output: 'y' }" "$V17 opset_import { domain: 'd' version: 1 } $twice"
refused "gives too many nodes"
