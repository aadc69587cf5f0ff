"""A network with an open batch, and what ONNX Runtime makes of five samples: net.onnx, x.bin, scale.bin, y.bin, z.bin."""
import numpy as np
import onnx
import onnxruntime

from random_weights import add_weights

rng = np.random.default_rng(3)
weights = {"w": (24, 3, 3, 3), "b": (24,), "w2": (16, 24, 1, 1), "fc": (10, 32), "fb": (10,), "lw": (9,), "lb": (9,)}
model = onnx.parser.parse_model(
    """<ir_version: 10, opset_import: ["" : 21]>
    g (float[batch,3,20,17] x, float[1,16,1,1] scale) => (float[batch,10] y, float[batch,2,16,10,9] z)
      <int64[2] rows = {-1, 32}, int64[5] halves = {0, 1, 16, 10, 9}, int64[8] edges = {0, 0, 1, 2, 0, 0, 0, 1},
       int64[2] first = {1, 1}, int64[2] last = {11, 10}, int64[2] plane = {2, 3}, float[4] twice = {1, 1, 2, 2}> {
        a = Conv<pads = [1,1,1,1], strides = [2,2]>(x, w, b)
        r = Relu(a)
        c = Conv(r, w2)
        m = Mul(c, scale)
        s = Add(m, c)
        p = GlobalAveragePool(s)
        q = GlobalMaxPool(c)
        j = Concat<axis = 1>(p, q)
        f = Reshape(j, rows)
        g1 = Gemm<transB = 1>(f, fc, fb)
        y = Softmax<axis = 1>(g1)
        e = Pad(s, edges)
        k = Slice(e, first, last, plane)
        t = Resize<mode = "linear">(k, , twice)
        u = AveragePool<kernel_shape = [2,2], strides = [2,2]>(t)
        l = LayerNormalization(u, lw, lb)
        h = Reshape(l, halves)
        h2 = Sigmoid(h)
        z = Concat<axis = 1>(h, h2)
    }""")
add_weights(model, weights, rng)
onnx.save(model, "net.onnx")
feeds = {"x": rng.standard_normal((5, 3, 20, 17), np.float32), "scale": rng.standard_normal((1, 16, 1, 1), np.float32)}
results = onnxruntime.InferenceSession("net.onnx", providers=["CPUExecutionProvider"]).run(["y", "z"], feeds)
for name, array in [*feeds.items(), ("y", results[0]), ("z", results[1])]:
    array.tofile(f"{name}.bin")
np.save("x.npy", feeds["x"])
