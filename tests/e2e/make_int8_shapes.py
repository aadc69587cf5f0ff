"""Write a quantised network of many small independent parts, as QDQ nodes around convolutions and what goes with them.

    python make_int8_shapes.py OUT

OUT/model.onnx, a NAME.npy for each of its inputs and outputs, and their names in OUT/inputs and OUT/outputs: seeded inputs, and
what ONNX Runtime says with its optimisations off, that is, in float32 between Q and DQ. Each part ends in bytes. OUT/exact names the
outputs of operators on integers, which are exact. OUT/rows.onnx has a zero point for each row of a batch (a.npy, y.npy), which
ONNX Runtime does not know: its reference is NumPy's. OUT/split has the layers with many outputs alone.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import reference_session, seed_of  # noqa: E402

TYPES = {np.dtype(np.uint8): TensorProto.UINT8, np.dtype(np.int8): TensorProto.INT8, np.dtype(np.float32): TensorProto.FLOAT}


class Quantised:
    """A value in real numbers that a DequantizeLinear made of bytes."""

    def __init__(self, real, data, scale, zero, shape):
        self.real, self.bytes, self.scale, self.zero, self.shape = real, data, scale, zero, shape


class Network:
    def __init__(self, name):
        self.rng = np.random.default_rng(seed_of(name))
        self.nodes, self.weights, self.inputs, self.outputs, self.exact = [], [], {}, {}, []

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def op(self, kind, *inputs, **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"{kind}{len(self.nodes)}", **attributes))
        return name

    def dequantise(self, data, scale, zero, shape):
        parameters = self.constant(np.float32(scale)), self.constant(zero)
        return Quantised(self.op("DequantizeLinear", data, *parameters), data, scale, zero, shape)

    def quantise(self, real, shape, spread=1.0, kind=np.uint8, zero=None):
        """To 8 bits of which `spread` standard deviations of a normal distribution fill about a half."""
        info, scale = np.iinfo(kind), np.float32(spread * self.rng.uniform(0.03, 0.05))
        zero = kind(self.rng.integers(info.min // 2 + info.max // 4, info.max // 2 + info.max // 4) if zero is None else zero)
        data = self.op("QuantizeLinear", real, self.constant(scale), self.constant(zero))
        return self.dequantise(data, scale, zero, shape)

    def input(self, *shape, kind=np.uint8, zero=None):
        name, info = f"x{len(self.inputs)}", np.iinfo(kind)
        self.inputs[name] = self.rng.integers(info.min, info.max, shape, kind, endpoint=True)
        zero = self.rng.integers(info.min, info.max) if zero is None else zero
        return self.dequantise(name, np.float32(self.rng.uniform(0.01, 0.02)), kind(zero), shape)

    def matrix(self, shape, axis, kind=np.int8, largest=None, normal=False):
        """Weights with a scale for each index of the axis, and their sum of squares."""
        outs, ins = shape[axis], int(np.prod(shape)) // shape[axis]
        scale = (self.rng.uniform(0.5, 1, outs) / np.sqrt(ins) / 64).astype(np.float32)
        info, zero = np.iinfo(kind), np.full(outs, 128 if kind == np.uint8 else 0, kind)
        largest = largest or ((128, 127, 64)[len(self.weights) % 3] if kind == np.int8 else 255)  # some machines have products for small ones
        data = self.rng.integers(max(-largest, info.min), min(largest, info.max), shape, kind, endpoint=True)
        if normal:
            data = np.clip(np.round(self.rng.normal(0, largest / 3.5, shape)), -largest, largest).astype(kind)
        return self.op("DequantizeLinear", self.constant(data), self.constant(scale), self.constant(zero), axis=axis), scale

    def bias(self, x, scale):
        units = np.float32(x.scale) * scale
        data = self.constant(self.rng.integers(-2000, 2000, len(scale)).astype(np.int32))
        return self.op("DequantizeLinear", data, self.constant(units), self.constant(np.zeros(len(scale), np.int32)), axis=0)

    def conv(self, x, outs, kernel, activation=None, bias=True, group=1, kind=np.int8, out_kind=np.uint8, largest=None, normal=False, **attributes):
        weights, scale = self.matrix((outs, x.shape[1] // group, *kernel), 0, kind, largest, normal)
        inputs = [x.real, weights] + ([self.bias(x, scale)] if bias else [])
        y = self.op("Conv", *inputs, kernel_shape=kernel, group=group, **attributes)
        if activation == "Clip":
            y = self.op("Clip", y, self.constant(np.float32(0)), self.constant(np.float32(2)))
        elif activation:
            y = self.op(activation, y)
        pads, strides, dilations = (attributes.get(k, d) for k, d in (("pads", [0] * 4), ("strides", [1, 1]), ("dilations", [1, 1])))
        plane = [(x.shape[2 + i] + pads[i] + pads[2 + i] - dilations[i] * (kernel[i] - 1) - 1) // strides[i] + 1 for i in (0, 1)]
        return self.quantise(y, (x.shape[0], outs, *plane), 2.0, out_kind)

    def output(self, x):
        self.outputs[x.bytes] = TYPES[np.dtype(type(x.zero))]

    def write(self, out):
        graph = helper.make_graph(
            self.nodes, "int8", [helper.make_tensor_value_info(n, TYPES[a.dtype], a.shape) for n, a in self.inputs.items()],
            [helper.make_tensor_value_info(n, t, None) for n, t in self.outputs.items()], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        data = onnx.shape_inference.infer_shapes(model, strict_mode=True).SerializeToString()
        results = reference_session(data).run(None, self.inputs)
        (out / "model.onnx").write_bytes(data)
        for name, array in [*self.inputs.items(), *zip(self.outputs, results)]:
            np.save(out / f"{name}.npy", array)
        (out / "inputs").write_text(" ".join(self.inputs))
        (out / "outputs").write_text(" ".join(self.outputs))
        (out / "exact").write_text(" ".join(self.exact))


def convolutions(net):
    for ins, outs, kernel, plane, attributes in [
            (3, 20, (7, 7), (23, 21), dict(strides=[2, 2], pads=[3, 3, 3, 3])), (16, 16, (3, 3), (9, 11), dict(pads=[1, 1, 1, 1])),
            (24, 40, (3, 3), (9, 11), dict(pads=[1, 1, 1, 1], strides=[2, 2])), (33, 17, (1, 1), (7, 7), {}), (64, 32, (1, 1), (14, 14), {}),
            (20, 32, (1, 1), (9, 9), dict(strides=[2, 2])), (19, 35, (5, 3), (11, 12), dict(pads=[2, 0, 1, 2], dilations=[2, 1])),
            (16, 16, (3, 3), (12, 13), dict(pads=[2, 2, 2, 2], dilations=[2, 2])), (130, 48, (2, 2), (8, 9), {}), (48, 96, (1, 1), (1, 1), {}),
            (40, 24, (1, 5), (6, 17), dict(pads=[0, 2, 0, 2])), (1, 8, (3, 3), (10, 10), dict(auto_pad="SAME_UPPER")),
            (64, 64, (3, 3), (26, 23), dict(pads=[1, 1, 1, 1])), (64, 48, (1, 7), (9, 18), dict(pads=[0, 3, 0, 3])),
            (48, 64, (5, 1), (18, 7), dict(pads=[2, 0, 2, 0])), (64, 64, (3, 3), (19, 22), dict(pads=[1, 1, 1, 1], strides=[2, 2]))]:
        index = len(net.outputs)
        x = net.input(1 + 2 * (index % 3 == 1), ins, *plane)
        y = net.conv(x, outs, kernel, ("Relu", None, "Clip")[index % 3], bias=index % 4 != 3, kind=(np.int8, np.uint8)[index % 5 == 4],
                     out_kind=(np.uint8, np.int8)[index % 4 == 2], **attributes)
        net.output(y)
    for ins, outs, group, kernel, attributes in [
            (32, 64, 2, (3, 3), dict(pads=[1, 1, 1, 1])), (12, 24, 12, (3, 3), dict(pads=[1, 1, 1, 1])), (20, 30, 5, (1, 1), {}),
            (24, 24, 24, (3, 3), dict(pads=[1, 1, 1, 1])), (32, 32, 32, (3, 3), dict(pads=[1, 1, 1, 1], strides=[2, 2])),
            (17, 17, 17, (5, 5), dict(pads=[2, 2, 2, 2])), (16, 16, 16, (1, 7), dict(pads=[0, 3, 0, 3])), (16, 16, 16, (3, 3), dict(dilations=[1, 2])),
            (16, 16, 16, (3, 4), dict(dilations=[2, 1], strides=[1, 2]))]:
        x = net.input(1 + (ins == 24), ins, 13, 11)
        net.output(net.conv(x, outs, kernel, ("Relu", None)[len(net.outputs) % 2], group=group, **attributes))


def split(net):
    """Many outputs, for which AVX2 splits bytes: flat, in steps, with a halo and taps apart, of one column, pooled; weights of which few
    or many do not fit where two products of two fours are added up."""
    for ins, outs, kernel, plane, attributes in [
            (40, 80, (1, 1), (9, 7), {}), (52, 96, (1, 1), (7, 7), {}), (20, 68, (1, 1), (9, 9), dict(strides=[2, 2])),
            (24, 64, (3, 3), (9, 8), dict(pads=[2, 2, 2, 2], dilations=[2, 2])), (33, 64, (4, 1), (5, 1), {})]:
        for zero in 0, 200:
            x = net.input(1 + (ins == 52), ins, *plane, zero=zero)
            for normal in True, False:
                net.output(net.conv(x, outs, kernel, "Relu", largest=127, normal=normal, **attributes))
    y = net.conv(net.input(1, 24, 10, 12, zero=0), 64, (3, 3), "Relu", largest=127, pads=[2, 2, 2, 2], dilations=[2, 2])
    data = net.op("QuantizeLinear", net.op("MaxPool", y.real, kernel_shape=[2, 2], strides=[2, 2]), net.constant(y.scale), net.constant(y.zero))
    net.output(net.dequantise(data, y.scale, y.zero, None))


def blocks(net):
    """What stays in bytes between convolutions."""
    same = dict(pads=[1, 1, 1, 1])
    for ins, outs, out_kind in (16, 32, np.uint8), (24, 40, np.int8):
        x = net.input(1, ins, 14, 13)
        y = net.conv(net.conv(x, outs, (3, 3), "Relu", out_kind=out_kind, **same), outs, (3, 3), out_kind=out_kind, **same)
        shortcut = net.conv(x, outs, (1, 1), out_kind=out_kind)
        joined = net.quantise(net.op("Relu", net.op("Add", y.real, shortcut.real)), y.shape, 3.0, out_kind)
        net.output(joined)
        pooled = net.op("MaxPool", joined.real, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        data = net.op("QuantizeLinear", pooled, net.constant(joined.scale), net.constant(joined.zero))
        pooled = net.dequantise(data, joined.scale, joined.zero, (1, outs, 7, 7))
        net.output(net.conv(pooled, 24, (3, 3), "Relu", out_kind=out_kind, **same))
        average = net.op("AveragePool", joined.real, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        net.output(net.quantise(average, (1, outs, 7, 7), 1.5, out_kind))
        mean = net.quantise(net.op("GlobalAveragePool", joined.real), (1, outs, 1, 1), 1.0, out_kind)
        weights, scale = net.matrix((outs, 10), 1)
        flat = net.op("Flatten", mean.real)
        flat = net.dequantise(net.op("QuantizeLinear", flat, net.constant(mean.scale), net.constant(mean.zero)), mean.scale, mean.zero, (1, outs))
        net.output(net.quantise(net.op("Gemm", flat.real, weights, net.bias(flat, scale)), (1, 10), 1.0, out_kind))
        parts = [net.conv(x, 16, (1, 1), "Relu", out_kind=out_kind), net.conv(x, 32, (3, 3), out_kind=out_kind, **same)]
        whole = net.quantise(net.op("Concat", *(p.real for p in parts), axis=1), (1, 48, 14, 13), 2.5, out_kind)
        net.output(net.conv(whole, 20, (3, 3), "Relu", out_kind=out_kind, **same))
    images = net.quantise(net.op("DequantizeLinear", net.input(1, 3, 20, 20).bytes, net.constant(np.float32(0.02)), net.constant(np.uint8(120))),
                          (1, 3, 20, 20), 1.0)
    net.output(net.conv(images, 16, (3, 3), "Relu", strides=[2, 2], **same))
    signed = net.input(1, 16, 6, 6, kind=np.int8)
    net.output(net.conv(signed, 16, (3, 3), **same))
    sigmoid = net.op("Sigmoid", net.conv(net.input(1, 32, 8, 8), 32, (1, 1)).real)
    net.output(net.quantise(sigmoid, (1, 32, 8, 8), 0.3))
    rows = net.input(3, 40)
    weights, scale = net.matrix((12, 40), 0)
    net.output(net.quantise(net.op("Gemm", rows.real, weights, net.bias(rows, scale), transB=1), (3, 12), 2.0))


def pooled(net):
    for plane, window, strides in ((24, 22), (2, 2), (2, 2)), ((18, 19), (3, 3), (3, 3)), ((20, 24), (2, 1), (2, 1)):
        y = net.conv(net.input(1, 48, *plane), 64, (3, 3), "Relu", pads=[1, 1, 1, 1])
        pool = net.op("MaxPool", y.real, kernel_shape=window, strides=strides)
        data = net.op("QuantizeLinear", pool, net.constant(y.scale), net.constant(y.zero))
        net.output(net.dequantise(data, y.scale, y.zero, None))


def extremes(net):
    """Sums of 144 * 9 products that are all as large as they can be."""
    def weights(sign):
        return net.constant(np.stack([np.full((144, 3, 3), sign * 127), net.rng.integers(-127, 128, (144, 3, 3))] * 24).astype(np.int8))

    for sign in 1, -1:
        name = f"x{len(net.inputs)}"
        net.inputs[name] = np.full((1, 144, 14, 16), 255, np.uint8)
        parameters = [net.constant(x) for x in (np.float32(0.02), np.uint8(0))], [net.constant(x) for x in (np.float32(0.001), np.int8(0))]
        result = net.op("QLinearConv", name, *parameters[0], weights(sign), *parameters[1], net.constant(np.float32(4)), net.constant(np.uint8(128)),
                        pads=[1, 1, 1, 1])
        net.outputs[result] = TensorProto.UINT8
        net.exact.append(result)


def operators(net):
    """What computes with integers as models have it."""
    def exact(kind, *inputs, to=TensorProto.UINT8, **attributes):
        name = net.op(kind, *inputs, **attributes)
        net.outputs[name] = to
        net.exact.append(name)

    def bytes_of(kind, *shape):
        return net.constant(net.rng.integers(np.iinfo(kind).min, np.iinfo(kind).max, shape, kind, endpoint=True))

    def number(x, kind=np.float32):
        return net.constant(kind(x))

    pads, scales = [1] * 4, net.constant(net.rng.uniform(1e-3, 2e-3, 16).astype(np.float32))
    for kind, zero, weight_kind, weight_zero in (np.uint8, 120, np.int8, 0), (np.int8, -12, np.int8, 0), (np.uint8, 12, np.uint8, 97):
        x = net.input(1, 64, 9, 8, kind=kind).bytes
        full = bytes_of(weight_kind, 16, 64, 3, 3)
        short = net.constant(net.rng.integers(-64, 65, (16, 64, 3, 3), np.int8))  # ONNX Runtime's sums of two products in 16 bits
        weights = short if kind == np.int8 else full, scales if not weight_zero else number(0.0015), number(weight_zero, weight_kind)
        to = TYPES[np.dtype(kind)]
        bias = [net.constant(net.rng.integers(-3000, 3000, 16).astype(np.int32))] if kind == np.uint8 else []
        exact("QLinearConv", x, number(0.02), number(zero, kind), *weights, number(0.11), number(zero, kind), *bias, to=to, pads=pads)
    x = net.input(1, 6, 9, 9).bytes
    exact("ConvInteger", x, bytes_of(np.uint8, 4, 6, 3, 3), number(7, np.uint8), number(100, np.uint8), to=TensorProto.INT32, pads=pads)
    rows = net.input(2, 5, 300).bytes
    exact("QLinearMatMul", rows, number(0.02), number(120, np.uint8), bytes_of(np.int8, 300, 7), number(0.0015), number(0, np.int8),
          number(0.11), number(130, np.uint8))
    exact("MatMulInteger", rows, bytes_of(np.int8, 300, 7), number(9, np.uint8), bytes_of(np.int8, 7), to=TensorProto.INT32)
    zeros = f"x{len(net.inputs)}"
    net.inputs[zeros] = np.zeros((3, 4), np.float32)
    net.nodes.append(helper.make_node("DynamicQuantizeLinear", [zeros], ["of_zeros", "scale_of_zeros", "zero_of_zeros"]))
    net.outputs.update({"of_zeros": TensorProto.UINT8, "scale_of_zeros": TensorProto.FLOAT, "zero_of_zeros": TensorProto.UINT8})
    net.exact += ["of_zeros", "scale_of_zeros", "zero_of_zeros"]


def rows_of_a_batch(out):
    rng = np.random.default_rng(seed_of("rows"))
    a, b = rng.integers(0, 256, (2, 3, 20), np.uint8), rng.integers(-128, 128, (20, 4), np.int8)
    zero = rng.integers(0, 256, (2, 3, 1), np.uint8)
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["a", "b", "zero"], ["y"])], "rows",
                              [helper.make_tensor_value_info("a", TensorProto.UINT8, a.shape)],
                              [helper.make_tensor_value_info("y", TensorProto.INT32, (2, 3, 4))],
                              [numpy_helper.from_array(b, "b"), numpy_helper.from_array(zero, "zero")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), out / "rows.onnx")
    np.save(out / "a.npy", a)
    np.save(out / "y.npy", (a.astype(np.int32) - zero) @ b.astype(np.int32))


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    net = Network("int8")
    convolutions(net)
    split(net)
    blocks(net)
    pooled(net)
    extremes(net)
    operators(net)
    net.write(out)
    rows_of_a_batch(out)
    alone = Network("split")
    split(alone)
    (out / "split").mkdir(exist_ok=True)
    alone.write(out / "split")


if __name__ == "__main__":
    main()
