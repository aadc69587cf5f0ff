"""Write a network whose layers all have few positions, and what it computes with weights rounded to narrower types.

    python make_narrow_weights.py OUT

OUT/model.onnx, OUT/{x,r}.npy, and OUT/{y,z}.TYPE.npy for f32, bf16, f16, int8 and int4: the weights are rounded here, by numpy,
and ONNX Runtime (no optimisations) runs the network with them in float32.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import reference_session  # noqa: E402


def bf16(w, axis):
    """To nearest even, by the distance to the two neighbours with 7 bits behind the point."""
    _, exponent = np.frexp(w.astype(np.float64))
    unit = np.ldexp(1.0, exponent - 8)
    return (np.rint(w / unit) * unit).astype(np.float32)


def f16(w, axis):
    return w.astype(np.float16).astype(np.float32)


def int8(w, axis):
    """A scale for each output channel: its largest weight is 127."""
    others = tuple(i for i in range(w.ndim) if i != axis)
    scale = (np.abs(w).max(axis=others, keepdims=True) / np.float32(127)).astype(np.float32)
    scale[scale == 0] = 1
    return (np.rint(w.astype(np.float64) / scale) * scale).astype(np.float32)


def int4(w, axis):
    """Of fully connected layers: groups of 32 inputs, each with the best of four scales in bf16. Others as int8."""
    if w.ndim > 2:
        return int8(w, axis)
    rows = (w if axis == 0 else w.T).astype(np.float64)
    rounded = np.zeros_like(rows)
    for k in range(0, rows.shape[1], 32):
        group = rows[:, k:k + 32]
        most = np.take_along_axis(group, np.abs(group).argmax(axis=1)[:, None], 1).astype(np.float32)
        least = np.full(most.shape, np.inf)
        for steps in (8, 7.5, 7, 6.5):
            scale = bf16(most / np.float32(-steps), 0).astype(np.float64)
            scale[scale == 0] = 1
            tried = np.clip(np.rint(group / scale), -8, 7) * scale
            error = ((group - tried) ** 2).sum(axis=1, keepdims=True)
            rounded[:, k:k + 32] = np.where(error < least, tried, rounded[:, k:k + 32])
            least = np.minimum(error, least)
    return (rounded if axis == 0 else rounded.T).astype(np.float32)


TYPES = {"f32": lambda w, axis: w, "bf16": bf16, "f16": f16, "int8": int8, "int4": int4}


def layers(rng):
    """Weights with their axis of output channels; zeros, ties and numbers that are subnormal in f16 among them."""
    def weights(*shape, axis=0):
        w = rng.normal(0, 1 / np.sqrt(np.prod(shape) / shape[axis]), shape).astype(np.float32)
        w.flat[::7] = 0
        w.flat[3::11] *= np.float32(1e-6)
        w.flat[5::13] = np.float32(1.00390625) * np.float32(0.25)  # halfway between two bf16, and the next is not
        w.flat[6::17] = np.float32(1.01171875) * np.float32(-0.25)
        return w, axis
    silent = weights(33, 100)
    silent[0][4] = 0  # a channel of zeros alone has no scale
    return {"wide": weights(64, 40, 3, 3), "grouped": weights(96, 32, 1, 1), "pooled": weights(20, 96, 1, 1), "dense": weights(80, 100, axis=1),
            "last": silent, "rows": weights(36, 45, axis=1), "matrix": weights(40, 45, axis=0)}


def model(parts, rng):
    constants = {name: w for name, (w, _) in parts.items()}
    constants |= {"b0": rng.normal(0, 1, 64).astype(np.float32), "b1": rng.normal(0, 1, 100).astype(np.float32),
                  "b2": rng.normal(0, 1, 45).astype(np.float32)}
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "wide", "b0"], ["t0"], "wide", pads=[1, 1, 1, 1]),
        node("Relu", ["t0"], ["t1"], "relu0"),
        node("Conv", ["t1", "grouped"], ["t2"], "grouped", group=2),
        node("Conv", ["t2", "pooled"], ["t3"], "pooled"),
        node("MaxPool", ["t3"], ["t4"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["t4"], ["t5"], "flat"),
        node("Gemm", ["t5", "dense", "b1"], ["t6"], "dense"),
        node("Relu", ["t6"], ["t7"], "relu1"),
        node("Gemm", ["t7", "last"], ["y"], "last", transB=1),
        node("MatMul", ["r", "rows"], ["r1"], "rows"),
        node("Add", ["r1", "b2"], ["r2"], "add"),
        node("Gemm", ["r2", "matrix"], ["z"], "matrix", transB=1, alpha=0.5),
    ]
    graph = helper.make_graph(nodes, "narrow", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 40, 4, 4]),
                                                   helper.make_tensor_value_info("r", TensorProto.FLOAT, [5, 36])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 33]),
                               helper.make_tensor_value_info("z", TensorProto.FLOAT, [5, 40])],
                              [numpy_helper.from_array(w, name) for name, w in constants.items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    x = np.random.default_rng(1).normal(0, 1, (1, 40, 4, 4)).astype(np.float32)
    r = np.random.default_rng(4).normal(0, 1, (5, 36)).astype(np.float32)
    np.save(out / "x.npy", x)
    np.save(out / "r.npy", r)
    parts = layers(np.random.default_rng(2))
    onnx.save(model(parts, np.random.default_rng(3)), out / "model.onnx")
    for name, rounded in TYPES.items():
        narrow = {part: (rounded(w, axis), axis) for part, (w, axis) in parts.items()}
        session = reference_session(model(narrow, np.random.default_rng(3)).SerializeToString())
        for output, value in zip("yz", session.run(None, {"x": x, "r": r})):
            np.save(out / f"{output}.{name}.npy", value)


if __name__ == "__main__":
    main()
