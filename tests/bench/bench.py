"""Time networks compiled by cnnc against inference engines: same cores, interleaved, batch 1, float32 (or 8 bits, --int8; bf16, --bf16).

    python bench.py NETWORKS_FOLDER --out build/bench

NETWORKS_FOLDER is what make_networks.py writes, or make_quantized.py. Each contestant lives in a process of its own, pinned to the same
cores; a round gives each of them a turn, in shuffled order, while the others are stopped. Writes OUT/results.md (also
to the terminal) and OUT/results.json, which keeps every single run.
"""
import argparse
import json
import math
import os
import pathlib
import platform
import random
import select
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import time
import typing

import numpy as np

import readme
from tables import scaling, table, versions

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = {"onnxruntime": "venv-bench", "openvino": "venv-bench", "mnn": "venv-mnn", "ncnn": "venv-bench"}
NETWORKS = ["resnet18", "resnet50", "vgg16", "mobilenet_v2", "densenet121", "googlenet", "inception_v3", "xception",
            "se_resnet50", "squeezenet1_1"]
TRANSFORMERS = ["vit_b_16", "bert_base"]  # beside those that the mean is over
START_LIMIT = 900  # seconds: converting and loading the largest network takes well below a minute
TURN_LIMIT = 120


class Kind(typing.NamedTuple):
    """What is held against what."""
    target: str  # of make; the table's mark in README.md too
    numbers: str  # that are computed with
    networks: list
    peers: list
    tolerance: typing.Optional[float]  # of results; None: tables.WRONG


FLOAT32 = Kind("bench", "float32", NETWORKS, list(PEERS), None)
KINDS = {
    # Steps that an engine rounds otherwise grow from layer to layer where weights are random; the peers read QDQ models.
    "int8": Kind("bench-int8", "int8", NETWORKS, ["onnxruntime", "openvino"], 0.1),
    # What cnnc promises; the peer computes in it on this kind of CPU.
    "bf16": Kind("bench-bf16", "bf16", NETWORKS, ["openvino"], 0.05),
    "transformers": Kind("bench-transformers", "float32", TRANSFORMERS, ["onnxruntime", "openvino"], None),
}


class Failure(Exception):
    """A contestant that cannot take part; the others go on."""


class Contestant:
    """A process that runs one network on request. It is stopped between its turns, so that no idle thread spins."""

    def __init__(self, name, command, cores, log):
        self.name, self.times = name, []
        self.log = log
        self.process = subprocess.Popen(["taskset", "-c", cores, *map(str, command)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=open(log, "wb"), bufsize=0)
        self.buffer = b""
        try:
            words = self.read_line(START_LIMIT).split()
            if words[:1] != ["ready"]:
                raise Failure(f"said {' '.join(words)!r}")
        except Failure:
            self.close()
            raise
        self.version = " ".join(words[1:])
        self.pause()

    def read_line(self, limit):
        end = time.monotonic() + limit
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise Failure(f"no answer within {limit} s")
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                raise Failure(f"ended with {self.process.wait()}: {complaint(self.log)}")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def send(self, runs):
        """Lets it begin with `runs` runs, and one that goes before: the last contestant left its own data in the caches."""
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(f"{runs + 1}\n".encode())
        except BrokenPipeError:
            raise Failure(f"ended with {self.process.wait()}: {complaint(self.log)}") from None

    def receive(self):
        """Milliseconds of each of them."""
        try:
            return [float(word) / 1000 for word in self.read_line(TURN_LIMIT).split()][1:]
        finally:
            self.pause()

    def turn(self, runs):
        self.send(runs)
        return self.receive()

    def close(self):
        self.process.kill()
        self.process.wait()


def complaint(path):
    """The line of a log that says what went wrong: the first error, else the last words."""
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line.lower()]
    return (errors or lines[-1:] or ["it said nothing"])[0][:300]


def run_step(command, log, **options):
    with open(log, "wb") as file:
        if subprocess.run([str(word) for word in command], stdout=file, stderr=file, **options).returncode != 0:
            raise Failure(f"{complaint(log)} (see {log})")


def build_compiled(arguments, network, threads, folder):
    """ONNX to a program: what the user does, with tests/bench/time_main.c as the user's main."""
    emit = [arguments.cnnc, arguments.folder / f"{network}.onnx", "-o", folder / "net.c", "--target", arguments.target]
    emit += [f"--threads={threads}"] * (threads > 1) + ["--compute", "bf16"] * (arguments.kind.numbers == "bf16") + arguments.cnnc_options.split()
    run_step(emit, folder / "cnnc.log")
    program = folder / "time_main"
    run_step([arguments.cc, *arguments.cflags.split(), *["-DTIME_THREADS", "-pthread"] * (threads > 1), "-I", folder,
              HERE / "time_main.c", "net.c", "-o", program, "-lm"], folder / "cc.log", cwd=folder)
    image = np.load(arguments.folder / f"{network}.input.npy")
    image.astype(np.float32).tofile(folder / "image.raw")
    return [program, folder / "image.raw", folder / "output.raw", threads]


def start(arguments, name, network, threads):
    folder = arguments.out / "work" / f"{network}-{threads}" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if name == "cnnc":
        command, output = build_compiled(arguments, network, threads, folder), folder / "output.raw"
    else:
        output = folder / "output.npy"
        command = [arguments.environments / PEERS[name] / "bin/python", HERE / "peer.py", name,
                   arguments.folder / f"{network}.onnx", arguments.folder / f"{network}.input.npy", output, threads,
                   arguments.out / "converted", *["bf16"] * (arguments.kind.numbers == "bf16")]
    cores = ",".join(str(core) for core in arguments.cores[:threads])
    contestant = Contestant(name, command, cores, folder / "log")
    contestant.difference = difference(output, arguments.folder / f"{network}.output.npy")
    return contestant


def difference(output, reference):
    actual = np.fromfile(output, np.float32) if output.suffix == ".raw" else np.load(output).ravel()
    expected = np.load(reference).ravel()
    if actual.size != expected.size or not np.isfinite(actual).all():
        return math.inf
    return float(np.abs(actual - expected).max() / np.abs(expected).max())


def take_turns(arguments, contestants, dropped):
    """Fill the contestants' times; one that fails on the way moves to `dropped`."""
    for round_number in range(arguments.rounds + 1):
        for contestant in random.sample(contestants, len(contestants)):
            try:
                if round_number == 0:  # how often it runs in a turn depends on how long a run takes
                    seconds = statistics.median(contestant.turn(2)) / 1000
                    contestant.runs = max(1, min(200, int(arguments.turn / seconds)))
                else:
                    contestant.times.append(contestant.turn(contestant.runs))
            except Failure as failure:
                dropped[contestant.name] = str(failure)
                contestants.remove(contestant)
                contestant.close()


def time_network(arguments, network, threads):
    """{name: {median, difference, version, times}} and, for those that could not, {name: {failure}}."""
    contestants, dropped = [], {}
    for name in arguments.contestants:
        try:
            contestants.append(start(arguments, name, network, threads))
        except Failure as failure:
            dropped[name] = str(failure)
            print(f"  {name}: {failure}", file=sys.stderr, flush=True)
    try:
        take_turns(arguments, contestants, dropped)
    finally:
        for contestant in contestants:
            contestant.close()
    rows = {c.name: {"median_ms": statistics.median(t for turn in c.times for t in turn), "difference": c.difference,
                     "version": c.version, "times_ms": c.times}
            | ({"tolerance": arguments.kind.tolerance} if arguments.kind.tolerance else {}) for c in contestants}
    return rows | {name: {"failure": failure} for name, failure in dropped.items()}


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def describe_machine(cc, cflags):
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    fields = dict((part.strip() for part in line.split(":", 1)) for line in cpuinfo.splitlines() if ":" in line)
    isa = "AVX-512" if "avx512f" in fields.get("flags", "") else "AVX2" if "avx2" in fields.get("flags", "") else platform.machine()
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "cpu": f"{fields.get('model name', 'unknown')} (family {fields.get('cpu family', '?')}, model {fields.get('model', '?')}, {isa}), "
               f"{os.cpu_count()} cores",
        "system": f"Linux {platform.release()}, {first_line(['sed', '-n', 's/^PRETTY_NAME=//p', '/etc/os-release'])}",
        "compiler": f"{first_line([cc, '--version'])}, {cflags}",
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()) + " at the start",
    }


def make_command(target, options):
    """That which passes these options on."""
    return shlex.join(["make", target, *([f"BENCH_OPTIONS={' '.join(options)}"] if options else [])])


def report(arguments, machine, results):
    names = arguments.contestants
    lines = ["# cnnc and the inference engines", "",
             f"{arguments.kind.numbers}, batch 1, median milliseconds of {arguments.rounds} interleaved rounds; "
             "`vs` is how many times faster cnnc is.", ""]
    lines += [f"- {key}: {value}" for key, value in (machine | versions(results)).items()]
    for threads in arguments.threads:
        lines += ["", f"## {threads} thread{'s' * (threads > 1)}", "", *table(results, threads, names)]
    if len(arguments.threads) > 1:
        lines += ["", *scaling(results, arguments.threads, names)]
    failures = [f"- {network}, {threads} threads, {name}: {row['failure']}" for network, by_threads in results.items()
                for threads, rows in by_threads.items() for name, row in rows.items() if "failure" in row]
    return "\n".join(lines + (["", "## What did not run", "", *failures] if failures else [])) + "\n"


def save(arguments, machine, results):
    (arguments.out / "results.json").write_text(json.dumps({"machine": machine, "results": results}, indent=1))
    (arguments.out / "results.md").write_text(report(arguments, machine, results))


def names_from(known):
    def parse(text):
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is none of {', '.join(known)}")
        return names
    return parse


def numbers(text):
    return [int(word) for word in text.split(",")]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("folder", type=pathlib.Path, help="what make_networks.py wrote")
    add("--out", type=pathlib.Path, default=ROOT / "build/bench", help="results and work files (default: build/bench)")
    add("--cnnc", type=pathlib.Path, default=ROOT / "build/release/compiler/cnnc", help="the compiler (default: build/release)")
    add("--networks", type=names_from(NETWORKS + TRANSFORMERS), metavar="A,B", help="default: all")
    add("--peers", type=names_from(list(PEERS)), default=list(PEERS), metavar="A,B", help=f"default: {','.join(PEERS)}; '' for none")
    add("--int8", dest="kind", action="store_const", const="int8", help="8-bit networks, against the peers that read them; results may differ by steps")
    add("--bf16", dest="kind", action="store_const", const="bf16", help="the networks as they are, computed in bf16, against the peers that do so too")
    add("--transformers", dest="kind", action="store_const", const="transformers",
        help=f"{', '.join(TRANSFORMERS)} instead of the networks that the mean is over")
    add("--threads", type=numbers, default=[1, 2], metavar="1,2", help="default: 1,2")
    add("--rounds", type=int, default=15, help="turns of each contestant (default: 15)")
    add("--turn", type=float, default=0.3, help="seconds a turn takes, about (default: 0.3)")
    add("--cores", type=numbers, default=sorted(os.sched_getaffinity(0)), metavar="0,1", help="cores to pin to")
    add("--cc", default="gcc")
    add("--cflags", default="-O2 -march=native")
    add("--target", default="native", help="for cnnc (default: native)")
    add("--cnnc-options", default="", help="more options for cnnc, in one word")
    add("--readme", type=pathlib.Path, metavar="FILE", help="put a short table between FILE's lines bench:begin and bench:end, or those of the kind")
    add("--environments", type=pathlib.Path, default=ROOT / "build", help="where environment.sh put venv-bench and venv-mnn")
    arguments = parser.parse_args()
    if max(arguments.threads) > len(arguments.cores):
        parser.error(f"{max(arguments.threads)} threads need as many cores; there are {len(arguments.cores)}")
    for name in ("folder", "out", "cnnc", "environments"):
        setattr(arguments, name, getattr(arguments, name).absolute())
    arguments.kind = KINDS.get(arguments.kind, FLOAT32)
    arguments.networks = arguments.networks or arguments.kind.networks
    arguments.contestants = ["cnnc", *(peer for peer in arguments.peers if peer in arguments.kind.peers)]
    return arguments


def main():
    arguments = parse_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    # The folder and, of other kinds, what the makefile says of them go before the user's own options.
    options = sys.argv[2:] if arguments.kind is FLOAT32 else sys.argv[5:]
    machine = describe_machine(arguments.cc, arguments.cflags) | {
        "cnnc": f"{first_line([str(arguments.cnnc), '--version'])}, --target {arguments.target} {arguments.cnnc_options}".strip(),
        "command": make_command(arguments.kind.target, options),
    }
    results = {}
    for network in arguments.networks:
        for threads in arguments.threads:
            print(f"{network}, {threads} thread{'s' * (threads > 1)}", file=sys.stderr, flush=True)
            results.setdefault(network, {})[str(threads)] = time_network(arguments, network, threads)
            save(arguments, machine, results)  # what is there stays there if the rest is cut short
    print(report(arguments, machine, results))
    if arguments.readme:
        readme.replace(arguments.readme, arguments.kind.target, readme.section(machine, results))


if __name__ == "__main__":
    main()
