"""Models with operators that nobody knows, what they compute (NumPy), and one that does not say of what type its values are."""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

out = Path(sys.argv[1])
rng = np.random.default_rng(6)


def save(name, nodes, inputs, outputs, initializers=(), value_info=()):
    infos = [[helper.make_tensor_value_info(*i) for i in side] for side in (inputs, outputs, value_info)]
    constants = [numpy_helper.from_array(a, n) for n, a in initializers]
    graph = helper.make_graph(nodes, name, infos[0], infos[1], constants, value_info=infos[2])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("acme", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), out / f"{name}.onnx")


def bend(x, k, slope, power, taps, gains, mode):
    v = np.where(x > 0, x, slope * x) * 0.5 * (sum(taps) + k.reshape(1, -1, 1, 1) + x.ndim) * gains[mode == "hard"]
    y = v.astype(np.float32) ** power
    return y, y.astype(np.float64).mean((0, 2, 3))


# Two nodes of one operator between others: every kind of parameter, an output that nobody wants.
x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
w = rng.standard_normal((4, 3, 1, 1)).astype(np.float32)
k = np.arange(4, dtype=np.int64)
first = dict(slope=0.25, power=2, taps=[1, 2, 1], gains=[0.5, 2.0], mode="soft")
second = dict(slope=0.5, power=1, taps=[0, 1], gains=[1.5, 3.0], mode="hard")
save("bend",
     [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Bend", ["c", "k"], ["b", "means"], domain="acme", **first),
      helper.make_node("Neg", ["b"], ["n"]), helper.make_node("Bend", ["n", "k"], ["z", ""], domain="acme", **second)],
     [("x", TensorProto.FLOAT, [1, 3, 6, 5])],
     [("z", TensorProto.FLOAT, [1, 4, 6, 5]), ("means", TensorProto.DOUBLE, [4])],
     [("w", w), ("k", k)], [("b", TensorProto.FLOAT, [1, 4, 6, 5])])
b, means = bend(np.einsum("nchw,oc->nohw", x, w[:, :, 0, 0]), k, **first)
z, _ = bend(-b, k, **second)
for name, array in (("x", x), ("z", z.astype(np.float32)), ("means", means)):
    np.save(out / f"{name}.npy", array)

# y = x + 1 + (bias or 0): an input that may be left out, and unsigned bytes; inside a function of the model.
save("optional",
     [helper.make_node("Add8", ["x", "", "one"], ["y"], name="no_bias", domain="acme"),
      helper.make_node("Add8", ["y", "bias", "one"], ["z"], name="bias", domain="acme")],
     [("x", TensorProto.UINT8, [2, 3])], [("z", TensorProto.UINT8, [2, 3])],
     [("bias", np.array([1, 2, 3], np.uint8)), ("one", np.array(1, np.uint8))], [("y", TensorProto.UINT8, [2, 3])])
bytes_in = rng.integers(0, 200, (2, 3)).astype(np.uint8)
np.save(out / "bytes_in.npy", bytes_in)
np.save(out / "bytes_out.npy", (bytes_in + 2 + np.array([1, 2, 3], np.uint8)).astype(np.uint8))

# For mistakes.
leaky = helper.make_node("Leaky", ["x"], ["y"], name="bend_it", domain="acme", slope=0.1)
strings = helper.make_node("Leaky", ["x"], ["y"], name="bend_it", domain="acme", slope=0.1, words=["a", "b"])
ports = [("x", TensorProto.FLOAT, [2, 3])], [("z", TensorProto.FLOAT, [2, 3])]
tail = helper.make_node("Neg", ["y"], ["z"])
save("leaky", [leaky, tail], *ports, value_info=[("y", TensorProto.FLOAT, [2, 3])])
save("strings", [strings, tail], *ports, value_info=[("y", TensorProto.FLOAT, [2, 3])])
save("untyped", [leaky, tail], *ports)
save("sized", [leaky, tail], [("x", TensorProto.FLOAT, ["N", 3])], [("z", TensorProto.FLOAT, ["N", 3])],
     value_info=[("y", TensorProto.FLOAT, ["N", 3])])
