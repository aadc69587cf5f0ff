"""A network for images of any size, and what ONNX Runtime makes of some: net.onnx, x_H_W.bin, y_H_W.bin, z_H_W.bin."""
import numpy as np
import onnx
import onnxruntime

from random_weights import add_weights

SIZES = [(64, 64), (37, 51), (16, 100), (100, 99), (8, 8)]

rng = np.random.default_rng(3)
weights = {"w": (32, 3, 7, 7), "b": (32,), "w2": (32, 32, 3, 3), "b2": (32,), "w3": (48, 32, 1, 1), "w4": (48, 48, 3, 3),
           "w5": (48, 1, 3, 3), "w6": (16, 96, 1, 1), "fc": (10, 48), "fb": (10,)}
model = onnx.parser.parse_model(
    """<ir_version: 10, opset_import: ["" : 21]>
    g (float[batch,3,H,W] x) => (float[batch,10] y, float[batch,16,h,v] z) {
        a = Conv<pads = [3,3,3,3], strides = [2,2]>(x, w, b)
        r = Relu(a)
        n = LRN<size = 5>(r)
        p = MaxPool<kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]>(n)
        c = Conv<pads = [1,1,1,1]>(p, w2, b2)
        c1 = Relu(c)
        s = Add(c1, p)
        d = Conv(s, w3)
        e = Relu(d)
        f = Conv<pads = [1,1,1,1], strides = [2,2]>(e, w4)
        h1 = Relu(f)
        q = AveragePool<kernel_shape = [3,3], pads = [1,1,1,1]>(h1)
        k = Conv<pads = [1,1,1,1], group = 48>(q, w5)
        j = Concat<axis = 1>(k, q)
        z = Conv(j, w6)
        gp = GlobalAveragePool(q)
        fl = Flatten(gp)
        y = Gemm<transB = 1>(fl, fc, fb)
    }""")
add_weights(model, weights, rng)
onnx.save(model, "net.onnx")
session = onnxruntime.InferenceSession("net.onnx", providers=["CPUExecutionProvider"])
for height, width in SIZES:
    x = rng.standard_normal((2, 3, height, width), np.float32)
    y, z = session.run(["y", "z"], {"x": x})
    for name, array in [("x", x), ("y", y), ("z", z)]:
        array.tofile(f"{name}_{height}_{width}.bin")
