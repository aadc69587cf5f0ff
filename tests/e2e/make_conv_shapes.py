"""Write networks of many small independent parts that use convolutions and pooling in every shape.

    python make_conv_shapes.py OUT

Each OUT/NAME/model.onnx comes with OUT/NAME/test_data_set_0 as `cnnc verify` reads it: seeded random inputs, and outputs
from ONNX Runtime with its optimisations off. A part has an input and an output of its own, so that a wrong kernel is
named by its output, and all parts of a network share one run of the C compiler.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import reference_session, seed_of  # noqa: E402


class Network:
    """A graph under construction; values are names."""

    def __init__(self, name):
        self.name, self.rng = name, np.random.default_rng(seed_of(name))
        self.nodes, self.weights, self.inputs, self.outputs = [], [], {}, []
        self.channels = {}

    def input(self, batch, channels, height, width):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = self.rng.normal(0, 1, (batch, channels, height, width)).astype(np.float32)
        self.channels[name] = channels
        return name

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def random(self, *shape, low=-1.0, high=1.0):
        return self.constant(self.rng.uniform(low, high, shape).astype(np.float32))

    def op(self, kind, *inputs, channels=None, **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"{kind}{len(self.nodes)}", **attributes))
        self.channels[name] = channels or self.channels[inputs[0]]
        return name

    def conv(self, x, channels, kernel, bias=True, group=1, **attributes):
        ins = self.channels[x] // group
        scale = np.sqrt(3 / (ins * kernel[0] * kernel[1]))
        inputs = [x, self.random(channels, ins, *kernel, low=-scale, high=scale)]
        if bias:
            inputs.append(self.random(channels))
        return self.op("Conv", *inputs, channels=channels, kernel_shape=kernel, group=group, **attributes)

    def output(self, value):
        name = f"y{len(self.outputs)}"
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(name)

    def write(self, out):
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, a.shape) for n, a in self.inputs.items()],
            [helper.make_empty_tensor_value_info(n) for n in self.outputs], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
        for value in model.graph.output:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        data = model.SerializeToString()
        results = reference_session(data).run(self.outputs, self.inputs)
        folder = out / self.name / "test_data_set_0"
        folder.mkdir(parents=True, exist_ok=True)
        (out / self.name / "model.onnx").write_bytes(data)
        for kind, names, arrays in ("input", self.inputs, self.inputs.values()), ("output", self.outputs, results):
            for i, (name, array) in enumerate(zip(names, arrays)):
                assert array.size and np.isfinite(array).all() and np.abs(array).max() > 1e-3, name
                (folder / f"{kind}_{i}.pb").write_bytes(numpy_helper.from_array(array, name).SerializeToString())
        print(f"{self.name}: {len(self.outputs)} outputs", flush=True)


def activate(net, kind, y):
    channels = net.channels[y]
    if kind == "leaky":
        return net.op("LeakyRelu", y, alpha=0.1)
    if kind == "prelu":
        return net.op("PRelu", y, net.random(channels, 1, 1))
    if kind == "clip":
        return net.op("Clip", y, net.constant(np.float32(-0.5)), net.constant(np.float32(0.75)))
    if kind == "silu":
        return net.op("Mul", y, net.op("Sigmoid", y))
    if kind == "scale":
        return net.op("Mul", y, net.random(1, channels, 1, 1))
    return net.op(kind, y)


KERNELS = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (1, 7), (7, 1), (1, 3), (3, 1), (1, 2), (2, 1), (5, 1), (1, 6),
           (2, 3), (3, 5), (4, 7), (1, 5), (7, 3)]
CHANNELS = [1, 2, 3, 4, 5, 7, 15, 16, 17, 24, 31, 32, 33, 48, 64, 65, 80]
PADDINGS = ["none", "same", "wide", "uneven", "SAME_UPPER", "SAME_LOWER", "VALID"]


def draw_padding(rng, kernel, dilations):
    kind = rng.choice(PADDINGS if max(dilations) == 1 else PADDINGS[:4])  # ONNX Runtime has no SAME with dilations
    reach = [(k - 1) * d for k, d in zip(kernel, dilations)]
    if kind in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        return {"auto_pad": kind}
    begin = {"none": [0, 0], "same": [r // 2 for r in reach], "wide": reach}.get(kind)
    if begin is None:
        begin, end = ([int(rng.integers(0, r + 1)) for r in reach] for _ in range(2))
    else:
        end = begin
    return {"pads": [*begin, *end]}


def draw_conv(net, strides, kernel, activation):
    """Any channels, plane, padding, dilation, batch."""
    rng = net.rng
    dilations = [int(d) for d in rng.choice([1, 1, 1, 2, 3], 2)]
    plane = [int((k - 1) * d + rng.integers(1, 24)) for k, d in zip(kernel, dilations)]
    ins, outs = (int(c) for c in rng.choice(CHANNELS, 2))
    x = net.input(int(rng.choice([1, 1, 3])), ins, *plane)
    y = net.conv(x, outs, kernel, bool(rng.integers(0, 4)), strides=strides, dilations=dilations, **draw_padding(rng, kernel, dilations))
    net.output(activate(net, activation, y) if activation else y)


ACTIVATIONS = [None, "Relu", "leaky", "prelu", "clip", "Sigmoid", "HardSwish", "silu", "scale"]


def any_shape(out):
    net = Network("any_shape")
    for i, kernel in enumerate(KERNELS * 3):
        strides = [1, 1] if i < 20 else [2, 2] if i < 40 else [int(s) for s in net.rng.choice([1, 2, 3], 2)]
        draw_conv(net, strides, kernel, ACTIVATIONS[i % len(ACTIVATIONS)])
    net.write(out)


def grouped(out):
    net = Network("grouped")
    for channels, kernel, strides, dilations, pads in [
            (16, (3, 3), [1, 1], [1, 1], [1, 1, 1, 1]), (33, (5, 5), [2, 2], [1, 1], [2, 2, 2, 2]), (7, (3, 1), [1, 2], [2, 1], [1, 0, 2, 0]),
            (48, (7, 7), [1, 1], [1, 1], [3, 3, 3, 3]), (24, (1, 5), [1, 3], [1, 2], [0, 4, 0, 1]), (80, (2, 2), [2, 1], [1, 1], [0, 0, 1, 1]),
            (65, (1, 1), [1, 1], [1, 1], [0, 0, 0, 0]), (40, (3, 3), [2, 2], [1, 1], [0, 0, 1, 1])]:
        for plane in (5, 7), (15, 31), (kernel[0], kernel[1] * 2):
            x = net.input(3 if plane == (5, 7) else 1, channels, *(p + 2 * d for p, d in zip(plane, dilations)))
            y = net.conv(x, channels, kernel, channels != 48, group=channels, strides=strides, dilations=dilations, pads=pads)
            net.output(activate(net, "silu", y) if plane[0] == 15 else y)
    for ins, outs, group in (12, 24, 12), (32, 16, 2), (32, 64, 2), (96, 48, 3), (64, 64, 4), (20, 30, 5), (128, 128, 2):  # also a multiplier of 2
        for kernel in (1, 1), (3, 3):
            x = net.input(1 + 2 * (group == 2), ins, 9, 13)
            y = net.conv(x, outs, kernel, group=group, pads=[kernel[0] // 2] * 4, strides=[1, 1 + (group == 3)])
            net.output(net.op("Relu", y))
    net.write(out)


def fused(out):
    """What moves into a convolution: residuals, gates, pooling; and memory that convolutions share."""
    net = Network("fused")
    same = {"pads": [1, 1, 1, 1]}
    for ins, outs, h, w, batch, size in (16, 16, 14, 14, 1, 3), (24, 40, 9, 11, 3, 3), (24, 40, 9, 11, 3, 1), (65, 33, 7, 7, 1, 3), (64, 64, 20, 17, 1, 1):
        kernel, padding = (size, size), {"pads": [size // 2] * 4}
        x = net.input(batch, ins, h, w)
        shortcut = net.conv(x, outs, (1, 1))
        y = net.conv(net.op("Relu", net.conv(x, outs, kernel, **padding)), outs, kernel, **padding)
        net.output(net.op("Relu", net.op("Add", y, shortcut)))  # residual block
        z = net.conv(x, outs, kernel, **padding)
        net.output(net.op("Add", net.op("Relu", z), shortcut))
        gate = net.op("Relu", net.conv(net.op("GlobalAveragePool", y), 8, (1, 1)))
        gate = net.op("Sigmoid", net.conv(gate, outs, (1, 1)))
        net.output(net.op("Mul", y, gate))  # squeeze and excitation
        external = net.input(batch, outs, 1, 1)
        net.output(net.op("Mul", net.conv(x, outs, kernel, **padding), external))
        if ins == outs:
            net.output(net.op("Add", net.conv(x, outs, kernel, **padding), x))
    pools = [("MaxPool", dict(kernel_shape=[2, 2], strides=[2, 2])), ("MaxPool", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])),
             ("MaxPool", dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)), ("MaxPool", dict(kernel_shape=[3, 3], strides=[3, 3])),
             ("MaxPool", dict(kernel_shape=[1, 2], strides=[1, 2])), ("MaxPool", dict(kernel_shape=[2, 1], strides=[2, 1])),
             ("MaxPool", dict(kernel_shape=[4, 2], strides=[4, 2])), ("MaxPool", dict(kernel_shape=[2, 3], dilations=[3, 2])),
             ("MaxPool", dict(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)), ("MaxPool", dict(kernel_shape=[3, 2], strides=[1, 1], auto_pad="SAME_LOWER")),
             ("AveragePool", dict(kernel_shape=[2, 2], strides=[2, 2])), ("AveragePool", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 1, 1])),
             ("AveragePool", dict(kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=1)),
             ("AveragePool", dict(kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)),
             ("AveragePool", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1)),
             ("GlobalAveragePool", {}), ("GlobalMaxPool", {})]
    for i, (kind, attributes) in enumerate(pools):
        for kernel, plane in (((3, 3), (18, 15)), ((1, 1), (13, 12)), ((3, 1), (9, 25)))[i % 2:i % 2 + 2]:
            ins, outs = ((3, 20), (32, 48), (40, 16))[i % 3]
            x = net.input(1 + 2 * (i % 4 == 1), ins, *plane)
            y = net.conv(x, outs, kernel, pads=[k // 2 for k in kernel] * 2)
            activation = ACTIVATIONS[(i + kernel[0]) % len(ACTIVATIONS)]
            if kernel != (1, 1) or i % 3:  # the others stay bare: average pooling moves ahead of them
                y = activate(net, activation, y) if activation else y
            y = net.op(kind, y, **attributes)
            if i % 3 == 0:
                y = net.op("Relu", y)
            elif i % 3 == 1:  # a scale of either sign, which max pooling bars, and a shift that not all convolutions take
                y = net.op("Add", net.op("Mul", y, net.random(outs, 1, 1)), net.random(1, outs, 1, 1))
            net.output(y)
    for channels, size, beta, batch in (48, 5, 0.75, 1), (16, 3, 0.75, 3), (32, 7, 0.75, 1), (64, 31, 0.75, 1), (32, 41, 0.75, 1), (24, 5, 0.75, 1), (32, 5, 0.5, 1):
        y = net.op("Relu", net.conv(net.input(batch, 20, 11, 21), channels, (3, 3)))
        y = net.op("LRN", y, size=size, alpha=0.5, beta=beta, bias=2.0)
        net.output(net.op("Relu", net.op("Sub", net.conv(y, 17, (3, 3)), net.random(17, 1, 1))))
        net.output(net.op("Mul", y, y))
    for channels, batch in ((16, 32, 23), 1), ((48, 16, 16), 3):
        x = net.input(batch, 20, 12, 10)
        parts = [net.conv(x, channels[0], (1, 1)), net.conv(x, channels[1], (3, 3), **same), net.op("MaxPool", x, kernel_shape=[3, 3], **same)]
        parts[2] = net.conv(parts[2], channels[2], (5, 5), pads=[2, 2, 2, 2])
        joined = net.op("Concat", *parts, axis=1, channels=sum(channels))
        net.output(net.conv(joined, 24, (3, 3), **same))
        net.output(net.conv(net.op("Relu", joined), 40, (1, 7), pads=[0, 3, 0, 3]))
        net.output(net.conv(parts[0], 16, (7, 1), pads=[3, 0, 3, 0]))  # a part needs a halo of its own
        net.output(net.conv(net.op("Concat", parts[0], parts[0], x, axis=1, channels=2 * channels[0] + 20), 17, (2, 2), strides=[2, 2]))
        net.output(joined)
    net.write(out)


def inverted_residuals(net):
    """1x1 convolutions whose result only a depthwise one reads, and such as must not be computed along with it."""
    for ins, between, kernel, stride, dilation, pads, plane, batch in [
            (16, 96, (3, 3), 2, 1, [1, 1, 1, 1], (33, 30), 1), (24, 144, (3, 3), 1, 1, [1, 1, 1, 1], (14, 19), 1),
            (24, 100, (3, 3), 2, 1, [0, 0, 1, 1], (28, 28), 3), (40, 240, (5, 5), 1, 1, [2, 2, 2, 2], (14, 14), 1),
            (17, 33, (5, 5), 2, 1, [2, 1, 1, 2], (21, 15), 1), (8, 64, (3, 3), 1, 2, [2, 2, 2, 2], (20, 23), 1),
            (64, 48, (3, 3), 1, 1, [0, 0, 0, 0], (11, 9), 1), (80, 20, (1, 5), 1, 1, [0, 2, 0, 2], (7, 12), 3),
            (16, 32, (3, 1), 3, 1, [2, 0, 2, 0], (16, 9), 1), (160, 960, (3, 3), 1, 1, [1, 1, 1, 1], (7, 7), 1),
            (32, 64, (2, 3), 2, 1, [0, 1, 0, 1], (9, 10), 1), (3, 16, (3, 3), 1, 1, [3, 3, 3, 3], (3, 2), 1)]:
        bias, kind, last = between % 3 > 0, ACTIVATIONS[ins % len(ACTIVATIONS)], ACTIVATIONS[between % 7]
        x = net.op("Relu", net.conv(net.input(batch, 4, *plane), ins, (3, 3), pads=[1, 1, 1, 1]))
        y = net.conv(x, between, (1, 1), bias)
        y = activate(net, kind, y) if kind else y
        y = net.conv(y, between, kernel, bias, group=between, strides=[stride] * 2, dilations=[dilation] * 2, pads=pads)
        y = activate(net, last, y) if last else y
        net.output(net.conv(y, 24, (1, 1)))
    x = net.op("Relu", net.conv(net.input(1, 5, 13, 13), 32, (3, 3), pads=[1, 1, 1, 1]))
    same = {"group": 32, "pads": [1, 1, 1, 1]}
    y = net.conv(net.op("Relu", net.conv(x, 32, (1, 1))), 32, (3, 3), **same)
    z = net.op("Add", y, net.conv(x, 32, (1, 1)))
    net.output(net.conv(z, 16, (1, 1)))
    y = net.op("Add", net.conv(net.op("Relu", net.conv(z, 32, (1, 1))), 32, (3, 3), **same), z)  # which could take the place of z
    net.output(net.conv(y, 16, (1, 1)))
    expanded = net.op("Relu", net.conv(y, 32, (1, 1)))  # that others read too
    net.output(net.op("Add", net.conv(expanded, 32, (3, 3), **same), expanded))


def large(out):
    """Shapes that ask for parts of the plane, chunks of input channels, several blocks of tiles."""
    net = Network("large")
    for ins, outs, kernel, strides, h, w, pads in [
            (320, 96, (1, 1), 1, 14, 14, 0), (512, 80, (1, 1), 1, 7, 7, 0), (512, 48, (1, 1), 2, 14, 14, 0), (1000, 64, (1, 1), 1, 1, 1, 0),
            (120, 250, (1, 1), 1, 13, 13, 0), (320, 80, (1, 1), 1, 28, 28, 0), (128, 256, (1, 1), 1, 14, 14, 0), (400, 160, (1, 1), 1, 1, 1, 0), (200, 128, (3, 3), 1, 7, 7, 1), (160, 64, (3, 3), 2, 28, 28, 1), (96, 32, (3, 3), 1, 60, 40, 1),
            (64, 16, (3, 3), 1, 37, 41, 1), (16, 16, (3, 3), 1, 60, 70, 1), (96, 48, (1, 1), 1, 60, 70, 0), (120, 40, (1, 7), 1, 17, 17, (0, 3)),
            (120, 40, (7, 1), 1, 17, 17, (3, 0)), (64, 96, (5, 5), 1, 28, 28, 2), (48, 64, (5, 5), 2, 35, 33, 2), (256, 32, (3, 3), 1, 9, 9, 2),
            (48, 32, (7, 7), 2, 40, 41, 3), (3, 32, (7, 7), 2, 60, 70, 3), (3, 24, (3, 3), 1, 33, 35, 1), (130, 48, (2, 2), 1, 20, 23, 0),
            (64, 48, (4, 4), 2, 30, 34, 1), (70, 64, (1, 3), 1, 30, 30, (0, 1)), (70, 64, (3, 1), 2, 31, 30, (1, 0)),
            (320, 64, (1, 1), 1, 30, 26, 0), (512, 512, (3, 3), 1, 8, 7, 1)]: # weights that come from memory
        pads = [pads, pads] if isinstance(pads, int) else list(pads)
        x = net.input(3 if ins == 64 or h == 7 else 1, ins, h, w)
        y = net.op("Relu", net.conv(x, outs, kernel, strides=[strides, strides], pads=pads * 2))
        net.output(y)
        if kernel == (1, 1) and h > 1:
            # Halos behind it, or on both sides: rows and columns instead of a flat plane.
            net.output(net.conv(y, 16, (3, 3), pads=[1, 1, 1, 1]))
            if ins % 32 == 0 and outs % 32:
                net.output(net.conv(x, 64, (3, 3), strides=[2, 2], pads=[1, 1, 1, 1]))
    # A row whose partial sums would not fit on the stack.
    net.output(net.conv(net.input(1, 80, 1, 601), 16, (1, 3), dilations=[1, 2]))
    for ins, outs, kernel, plane, pool in [(64, 32, (3, 3), (56, 58), (2, 2)), (64, 64, (3, 3), (30, 31), (3, 3)), (160, 32, (1, 1), (30, 44), (2, 2)),
                                           (64, 64, (1, 3), (40, 21), (1, 2)), (64, 48, (5, 5), (24, 27), (2, 2))]:
        y = net.conv(net.input(1, ins, *plane), outs, kernel, pads=[k // 2 for k in kernel] * 2)
        net.output(net.op("MaxPool", net.op("Relu", y), kernel_shape=pool, strides=pool))
    # Strassen's product: odd numbers of blocks, runs that overlap, residuals that the result takes the place of.
    for ins, outs, h, w, batch in (368, 368, 19, 19, 1), (400, 360, 14, 14, 2), (256, 512, 14, 14, 1), (296, 272, 20, 21, 1):
        x = net.input(batch, ins, h, w)
        y = net.op("Relu", net.conv(x, outs, (1, 1)))
        net.output(net.op("Add", net.conv(y, outs, (1, 1)), y))
        if h == 20:
            net.output(net.conv(net.op("Relu", net.conv(x, 128, (1, 1))), 16, (3, 3), pads=[1, 1, 1, 1]))
    preactivated(net)
    inverted_residuals(net)
    net.write(out)


def preactivated(net):
    """Normalisation and activation of what others read too, which 1x1 convolutions apply as they load it."""
    for i, (ins, outs, h, w, batch) in enumerate([(368, 368, 19, 19, 1), (400, 360, 14, 14, 2), (256, 512, 14, 14, 1), (288, 272, 20, 21, 1),
                                                  (48, 32, 9, 7, 3), (40, 64, 12, 5, 1), (512, 128, 7, 7, 1), (16, 80, 30, 31, 2)]):
        x = net.input(batch, ins, h, w)
        grown = net.op("Concat", net.op("Tanh", net.conv(x, ins, (1, 1))), net.conv(x, 24, (3, 3), pads=[1, 1, 1, 1]), axis=1, channels=ins + 24)
        for activation in ACTIVATIONS[1 + i % 7:3 + i % 7]:
            y = net.op("Add", net.op("Mul", grown, net.random(1, ins + 24, 1, 1)), net.random(ins + 24, 1, 1))
            net.output(net.op("Relu", net.conv(activate(net, activation, y), outs, (1, 1))))


def main():
    out = pathlib.Path(sys.argv[1])
    for write in any_shape, grouped, fused, large:
        write(out)


if __name__ == "__main__":
    main()
