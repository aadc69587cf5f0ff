"""A random ONNX graph that grows a node at a time, and the register of what it may grow by."""
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

    def __init__(self, seed, open_sizes=False):
        self.random, self.seed, self.open_sizes = random.Random(seed), seed, open_sizes
        self.numbers = np.random.default_rng(seed)
        self.nodes, self.constants, self.inputs, self.types = [], {}, [], {}
        self.count = 0
        self.real = np.float32  # of weights: what they meet
        self.depth = 0  # of bodies around what grows

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


def operator(weight=1, ranks=None, dtypes=(FLOAT,), open_sizes=False):
    """Registers f(builder, value), drawn `weight` times as often, for values of these ranks (None: any) and types.
    open_sizes: nothing that it puts into the model depends on the batch, or on the height and width of images."""
    def register(f):
        OPERATORS.append((weight, (ranks,) if isinstance(ranks, int) else ranks, dtypes, open_sizes, f))
        return f
    return register


def step(b, values):
    """Grows by an operator on one of the values, if the one drawn fits."""
    x = b.pick(*values[-3:], *values)
    rank, dtype = len(b.shape(x)), b.dtype(x)
    fit = [(w, f) for w, r, t, o, f in OPERATORS if (r is None or rank in r) and dtype in t and (o or not b.open_sizes)]
    if not fit:
        return
    b.real = np.float16 if dtype == HALF else np.float32
    state = len(b.nodes), len(b.inputs), dict(b.types)
    try:
        values.append(b.random.choices([f for _, f in fit], [w for w, _ in fit])[0](b, x))
    except Unfit:
        del b.nodes[state[0]:], b.inputs[state[1]:]
        b.types = state[2]
