#!/usr/bin/env bash
# seeds.sh FOLDER: small models for a fuzzer to start from.
set -euo pipefail
mkdir -p "$1"
cp tests/data/digits/*.onnx "$1"
for model in build/suite/node/*/model.onnx; do
    if [ -f "$model" ]; then cp "$model" "$1/$(basename "$(dirname "$model")").onnx"; fi
done
