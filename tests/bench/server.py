"""Images per second of two workers of Dask over a data set, by a wheel of `cnnc --python` and by ONNX Runtime.

    server.py NETWORKS [--network NAME] [--images N] [--workers N] [--rounds N] [--cnnc PATH] [--out FOLDER]

Both in the same harness (tests/consumers/server/predict.py), a thread a worker, in turns; the best round of each counts.
"""
import argparse
import functools
import os
import pathlib
import subprocess
import sys
import time

import numpy
from dask.distributed import Client

HERE = pathlib.Path(__file__).resolve().parent
PATHS = [str(HERE), str(HERE.parent / "consumers" / "server")]
sys.path[:0] = PATHS

import mappings  # noqa: E402
import predict  # noqa: E402

PREFIX = "network_of_cnnc"


@functools.lru_cache(1)
def session(model):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def predict_onnxruntime(model, inputs, outputs, first, last):
    s = session(model)
    x, y = numpy.load(inputs, mmap_mode="r"), numpy.load(outputs, mmap_mode="r+")
    name = s.get_inputs()[0].name
    for row in range(first, last):
        y[row] = s.run(None, {name: x[row:row + 1]})[0][0]


def make_wheel(o, model):
    subprocess.run([o.cnnc, model, "--python", "--weights", "file", "--prefix", PREFIX, "-o", o.out / "wheel"], check=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--upgrade", "--no-build-isolation", "--no-deps", "--no-index",
                    "--target", o.out / "site", o.out / "wheel"], check=True, env=os.environ | {"CFLAGS": "-O2 -march=native"})
    PATHS.append(str(o.out / "site"))
    sys.path.append(PATHS[-1])
    os.environ["PYTHONPATH"] = os.pathsep.join(PATHS)  # of the workers


def make_images(path, like, count):
    """The network's input with other noise on each."""
    numbers = numpy.random.default_rng(1)
    images = numpy.lib.format.open_memmap(path, "w+", numpy.float32, (count, *like.shape[1:]))
    for row in images:
        row[:] = like[0] + 0.1 * numbers.standard_normal(like.shape[1:], numpy.float32)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("networks", type=pathlib.Path)
    p.add_argument("--network", default="resnet18")
    p.add_argument("--images", type=int, default=1024)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--cnnc", default="build/release/compiler/cnnc")
    p.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/bench/server"))
    o = p.parse_args()
    o.out = o.out.resolve()
    o.out.mkdir(parents=True, exist_ok=True)
    model, images = str((o.networks / f"{o.network}.onnx").resolve()), str(o.out / "images.npy")
    make_wheel(o, model)
    make_images(images, numpy.load(o.networks / f"{o.network}.input.npy"), o.images)
    shape = numpy.load(o.networks / f"{o.network}.output.npy").shape[1:]
    results = {"cnnc": str(o.out / "cnnc.npy"), "ONNX Runtime": str(o.out / "onnxruntime.npy")}
    workers = {"cnnc": functools.partial(predict.predict, PREFIX, images, results["cnnc"]),
               "ONNX Runtime": functools.partial(predict_onnxruntime, model, images, results["ONNX Runtime"])}
    best = dict.fromkeys(workers, 0.0)
    with Client(n_workers=o.workers, threads_per_worker=1, dashboard_address=None) as client:
        executor = client.get_executor()
        for round in range(o.rounds + 1):  # the first one loads the networks
            for name, worker in workers.items():
                start = time.perf_counter()
                predict.predict_all(executor, worker, images, results[name], shape)
                if round:
                    best[name] = max(best[name], o.images / (time.perf_counter() - start))
        mapped = client.run(mappings.weights_mapped, PREFIX).values()
    got, wanted = (numpy.load(results[name]) for name in workers)
    error = abs(got - wanted).max() / abs(wanted).max()
    print(f"{o.network}, {o.images} images, {o.workers} workers of a thread each, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, rate in best.items():
        print(f"{name:<14}{rate:8.1f} images/s")
    for sizes in mapped:
        print("weights mapped by a worker: " + ", ".join(f"{k} {v >> 20} MiB" for k, v in sizes.items()))
    print(f"max |difference| / max |reference| {error:.1e}")
    return 0 if error < 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
