#!/usr/bin/env bash
# Make the benchmark's Python environments: FOLDER/venv-bench and FOLDER/venv-mnn (default: build).
# Debian's Python is used because Debian's torch is (see requirements.txt).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$here/../../build}
venv=$here/../python/venv.sh

if ! /usr/bin/python3 -c 'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ("torch", "torchvision"))))'; then
    echo "torch is missing: run .ci/install-dependencies.sh --bench" >&2
    exit 1
fi
"$venv" "$folder/venv-bench" "$here/requirements.txt" /usr/bin/python3 --system-site-packages
"$venv" "$folder/venv-mnn" "$here/requirements-mnn.txt" /usr/bin/python3
