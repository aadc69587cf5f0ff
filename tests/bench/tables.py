"""What the results of bench.py say: {network: {threads: {contestant: {median_ms, difference, version} or {failure}}}}."""
import math
import statistics

BASELINE = ("onnxruntime", "openvino")  # the engines that people use today
WRONG = 1e-3  # max |difference| / max |reference| from which on a time is worth nothing


def usable(row):
    return "median_ms" in row and row["difference"] <= row.get("tolerance", WRONG)


def fastest(rows, names):
    return min((rows[name]["median_ms"] for name in names if name in rows and usable(rows[name])), default=None)


def time_cell(row):
    if "median_ms" not in row:
        return "-"
    return f"{row['median_ms']:.2f}" + ("" if usable(row) else " (wrong)")


def ratio(rows, names):
    """How many times faster cnnc is than the fastest of `names`."""
    other = fastest(rows, names)
    return other / rows["cnnc"]["median_ms"] if other and usable(rows.get("cnnc", {})) else None


def ratio_cell(value):
    return "-" if value is None else f"{value:.2f}x"


def geometric_mean(values):
    present = [value for value in values if value]
    return math.exp(statistics.fmean(map(math.log, present))) if present else None


def table(results, threads, names):
    """A Markdown table: milliseconds, then how many times faster cnnc is than the others."""
    peers = [name for name in names if name != "cnnc"]
    chosen = [(network, row[str(threads)]) for network, row in results.items() if str(threads) in row]
    groups = [("ORT/OpenVINO", BASELINE), ("all", peers), *((name, (name,)) for name in peers)]
    lines = ["| network | " + " | ".join(names) + " | " + " | ".join(f"vs {title}" for title, _ in groups) + " | cnnc error |",
             "| --- |" + " ---: |" * (len(names) + len(groups) + 1)]
    for network, rows in chosen:
        cells = [time_cell(rows[name]) for name in names] + [ratio_cell(ratio(rows, group)) for _, group in groups]
        error = rows.get("cnnc", {}).get("difference")
        lines.append(f"| {network} | " + " | ".join(cells) + f" | {'-' if error is None else f'{error:.1e}'} |")
    means = [ratio_cell(geometric_mean(ratio(rows, group) for _, rows in chosen)) for _, group in groups]
    lines.append("| geometric mean |" + " |" * len(names) + " " + " | ".join(means) + " | |")
    return lines


def scaling(results, counts, names):
    """One thread's time over that of the most threads."""
    few, many = str(min(counts)), str(max(counts))
    lines = [f"## {many} threads over {few}", "", "| network | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    for network, row in results.items():
        pairs = [(row.get(few, {}).get(name, {}), row.get(many, {}).get(name, {})) for name in names]
        lines.append(f"| {network} | " + " | ".join(
            ratio_cell(a["median_ms"] / b["median_ms"] if usable(a) and usable(b) else None) for a, b in pairs) + " |")
    return lines


def versions(results):
    return {name: row["version"] for network in results.values() for rows in network.values() for name, row in rows.items()
            if row.get("version")}
