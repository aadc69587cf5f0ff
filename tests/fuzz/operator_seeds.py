"""operator_seeds.py FOLDER: the models of tests/operators, many nodes in each, as seeds for fuzzers."""
import importlib
import pathlib
import sys

import onnx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "operators"))
from operators import model_of, packs  # noqa: E402

for table in ("microsoft", "classical", "versions"):
    for name, cases in packs(importlib.import_module(table).cases()).items():
        onnx.save(model_of(cases), pathlib.Path(sys.argv[1], f"{table}_{name}.onnx"))
