#!/usr/bin/env bash
# Write the conformance suite to FOLDER, once for each set of pinned packages.
set -euo pipefail

folder=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/../python/requirements.txt
python=$here/../../build/venv-check
expected=2033

"$here/../python/venv.sh" "$python" "$requirements"
if ! cmp -s "$requirements" "$folder/requirements.txt"; then
    rm -rf "$folder" "$folder.part"
    "$python/bin/python" -W ignore "$here/export_cases.py" "$folder.part"
    cp "$requirements" "$folder.part/requirements.txt"
    mv "$folder.part" "$folder"
fi
cases=$(find "$folder/" -name model.onnx | wc -l)
echo "$cases cases in $folder"
[ "$cases" -eq "$expected" ]
