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

# Files of different runs are never taken for one another's: the compiler refuses the header, the program the weights. A
# weights file that is cut short is none either.
cat >main.c <<'END'
#include <stdio.h>
#include "net.h"
static float image[NET_INPUT_0_SIZE], logits[NET_OUTPUT_0_SIZE];
static _Alignas(64) unsigned char workspace[NET_WORKSPACE_SIZE], weights[NET_WEIGHTS_SIZE];
int main(void) {
    const net_inputs in = {.image = image};
    const net_outputs out = {.logits = logits};
#ifdef MODE_file
    FILE *f = fopen("net.weights", "rb");
    if (!f || !fread(weights, 1, sizeof weights, f)) return 1;
    fclose(f);
    printf("%d %d\n", net_run(&in, &out, workspace, weights), net_run(&in, &out, workspace, NULL));
#else
    (void)weights;
    printf("%d\n", net_run(&in, &out, workspace));
#endif
    return 0;
}
END
echo 'network net(image: f32[1,3]) { return logits = image |> dense(5) }' >net.cnn
for mode in embed file; do
    for seed in 1 2; do mkdir $mode$seed && "$CNNC" net.cnn --init he --seed $seed --weights $mode -o $mode$seed/net.c; done
    # is PROGRAM'S_OUTPUT SEED_OF_C SEED_OF_H SEED_OF_WEIGHTS
    is() {
        cp $mode$2/net.c $mode$3/net.h $mode$4/net.weights .
        gcc -DMODE_$mode main.c net.c -lm -o net 2>log || true
        if grep -q "run cnnc again" log; then echo refused >got; else ./net >got; fi
        [ "$(cat got)" = "$1" ] || { cat log >&2; fail "$mode, c $2, h $3, weights $4: $(cat got) instead of $1"; }
    }
    right=0 wrong=7
    if [ $mode = file ]; then right="0 7" wrong="7 7"; fi
    is "$right" 1 1 1
    is "$right" 2 2 2
    is "$wrong" 1 1 2
    is refused 1 2 1
    is refused 1 2 2
    is refused 2 1 1
    head -c 100 ${mode}1/net.weights >short && cp short ${mode}2/net.weights
    if [ $mode = file ]; then is "$wrong" 1 1 2; fi
done
