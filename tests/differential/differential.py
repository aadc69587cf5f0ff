"""Random networks through emitted C and through ONNX Runtime.

    differential.py CNNC [--count N] [--seed N] [--pack N] [--regressions DIR] [--no-shrink] [-- OPTIONS OF cnnc verify]

Several small networks share a model, since the C compiler's start is what costs. A model that fails is taken apart to
the network, and that to the fewest nodes, that still fail for the same reason; what remains goes to DIR.
"""
import argparse, os, pathlib, re, shutil, subprocess, sys, tempfile
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
import networks

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import reference_session  # noqa: E402

# What README promises of each mode, of the largest output; strict is bounded by rounding alone, in allowed().
PROMISED = {"balanced": 1e-4, "fast": 1e-2}
EPSILON = 2.0 ** -24
# Of types that ONNX Runtime does not round to after each node, as it computes in float32.
NARROW = {TensorProto.FLOAT16: 2.0 ** -11, TensorProto.BFLOAT16: 2.0 ** -8}


def narrowest(model):
    """The largest rounding error of the types that the model converts to, 0 without such."""
    kinds = [helper.get_node_attr_value(n, "to") for n in model.graph.node if n.op_type == "Cast"]
    return max((NARROW.get(k, 0) for k in kinds + [i.type.tensor_type.elem_type for i in model.graph.input]), default=0)


def depth(model):
    """Nodes on the longest way through it."""
    at = {}
    for n in model.graph.node:
        at.update(dict.fromkeys(n.output, 1 + max((at.get(i, 0) for i in n.input), default=0)))
    return max(at.values(), default=0)


def allowed(accuracy, model):
    """Rounding errors of a sum grow with the root of its length, and add up over nodes; both sides have theirs."""
    nodes, reduced, narrow = len(model.graph.node), reduced_length(model), narrowest(model)
    return PROMISED.get(accuracy, 2 * EPSILON * (16 * nodes + 4 * reduced ** 0.5)) + 2 * narrow * depth(model)


def reduced_length(model):
    weights = {i.name: list(i.dims) for i in model.graph.initializer}
    length = 1
    for n in model.graph.node:
        for i in n.input[1:2]:
            length += int(np.prod(weights.get(i, [1])[1 if n.op_type == "Conv" else 0:]))
        length += 512 if n.op_type.startswith(("Reduce", "Global", "AveragePool")) else 0
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


def finite(outputs):
    return all(np.isfinite(o).all() for o in outputs)


def usable(seed):
    """The network of a seed, or None when ONNX Runtime does not take it or its outputs are not finite."""
    b = networks.network(seed)
    model = networks.pack([b])
    try:
        outputs = expected(model, networks.input_arrays(model, seed))
    except Exception:  # not implemented there, or refused
        return None
    return b if outputs and finite(outputs) and max(float(abs(o).max()) for o in outputs) < 1e6 else None


class Suite:
    """cnnc verify --suite on models, by name."""

    def __init__(self, options):
        self.options = options
        words = options.verify
        self.accuracy = words[words.index("--accuracy") + 1] if "--accuracy" in words else "balanced"

    def failures(self, cases):
        """{name: (model, arrays, outputs)} -> {the names that fail}, and what cnnc said."""
        with tempfile.TemporaryDirectory() as folder:
            for name, case in cases.items():
                write_case(os.path.join(folder, name), *case, self.accuracy)
            passed = os.path.join(folder, "passed")
            run = subprocess.run([self.options.cnnc, "verify", "--suite", folder, "--jobs", str(self.options.jobs), "--save", passed,
                                  *self.options.verify], capture_output=True, text=True)
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


def info(name, array):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)


def needed(m, cut, known):
    """Removes nodes, inputs and constants that no output needs; those in `cut` become inputs."""
    live, kept = {o.name for o in m.graph.output} - cut, []
    for n in reversed(m.graph.node):
        if live & set(n.output):
            kept.append(n)
            live |= set(n.input) | {i for a in n.attribute if a.HasField("g") for k in a.g.node for i in k.input}
    outputs = [o for o in m.graph.output if o.name not in cut]
    inputs = [i for i in m.graph.input if i.name in live] + [info(c, known[c]) for c in sorted(cut & live)]
    constants = [c for c in m.graph.initializer if c.name in live]
    return helper.make_model(helper.make_graph(kept[::-1], "shrunk", inputs, outputs, constants),
                             opset_imports=networks.OPSET, ir_version=8)


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
    nodes = model.graph.node
    for i in range(len(nodes) - 1):
        yield ending_at(model, i, known)
    if len(nodes) > 1:
        for i in reversed(range(len(nodes))):
            yield without_node(model, i, known)
    for i, n in enumerate(nodes):
        for a in n.attribute:
            if not a.HasField("g"):
                yield without_attribute(model, i, a.name)


def all_values(model, arrays):
    m = onnx.ModelProto.FromString(model.SerializeToString())
    del m.graph.output[:]
    names = [o for n in m.graph.node for o in n.output if o]
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


def report(suite, seed, builder, options):
    """True when the network fails by itself; then it is shrunk and kept."""
    model = networks.pack([builder])
    case = case_of(model, networks.input_arrays(model, seed))
    if suite.reason(case) is None:
        return False
    case = shrink(suite, case)
    folder = os.path.join(options.regressions, f"seed_{seed}")
    shutil.rmtree(folder, ignore_errors=True)
    write_case(folder, *case, suite.accuracy)
    said = suite.failures({"case": case})[1]
    print(f"seed {seed}: {' '.join(n.op_type for n in case[0].graph.node)}\n{said}kept as {folder}", flush=True)
    return True


def run_batch(suite, seeds, options):
    """Failures among these seeds, and how many networks there were."""
    found = [(s, b) for s in seeds if (b := usable(s))]
    found.sort(key=lambda member: narrowest(networks.pack([member[1]])))  # those that are held to wider bounds in models of their own
    packs = {f"pack_{i}": found[i:i + options.pack] for i in range(0, len(found), options.pack)}
    cases = {}
    for name, members in packs.items():
        model = networks.pack([b for _, b in members])
        cases[name] = case_of(model, {k: v for s, b in members for k, v in networks.input_arrays(networks.pack([b]), s).items()})
    bad, said = suite.failures(cases)
    failed = 0
    for name in sorted(bad):
        alone = 0 if options.no_shrink else sum(report(suite, s, b, options) for s, b in packs[name])
        if options.no_shrink:
            print(f"seeds {[s for s, _ in packs[name]]}:\n{said}", flush=True)
        elif not alone:
            print(f"seeds {[s for s, _ in packs[name]]} fail only side by side:\n{said}", flush=True)
        failed += max(1, alone)
    return failed, len(found)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("cnnc")
    p.add_argument("--count", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--pack", type=int, default=10)
    p.add_argument("--jobs", type=int, default=1)
    p.add_argument("--no-shrink", action="store_true", help="only say which models fail")
    p.add_argument("--regressions", default="differential-failures")
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options = p.parse_args(words[:cut])
    options.verify = words[cut + 1:]
    suite, failed, ran = Suite(options), 0, 0
    for first in range(options.seed, options.seed + options.count, 200):
        seeds = range(first, min(first + 200, options.seed + options.count))
        bad, n = run_batch(suite, seeds, options)
        failed, ran = failed + bad, ran + n
        print(f"{ran} networks of {seeds.stop - options.seed} seeds, {failed} failed", flush=True)
    return 1 if failed or ran * 2 < options.count else 0


if __name__ == "__main__":
    sys.exit(main())
