"""Networks for --crops, and what ONNX Runtime makes of crops that numpy takes.

    python make_crops.py

first.onnx takes a picture of 14x11 with channels first, and factors, gain.npy; last.onnx one with channels last. NAME.picture.npy is a larger
one, of 17x16, and NAME.{y,z}.COUNT.npy the means of the outputs over 1, 5 and 10 crops of it.
"""
import pathlib
import sys

import numpy as np
import onnx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import reference_session  # noqa: E402

LARGE, SMALL = (17, 16), (14, 11)  # the margins, 3 and 5, are odd: half of them is rounded
BODY = """
    a = Conv<pads = [1,1,1,1]>({x}, w, b)
    r = Relu(a)
    m = Mul(r, gain)
    p = MaxPool<kernel_shape = [2,2], strides = [2,2]>(m)
    f = Flatten(p)
    z = MatMul(f, fc)
    y = Softmax<axis = 1>(z)
"""
HEAD = '<ir_version: 10, opset_import: ["" : 21]> g (float[N,{shape}] x{more}) => (float[N,7] y, float[N,7] z) {{'


def network(name, shape, more, before, x):
    model = onnx.parser.parse_model(HEAD.format(shape=shape, more=more) + before + BODY.format(x=x) + "}")
    rng = np.random.default_rng(5)
    weights = {"w": (20, 3, 3, 3), "b": (20,), "fc": (20 * 7 * 5, 7)}
    if not more:
        weights["gain"] = (20, 1, 1)
    for weight, of in weights.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(rng.standard_normal(of).astype(np.float32) / 5, weight))
    onnx.save(model, f"{name}.onnx")
    return reference_session(model.SerializeToString())


def crops(picture, rows, count):
    """Centre first, then the corners, then all of them mirrored; `rows` is the axis of rows, that of columns follows."""
    (high, wide), (h, w) = LARGE, SMALL
    places = [(round((high - h) / 2), round((wide - w) / 2)), (0, 0), (0, wide - w), (high - h, 0), (high - h, wide - w)]
    for i in range(count):
        top, left = places[i % 5]
        crop = picture.take(range(top, top + h), axis=rows).take(range(left, left + w), axis=rows + 1)
        yield np.flip(crop, rows + 1) if i >= 5 else crop


def main():
    rng = np.random.default_rng(6)
    gain = rng.uniform(0.5, 1.5, (20, 1, 1)).astype(np.float32)
    np.save("gain.npy", gain)
    for name, shape, rows in (("first", "3,14,11", 2), ("last", "14,11,3", 1)):
        before = "t = Transpose<perm = [0,3,1,2]>(x)" if name == "last" else ""
        more = {} if before else {"gain": gain}
        session = network(name, shape, ", float[20,1,1] gain" if more else "", before, "t" if before else "x")
        sizes = (*LARGE, 3) if name == "last" else (3, *LARGE)
        pictures = rng.standard_normal((2, *sizes)).astype(np.float32)
        np.save(f"{name}.picture.npy", pictures)
        for count in (1, 5, 10):
            results = [session.run(["y", "z"], {"x": np.ascontiguousarray(c), **more}) for c in crops(pictures, rows, count)]
            for output, each in zip("yz", zip(*results)):
                np.save(f"{name}.{output}.{count}.npy", np.mean(each, axis=0, dtype=np.float64).astype(np.float32))


if __name__ == "__main__":
    main()
