# conv_shapes.sh OPTION...: every network that make_conv_shapes.py wrote into MODELS, or those of ONLY, against ONNX Runtime.
source "$(dirname "$0")/common.sh"
passed=0
for name in ${ONLY:-any_shape grouped fused large}; do
    model=$MODELS/$name/model.onnx
    if [ ! -f "$model" ]; then
        echo "skipped: no $model (make check makes its Python environment)"
        exit 77
    fi
    "$CNNC" verify "$model" "$@" >log 2>&1 || { grep -vE ': ok: |^layer ' log >&2; fail "$name $*"; }
    checked=$(grep -c ': ok: ' log)
    [ "$checked" -ge 38 ] || fail "$name: only $checked outputs were compared"
    passed=$((passed + checked))
done
echo "$passed outputs are right"
