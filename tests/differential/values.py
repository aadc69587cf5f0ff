"""Elementwise functions, what moves values about, and reductions."""
import numpy as np
from onnx import TensorProto, helper
from builder import FLOAT, HALF, INTEGERS, Unfit, operator


@operator(2, None, (FLOAT, HALF), open_sizes=True)
def activation(b, x):
    op = b.pick("Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Softsign",
                "Abs", "Neg", "Erf", "Sin", "Cos", "Celu", "ThresholdedRelu", "Identity")
    if op in ("Sin", "Cos"):  # of large numbers, a rounding error before is a whole turn
        x = b.add("Mul", [b.add("Softsign", [x]), b.constant(b.real(4))])
    return b.add("Relu" if op == "ThresholdedRelu" else op, [x])


@operator(1)
def of_positive(b, x):
    """Functions of positive numbers."""
    y = b.add("Add", [b.add("Abs", [x]), b.constant(np.float32(0.5))])
    op = b.pick("Sqrt", "Log", "Reciprocal", "Pow")
    return b.add(op, [y] + ([b.constant(np.float32(b.pick(-0.5, 0.3, 2, 3)))] if op == "Pow" else []))


@operator(1)
def where(b, x):
    """Which of the two is decided by what both sides compute alike, constants."""
    mask = b.constant(b.numbers.integers(0, 2, [b.pick(1, d) for d in b.shape(x)]) > 0)
    return b.add("Where", [mask] + b.pick([x, b.constant(np.float32(0.25))], [b.add("Neg", [x]), x]))


@operator(1, open_sizes=True)
def prelu(b, x):
    shape = b.shape(x)
    if not shape:  # a slope of one element does not spread to none of the axes
        raise Unfit
    slope = (shape[1],) + (1,) * (len(shape) - 2) if len(shape) > 1 else (1,)
    return b.add("PRelu", [x, b.weights(*b.pick(slope, (1,)))])


@operator(1, open_sizes=True)
def clip(b, x):
    return b.add("Clip", [x, b.constant(np.float32(-0.5)), b.pick("", b.constant(np.float32(0.75)))])


@operator(4, None, (FLOAT, HALF, *INTEGERS), open_sizes=True)
def combine(b, x):
    """A value of the same type and shape if there is one, else x itself or a constant that spreads."""
    same = [v for v, t in b.types.items() if t == b.types[x] and v not in b.constants]
    shape = [b.pick(1, d) for d in b.shape(x)][b.pick(0, 0, 1):]
    if b.open_sizes:
        shape = [1, b.shape(x)[1], 1, 1]
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


@operator(3, None, (FLOAT, HALF, *INTEGERS), open_sizes=True)
def concat(b, x):
    shape = b.shape(x)
    if not shape:
        raise Unfit
    axis = 1 if b.open_sizes else b.random.randrange(len(shape))
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


@operator(1, None, (FLOAT, *INTEGERS))
def gather(b, x):
    if not b.shape(x):
        raise Unfit
    axis = b.random.randrange(len(b.shape(x)))
    d = b.shape(x)[axis]
    if b.pick(0, 1):
        places = [b.random.randint(1, d) if i == axis else n for i, n in enumerate(b.shape(x))]
        return b.add("GatherElements", [x, b.constant(b.numbers.integers(-d, d, places))], axis=axis)
    return b.add("Gather", [x, b.constant(b.numbers.integers(-d, d, b.pick([], [3], [2, 2])))], axis=axis)


@operator(1, None, (FLOAT, *INTEGERS))
def scatter(b, x):
    """Rows of x into other places of it."""
    if len(b.shape(x)) < 2:
        raise Unfit
    d = b.shape(x)[0]
    order = b.numbers.permutation(d)[:b.random.randint(1, d)]
    rows = b.add("Gather", [x, b.constant(order[::-1].copy())], axis=0)
    return b.add("ScatterND", [x, b.constant(order.reshape(-1, 1)), rows])


@operator(1, None, (FLOAT, *INTEGERS))
def repeat(b, x):
    shape = b.shape(x)
    if b.pick(0, 1):
        return b.add("Tile", [x, b.constant(np.array([b.pick(1, 1, 2) for _ in shape], np.int64))])
    return b.add("Expand", [x, b.constant(np.array([b.pick(1, 2), *(1 for _ in shape)], np.int64))])


@operator(1)
def largest(b, x):
    """Values only: which place they come from is a matter of rounding."""
    if not b.shape(x):
        raise Unfit
    axis = b.random.randrange(len(b.shape(x)))
    k = b.constant(np.array([b.random.randint(1, b.shape(x)[axis])]))
    y, places = b.add("TopK", [x, k], 2, axis=axis, largest=b.pick(0, 1))
    del b.types[places]
    return y


@operator(1)
def running_sum(b, x):
    if not b.shape(x):
        raise Unfit
    axis = b.constant(np.array(b.random.randrange(len(b.shape(x)))))
    return b.add("CumSum", [x, axis], exclusive=b.pick(0, 1), reverse=b.pick(0, 1))


@operator(1, 4)
def shuffle(b, x):
    c, h, w = b.shape(x)[1:]
    if c % 4 == 0:
        return b.add("DepthToSpace", [x], blocksize=2, mode=b.pick("DCR", "CRD"))
    if h % 2 or w % 2:
        raise Unfit
    return b.add("SpaceToDepth", [x], blocksize=2)


@operator(1, (2, 3), (FLOAT, *INTEGERS))
def triangle(b, x):
    return b.add("Trilu", [x, b.constant(np.array(b.random.randint(-2, 2)))], upper=b.pick(0, 1))


@operator(1, 3)
def einsum(b, x):
    n, t, c = b.shape(x)
    equation, shape = b.pick(("btc,cd->btd", (c, 5)), ("btc,bt->bc", (n, t)), ("btc,tdc->bd", (t, 3, c)))
    return b.add("Einsum", [x, b.weights(*shape, fan=c)], equation=equation)
