"""How far the networks of the benchmark are from an evaluation in double precision, for each --accuracy.

    python errors.py NETWORKS_FOLDER [--networks A,B] [--readme FILE]

NETWORKS_FOLDER is what make_networks.py writes. `cnnc verify --double` evaluates the model as the file has it, without any
pass, on the folder's picture. Prints a table as it goes; FILE gets it between its lines errors:begin and errors:end.
Exits with 1 when an error is above what docs/options.md promises.
"""
import argparse
import pathlib
import re
import subprocess
import sys

import readme

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOUND = {"strict": 1e-5, "balanced": 1e-4, "fast": 1e-2}  # max |difference| / max |reference|


def error(cnnc, network, accuracy):
    """The figure, or None after a word on stderr."""
    command = [cnnc, "verify", f"{network}.onnx", "--input", f"{network}.input.npy", "--double", "--accuracy", accuracy,
               "--tolerance", "1"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    figure = re.search(r"max \|ref\| (\S+)", done.stdout)
    if done.returncode or not figure:
        print(f"{network.name}, {accuracy}: {done.stderr or done.stdout}", file=sys.stderr)
        return None
    return float(figure[1])


def row(name, errors):
    return f"| {name} | " + " | ".join("-" if x is None else f"{x:.1e}" for x in errors) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--cnnc", type=pathlib.Path, default=ROOT / "build/release/compiler/cnnc")
    parser.add_argument("--networks", type=lambda text: text.split(","), metavar="A,B", help="default: all in the folder")
    parser.add_argument("--readme", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()
    names = arguments.networks or sorted(path.stem for path in arguments.folder.glob("*.onnx"))
    lines = ["| network | " + " | ".join(BOUND) + " |", "| --- |" + " ---: |" * len(BOUND)]
    print(*lines, sep="\n", flush=True)
    kept = True
    for name in names:
        errors = [error(arguments.cnnc, arguments.folder / name, accuracy) for accuracy in BOUND]
        kept = kept and all(x is not None and x <= bound for x, bound in zip(errors, BOUND.values()))
        lines.append(row(name, errors))
        print(lines[-1], flush=True)
    if arguments.readme:
        readme.replace(arguments.readme, "errors", lines)
    return not kept


if __name__ == "__main__":
    sys.exit(main())
