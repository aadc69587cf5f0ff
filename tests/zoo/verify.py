"""Holds the zoo against PyTorch: the same random weights, passed over through --weights, must give the same outputs, within
1e-5 of the largest of PyTorch's in double precision.

    build/venv-bench/bin/python tests/zoo/verify.py [--cnnc PATH] [NAME ...]
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time
import zlib

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

from networks import NETWORKS

TOLERANCE = 1e-5


def draw_images(count, size, channels=3):
    """Noise at all scales, as photographs have it. Of white noise, deep layers see its mean only, and rounding errors."""
    scales = [1, 2, 4, 8, 16, 32, max(size)]
    layers = [torch.nn.functional.interpolate(torch.randn(count, channels, n, n), size, mode="bilinear") for n in scales if n <= max(size)]
    return sum(layers) / len(layers) ** 0.5


def randomize(model, images):
    """Weights as PyTorch draws them; normalizations with scales, shifts and the statistics of some images.

    The shifts leave most ReLUs open. Around 0 they make a random network chaotic: PyTorch's own rounding errors grow a
    hundredfold on the way, and say nothing of either program."""
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d):
            nn.init.uniform_(m.weight, 0.5, 1.5)
            nn.init.normal_(m.bias, 1, 0.3)
            m.momentum = 1
    with torch.no_grad():
        model.train()(images)
    model.eval()


def seed_of(name):
    """The same for a network whichever others are verified with it."""
    return zlib.crc32(name.encode())


def save_weights(model, folder, number):
    """As .safetensors or, where the number is odd, .npz."""
    tensors = {name: t.contiguous() for name, t in model.state_dict().items()}
    path = folder / ("weights.npz" if number % 2 else "weights.safetensors")
    if number % 2:
        numpy.savez(path, **{name: t.numpy() for name, t in tensors.items()})
    else:
        save_file(tensors, path)
    return path


def run(cnnc, name, weights, inputs, folder, options):
    """At -O1: what gcc gains beyond it is less than it takes for code that runs once."""
    for key, value in inputs.items():
        numpy.save(folder / f"{key}.npy", value)
        options = options + ["--input", f"{key}={folder / key}.npy"]
    (folder / "out").mkdir(exist_ok=True)
    subprocess.run([cnnc, "run", f"zoo:{name}", "--weights", weights, "--accuracy", "strict", "--cflags", "-O1",
                    "--output", folder / "out"] + options, check=True)
    return [numpy.load(p) for p in sorted((folder / "out").iterdir(), key=lambda p: p.name)]


def outputs(model, image, case):
    with torch.no_grad():
        y = model(image, **case)
    return [t.numpy() for t in (y if isinstance(y, (list, tuple)) else [y])]


def error(got, wanted):
    """The largest difference relative to the largest output."""
    assert [g.shape for g in got] == [w.shape for w in wanted], ([g.shape for g in got], [w.shape for w in wanted])
    return max(float(abs(g - w).max() / abs(w).max()) for g, w in zip(got, wanted))


def compare(cnnc, name):
    """Parameters of the PyTorch model; errors of cnnc and of PyTorch itself against PyTorch in double precision."""
    make, size, _ = NETWORKS[name]
    is_open = isinstance(size, tuple)
    options = ["--dim", f"H={size[0]}", "--dim", f"W={size[1]}"] if is_open else []
    torch.manual_seed(seed_of(name))
    model = make()
    images = draw_images(10, size if is_open else (size, size), getattr(model, "channels", 3))  # normalizations of 1x1 planes see one number of each
    randomize(model, images)
    image = images[:1]
    count = sum(p.numel() for p in model.parameters())
    cases = getattr(model, "cases", [{}])  # other inputs: thresholds of exits
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        weights = save_weights(model, folder, seed_of(name))
        inputs = [{"image": image.numpy()} | {key: numpy.float32(value) for key, value in case.items()} for case in cases]
        got = [run(cnnc, name, weights, i, folder, options) for i in inputs]
    single = [outputs(model, image, case) for case in cases]
    wanted = [outputs(model.double(), image.double(), case) for case in cases]
    return count, max(map(error, got, wanted)), max(map(error, single, wanted))


def listed(cnnc):
    """{name: (parameters, multiply-adds)} as `cnnc zoo` has it."""
    lines = subprocess.run([cnnc, "zoo"], check=True, capture_output=True, text=True).stdout.splitlines()[1:]
    return {name: (int(parameters), int(macs)) for name, parameters, macs in (line.split()[:3] for line in lines)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cnnc", default="build/release/compiler/cnnc")
    options.add_argument("names", nargs="*", metavar="NAME")
    o = options.parse_args()
    torch.set_num_threads(1)
    ours, failed = listed(o.cnnc), []
    names = o.names or [name for name in ours if name in NETWORKS]
    print(f"{'network':<20} {'parameters':>12} {'PyTorch':>12} {'paper':>8} {'multiply-adds':>15} {'error':>9} {'PyTorch':>9} seconds", flush=True)
    for name in names:
        start = time.time()
        parameters, own, theirs = compare(o.cnnc, name)
        ok = own <= TOLERANCE and parameters == ours[name][0]
        print(f"{name:<20} {ours[name][0]:>12} {parameters:>12} {NETWORKS[name][2]:>8} {ours[name][1]:>15} {own:9.1e} {theirs:9.1e} "
              f"{time.time() - start:7.0f}{'' if ok else '  FAILED'}", flush=True)
        if not ok:
            failed.append(name)
    if failed:
        sys.exit(f"FAILED: {' '.join(failed)}")


if __name__ == "__main__":
    main()
