#!/usr/bin/env bash
# Make a Python environment once, and again when its requirements change.
#
#     venv.sh FOLDER REQUIREMENTS [PYTHON [VENV-OPTION ...]]
#
# Python is for tests and benchmarks only; nothing here is needed to build or to use cnnc.
set -euo pipefail

folder=$1
requirements=$2
python=${3:-python3}
venv_options=("${@:4}")
stamp=$folder/requirements.txt

if [ -x "$folder/bin/python" ] && cmp -s "$requirements" "$stamp"; then
    exit 0
fi
echo "making the Python environment $folder"
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
"$python" -m venv "${venv_options[@]}" "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$stamp" # last, so that an interrupted run starts over
