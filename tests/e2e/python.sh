# --python: pip builds a wheel of the folder without a network, and what it has computes as ONNX Runtime does, without copies and
# without Python's lock.
source "$(dirname "$0")/common.sh"
[ -x "$PYTHON" ] || { echo "skipped: no Python environment (make check makes it)"; exit 77; }
"$PYTHON" "$here/make_open_batch.py"
"$CNNC" "$digits/digits_resnet.onnx" --python -o digits --check
"$CNNC" "$digits/digits_branchy.cnn" --weights "$digits/digits_branchy.onnx" --python -o branchy/ --weights embed --target native,generic
"$CNNC" net.onnx --dim batch=2..5 --threads=2 --weights file --python -o some/where/open
[ "$(cd digits && find . -type f | sort | xargs)" = "./pyproject.toml ./setup.py ./src/digits/__init__.py ./src/digits/network.c ./src/digits/network.h ./src/digits/network.weights" ]
for folder in digits branchy some/where/open; do
    (cd $folder && "$PYTHON" -m pip wheel . --no-build-isolation --no-deps --no-index -q -w "$scratch/wheels" >log 2>&1) || { cat $folder/log >&2; fail "no wheel of $folder"; }
done
ls wheels
[ -e wheels/digits-1.0.0-py3-none-linux_"$(uname -m)".whl ] || fail "the wheel is not for every Python 3"
"$PYTHON" -m pip install -q --no-deps --no-index --target site wheels/*.whl
PYTHONPATH=site "$PYTHON" "$here/run_python.py" "$digits"

# What cannot be a module, what cannot be written: an error, and nothing stays.
expect 1 "'lambda' has a meaning" "$CNNC" "$digits/digits_resnet.onnx" --python -o new/lambda
[ ! -e new ] || fail "left behind: $(find new)"
expect 1 "Not a directory" "$CNNC" "$digits/digits_resnet.onnx" --python -o net.onnx
expect 2 "say where the C goes: -o FOLDER" "$CNNC" "$digits/digits_resnet.onnx" --python
