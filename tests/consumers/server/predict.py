"""Runs a network that `cnnc --python` made a wheel of over a large .npy file, on processes of this machine or on Dask's workers.

    predict.py MODULE INPUTS.npy OUTPUTS.npy [--workers N] [--dask [SCHEDULER]]

Each worker maps its rows of the inputs and of the outputs, as it maps the network's weights (--weights file): processes of
one machine share all of them, and the scheduler sees nothing but numbers of rows.
"""
import argparse
import concurrent.futures
import functools
import importlib
import multiprocessing

import numpy

TASK = 32  # rows


def predict(module, inputs, outputs, first, last):
    """Rows [first, last), by a worker."""
    network = importlib.import_module(module)
    x, y = numpy.load(inputs, mmap_mode="r"), numpy.load(outputs, mmap_mode="r+")
    for row in range(first, last):
        network.run(x[row:row + 1], out=[y[row:row + 1]])  # here preparation of each input would go


def predict_all(executor, worker, inputs, outputs, shape):
    """Runs worker(first, last) for all rows of the inputs; `shape` is that of one row of the outputs, float32."""
    rows = len(numpy.load(inputs, mmap_mode="r"))
    numpy.lib.format.open_memmap(outputs, "w+", numpy.float32, (rows, *shape))
    tasks = [executor.submit(worker, first, min(first + TASK, rows)) for first in range(0, rows, TASK)]
    for task in tasks:
        task.result()
    return rows


def executor_of(workers, scheduler=None):
    """Dask's, where a scheduler is given: an address, or "" for one of its own."""
    if scheduler is None:
        return concurrent.futures.ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
    from dask.distributed import Client
    client = Client(scheduler) if scheduler else Client(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    return client.get_executor()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("module")
    p.add_argument("inputs")
    p.add_argument("outputs")
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--dask", nargs="?", const="", metavar="SCHEDULER")
    o = p.parse_args()
    shape = importlib.import_module(o.module).OUTPUTS[0].shape[1:]
    with executor_of(o.workers, o.dask) as executor:
        rows = predict_all(executor, functools.partial(predict, o.module, o.inputs, o.outputs), o.inputs, o.outputs, shape)
    print(f"{rows} rows by {o.workers} workers")


if __name__ == "__main__":
    main()
