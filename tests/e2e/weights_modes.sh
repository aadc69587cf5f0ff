# Weights as C arrays, drawn in from a file by the compiler, or handed over by the caller: the same results.
source "$(dirname "$0")/common.sh"
for mode in inline embed file; do
    mkdir $mode
    "$CNNC" "$digits/digits_resnet.onnx" -o $mode/digits_resnet.c --weights $mode
    case $mode in
    inline) [ ! -e $mode/digits_resnet.weights ] || fail "inline wrote a weights file" ;;
    *) [ -s $mode/digits_resnet.weights ] || fail "$mode wrote no weights file" ;;
    esac
    for cc in $(compilers); do
        (cd $mode && $cc -std=c11 -O1 -I. -DMODE_$mode "$here/weights_modes.c" digits_resnet.c -lm -o net && ./net >logits.$cc) ||
            fail "$cc, $mode"
        cmp inline/logits.$cc $mode/logits.$cc
    done
done
