# reference.sh NAME SIZE: outputs with the weights of --init he --seed 1, as PyTorch computed them (make_reference.py).
source "$(dirname "$0")/../e2e/common.sh"
if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/../zoo/draw_image.py" "$2" image.npy
"$CNNC" verify "zoo:$1" --init he --seed 1 --accuracy strict --input image.npy --expected "$DATA/zoo/$1.npy" --tolerance 1e-5
