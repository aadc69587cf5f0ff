"""Layers with weights, windows and normalisation."""
import numpy as np
from builder import FLOAT, HALF, Unfit, operator


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


def ceil_mode(b, size, w):
    """Drawn, but 0 where a window would begin behind the input: it does not count, but for ONNX's shape inference it does."""
    drawn, pads = b.pick(0, 1), w["pads"]
    for i, (n, k, stride) in enumerate(zip(size, w["kernel_shape"], w["strides"])):
        reach = w.get("dilations", [1] * len(size))[i] * (k - 1) + 1
        last = -(-(pads[i] + n + pads[i + len(size)] - reach) // stride) * stride
        if last >= pads[i] + n:
            return 0
    return drawn


def groups(b, *channels):
    return b.pick(*[g for g in range(1, 65) if all(c % g == 0 for c in channels)])


@operator(12, (4, 5), (FLOAT, HALF), open_sizes=True)
def conv(b, x):
    channels, *size = b.shape(x)[1:]
    out = b.pick(1, 3, 5, 8, 13, 16, 17, 24, 32, channels, channels, 2 * channels)
    group, w = groups(b, channels, out), window(b, size)
    fan = channels // group * int(np.prod(w["kernel_shape"]))
    if out * fan > 1 << 15:
        raise Unfit
    bias = [b.weights(out)] if b.pick(0, 1) else []
    return b.add("Conv", [x, b.weights(out, channels // group, *w["kernel_shape"], fan=fan)] + bias, group=group, **w)


@operator(3, 4, open_sizes=True)
def depthwise(b, x):
    """Each channel by itself, for as many results as the multiplier says."""
    channels, *size = b.shape(x)[1:]
    multiplier, w = b.pick(1, 1, 2, 3), window(b, size)
    fan = int(np.prod(w["kernel_shape"]))
    return b.add("Conv", [x, b.weights(multiplier * channels, 1, *w["kernel_shape"], fan=fan), b.weights(multiplier * channels)],
                 group=channels, **w)


@operator(1, 4)
def conv_same(b, x):
    channels, *size = b.shape(x)[1:]
    k, out, pad = b.pick(1, 3, 5), b.pick(7, 16, channels), b.pick("SAME_UPPER", "SAME_LOWER", "VALID")
    if pad == "VALID" and k > min(size):  # which ONNX Runtime does not mind in a branch not taken
        raise Unfit
    return b.add("Conv", [x, b.weights(out, channels, k, k, fan=channels * k * k)], strides=[b.pick(1, 2)] * 2, auto_pad=pad)


@operator(1, 3)
def conv_line(b, x):
    channels, *size = b.shape(x)[1:]
    out, w = b.pick(3, 8, channels), window(b, size)
    fan = channels * w["kernel_shape"][0]
    return b.add("Conv", [x, b.weights(out, channels, *w["kernel_shape"], fan=fan)], **w)


@operator(2, (4, 5), open_sizes=True)
def conv_transpose(b, x):
    channels, *size = b.shape(x)[1:]
    out, w = b.pick(1, 3, 6, 16, channels), window(b, size)
    group = groups(b, channels, out)
    fan = channels // group * int(np.prod(w["kernel_shape"]))
    w["output_padding"] = [b.random.randint(0, max(s, d) - 1) for s, d in zip(w["strides"], w["dilations"])]
    return b.add("ConvTranspose", [x, b.weights(channels, out // group, *w["kernel_shape"], fan=fan)], group=group, **w)


@operator(2, (4, 5), (FLOAT, HALF), open_sizes=True)
def max_pool(b, x):
    w = window(b, b.shape(x)[2:])
    return b.add("MaxPool", [x], ceil_mode=ceil_mode(b, b.shape(x)[2:], w), **w)


@operator(2, (4, 5), open_sizes=True)
def average_pool(b, x):
    w = window(b, b.shape(x)[2:], dilate=False)
    del w["dilations"]
    return b.add("AveragePool", [x], ceil_mode=ceil_mode(b, b.shape(x)[2:], w), count_include_pad=b.pick(0, 1), **w)


@operator(1, (4, 5), open_sizes=True)
def global_pool(b, x):
    return b.add(b.pick("GlobalAveragePool", "GlobalMaxPool"), [x])


@operator(2, (4, 5), open_sizes=True)
def batch_norm(b, x):
    c = b.shape(x)[1]
    return b.add("BatchNormalization", [x, b.weights(c), b.weights(c), b.weights(c), b.weights(c, low=0.25)])


@operator(1, 4, open_sizes=True)
def local_norm(b, x):
    return b.add("LRN", [x], size=b.pick(1, 3, 5), alpha=b.random.uniform(1e-4, 1), beta=0.75)


@operator(1, (3, 4))
def instance_norm(b, x):
    c = b.shape(x)[1]
    if np.prod(b.shape(x)[2:]) < 3:  # a number less itself, as rounded
        raise Unfit
    return b.add("InstanceNormalization", [x, b.weights(c), b.weights(c)], epsilon=0.01)


@operator(1, 4, open_sizes=True)
def squeeze_excite(b, x):
    c = b.shape(x)[1]
    y = b.add("GlobalAveragePool", [x])
    y = b.add("Relu", [b.add("Conv", [y, b.weights(3, c, 1, 1, fan=c)])])
    y = b.add(b.pick("Sigmoid", "HardSigmoid"), [b.add("Conv", [y, b.weights(c, 3, 1, 1, fan=3)])])
    return b.add("Mul", [x, y])


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


@operator(2, 3)
def recurrent(b, x):
    """One of the three cells over the first axis, forwards, backwards or both, some with a state to begin with."""
    (_, batch, size), hidden = b.shape(x), b.pick(1, 3, 8, 17)
    op, direction = b.pick("RNN", "GRU", "LSTM"), b.pick("forward", "reverse", "bidirectional")
    gates, ways = {"RNN": 1, "GRU": 3, "LSTM": 4}[op], 2 if direction == "bidirectional" else 1
    inputs = [x, b.weights(ways, gates * hidden, size, fan=size), b.weights(ways, gates * hidden, hidden, fan=hidden)]
    if b.pick(0, 1):
        inputs += [b.weights(ways, 2 * gates * hidden), "", b.weights(ways, batch, hidden)]
        inputs += [b.weights(ways, batch, hidden), b.pick("", b.weights(ways, 3 * hidden))] if op == "LSTM" else []
    reset = {"linear_before_reset": b.pick(0, 1)} if op == "GRU" else {}
    y, last = b.add(op, inputs, 2, hidden_size=hidden, direction=direction, **reset)
    return b.pick(last, b.add("Squeeze", [y, b.constant(np.array([1]))]) if ways == 1 else y)


# ---- layers of bytes, as quantisers write them ----

def bytes_of(b, x):
    """x through a byte."""
    kind = b.pick(np.int8, np.uint8)
    about = [b.constant(np.float32(b.random.uniform(0.01, 0.04))), b.constant(kind(b.pick(0, 3) if kind is np.int8 else b.pick(0, 120, 128)))]
    return b.add("DequantizeLinear", [b.add("QuantizeLinear", [x] + about)] + about)


def weights_of_bytes(b, axis, *shape, fan):
    """Of zero point 0, with a scale for each channel."""
    n = shape[axis]
    scale, kind = (b.numbers.uniform(0.5, 1, n) / 127 * (3 / fan) ** 0.5).astype(np.float32), np.int8
    values = b.constant(b.numbers.integers(-127, 128, shape).astype(kind))
    return b.add("DequantizeLinear", [values, b.constant(scale), b.constant(np.zeros(n, kind))], axis=axis)


@operator(2, 4)
def conv_of_bytes(b, x):
    channels, *size = b.shape(x)[1:]
    out, w = b.pick(1, 5, 8, 16, 19, channels), window(b, size)
    group = b.pick(1, 1, groups(b, channels, out))
    fan = channels // group * int(np.prod(w["kernel_shape"]))
    y = b.add("Conv", [bytes_of(b, x), weights_of_bytes(b, 0, out, channels // group, *w["kernel_shape"], fan=fan)], group=group, **w)
    y = b.add("Relu", [y]) if b.pick(0, 1) else y
    return bytes_of(b, y)


@operator(1, (2, 3))
def matmul_of_bytes(b, x):
    k, n = b.shape(x)[-1], b.pick(1, 5, 16, 33)
    return bytes_of(b, b.add("MatMul", [bytes_of(b, x), weights_of_bytes(b, 1, k, n, fan=k)]))


@operator(1)
def add_of_bytes(b, x):
    same = [v for v, t in b.types.items() if t == b.types[x] and v not in b.constants]
    return bytes_of(b, b.add("Add", [bytes_of(b, x), bytes_of(b, b.pick(*same))]))
