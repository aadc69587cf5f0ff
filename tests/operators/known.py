"""Every operator of the standard and of ai.onnx.ml, at every version from 7 on, must be known to cnnc with its attributes.

    known.py CNNC
"""
import os, subprocess, sys, tempfile
import onnx
from onnx import AttributeProto, TensorProto, helper

# Decoding JPEG, PNG and other files would need codecs in emitted code.
REFUSED = {"ImageDecoder"}

KINDS = {  # something of each kind of attribute, where the schema has no default
    AttributeProto.INT: 1, AttributeProto.FLOAT: 1.0, AttributeProto.STRING: "constant", AttributeProto.INTS: [1, 1],
    AttributeProto.FLOATS: [1.0], AttributeProto.STRINGS: ["Tanh"], AttributeProto.TENSOR: helper.make_tensor("t", TensorProto.FLOAT, [1], [1.0]),
}


def schemas():
    """Those of version 7 and later, and what held before them in version 7, as far as attributes came or went."""
    found = {}
    for s in onnx.defs.get_all_schemas_with_history():
        if s.domain in ("", "ai.onnx.ml") and not s.deprecated:
            found.setdefault((s.domain, s.name), []).append(s)
    for history in found.values():
        history.sort(key=lambda s: s.since_version)
        oldest = max((s.since_version for s in history if s.since_version <= 7), default=0)
        recent = [s for s in history if s.domain or s.since_version >= oldest]
        yield from (s for before, s in zip([None] + recent, recent) if not before or set(before.attributes) != set(s.attributes))


def model_of(nodes, version, ml_version):
    imports = [helper.make_opsetid("", version), helper.make_opsetid("ai.onnx.ml", ml_version)]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 4, 4])
    outputs = [helper.make_empty_tensor_value_info(nodes[0].output[0])]
    return helper.make_model(helper.make_graph(nodes, "known", [x], outputs), opset_imports=imports, ir_version=10)


def node_of(s):
    attributes = {}
    for a in s.attributes.values():
        if a.default_value.name:
            attributes[a.name] = helper.get_attribute_value(a.default_value)
        elif a.type in KINDS and s.name != "Constant":
            attributes[a.name] = KINDS[a.type]
    return helper.make_node(s.name, ["x"] * max(1, s.min_input), ["y"], "one", domain=s.domain, **attributes)


def said(cnnc, model, folder):
    path = os.path.join(folder, "known.onnx")
    onnx.save(model, path)
    return subprocess.run([cnnc, path, "-o", os.path.join(folder, "known.c")], capture_output=True, text=True).stderr


def main(cnnc):
    every, newest, bad = list(schemas()), onnx.defs.onnx_opset_version(), []
    with tempfile.TemporaryDirectory() as folder:
        nodes = [helper.make_node(n, [], [f"out_{d}_{n}"], domain=d) for d, n in sorted({(s.domain, s.name) for s in every})]
        unknown = {line.split("operator ")[1].split(":")[0] for line in said(cnnc, model_of(nodes, newest, 5), folder).splitlines() if ": is not supported" in line}
        if unknown != REFUSED:
            bad.append(f"not supported: {sorted(unknown)} instead of {sorted(REFUSED)}")
        for s in every:
            version, ml_version = (newest, s.since_version) if s.domain else (max(7, s.since_version), 3)
            told = said(cnnc, model_of([node_of(s)], version, ml_version), folder)
            wrong = [line for line in told.splitlines() if "has no attribute" in line]
            bad += [f"{s.name} of version {s.since_version}: {line}" for line in wrong]
    print("\n".join(bad), f"{len(every)} operators and versions, {len(bad)} wrong", sep="\n")
    return 1 if bad or len(every) < 250 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
