"""Put the last results of bench.py into a text, between the lines <!-- bench:begin --> and <!-- bench:end -->.

    python readme.py build/bench/results.json README.md
"""
import json
import pathlib
import sys

from tables import BASELINE, fastest, geometric_mean, ratio, ratio_cell, time_cell, versions

TITLES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "mnn": "MNN", "ncnn": "ncnn"}


def short_table(results, threads, peers):
    """Milliseconds of cnnc and its peers, and cnnc's speed as a multiple of the fastest of them."""
    chosen = [(network, row[str(threads)]) for network, row in results.items() if str(threads) in row]
    several = [("best of ONNX Runtime and OpenVINO", BASELINE), ("best of all", peers)]
    groups = several if len(peers) > 1 else [(f"times {TITLES[name]}", [name]) for name in peers]
    inexact = ["cnnc", *peers] if len(peers) == 1 else ["cnnc"]  # whose errors are told
    columns = ["cnnc", *(TITLES[name] for name in peers), *(title for title, _ in groups), "error", *(f"that of {TITLES[name]}" for name in inexact[1:])]
    lines = ["| network | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for network, rows in chosen:
        errors = [rows.get(name, {}).get("difference") for name in inexact]
        cells = [time_cell(rows[name]) if name in rows else "-" for name in ["cnnc", *peers]]
        cells += [ratio_cell(ratio(rows, group)) if fastest(rows, group) else "-" for _, group in groups]
        cells += ["-" if error is None else f"{error:.0e}" for error in errors]
        lines.append(f"| {network} | " + " | ".join(cells) + " |")
    means = [ratio_cell(geometric_mean(ratio(rows, group) for _, rows in chosen)) for _, group in groups]
    return lines + ["| geometric mean |" + " |" * (1 + len(peers)) + " " + " | ".join(means) + " |" * (1 + len(inexact))]


def section(machine, results):
    """The tables and how they came about, as lines of Markdown."""
    by_threads = sorted({int(threads) for row in results.values() for threads in row})
    peers = [name for name in TITLES if any(name in rows for row in results.values() for rows in row.values())]
    lines = []
    for threads in by_threads:
        lines += [f"{threads} thread{'s' * (threads > 1)}:", "", *short_table(results, threads, peers), ""]
    known = versions(results)
    engines = ", ".join(f"{TITLES[name]} {known[name]}" for name in peers if name in known)
    rounds = min(len(row["times_ms"]) for by in results.values() for rows in by.values() for row in rows.values() if "times_ms" in row)
    return lines + [f"Median of {rounds} interleaved rounds; {machine['date']}, {machine['cpu']}; load {machine['load']}; "
                    f"{machine['compiler']}; {engines}.", f"Command: `{machine['command']}`"]


def marks(name):
    return f"<!-- {name}:begin -->", f"<!-- {name}:end -->"


def replace(path, name, lines):
    """Put lines between the two marks of that name."""
    text, (begin, end) = path.read_text(), marks(name)
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(end) < text.index(begin):
        raise SystemExit(f"{path}: wants one line {begin} and after it one line {end}")
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    path.write_text(head + "\n".join([begin, *lines, end]) + tail)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    saved = json.loads(pathlib.Path(sys.argv[1]).read_text())
    replace(pathlib.Path(sys.argv[2]), "bench", section(saved["machine"], saved["results"]))


if __name__ == "__main__":
    main()
