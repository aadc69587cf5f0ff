"""Hold quantised networks against ONNX Runtime: which class is first, and how many quantisation steps outputs are apart.

    python verify_int8.py NETWORKS [--networks NAME ...] [--samples N] [--target LIST]

NETWORKS is what make_quantized.py writes; the inputs are seeded random images. ONNX Runtime computes a QDQ model in two ways,
and a line is printed for each: with its optimisations off in float32 between DequantizeLinear and QuantizeLinear, as the model
says; else in integers (QLinearConv, QLinearAdd and their kin), rounding at other places. `between` is how far the two are from one
another: a step in one number of a deep network is several in its outputs. cnnc rounds where the integer kernels do.
Exits with 1 unless all classes are the same and 99.9 % of the outputs within a step, against either.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))
from make_quantized import NETWORKS  # noqa: E402
from reference import optimized_session, reference_session, seed_of  # noqa: E402


def output_step(path):
    """The scale of the DequantizeLinear that makes the output."""
    graph = onnx.load(str(path)).graph
    last = next(n for n in graph.node if graph.output[0].name in n.output)
    if last.op_type != "DequantizeLinear":
        raise SystemExit(f"{path}: its output is not quantised")
    return float(next(numpy_helper.to_array(t) for t in graph.initializer if t.name == last.input[1]))


def run_runtime(session, images):
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: image[None]})[0] for image in images])


def run_cnnc(cnnc, path, images, target):
    with tempfile.TemporaryDirectory() as folder:
        images_file, out = pathlib.Path(folder, "images.npy"), pathlib.Path(folder, "out.npy")
        np.save(images_file, images)
        subprocess.run([cnnc, "run", path, "--input", images_file, "--output", out, "--target", target], check=True, stdout=subprocess.DEVNULL)
        return np.load(out).reshape(len(images), -1)


def figures(got, want, step):
    """Images of the same first class, share of outputs within a step, share of equal ones, the largest distance in steps."""
    steps = np.round(np.abs(got - want) / step)
    return np.mean(got.argmax(1) == want.argmax(1)), np.mean(steps <= 1), np.mean(steps == 0), steps.max()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--cnnc", type=pathlib.Path, default=ROOT / "build/release/compiler/cnnc")
    parser.add_argument("--networks", nargs="+", default=NETWORKS, metavar="NAME")
    parser.add_argument("--samples", type=int, default=40, metavar="N")
    parser.add_argument("--target", default="native", metavar="LIST")
    arguments = parser.parse_args()
    print("| network | against | same class | within a step | equal | largest, steps |\n| --- | --- | ---: | ---: | ---: | ---: |")
    right = True
    for name in arguments.networks:
        path = arguments.folder / f"{name}.onnx"
        shape = np.load(arguments.folder / f"{name}.input.npy").shape[1:]
        images = np.random.default_rng(seed_of(name) + 6).standard_normal((arguments.samples, *shape)).astype(np.float32)
        step = output_step(path)
        got = run_cnnc(arguments.cnnc, path, images, arguments.target)
        exact, integers = (run_runtime(session(path), images) for session in (reference_session, optimized_session))
        rows = {"as written": figures(got, exact, step), "integers": figures(got, integers, step),
                "between": figures(integers, exact, step)}
        for label, (same, near, equal, largest) in rows.items():
            print(f"| {name} | {label} | {same:.1%} | {near:.3%} | {equal:.2%} | {largest:.0f} |", flush=True)
        right = right and any(rows[label][0] == 1 and rows[label][1] >= 0.999 for label in ("as written", "integers"))
    return not right


if __name__ == "__main__":
    sys.exit(main())
