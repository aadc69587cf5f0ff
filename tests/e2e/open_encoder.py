"""A transformer encoder as exporters write it where batch and sequence are symbols: sizes by Shape, Gather, Concat and Reshape."""
import numpy as np
import onnx


class Writer:
    """Nodes one after the other; values are names."""

    def __init__(self, seed):
        self.nodes, self.weights, self.rng = [], [], np.random.default_rng(seed)

    def op(self, kind, *inputs, domain="", **attributes):
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(onnx.helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, data):
        name = f"c{len(self.weights)}"
        self.weights.append(onnx.numpy_helper.from_array(np.asarray(data), name))
        return name

    def random(self, *shape):
        return self.constant((self.rng.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32))

    def ints(self, *numbers):
        return self.constant(np.array(numbers, np.int64))

    def dense(self, x, ins, outs):
        return self.op("Add", self.op("MatMul", x, self.random(ins, outs)), self.random(outs))

    def norm(self, x, width):
        return self.op("LayerNormalization", x, self.constant(np.ones(width, np.float32)), self.random(width), axis=-1)

    def size(self, x, axis):
        """Of x along an axis, as one number in a list."""
        return self.op("Unsqueeze", self.op("Gather", self.op("Shape", x), self.constant(np.int64(axis)), axis=0), self.ints(0))


def attend(w, x, mask, width, heads):
    batch, length = w.size(x, 0), w.size(x, 1)
    split = w.op("Concat", batch, length, w.ints(heads), w.ints(width // heads), axis=0)
    q, k, v = (w.op("Reshape", w.dense(x, width, width), split) for _ in range(3))
    q, v = (w.op("Transpose", t, perm=[0, 2, 1, 3]) for t in (q, v))
    scores = w.op("MatMul", q, w.op("Transpose", k, perm=[0, 2, 3, 1]))
    scores = w.op("Div", scores, w.constant(np.float32(np.sqrt(width // heads))))
    scores = w.op("Add", scores, mask) if mask else scores
    y = w.op("Transpose", w.op("MatMul", w.op("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
    return w.dense(w.op("Reshape", y, w.op("Concat", batch, length, w.ints(width), axis=0)), width, width)


def gelu(w, x):
    half = w.op("Mul", x, w.constant(np.float32(0.5)))
    return w.op("Mul", half, w.op("Add", w.op("Erf", w.op("Div", x, w.constant(np.float32(np.sqrt(2))))), w.constant(np.float32(1))))


def encoder(layers, width, heads, words, most, masked=True, seed=1):
    """ids [batch,sequence] and a mask of zeros and ones to [batch,sequence,width]; at most `most` positions. Without words it
    takes what they would be embedded as, x [batch,sequence,width]."""
    w = Writer(seed)
    x = "x"
    if words:
        x = w.op("Gather", w.random(words, width), "ids")
        places = w.op("Slice", w.ints(*range(most)), w.ints(0), w.size("ids", 1), w.ints(0))
        x = w.norm(w.op("Add", x, w.op("Gather", w.random(most, width), places)), width)
    mask = None
    if masked:
        mask = w.op("Cast", w.op("Unsqueeze", w.op("Unsqueeze", "mask", w.ints(1)), w.ints(2)), to=onnx.TensorProto.FLOAT)
        mask = w.op("Mul", w.op("Sub", w.constant(np.float32(1)), mask), w.constant(np.float32(-10000)))
    for _ in range(layers):
        x = w.norm(w.op("Add", x, attend(w, x, mask, width, heads)), width)
        y = w.dense(gelu(w, w.dense(x, width, 4 * width)), 4 * width, width)
        x = w.norm(w.op("Add", x, y), width)
    words_input = ("ids", onnx.TensorProto.INT64, ["batch", "sequence"]) if words else ("x", onnx.TensorProto.FLOAT, ["batch", "sequence", width])
    mask_input = ("mask", onnx.TensorProto.INT64, ["batch", "sequence"])
    return model(w, [words_input, mask_input] if masked else [words_input], [(x, ["batch", "sequence", width])])


def model(w, inputs, outputs, opset=17):
    make = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(w.nodes, "g", [make(*i) for i in inputs], [make(name, onnx.TensorProto.FLOAT, dims) for name, dims in outputs], w.weights)
    result = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset), onnx.helper.make_opsetid("com.microsoft", 1)], ir_version=8)
    onnx.checker.check_model(result, full_check=True)
    return result
