"""The files of this folder: two layers as NumPy and safetensors write them, for readers that must not trust each other's writer.

    build/venv-bench/bin/python tests/data/weights/make.py
"""

import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent
sys.path.append(str(folder.parent.parent / "zoo"))
from init import draw  # noqa: E402

tensors = {
    "conv1.weight": numpy.arange(4 * 3 * 2 * 2, dtype=numpy.float32).reshape(4, 3, 2, 2) / 8 - 2,
    "bn1.weight": numpy.array([1, 2, 3, 4], numpy.float32),
    "bn1.running_var": numpy.array([0.5, 1.5, 2.5, 3.5], numpy.float32),
    "bn1.num_batches_tracked": numpy.array(7),
    "fc.weight": numpy.arange(20, dtype=numpy.float32).reshape(5, 4) - 10,
}
numpy.savez(folder / "stored.npz", **tensors)
numpy.savez_compressed(folder / "deflated.npz", **(tensors | {"fc.weight": numpy.asfortranarray(tensors["fc.weight"])}))
halves = {name: torch.from_numpy(t.copy()) for name, t in tensors.items()}
halves["conv1.weight"] = halves["conv1.weight"].half()
halves["fc.weight"] = halves["fc.weight"].bfloat16()
halves["bn1.weight"] = halves["bn1.weight"].double()
save_file(halves, folder / "halves.safetensors", metadata={"format": "pt"})

layer = ("layer1.0.conv1.weight", (8, 5, 3, 3), "weight", 45, 72)
numpy.savez_compressed(folder / "drawn.npz", **{kind: draw(*layer, kind, seed=7) for kind in ("he", "xavier", "msra")})
