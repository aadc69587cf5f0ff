"""Random valid ONNX networks: network(seed) is always the same one."""
import random
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference

OPSET = [helper.make_opsetid("", 17)]
FLOAT, HALF, INTEGERS = TensorProto.FLOAT, TensorProto.FLOAT16, (TensorProto.INT32, TensorProto.INT64)


class Unfit(Exception):
    """The operator does not go with the value drawn for it."""


class Builder:
    """A graph that grows a node at a time; shape inference says whether it may."""

    def __init__(self, seed):
        self.random, self.seed = random.Random(seed), seed
        self.numbers = np.random.default_rng(seed)
        self.nodes, self.constants, self.inputs, self.types = [], {}, [], {}
        self.count = 0
        self.real = np.float32  # of weights: what they meet

    def name(self):
        self.count += 1
        return f"n{self.seed}_{self.count}"

    def pick(self, *of):
        return self.random.choice(of)

    def input(self, dtype, shape):
        name = self.name()
        self.types[name] = (dtype, tuple(shape))
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def constant(self, array):
        name = self.name()
        array = np.asarray(array)
        self.constants[name] = numpy_helper.from_array(array, name)
        self.types[name] = (helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        return name

    def weights(self, *shape, fan=1, low=-1.0):
        return self.constant((self.numbers.uniform(low, 1, shape) * (3 / fan) ** 0.5).astype(self.real))

    def dtype(self, name):
        return self.types[name][0]

    def shape(self, name):
        return self.types[name][1]

    def add(self, op, inputs, outputs=1, **attributes):
        node = helper.make_node(op, inputs, [self.name() for _ in range(outputs)], **attributes)
        used = [i for i in dict.fromkeys(inputs) if i]
        graph = helper.make_graph(
            [node], "one", [helper.make_tensor_value_info(i, *self.types[i]) for i in used],
            [helper.make_empty_tensor_value_info(o) for o in node.output],
            [self.constants[i] for i in used if i in self.constants])
        try:
            graph = shape_inference.infer_shapes(helper.make_model(graph, opset_imports=OPSET), True, True, True).graph
        except shape_inference.InferenceError as e:
            raise Unfit from e
        found = {}
        for out in graph.output:
            t = out.type.tensor_type
            shape = tuple(d.dim_value for d in t.shape.dim)
            if not t.elem_type or not t.HasField("shape") or min(shape, default=1) < 1 or np.prod(shape) > 20000:
                raise Unfit
            found[out.name] = (t.elem_type, shape)
        self.types.update(found)
        self.nodes.append(node)
        return node.output[0] if outputs == 1 else list(node.output)


OPERATORS = []


def operator(weight=1, ranks=None, dtypes=(FLOAT,)):
    """Registers f(builder, value), drawn `weight` times as often, for values of these ranks (None: any) and types."""
    def register(f):
        OPERATORS.append((weight, (ranks,) if isinstance(ranks, int) else ranks, dtypes, f))
        return f
    return register


def window(b, size, kernels=(1, 2, 3, 5, 7), dilate=True):
    """Attributes of a sliding window that fits in each axis."""
    kernel = [b.pick(*kernels) for _ in size]
    dilation = [b.pick(1, 1, 1, 2, 3) if dilate else 1 for _ in size]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    pads = [b.random.randint(0, (k - 1) // 2) for k in kernel] + [b.random.randint(0, k // 2) for k in kernel]
    n = len(size)
    if any(s + pads[i] + pads[i + n] < reach[i] for i, s in enumerate(size)):
        raise Unfit
    return dict(kernel_shape=kernel, dilations=dilation, strides=[b.pick(1, 1, 2, 3) for _ in size], pads=pads)


def groups(b, *channels):
    return b.pick(*[g for g in range(1, 65) if all(c % g == 0 for c in channels)])


@operator(12, (4, 5), (FLOAT, HALF))
def conv(b, x):
    channels, *size = b.shape(x)[1:]
    out = b.pick(1, 3, 5, 8, 13, 16, 17, 24, 32, channels, channels, 2 * channels)
    group, w = groups(b, channels, out), window(b, size)
    fan = channels // group * int(np.prod(w["kernel_shape"]))
    if out * fan > 1 << 15:
        raise Unfit
    bias = [b.weights(out)] if b.pick(0, 1) else []
    return b.add("Conv", [x, b.weights(out, channels // group, *w["kernel_shape"], fan=fan)] + bias, group=group, **w)


@operator(1, 4)
def conv_same(b, x):
    channels = b.shape(x)[1]
    k, out = b.pick(1, 3, 5), b.pick(7, 16, channels)
    return b.add("Conv", [x, b.weights(out, channels, k, k, fan=channels * k * k)], strides=[b.pick(1, 2)] * 2,
                 auto_pad=b.pick("SAME_UPPER", "SAME_LOWER", "VALID"))


@operator(1, 3)
def conv_line(b, x):
    channels, *size = b.shape(x)[1:]
    out, w = b.pick(3, 8, channels), window(b, size)
    fan = channels * w["kernel_shape"][0]
    return b.add("Conv", [x, b.weights(out, channels, *w["kernel_shape"], fan=fan)], **w)


@operator(2, (4, 5))
def conv_transpose(b, x):
    channels, *size = b.shape(x)[1:]
    out, w = b.pick(1, 3, 6, 16, channels), window(b, size)
    group = groups(b, channels, out)
    fan = channels // group * int(np.prod(w["kernel_shape"]))
    w["output_padding"] = [b.random.randint(0, max(s, d) - 1) for s, d in zip(w["strides"], w["dilations"])]
    return b.add("ConvTranspose", [x, b.weights(channels, out // group, *w["kernel_shape"], fan=fan)], group=group, **w)


@operator(2, (4, 5), (FLOAT, HALF))
def max_pool(b, x):
    return b.add("MaxPool", [x], ceil_mode=b.pick(0, 1), **window(b, b.shape(x)[2:]))


@operator(2, (4, 5))
def average_pool(b, x):
    w = window(b, b.shape(x)[2:], dilate=False)
    del w["dilations"]
    return b.add("AveragePool", [x], ceil_mode=b.pick(0, 1), count_include_pad=b.pick(0, 1), **w)


@operator(1, (4, 5))
def global_pool(b, x):
    return b.add(b.pick("GlobalAveragePool", "GlobalMaxPool"), [x])


@operator(2, (4, 5))
def batch_norm(b, x):
    c = b.shape(x)[1]
    return b.add("BatchNormalization", [x, b.weights(c), b.weights(c), b.weights(c), b.weights(c, low=0.25)])


@operator(1, 4)
def local_norm(b, x):
    return b.add("LRN", [x], size=b.pick(1, 3, 5), alpha=b.random.uniform(1e-4, 1), beta=0.75)


@operator(1, 4)
def squeeze_excite(b, x):
    c = b.shape(x)[1]
    y = b.add("GlobalAveragePool", [x])
    y = b.add("Relu", [b.add("Conv", [y, b.weights(3, c, 1, 1, fan=c)])])
    y = b.add(b.pick("Sigmoid", "HardSigmoid"), [b.add("Conv", [y, b.weights(c, 3, 1, 1, fan=3)])])
    return b.add("Mul", [x, y])


@operator(2, None, (FLOAT, HALF))
def activation(b, x):
    op = b.pick("Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Softsign",
                "Abs", "Neg", "Erf", "Sin", "Cos", "Celu", "ThresholdedRelu", "Identity")
    return b.add("Relu" if op == "ThresholdedRelu" else op, [x])


@operator(1)
def prelu(b, x):
    shape = b.shape(x)
    slope = (shape[1],) + (1,) * (len(shape) - 2) if len(shape) > 1 else (1,)
    return b.add("PRelu", [x, b.weights(*b.pick(slope, (1,)))])


@operator(1)
def clip(b, x):
    return b.add("Clip", [x, b.constant(np.float32(-0.5)), b.pick("", b.constant(np.float32(0.75)))])


@operator(4, None, (FLOAT, HALF, *INTEGERS))
def combine(b, x):
    """A value of the same type and shape if there is one, else x itself or a constant that spreads."""
    same = [v for v, t in b.types.items() if t == b.types[x] and v not in b.constants]
    shape = [b.pick(1, d) for d in b.shape(x)][b.pick(0, 0, 1):]
    spread = b.weights(*shape) if b.dtype(x) in (FLOAT, HALF) else b.constant(
        b.numbers.integers(1, 9, shape).astype(helper.tensor_dtype_to_np_dtype(b.dtype(x))))
    pair = [x, b.pick(b.pick(*same), spread)]
    if pair[1] != spread:
        b.random.shuffle(pair)
    return b.add(b.pick("Add", "Add", "Sub", "Mul", "Max", "Min"), pair)


@operator(2, None, INTEGERS)
def divide(b, x):
    kind = helper.tensor_dtype_to_np_dtype(b.dtype(x))
    return b.add(b.pick("Div", "Mod"), [x, b.constant(b.numbers.integers(1, 7, b.shape(x)).astype(kind))])


@operator(1)
def round_to(b, x):
    """A float of 16 bits. Of those with 8 bits of precision ONNX Runtime has hardly more than the conversion."""
    if b.pick(0, 1):
        return b.add("Cast", [x], to=HALF)
    return b.add("Cast", [b.add("Cast", [x], to=TensorProto.BFLOAT16)], to=FLOAT)


@operator(3, None, (HALF,))
def widen(b, x):
    return b.add("Cast", [x], to=FLOAT)


@operator(1, None, INTEGERS)
def to_float(b, x):
    small = b.add("Mod", [x, b.constant(np.array(17, helper.tensor_dtype_to_np_dtype(b.dtype(x))))])
    return b.add("Cast", [small], to=FLOAT)


@operator(1, None, INTEGERS)
def to_integer(b, x):
    return b.add("Cast", [x], to=b.pick(TensorProto.INT8, TensorProto.UINT8, TensorProto.INT64, TensorProto.INT32))


@operator(3, None, (FLOAT, HALF, *INTEGERS))
def concat(b, x):
    shape = b.shape(x)
    if not shape:
        raise Unfit
    axis = b.random.randrange(len(shape))
    fits = [v for v, (t, s) in b.types.items() if v not in b.constants and t == b.dtype(x) and len(s) == len(shape)
            and all(p == q for i, (p, q) in enumerate(zip(s, shape)) if i != axis)]
    return b.add("Concat", [b.pick(*fits) for _ in range(b.random.randint(1, 3))] + [x], axis=b.pick(axis, axis - len(shape)))


@operator(2, None, (FLOAT, HALF, *INTEGERS))
def split(b, x):
    axis = b.random.randrange(max(1, len(b.shape(x))))
    if not b.shape(x) or b.shape(x)[axis] < 2:
        raise Unfit
    first = b.random.randint(1, b.shape(x)[axis] - 1)
    return b.pick(*b.add("Split", [x, b.constant(np.array([first, b.shape(x)[axis] - first]))], 2, axis=axis))


@operator(1, None, (FLOAT, HALF, *INTEGERS))
def cut(b, x):
    if not b.shape(x):
        raise Unfit
    axis = b.random.randrange(len(b.shape(x)))
    d, step = b.shape(x)[axis], b.pick(1, 1, 2, 3, -1, -2)
    ends = (b.random.randint(0, d - 1), d + 5) if step > 0 else (d - 1, -d - 1)
    return b.add("Slice", [x] + [b.constant(np.array([i])) for i in (ends[0], ends[1], axis, step)])


@operator(1)
def pad(b, x):
    n = len(b.shape(x))
    mode = b.pick("constant", "constant", "reflect", "edge")
    pads = [b.pick(0, 0, 1, 2) for _ in range(2 * n)]
    if mode == "reflect" and any(p >= d for p, d in zip(pads, b.shape(x) * 2)):
        raise Unfit
    return b.add("Pad", [x, b.constant(np.array(pads))] + ([b.constant(np.float32(0.5))] if mode == "constant" else []), mode=mode)


@operator(1, None, (FLOAT, HALF, *INTEGERS))
def transpose(b, x):
    axes = list(range(len(b.shape(x))))
    if not axes:
        raise Unfit
    b.random.shuffle(axes)
    return b.add("Transpose", [x], perm=axes)


@operator(1, None, (FLOAT, HALF, *INTEGERS))
def reshape(b, x):
    shape, i = list(b.shape(x)), b.random.randrange(max(1, len(b.shape(x))))
    if len(shape) < 2 or i + 1 >= len(shape):
        raise Unfit
    return b.add("Reshape", [x, b.constant(np.array(shape[:i] + [-1] + shape[i + 2:]))])


@operator(1, 3, (FLOAT, *INTEGERS))
def unsqueeze(b, x):
    return b.add("Unsqueeze", [x, b.constant(np.array([b.random.randint(0, 3)]))])


@operator(1, 4)
def resize(b, x):
    n, c, h, w = b.shape(x)
    mode = b.pick("nearest", "linear")
    how = b.pick("half_pixel", "asymmetric", "align_corners") if mode == "linear" else "asymmetric"
    size = b.constant(np.array([n, c, b.random.randint(1, 2 * h), b.random.randint(1, 2 * w)]))
    if mode == "nearest":  # whole factors: elsewhere rounding decides
        scales = b.constant(np.array([1, 1, b.pick(1, 2, 3), b.pick(1, 2)], np.float32))
        return b.add("Resize", [x, "", scales], mode=mode, coordinate_transformation_mode=how, nearest_mode="floor")
    return b.add("Resize", [x, "", "", size], mode=mode, coordinate_transformation_mode=how)


@operator(2, None, (FLOAT, HALF))
def matmul(b, x):
    if not b.shape(x):
        raise Unfit
    k, n = b.shape(x)[-1], b.pick(1, 5, 8, 17, 33)
    return b.add("MatMul", [x, b.weights(k, n, fan=k)])


@operator(3, 2)
def gemm(b, x):
    across, turned = b.pick(0, 1), b.pick(0, 1)
    k, n = b.shape(x)[0 if across else 1], b.pick(1, 7, 16, 31)
    w = b.weights(*((n, k) if turned else (k, n)), fan=k)
    return b.add("Gemm", [x, w] + ([b.weights(n)] if b.pick(0, 1) else []), transA=across, transB=turned,
                 alpha=b.pick(1.0, 0.5), beta=b.pick(1.0, 2.0))


@operator(1, 3)
def self_product(b, x):
    y = b.add("MatMul", [x, b.add("Transpose", [x], perm=[0, 2, 1])])
    return b.add("Softmax", [y])


@operator(1)
def softmax(b, x):
    axis = b.random.randint(-len(b.shape(x)), -1) if b.shape(x) else 0
    return b.add(b.pick("Softmax", "LogSoftmax"), [x], axis=axis)


@operator(1)
def layer_norm(b, x):
    if not b.shape(x) or b.shape(x)[-1] < 3:
        raise Unfit
    return b.add("LayerNormalization", [x, b.weights(b.shape(x)[-1])], epsilon=0.01)


@operator(2)
def reduce(b, x):
    n = len(b.shape(x))
    axes = b.random.sample(range(n), b.random.randint(1, n)) if n else []
    if not axes:
        raise Unfit
    op, keep = b.pick("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceSumSquare"), b.pick(0, 1)
    if op == "ReduceSum":
        return b.add(op, [x, b.constant(np.array(axes))], keepdims=keep)
    return b.add(op, [x], axes=axes, keepdims=keep)


@operator(1)
def branch(b, x):
    """If, on an input, with x seen from outside."""
    info = lambda name: helper.make_tensor_value_info(name, *b.types[x])
    sides = [helper.make_graph([helper.make_node(op, [x], [out])], out, [], [info(out)])
             for op, out in ((b.pick("Relu", "Neg"), b.name()), (b.pick("Tanh", "Abs"), b.name()))]
    return control(b, "If", [b.input(TensorProto.BOOL, [])], x, b.types[x], then_branch=sides[0], else_branch=sides[1])


@operator(1)
def loop(b, x):
    """x = op(x) a few times."""
    i, go, go_on, before, after = (b.name() for _ in range(5))
    state = lambda name: helper.make_tensor_value_info(name, *b.types[x])
    flag = lambda name: helper.make_tensor_value_info(name, TensorProto.BOOL, [])
    body = helper.make_graph(
        [helper.make_node("Identity", [go], [go_on]), helper.make_node(b.pick("Tanh", "Softsign", "HardSwish"), [before], [after])],
        "body", [helper.make_tensor_value_info(i, TensorProto.INT64, []), flag(go), state(before)], [flag(go_on), state(after)])
    return control(b, "Loop", [b.constant(np.array(b.random.randint(0, 4))), "", x], x, b.types[x], body=body)


@operator(1, 3)
def scan(b, x):
    """Running sums along the first axis, which is also what is put out."""
    rest, names = list(b.shape(x)[1:]), [b.name() for _ in range(4)]
    start = b.constant(np.zeros(rest, np.float32))
    info = lambda name: helper.make_tensor_value_info(name, FLOAT, rest)
    body = helper.make_graph([helper.make_node("Add", names[:2], [names[2]]), helper.make_node("Identity", [names[2]], [names[3]])],
                             "body", [info(names[0]), info(names[1])], [info(names[2]), info(names[3])])
    last, every = b.name(), b.name()
    b.nodes.append(helper.make_node("Scan", [start, x], [last, every], body=body, num_scan_inputs=1))
    b.types[last], b.types[every] = (FLOAT, tuple(rest)), b.types[x]
    return every


def control(b, op, inputs, x, kind, **regions):
    out = b.name()
    b.nodes.append(helper.make_node(op, inputs, [out], **regions))
    b.types[out] = kind
    return out


def step(b, values):
    x = b.pick(*values[-3:], *values)
    rank, dtype = len(b.shape(x)), b.dtype(x)
    fit = [(w, f) for w, r, t, f in OPERATORS if (r is None or rank in r) and dtype in t]
    if not fit:
        return
    b.real = np.float16 if dtype == HALF else np.float32
    state = len(b.nodes), len(b.inputs), dict(b.types)
    try:
        values.append(b.random.choices([f for _, f in fit], [w for w, _ in fit])[0](b, x))
    except Unfit:
        del b.nodes[state[0]:], b.inputs[state[1]:]
        b.types = state[2]


def network(seed):
    """The builder of a network of some 3 to 15 nodes."""
    b = Builder(seed)
    shapes = [[b.pick(1, 1, 2, 3), b.pick(1, 3, 4, 7, 8, 16, 19, 32), b.random.randint(1, 17), b.random.randint(1, 17)],
              [b.pick(1, 2), b.pick(1, 5, 8, 16), b.random.randint(1, 33)], [b.pick(1, 1, 3), b.random.randint(1, 65)],
              [b.pick(1, 2), b.pick(1, 3, 8, 16), *(b.random.randint(1, 8) for _ in range(3))]]
    kinds = [(FLOAT, b.pick(shapes[0], *shapes))]
    if b.random.random() < 0.25:
        kinds.append((b.pick(*INTEGERS), b.pick(*shapes)))
    values = [b.input(*k) for k in kinds]
    size, tries = b.random.randint(3, 12), 0
    while len(b.nodes) < size and tries < 60:
        step(b, values)
        tries += 1
    return b


def output_infos(b):
    used = {i for n in b.nodes for i in n.input} | {i for n in b.nodes for a in n.attribute if a.g for m in a.g.node for i in m.input}
    return [helper.make_tensor_value_info(o, *b.types[o]) for n in b.nodes for o in n.output if o not in used]


def pack(builders):
    """One model with these networks side by side."""
    gather = lambda of: [x for b in builders for x in of(b)]
    used = {i for b in builders for n in b.nodes for i in n.input}
    graph = helper.make_graph(gather(lambda b: b.nodes), "networks", gather(lambda b: b.inputs), gather(output_infos),
                              [c for b in builders for k, c in b.constants.items() if k in used])
    return helper.make_model(graph, opset_imports=OPSET, ir_version=8)


def input_arrays(model, seed):
    numbers = np.random.default_rng(seed)
    kinds = {FLOAT: lambda s: numbers.uniform(-1, 1, s).astype(np.float32), HALF: lambda s: numbers.uniform(-1, 1, s).astype(np.float16),
             TensorProto.BOOL: lambda s: numbers.integers(0, 2, s) > 0}
    arrays = {}
    for i in model.graph.input:
        t = i.type.tensor_type
        shape = [d.dim_value for d in t.shape.dim]
        integers = lambda s: numbers.integers(-40, 41, s).astype(helper.tensor_dtype_to_np_dtype(t.elem_type))
        arrays[i.name] = np.asarray(kinds.get(t.elem_type, integers)(shape))
    return arrays
