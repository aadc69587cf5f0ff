"""Single operators through emitted C and through ONNX Runtime.

    operators.py CNNC TABLE [--only PATTERN] [--jobs N] [-- OPTIONS OF cnnc verify]

TABLE is a module beside this one whose `cases()` lists what to compare. Many nodes share a model, since the C compiler's
start is what costs; when such a model fails, its nodes are tried one by one.
"""
import argparse, dataclasses, fnmatch, importlib, os, pathlib, subprocess, sys, tempfile
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import proto_of, reference_session, scalar, seed_of  # noqa: E402

PACK = 60
MICROSOFT, ML = "com.microsoft", "ai.onnx.ml"


@dataclasses.dataclass
class Case:
    """One node. None among the inputs is one left out, a dict is a map; those in `fixed` are constants."""
    op: str
    inputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    domain: str = ""
    version: int = 17
    fixed: tuple = ()
    outputs: tuple = (0,)   # which are wanted; a number: the first so many
    steps: int = 0          # by how much integers may differ: sums of floats are rounded in another order
    tolerance: float = 2e-5 # of the largest output
    expected: list = None   # where ONNX Runtime lacks the operator: what must come out
    name: str = ""

    def opsets(self):
        return {"": self.version} if self.domain == "" else {"": 17, self.domain: self.version}

    def wanted(self):
        return tuple(range(self.outputs)) if isinstance(self.outputs, int) else self.outputs

    def nodes(self, prefix, integer):
        """The node, inputs, constants, and names of outputs; integers become floats where they may differ."""
        at = [f"{prefix}in{i}" if v is not None else "" for i, v in enumerate(self.inputs)]
        made = [f"{prefix}out{i}" for i in self.wanted()]
        named = [f"{prefix}out{i}" if i in self.wanted() else "" for i in range(max(self.wanted()) + 1)]
        nodes = [helper.make_node(self.op, at, named, prefix + self.op, domain=self.domain, **self.attributes)]
        if self.steps:
            made = [o if not is_integer else o + "_f" for o, is_integer in zip(made, integer)]
            nodes += [helper.make_node("Cast", [o[:-2]], [o], to=TensorProto.FLOAT) for o in made if o.endswith("_f")]
        return nodes, at, made


def rng(name):
    return np.random.RandomState(seed_of(name) & 0x7fffffff)


def proto_type(v):
    return helper.np_dtype_to_tensor_dtype(v.dtype) if v.dtype != object else TensorProto.STRING


def value_info(name, v):
    if not isinstance(v, dict):
        return helper.make_tensor_value_info(name, proto_type(v), v.shape)
    key, value = next(iter(v.items()))
    keys = TensorProto.STRING if isinstance(key, str) else TensorProto.INT64
    return helper.make_value_info(name, helper.make_map_type_proto(keys, helper.make_tensor_type_proto(proto_type(scalar(value)), [])))


def model_of(cases, integer=None):
    nodes, inputs, constants, outputs = [], [], [], []
    for k, c in enumerate(cases):
        prefix = f"c{k}_"
        made, at, out = c.nodes(prefix, integer[k] if integer else [False] * len(c.wanted()))
        nodes += made
        outputs += [helper.make_empty_tensor_value_info(o) for o in out]
        for i, v in enumerate(c.inputs):
            if v is None:
                continue
            if i in c.fixed:
                constants.append(numpy_helper.from_array(v, at[i]))
            else:
                inputs.append(value_info(at[i], v))
    imports = [helper.make_opsetid(d, v) for d, v in cases[0].opsets().items()]
    return helper.make_model(helper.make_graph(nodes, "operators", inputs, outputs, constants), opset_imports=imports, ir_version=10)


def arrays_of(case):
    return [v for i, v in enumerate(case.inputs) if v is not None and i not in case.fixed]


def run(case):
    """What must come out."""
    if case.expected is not None:
        return [np.asarray(v) for v in case.expected]
    session = reference_session(model_of([case]).SerializeToString())
    return session.run(None, dict(zip([i.name for i in session.get_inputs()], arrays_of(case))))


def write(folder, cases, results):
    integer = [[np.asarray(v).dtype.kind in "iu" for v in results[c.name]] for c in cases]
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    onnx.save(model_of(cases, integer), folder / "model.onnx")
    outputs = [np.asarray(v, np.float32) if c.steps and i else v for c, k in zip(cases, integer) for v, i in zip(results[c.name], k)]
    for kind, values in (("input", [v for c in cases for v in arrays_of(c)]), ("output", outputs)):
        for i, v in enumerate(values):
            (data / f"{kind}_{i}.pb").write_bytes(proto_of(v).SerializeToString())
    steps = cases[0].steps
    (folder / "tolerance.txt").write_text(f"rtol 1e-6\natol {steps + 1e-3}\n" if steps else f"relative {cases[0].tolerance}\n")


class Suite:
    def __init__(self, options):
        self.options = options

    def failures(self, groups, results):
        """{name: cases} -> names that fail, and what cnnc said."""
        with tempfile.TemporaryDirectory() as folder:
            for name, cases in groups.items():
                write(pathlib.Path(folder, name), cases, results)
            passed = os.path.join(folder, "passed")
            r = subprocess.run([self.options.cnnc, "verify", "--suite", folder, "--jobs", str(self.options.jobs), "--save", passed,
                                "--accuracy", "strict", *self.options.verify], capture_output=True, text=True)
            good = set(open(passed).read().split()) if os.path.exists(passed) else set()
            return set(groups) - good, r.stdout + r.stderr


def packs(cases):
    """Cases that can share a model, PACK at a time."""
    alike = {}
    for c in cases:
        alike.setdefault((tuple(c.opsets().items()), c.steps, c.tolerance), []).append(c)
    parts = [group[i:i + PACK] for group in alike.values() for i in range(0, len(group), PACK)]
    return {f"pack{k:03}": part for k, part in enumerate(parts)}


def named(cases):
    seen = {}
    for c in cases:
        c.name = c.name or f"{c.op}_{c.version}"
        seen[c.name] = seen.get(c.name, 0) + 1
        c.name += f".{seen[c.name]}"
    return cases


def main():
    p = argparse.ArgumentParser()
    p.add_argument("cnnc")
    p.add_argument("table")
    p.add_argument("--only", default="*")
    p.add_argument("--jobs", type=int, default=1)
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    options = p.parse_args(words[:cut])
    options.verify = words[cut + 1:]
    cases = [c for c in named(importlib.import_module(options.table).cases()) if fnmatch.fnmatch(c.name, options.only)]
    suite, results, refused = Suite(options), {}, []
    for c in cases:
        try:
            results[c.name] = run(c)
        except Exception as e:
            refused.append(f"{c.name}: ONNX Runtime refuses it: {str(e).splitlines()[0][:300]}")
    groups = packs([c for c in cases if c.name in results])
    bad, _ = suite.failures(groups, results)
    alone = {c.name: [c] for name in bad for c in groups[name]}
    failed, said = suite.failures(alone, results) if alone else (set(), "")
    if bad and not failed:
        said, failed = "packs fail whose cases pass one by one: " + " ".join(sorted(bad)), bad
    print("\n".join(refused), said if failed else "", " ".join(sorted(failed)),
          f"{len(results) - len(failed)} of {len(cases)} cases agree", sep="\n")
    return 1 if refused or failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
