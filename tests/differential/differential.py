"""Random networks through emitted C and through ONNX Runtime.

    differential.py CNNC [--count N] [--seed N] [--variant NAME] [--pack N] [--jobs N] [--state FILE] [--regressions DIR]
                    [--no-shrink] [-- OPTIONS OF cnnc verify]

Each 200 seeds go through the next variant of VARIANTS, unless one is named, or options are given. Several small networks
share a model, since the C compiler's start is what costs. A model that fails is taken apart to the network, and that to the
fewest nodes, that still fail for the same reason; what remains goes to DIR. With --state a run that was stopped goes on.
"""
import argparse, concurrent.futures, dataclasses, functools, json, os, pathlib, re, resource, shutil, subprocess, sys, tempfile, time
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
import networks

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import reference_session  # noqa: E402

def opening(axes):
    return " ".join(f"--dim {name}={least}..{most}" for name, least, most in axes.values())


# What emitted code is for, and how it is compiled and run. Those whose tools are not there are left out.
VARIANTS = {
    "strict": "--accuracy strict --cflags -O1",
    "balanced": "--accuracy balanced --cc clang --cflags -O1",
    "threads": "--accuracy balanced --threads 2 --cflags -O1",
    "generic": "--accuracy strict --target generic --cflags -O1",
    "avx2": "--accuracy balanced --target x86-64-v3 --cflags -O2",
    "open": opening(networks.SIZES) + " --accuracy strict --cflags -O1",
    "batch": opening(networks.BATCH) + " --accuracy balanced --cflags -O1",
    "fast": "--accuracy fast --cc clang --cflags -O2",
    "bits": "--accuracy balanced --bit-exact --target x86-64-v3 --cflags -O1",
    "sanitized": "--accuracy balanced --cflags -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all",
    "aarch64": "--accuracy balanced --target aarch64 --cc aarch64-linux-gnu-gcc --run qemu-aarch64 --cflags -O1",
}
BATCH = 200

# What README promises of each mode, of the largest output; strict is bounded by rounding alone, in allowed().
PROMISED = {"balanced": 1e-4, "fast": 1e-2}
EPSILON = 2.0 ** -24
# Of types that ONNX Runtime does not round to after each node, as it computes in float32.
NARROW = {TensorProto.FLOAT16: 2.0 ** -11, TensorProto.BFLOAT16: 2.0 ** -8}
BYTES = 2.0 ** -6  # where rounding errors become a step of a byte, which stands for some 1/50 of what it is part of


def all_nodes(nodes):
    """And those of their bodies."""
    for n in nodes:
        yield n
        for a in n.attribute:
            yield from all_nodes(a.g.node)


def narrowest(model):
    """The largest rounding error of the types that the model converts to, 0 without such."""
    nodes = list(all_nodes(model.graph.node))
    kinds = [helper.get_node_attr_value(n, "to") for n in nodes if n.op_type == "Cast"]
    bytes_too = [BYTES for n in nodes if n.op_type == "QuantizeLinear"]
    return max([NARROW.get(k, 0) for k in kinds + [i.type.tensor_type.elem_type for i in model.graph.input]] + bytes_too, default=0)


def depth(model):
    """Nodes on the longest way through it."""
    at = {}
    for n in model.graph.node:
        at.update(dict.fromkeys(n.output, 1 + max((at.get(i, 0) for i in n.input), default=0)))
    return max(at.values(), default=0)


def allowed(accuracy, model):
    """Rounding errors of a sum grow with the root of its length, and add up over nodes; both sides have theirs."""
    nodes, reduced, narrow = iterations(model.graph.node), reduced_length(model), narrowest(model)
    return PROMISED.get(accuracy, 2 * EPSILON * (16 * nodes + 4 * reduced ** 0.5)) + 2 * narrow * depth(model)


def iterations(nodes):
    """Nodes, those of a loop's body as often as it may run."""
    return sum(1 + sum((16 if n.op_type in ("Loop", "Scan") else 1) * iterations(a.g.node) for a in n.attribute) for n in nodes)


def reduced_length(model):
    weights = {i.name: list(i.dims) for i in model.graph.initializer}
    length = 1
    for n in all_nodes(model.graph.node):
        for i in n.input[1:3 if n.op_type in ("RNN", "GRU", "LSTM") else 2]:
            length += int(np.prod(weights.get(i, [1])[1 if n.op_type == "Conv" else 0:]))
        length += 512 if n.op_type.startswith(("Reduce", "Global", "AveragePool", "Einsum", "CumSum", "InstanceNorm")) else 0
    return length


def expected(model, arrays):
    return reference_session(model.SerializeToString()).run(None, arrays)


def write_case(folder, model, arrays, outputs, accuracy):
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    for kind, all_of in (("input", list(arrays.values())), ("output", outputs)):
        for i, value in enumerate(all_of):
            with open(os.path.join(data, f"{kind}_{i}.pb"), "wb") as f:
                f.write(numpy_helper.from_array(np.asarray(value)).SerializeToString())
    with open(os.path.join(folder, "tolerance.txt"), "w") as f:
        f.write(f"relative {allowed(accuracy, model):.3g}\n")


def memory():
    """A folder of a file system in memory, if there is one with room; else the usual one."""
    shared = "/dev/shm"
    return shared if os.path.isdir(shared) and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 1 << 30 else None


def finite(outputs):
    return all(np.isfinite(o).all() for o in outputs)


@dataclasses.dataclass
class Variant:
    """How networks are made for these options of cnnc verify, and how far they may be off."""
    name: str
    words: list

    def __post_init__(self):
        self.accuracy = self.words[self.words.index("--accuracy") + 1] if "--accuracy" in self.words else "balanced"
        dims = [w.split("=")[0] for w in self.words]
        self.open = {axis: o for axis, o in (networks.SIZES | networks.BATCH).items() if o[0] in dims}

    def there(self):
        return all(shutil.which(self.words[i + 1]) for i, w in enumerate(self.words) if w in ("--cc", "--run"))

    def network(self, seed):
        return networks.network(seed, bool(self.open))

    def model(self, builders):
        packed = networks.pack(builders)
        return networks.opened(packed, self.open)

    def arrays(self, builder, size_seed):
        return networks.input_arrays(self.model([builder]), builder.seed, networks.sizes(size_seed, self.open))


def variants_of(options):
    """Those to take turns."""
    if options.words:
        return [Variant("options", options.words)]
    # flags of the C compiler, the last option, are one word
    named = {k: Variant(k, (w := v.split(" --cflags "))[0].split() + ["--cflags", *w[1:]]) for k, v in VARIANTS.items()}
    if options.variant:
        return [named[options.variant]]
    return [v for v in named.values() if v.there()]


def refused(options, variant, model):
    """Of open sizes, where cnnc says so of an operator that has no form for them yet; other errors are failures."""
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        path = os.path.join(folder, "model.onnx")
        onnx.save(model, path)
        words = variant.words[:variant.words.index("--cflags")]
        run = subprocess.run([options.cnnc, path, "-o", path[:-4] + "c", *words], capture_output=True, text=True)
        return run.returncode == 1 and re.search("hint: .*open dimension", run.stderr)


def usable(options, variant, seed, size_seed):
    """The network of a seed, or None when ONNX Runtime does not take it or its outputs are not finite."""
    b = variant.network(seed)
    if variant.open and refused(options, variant, variant.model([b])):
        return None
    try:
        outputs = expected(variant.model([b]), variant.arrays(b, size_seed))
    except Exception:  # not implemented there, or refused
        return None
    if not outputs or not all(o.size for o in outputs):  # ONNX Runtime lets windows be larger than what they pool
        return None
    largest = [float(abs(o).max()) for o in outputs] if finite(outputs) else [np.inf]
    # of what should be 0, normalised numbers that are all alike say, the rounding errors are all there is, of one side or both
    normalises = any(n.op_type in ("InstanceNormalization", "LayerNormalization") for n in all_nodes(b.nodes))
    return b if max(largest) < 1e6 and not any((x or normalises) and x < 1e-3 for x in largest) else None


class Suite:
    """cnnc verify --suite on models, by name."""

    def __init__(self, options, variant):
        self.options, self.variant = options, variant

    def failures(self, cases):
        """{name: (model, arrays, outputs)} -> {the names that fail}, and what cnnc said."""
        with tempfile.TemporaryDirectory(dir=memory()) as folder:
            for name, case in cases.items():
                write_case(os.path.join(folder, name), *case, self.variant.accuracy)
            passed = os.path.join(folder, "passed")
            run = subprocess.run([self.options.cnnc, "verify", "--suite", folder, "--jobs", "1", "--seconds", "1200", "--save", passed,
                                  *self.variant.words], capture_output=True, text=True, env=os.environ | {"TMPDIR": folder})
            good = set(open(passed).read().split()) if os.path.exists(passed) else set()
            return set(cases) - good, run.stdout + run.stderr

    def reason(self, case):
        """None, or why it fails, without numbers: what shrinking must keep."""
        bad, said = self.failures({"case": case})
        return re.sub(r"[\d.e+-]+|case|(?m:^.*passed.*$)", "", said) if bad else None


def case_of(model, arrays):
    arrays = {i.name: arrays[i.name] for i in model.graph.input}
    outputs = expected(model, arrays)
    if not finite(outputs):
        raise ValueError
    return model, arrays, outputs


def without_node(model, index, known):
    """The model with what this node computes as inputs, and without what nothing needs then."""
    m = onnx.ModelProto.FromString(model.SerializeToString())
    cut = set(m.graph.node[index].output)
    del m.graph.node[index]
    return needed(m, cut, known)


def ending_at(model, index, known):
    m = onnx.ModelProto.FromString(model.SerializeToString())
    del m.graph.node[index + 1:], m.graph.output[:]
    m.graph.output.extend(info(o, known[o]) for o in m.graph.node[index].output if o)
    return needed(m, set(), known)


def if_known(cut, model, index, known):
    """None where the cut begins or ends at values that all_values() could not have."""
    try:
        return cut(model, index, known)
    except KeyError:
        return None


def info(name, array):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)


def needed(m, cut, known):
    """Removes nodes, those of bodies too, inputs and constants that no output needs; those in `cut` become inputs."""
    kept, live = needed_nodes(m.graph.node, {o.name for o in m.graph.output} - cut)
    outputs = [o for o in m.graph.output if o.name not in cut]
    inputs = [i for i in m.graph.input if i.name in live] + [info(c, known[c]) for c in sorted(cut & live)]
    constants = [c for c in m.graph.initializer if c.name in live]
    return helper.make_model(helper.make_graph(kept, "shrunk", inputs, outputs, constants),
                             opset_imports=networks.OPSET, ir_version=8)


def needed_nodes(nodes, live):
    """The nodes that make what is live, and all names that they read."""
    kept, live = [], set(live)
    for n in reversed(nodes):
        if not live & set(n.output):
            continue
        for a in n.attribute:
            if a.HasField("g"):
                inner, _ = needed_nodes(a.g.node, {o.name for o in a.g.output})
                del a.g.node[:]
                a.g.node.extend(inner)
        kept.append(n)
        live |= networks.names_used([n])
    return kept[::-1], live


def without_attribute(model, index, name):
    m = onnx.ModelProto.FromString(model.SerializeToString())
    kept = [a for a in m.graph.node[index].attribute if a.name != name]
    del m.graph.node[index].attribute[:]
    m.graph.node[index].attribute.extend(kept)
    try:
        onnx.shape_inference.infer_shapes(m, True, True, True)
    except onnx.shape_inference.InferenceError:  # required, or what follows does not fit any more
        return None
    return m


def smaller(model, known):
    """Candidates, the smallest first."""
    nodes, alive = model.graph.node, needed(onnx.ModelProto.FromString(model.SerializeToString()), set(), known)
    if len(list(all_nodes(alive.graph.node))) < len(list(all_nodes(nodes))):
        yield alive
    for i in range(len(nodes) - 1):
        yield if_known(ending_at, model, i, known)
    if len(nodes) > 1:
        for i in reversed(range(len(nodes))):
            yield if_known(without_node, model, i, known)
    for i, n in enumerate(nodes):
        for a in n.attribute:
            if not a.HasField("g"):
                yield without_attribute(model, i, a.name)


def all_values(model, arrays):
    """By name, those between nodes too; without bfloat16, for which numpy has no type and ONNX Runtime hands out none."""
    m = onnx.shape_inference.infer_shapes(model)
    narrow = {v.name for v in m.graph.value_info if v.type.tensor_type.elem_type == TensorProto.BFLOAT16}
    del m.graph.output[:]
    names = [o for n in m.graph.node for o in n.output if o and o not in narrow]
    m.graph.output.extend(helper.make_empty_tensor_value_info(o) for o in names)
    return dict(zip(names, expected(m, arrays))) | arrays


def shrink(suite, case):
    reason, progress = suite.reason(case), True
    while progress:
        progress = False
        known = all_values(case[0], case[1])
        for candidate in smaller(case[0], known):
            try:
                if candidate is None or not candidate.graph.output or not candidate.graph.node:
                    continue
                tried = case_of(candidate, known)
            except Exception:  # no longer valid
                continue
            if suite.reason(tried) == reason:
                case, progress = tried, True
                break
    return case


def report(suite, builder, size_seed, options):
    """True when the network fails by itself; then it is shrunk and kept."""
    variant, seed = suite.variant, builder.seed
    case = case_of(variant.model([builder]), variant.arrays(builder, size_seed))
    if suite.reason(case) is None:
        return False
    case = shrink(suite, case)
    folder = os.path.join(options.regressions, variant.name, f"seed_{seed}")
    shutil.rmtree(folder, ignore_errors=True)
    write_case(folder, *case, variant.accuracy)
    said = suite.failures({"case": case})[1]
    print(f"seed {seed}, {variant.name}: {' '.join(n.op_type for n in case[0].graph.node)}\n{said}kept as {folder}", flush=True)
    return True


def run_batch(options, seeds):
    """The variant's name, failures among these seeds, how many networks there were, and seconds of CPU."""
    before, variants, at = cpu_seconds(), variants_of(options), seeds.start
    variant = variants[at // BATCH % len(variants)]
    suite = Suite(options, variant)
    found = [b for s in seeds if (b := usable(options, variant, s, at))]
    found.sort(key=lambda b: narrowest(networks.pack([b])))  # those that are held to wider bounds in models of their own
    packs = {f"pack_{i}": found[i:i + options.pack] for i in range(0, len(found), options.pack)}
    cases = {name: case_of(variant.model(members), {k: v for b in members for k, v in variant.arrays(b, at).items()})
             for name, members in packs.items()}
    bad, said = suite.failures(cases)
    failed = 0
    for name in sorted(bad):
        alone = 0 if options.no_shrink else sum(report(suite, b, at, options) for b in packs[name])
        if options.no_shrink:
            print(f"seeds {[b.seed for b in packs[name]]}:\n{said}", flush=True)
        elif not alone:
            print(f"{variant.name}: seeds {[b.seed for b in packs[name]]} fail only side by side:\n{said}", flush=True)
        failed += max(1, alone)
    return variant.name, failed, len(found), cpu_seconds() - before


class Progress:
    """How far a run is: {networks, failed, seconds of CPU and of the clock}, kept in a file from which another run goes on."""

    def __init__(self, options):
        self.path, self.task = options.state, [options.seed, options.count]
        self.next, self.ran, self.failed, self.cpu, self.clock = options.seed, 0, 0, 0.0, 0.0
        if self.path and os.path.exists(self.path):
            kept = json.load(open(self.path))
            if kept.pop("task") == self.task and kept["next"] < sum(self.task):
                self.__dict__.update(kept)
                print(f"goes on at seed {self.next}", flush=True)
        self.clock_before = self.clock - time.monotonic()

    def done(self, next_seed, failed, ran, cpu):
        self.next, self.ran, self.failed, self.cpu = next_seed, self.ran + ran, self.failed + failed, self.cpu + cpu
        self.clock = self.clock_before + time.monotonic()
        if self.path:
            kept = {"task": self.task} | {k: self.__dict__[k] for k in ("next", "ran", "failed", "cpu", "clock")}
            pathlib.Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            pathlib.Path(self.path + ".part").write_text(json.dumps(kept))
            os.replace(self.path + ".part", self.path)

    def line(self):
        seeds, of = self.next - self.task[0], self.task[1]
        left = self.clock / max(1, seeds) * (of - seeds)
        return (f"{self.ran} networks of {seeds} seeds, {self.failed} failed; {self.cpu / max(1, self.ran):.2f} s of CPU each, "
                f"{self.ran / max(1e-9, self.clock):.1f} a second, {left / 3600:.0f}:{left / 60 % 60:02.0f} left")


def cpu_seconds():
    """Of this process and those that it has waited for."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("cnnc")
    p.add_argument("--count", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--variant", choices=VARIANTS)
    p.add_argument("--pack", type=int, default=10)
    p.add_argument("--jobs", type=int, default=1)
    p.add_argument("--state", help="file that says how far this run is, to go on there")
    p.add_argument("--no-shrink", action="store_true", help="only say which models fail")
    p.add_argument("--regressions", default="differential-failures")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options = p.parse_args(words[:cut])
    options.words = words[cut + 1:]
    options.cnnc = os.path.abspath(options.cnnc)
    progress, end = Progress(options), options.seed + options.count
    starts = [progress.next, *range((progress.next // BATCH + 1) * BATCH, end, BATCH)]
    batches = [range(start, stop) for start, stop in zip(starts, [*starts[1:], end])]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for seeds, (name, *rest) in zip(batches, pool.map(functools.partial(run_batch, options), batches)):
            progress.done(seeds.stop, *rest)
            print(f"{name}: {progress.line()}", flush=True)
    return 1 if progress.failed or progress.ran * 3 < options.count else 0


if __name__ == "__main__":
    sys.exit(main())
