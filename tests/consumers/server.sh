# A wheel of which two processes compute a data set, with one copy of the weights; Dask's workers do, where it is installed.
source "$(dirname "$0")/../e2e/common.sh"
[ -x "$PYTHON" ] || { echo "skipped: no Python environment (make check makes it)"; exit 77; }
"$CNNC" "$digits/digits_resnet.onnx" --python --weights file -o digits
"$PYTHON" -m pip install -q --no-build-isolation --no-deps --no-index --target site ./digits >log 2>&1 || { cat log >&2; fail "no wheel"; }
export PYTHONPATH=$scratch/site:$here/../consumers/server
"$PYTHON" "$here/../consumers/server/check.py" "$digits/test_images.npy" "$digits/digits_resnet_logits.npy"
"$PYTHON" "$here/../consumers/server/predict.py" digits images.npy again.npy --workers 2
cmp logits.npy again.npy
if "$PYTHON" -c "import dask.distributed" 2>/dev/null; then
    "$PYTHON" "$here/../consumers/server/predict.py" digits images.npy again.npy --workers 2 --dask
    cmp logits.npy again.npy
fi
