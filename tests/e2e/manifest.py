"""manifest.py OUT.json: holds it against OUT.c and OUT.h beside it (one target)."""
import json
import re
import sys
from pathlib import Path

path = Path(sys.argv[1])
manifest = json.loads(path.read_text())
source, header = path.with_suffix(".c").read_text(), path.with_suffix(".h").read_text()


def same(what, stated, emitted):
    if stated != emitted:
        sys.exit(f"{path}: {what}: {stated} in the manifest, {emitted} in the emitted files")


def macro(name):
    return re.search(rf"^#define \w+_{name} (\S+)", header, re.M)[1].strip('"')


for key, name in [("cnnc", "CNNC_VERSION"), ("workspace_bytes", "WORKSPACE_SIZE"), ("weights_bytes", "WEIGHTS_SIZE"), ("macs", "MACS")]:
    same(key, str(manifest[key]), macro(name))
same("model_hash", manifest["model_hash"], macro("MODEL_HASH").rstrip("u"))
if manifest["options"]["weights"] in ("embed", "file"):
    same("bytes of weights", manifest["weights_bytes"], path.with_suffix(".weights").stat().st_size)


def tensors(side):
    table = re.search(rf"_{side}_info\[\] = \{{\n(.*?)^\}};", source, re.M | re.S)[1]
    rows = re.findall(r'\{"(.*?)", "(\w+)", (\d+), \{([\d, ]+)\}, (\d+)\}', table)
    return [(name, kind, [int(d) for d in dims.split(",")][: int(rank)], int(size)) for name, kind, rank, dims, size in rows]


for side in ("input", "output"):
    stated = [(t["name"], t["type"], t["dims"], t["bytes"]) for t in manifest[side + "s"]]
    same(side + "s", stated, tensors(side))


def part(place, size):
    """`arena + 64 + iteration1 * 4` as the manifest says it."""
    place = re.sub(r"^\((?:const )?char \*\)", "", place)
    base, *rest = place.split(" + ")
    index = re.search(r"\d+", base)
    found = {"buffer": {"arena": "workspace", "constan": "weights"}.get(base[:7], re.sub(r"s?\[\d+\]|\d+$", "", base)), "offset": 0, "bytes": int(size)}
    if index:
        found["index"] = int(index[0])
    for term in rest:
        step = re.match(r"iteration(\d+) \* (\d+)", term)
        if step:
            found["loop"], found["pitch"] = int(step[1]), int(step[2])
        else:
            found["offset"] = int(term)
    return found


calls = re.findall(r"void \*const in\[\] = \{(.*)\};\n.*void \*const out\[\] = \{(.*)\};\n.*step_run\(parallel, (k\d+)_(\w+), ", source)
same("kernel calls", len(manifest["kernels"]), len(calls))
# What README says of each kernel: it is headed by its layers, shapes, algorithm and cost.
heads = {number: head for head, number in re.findall(r"/\*((?:(?!\*/).)*)\*/\nstatic void (k\d+)_\w+\(", source, re.S)}
for kernel, (reads, writes, number, name) in zip(manifest["kernels"], calls):
    same("kernel", kernel["kernel"], name)
    wanted = [kernel["layer"], kernel["how"]] + ["->"] * bool(kernel["layer"]) + [f"{kernel['macs']} MACs"] * bool(kernel["macs"])
    missing = [w for w in wanted if w not in heads.get(number, "") and " more" not in heads.get(number, "")]
    if missing:
        sys.exit(f"{path}: the head of {number}_{name} does not say {missing}: {heads.get(number)}")
    for side, text, word in (("reads", reads, "reads"), ("writes", writes, "writes")):
        same(f"what {name} {side}", kernel[side], [part(*p) for p in re.findall(rf"{word}\((.*?), (\d+)\)", text)])
    for p in kernel["reads"] + kernel["writes"]:
        room = {"workspace": manifest["workspace_bytes"], "weights": manifest["weights_bytes"]}.get(p["buffer"])
        if room is not None and p["offset"] + p["bytes"] > room:
            sys.exit(f"{path}: {name} may touch more than the {p['buffer']} has: {p}")
    limit = manifest["options"]["max_error"]
    if limit and (kernel["error_bound"] or 0) > limit:
        sys.exit(f"{path}: {name} is bound to {kernel['error_bound']}, more than --max-error")
same("the sum of multiply-adds", sum(k["macs"] for k in manifest["kernels"]), manifest["macs"])
