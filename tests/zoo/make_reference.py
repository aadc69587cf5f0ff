"""What `make check` holds the zoo against where there is no PyTorch: parameters and multiply-adds of PyTorch's networks
(parameters.txt), and outputs of some of them with the weights of `--init he --seed 1` (tests/data/zoo/NAME.npy).

    build/venv-bench/bin/python tests/zoo/make_reference.py [NAME ...]
"""

import pathlib
import sys

import numpy
import torch
from torch import nn

from draw_image import draw_image
from init import draw
from networks import NETWORKS

WITH_OUTPUTS = ["squeezenet1_1", "mobilenet_v2", "resnet18", "resnet20", "all_cnn_c"]
OPEN_SIZE = 224  # that cnnc zoo takes where an image has none
HERE = pathlib.Path(__file__).parent
NORM_ROLES = {"weight": "scale", "bias": "shift", "running_mean": "mean", "running_var": "variance"}


def count_macs(model, size):
    """Multiply-adds of convolutions and products."""
    f, total = nn.functional, 0

    def counting(function):
        def call(x, weight, *rest, **options):
            nonlocal total
            y = function(x, weight, *rest, **options)
            total += weight.numel() * y.numel() // weight.shape[0]
            return y

        return call

    def transposed(x, weight, *rest, **options):
        nonlocal total
        total += weight.numel() * x.numel() // weight.shape[0]
        return conv_transpose2d(x, weight, *rest, **options)

    conv2d, conv_transpose2d, linear = f.conv2d, f.conv_transpose2d, f.linear
    f.conv2d, f.conv_transpose2d, f.linear = counting(conv2d), transposed, counting(linear)
    with torch.no_grad():
        model.eval()(torch.zeros(1, getattr(model, "channels", 3), size, size), **getattr(model, "cases", [{}])[-1])
    f.conv2d, f.conv_transpose2d, f.linear = conv2d, conv_transpose2d, linear
    return total


def initialize(model, kind="he", seed=1):
    norms = {name for name, m in model.named_modules() if isinstance(m, nn.BatchNorm2d)}
    state = model.state_dict()
    for name, t in state.items():
        layer, last = name.rsplit(".", 1)
        if last == "num_batches_tracked":
            continue
        role = NORM_ROLES[last] if layer in norms else last
        fan_in, fan_out = (t[0].numel(), t.numel() // t.shape[1]) if role == "weight" else (1, 1)
        t.copy_(torch.from_numpy(draw(name, tuple(t.shape), role, fan_in, fan_out, kind, seed)))


def write_output(name, model, size):
    initialize(model)
    with torch.no_grad():
        y = model.double().eval()(torch.from_numpy(draw_image(size)).double())
    numpy.save(HERE.parent / "data" / "zoo" / f"{name}.npy", y.numpy().astype(numpy.float32))


def main():
    table = HERE / "parameters.txt"
    rows = dict(line.split(" ", 1) for line in table.read_text().splitlines()) if table.exists() else {}
    for name in sys.argv[1:] or NETWORKS:
        make, size, _ = NETWORKS[name]
        size = OPEN_SIZE if isinstance(size, tuple) else size
        model = make()
        rows[name] = f"{sum(p.numel() for p in model.parameters())} {count_macs(model, size)}"
        print(name, rows[name], flush=True)
        if name in WITH_OUTPUTS:
            write_output(name, model, size)
    table.write_text("".join(f"{name} {rows[name]}\n" for name in sorted(rows)))


main()
