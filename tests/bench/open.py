"""Time programs with open sizes against programs for one size each: the same core, interleaved, batch 1, float32.

    python open.py --out build/bench/open

One program with `--dim H=MIN..MAX --dim W=MIN..MAX` meets, at each of the sizes, one with `--dim H=SIZE --dim W=SIZE`; an encoder
with `--dim sequence=1..512` those of one length. Results of the two are compared. Prints a table as it goes; exits with 1 where results differ by more than README.md promises.
"""
import argparse
import os
import pathlib
import shutil
import sys

import numpy as np

import bench

HERE = bench.HERE
IMAGE, SEQUENCE = "HW", ["sequence"]  # names of open sizes
NETWORKS = {"vgg16": (HERE / "open/vgg16.cnn", 64, IMAGE), "resnet50": (HERE / "open/resnet50.cnn", 64, IMAGE), "sppnet": ("zoo:sppnet", 112, IMAGE),
            "encoder": ("encoder.onnx", 1, SEQUENCE)}  # least size
MOST = 512
WIDTH = 256  # of the encoder
BOUND = 1e-4  # max |difference| / max |result|


def size(text):
    return tuple(int(word) for word in text.split("x"))


def source_of(network, folder):
    """The model, and what cnnc is told besides."""
    source, _, names = NETWORKS[network]
    if names is IMAGE:
        return [source, "--init", "he"]
    sys.path.insert(0, str(bench.ROOT / "tests/e2e"))
    import onnx
    import open_encoder
    onnx.save(open_encoder.encoder(4, WIDTH, 4, 0, MOST, masked=False), folder / source)
    return [folder / source, "--dim", "batch=1"]


def emit(arguments, network, dims, folder, defines):
    """A program for the sizes that `dims` says."""
    folder.mkdir(parents=True)
    options = [word for name, value in zip(NETWORKS[network][2], dims) for word in ("--dim", f"{name}={value}")]
    bench.run_step([arguments.cnnc, *source_of(network, folder), *options, "-o", folder / "net.c", "--target", arguments.target],
                   folder / "cnnc.log")
    bench.run_step([arguments.cc, *arguments.cflags.split(), *defines, "-I", folder, HERE / "time_main.c", "net.c", "-o", "time_main", "-lm"],
                   folder / "cc.log", cwd=folder)
    return folder / "time_main"


def input_of(size, path):
    np.random.default_rng(1).standard_normal((3, *size) if len(size) == 2 else (*size, WIDTH), np.float32).tofile(path)


def start(arguments, network, folder, contestants):
    """{size: (fixed, open)}: contestants, which join those that there are as they start."""
    pairs = {}
    _, least_size, names = NETWORKS[network]
    open_program = emit(arguments, network, [f"{least_size}..{MOST}"] * len(names), folder / "open", ["-DTIME_OPEN" if names is IMAGE else "-DTIME_SEQUENCE"])
    for at in (at for at in arguments.sizes if len(at) == len(names)):
        name = "x".join(map(str, at))
        own = folder / name
        program = emit(arguments, network, at, own, [])
        input_of(at, own / "image.raw")
        commands = {"fixed": [program, own / "image.raw", own / "fixed.raw", 1],
                    "open": [open_program, own / "image.raw", own / "open.raw", 1, *at]}
        for kind, command in commands.items():
            contestants.append(bench.Contestant(f"{kind} {name}", command, str(arguments.core), own / f"{kind}.log"))
        pairs[name] = contestants[-2:]
    return pairs


def least(contestant):
    return min(time for turn in contestant.times for time in turn)


def time_network(arguments, network):
    """A row for each size: network, size, milliseconds of the two, their ratio, difference of results."""
    folder = arguments.out / network
    shutil.rmtree(folder, ignore_errors=True)
    contestants, dropped = [], {}
    try:
        pairs = start(arguments, network, folder, contestants)
        bench.take_turns(arguments, contestants, dropped)
    finally:
        for contestant in contestants:
            contestant.close()
    if dropped:
        raise bench.Failure("; ".join(f"{name}: {failure}" for name, failure in dropped.items()))
    rows = []
    for name, (fixed, opened) in pairs.items():
        want, got = (np.fromfile(folder / name / f"{kind}.raw", np.float32) for kind in ("fixed", "open"))
        difference = float(np.abs(want - got[:want.size]).max() / np.abs(want).max())  # of an open size there is room for the largest
        rows.append((network, name, least(fixed), least(opened), least(opened) / least(fixed), difference))
    shutil.rmtree(folder)  # weights of four programs
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--out", type=pathlib.Path, default=bench.ROOT / "build/bench/open", help="work files (default: build/bench/open)")
    add("--cnnc", type=pathlib.Path, default=bench.ROOT / "build/release/compiler/cnnc", help="the compiler (default: build/release)")
    add("--networks", type=bench.names_from(list(NETWORKS)), default=list(NETWORKS), metavar="A,B", help="default: all")
    add("--sizes", type=lambda text: [size(word) for word in text.split(",")], default=[(180, 180), (224, 224), (300, 200), (100,), (128,), (384,)],
        metavar="HxW,N", help="of images, and lengths of sequences; default: 180x180,224x224,300x200,100,128,384")
    add("--rounds", type=int, default=15, help="turns of each program (default: 15)")
    add("--turn", type=float, default=0.3, help="seconds a turn takes, about (default: 0.3)")
    add("--core", type=int, default=max(os.sched_getaffinity(0)), help="core to pin to")
    add("--cc", default="gcc")
    add("--cflags", default="-O2 -march=native")
    add("--target", default="native", help="for cnnc (default: native)")
    arguments = parser.parse_args()
    arguments.out, arguments.cnnc = arguments.out.absolute(), arguments.cnnc.absolute()
    machine = bench.describe_machine(arguments.cc, arguments.cflags)
    lines = ["| network | size | fixed | open | open / fixed | difference |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    print(*lines, sep="\n", flush=True)
    alike = True
    for network in arguments.networks:
        for name, at, fixed, opened, ratio, difference in time_network(arguments, network):
            alike = alike and difference <= BOUND
            lines.append(f"| {name} | {at} | {fixed:.2f} | {opened:.2f} | {ratio:.2f} | {difference:.0e} |")
            print(lines[-1], flush=True)
    lines += ["", f"Least of {arguments.rounds} interleaved rounds; {machine['date']}, {machine['cpu']}; {machine['compiler']}.",
              f"Command: `{bench.make_command('bench-open', sys.argv[1:])}`"]
    print(*lines[-3:], sep="\n")
    return not alike


if __name__ == "__main__":
    sys.exit(main())
