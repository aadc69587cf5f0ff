"""Write networks of 16-bit floats, and what they compute with float32 between their layers.

    python make_halves.py OUT

OUT/f16.onnx takes and returns f16, OUT/bf16.onnx casts from float32 to bf16 and back; the layers are make_narrow_weights.py's. OUT/NAME.x.npy,
OUT/NAME.r.npy are inputs, OUT/NAME.y.npy, OUT/NAME.z.npy outputs: weights are rounded here, by numpy, and ONNX Runtime (no
optimisations) runs the network in float32.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from make_narrow_weights import bf16, f16, layers, model  # noqa: E402
from reference import reference_session  # noqa: E402


def narrowed(wide, elem):
    """The network with constants, inputs and outputs of another type."""
    made = onnx.ModelProto()
    made.CopyFrom(wide)
    constants = [helper.make_tensor(t.name, elem, t.dims, onnx.numpy_helper.to_array(t).flatten()) for t in wide.graph.initializer]
    del made.graph.initializer[:]
    made.graph.initializer.extend(constants)
    for port in [*made.graph.input, *made.graph.output]:
        port.type.tensor_type.elem_type = elem
    return made


def between_casts(made, elem):
    """The network, in `elem`, that takes and returns float32."""
    graph = made.graph
    for port in [*graph.input, *graph.output]:
        port.type.tensor_type.elem_type = TensorProto.FLOAT
    inputs, outputs = [port.name for port in graph.input], [port.name for port in graph.output]
    for node in graph.node:
        node.input[:] = [f"{name}_half" if name in inputs else name for name in node.input]
        node.output[:] = [f"{name}_half" if name in outputs else name for name in node.output]
    nodes = [helper.make_node("Cast", [name], [f"{name}_half"], to=elem) for name in inputs] + list(graph.node)
    nodes += [helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT) for name in outputs]
    del graph.node[:]
    graph.node.extend(nodes)
    return made


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    x = np.random.default_rng(1).normal(0, 1, (1, 40, 4, 4)).astype(np.float32)
    r = np.random.default_rng(4).normal(0, 1, (5, 36)).astype(np.float32)
    parts = layers(np.random.default_rng(2))
    for name, elem, rounded, stored in (("f16", TensorProto.FLOAT16, f16, np.float16), ("bf16", TensorProto.BFLOAT16, bf16, np.float32)):
        wide = model({part: (rounded(w, axis), axis) for part, (w, axis) in parts.items()}, np.random.default_rng(3))
        biases = {t.name: t for t in wide.graph.initializer}
        for bias in ("b0", "b1", "b2"):
            biases[bias].CopyFrom(onnx.numpy_helper.from_array(rounded(onnx.numpy_helper.to_array(biases[bias]), 0), bias))
        inputs = {"x": rounded(x, 0), "r": rounded(r, 0)}
        outputs = dict(zip("yz", reference_session(wide.SerializeToString()).run(None, inputs)))
        for port, value in (inputs | outputs).items():
            np.save(out / f"{name}.{port}.npy", value.astype(stored))
        made = narrowed(wide, elem)
        onnx.save(made if stored == np.float16 else between_casts(made, elem), out / f"{name}.onnx")


if __name__ == "__main__":
    main()
