"""Networks as PyTorch exports them with dynamic axes: sizes by Shape, Gather, Slice and Concat, for images of any size."""
import sys

import numpy as np
import onnx
import onnxruntime

from random_weights import add_weights

# name: (weights, text)
NETWORKS = {
    # A feature pyramid: each level is brought to the size of the one before, whatever that is; then predictions as rows.
    "pyramid": ({"w1": (16, 3, 3, 3), "w2": (16, 16, 3, 3), "l1": (16, 16, 1, 1), "l2": (16, 16, 1, 1), "p": (12, 16, 3, 3)}, """
    g (float[1,3,H,W] x) => (float[1,16,h1,w1] f, float[1,n,4] rows, float[1,3,4,h2,w2] boxes) {
        two = Constant<value_ints = [2]>()
        four = Constant<value_ints = [4]>()
        zero = Constant<value_ints = [0]>()
        minus = Constant<value_ints = [-1]>()
        c1 = Conv<pads = [1,1,1,1], strides = [2,2]>(x, w1)
        r1 = Relu(c1)
        c2 = Conv<pads = [1,1,1,1], strides = [2,2]>(r1, w2)
        r2 = Relu(c2)
        a = Conv(r1, l1)
        b = Conv(r2, l2)
        like = Shape(a)
        sizes = Slice(like, two, four, zero)
        whole = Shape(b)
        first = Slice(whole, zero, two, zero)
        target = Concat<axis = 0>(first, sizes)
        up = Resize<mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor">(b, , , target)
        f = Add(a, up)
        q = Conv<pads = [1,1,1,1]>(f, p)
        s = Shape(q)
        i0 = Constant<value_int = 0>()
        i2 = Constant<value_int = 2>()
        i3 = Constant<value_int = 3>()
        batch = Gather<axis = 0>(s, i0)
        height = Gather<axis = 0>(s, i2)
        width = Gather<axis = 0>(s, i3)
        batch1 = Unsqueeze(batch, zero)
        height1 = Unsqueeze(height, zero)
        width1 = Unsqueeze(width, zero)
        anchors = Constant<value_ints = [3, 4]>()
        split = Concat<axis = 0>(batch1, anchors, height1, width1)
        boxes = Reshape(q, split)
        turned = Transpose<perm = [0, 3, 4, 1, 2]>(boxes)
        flat = Concat<axis = 0>(batch1, minus, four)
        rows = Reshape(turned, flat)
    }"""),
    # A decoder: what is upsampled is cut to the size of what it meets; scores at half the size and at that of the image.
    "decoder": ({"w1": (16, 3, 3, 3), "u": (16, 16, 2, 2), "w2": (4, 32, 1, 1)}, """
    g (float[1,3,H,W] x) => (float[1,4,H,W] y, float[1,4,h3,w3] z, float[1,16,h4,w4] t) {
        zero = Constant<value_ints = [0]>()
        one = Constant<value_ints = [1]>()
        two = Constant<value_ints = [2]>()
        three = Constant<value_ints = [3]>()
        four = Constant<value_ints = [4]>()
        minus = Constant<value_ints = [-1]>()
        c = Conv<pads = [1,1,1,1]>(x, w1)
        d = Relu(c)
        pooled = MaxPool<kernel_shape = [2,2], strides = [2,2], ceil_mode = 1>(d)
        up = ConvTranspose<strides = [2,2]>(pooled, u)
        s = Shape(d)
        h = Slice(s, two, three)
        w = Slice(s, three, four)
        cut_h = Slice(up, zero, h, two)
        cut = Slice(cut_h, zero, w, three)
        both = Concat<axis = 1>(d, cut)
        scores = Conv(both, w2)
        half = Constant<value_floats = [1.0, 1.0, 0.5, 0.5]>()
        z = Resize<mode = "linear", coordinate_transformation_mode = "pytorch_half_pixel">(scores, , half)
        image = Shape(x)
        plane = Slice(image, two, four)
        head = Slice(s, zero, one)
        classes = Constant<value_ints = [4]>()
        target = Concat<axis = 0>(head, classes, plane)
        y = Resize<mode = "linear", coordinate_transformation_mode = "half_pixel">(z, , , target)
        inner = Slice(d, one, minus, two)
        t = Slice(inner, one, minus, three)
    }"""),
    # A pyramid whose levels are equal only where sizes are multiples of 16: each is doubled and added to the one before; a decoder.
    "skips": ({"w1": (16, 3, 3, 3), "w2": (32, 16, 3, 3), "w3": (32, 32, 3, 3), "w4": (48, 32, 1, 1), "l2": (32, 48, 1, 1), "u": (32, 16, 2, 2), "w5": (16, 32, 3, 3), "w6": (16, 3, 2, 2)}, """
    g (float[1,3,H,W] x) => (float[1,32,h1,w1] f, float[1,3,H,W] y) {
        twice = Constant<value_floats = [1.0, 1.0, 2.0, 2.0]>()
        a = Conv<pads = [1,1,1,1], strides = [2,2]>(x, w1)
        a1 = Relu(a)
        b = Conv<pads = [1,1,1,1], strides = [2,2]>(a1, w2)
        b1 = Relu(b)
        c = MaxPool<kernel_shape = [3,3], pads = [1,1,1,1], strides = [2,2]>(b1)
        c1 = Conv<pads = [1,1,1,1]>(c, w3)
        d = AveragePool<kernel_shape = [2,2], strides = [2,2], ceil_mode = 1>(c1)
        d1 = Conv(d, w4)
        d2 = Conv(d1, l2)
        up = Resize<mode = "linear", coordinate_transformation_mode = "half_pixel">(d2, , twice)
        e = Add(up, c1)
        near = Resize<mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor">(e, , twice)
        f = Add(b1, near)
        g1 = ConvTranspose<strides = [2,2]>(f, u)
        both = Concat<axis = 1>(a1, g1)
        h = Conv<pads = [1,1,1,1]>(both, w5)
        h1 = ConvTranspose<strides = [2,2]>(h, w6)
        y = Mul(h1, x)
    }"""),
    # Super-resolution: channels become pixels, either way.
    "shuffle": ({"w1": (8, 3, 3, 3)}, """
    g (float[1,3,H,W] x) => (float[1,2,h7,w7] y, float[1,2,h8,w8] z) {
        c = Conv<pads = [1,1,1,1]>(x, w1)
        y = DepthToSpace<blocksize = 2, mode = "CRD">(c)
        z = DepthToSpace<blocksize = 2>(c)
    }"""),
    # Reductions over open axes, and a size from arithmetic on floats, as interpolate(scale_factor=1.5) has it.
    "reductions": ({"w1": (16, 3, 3, 3)}, """
    g (float[1,3,H,W] x) => (float[1,16] most, float[1,16,1,1] sums, float[1,1,h5,w5] high, float[1,16,v5] rows, float[1,16,h6,w6] grown) {
        zero = Constant<value_ints = [0]>()
        two = Constant<value_ints = [2]>()
        plane = Constant<value_ints = [2, 3]>()
        channels = Constant<value_ints = [1]>()
        last = Constant<value_ints = [-1]>()
        c = Conv<pads = [1,1,1,1], strides = [2,2]>(x, w1)
        most = ReduceMax<keepdims = 0>(c, plane)
        sums = ReduceSum(c, plane)
        high = ReduceMax(c, channels)
        rows = ReduceMin<keepdims = 0>(c, last)
        s = Shape(c)
        i2 = Constant<value_int = 2>()
        i3 = Constant<value_int = 3>()
        height = Gather<axis = 0>(s, i2)
        width = Gather<axis = 0>(s, i3)
        factor = Constant<value_float = 1.5>()
        height_f = Cast<to = 1>(height)
        width_f = Cast<to = 1>(width)
        height_m = Mul(height_f, factor)
        width_m = Mul(width_f, factor)
        height_l = Floor(height_m)
        width_l = Floor(width_m)
        height_i = Cast<to = 7>(height_l)
        width_i = Cast<to = 7>(width_l)
        height_1 = Unsqueeze(height_i, zero)
        width_1 = Unsqueeze(width_i, zero)
        first = Slice(s, zero, two)
        target = Concat<axis = 0>(first, height_1, width_1)
        grown = Resize<mode = "cubic", coordinate_transformation_mode = "align_corners">(c, , , target)
    }"""),
}

name = sys.argv[1]
weights, text = NETWORKS[name]
rng = np.random.default_rng(4)
model = onnx.parser.parse_model('<ir_version: 10, opset_import: ["" : 18]>' + text)
add_weights(model, weights, rng)
onnx.save(model, f"{name}.onnx")
session = onnxruntime.InferenceSession(f"{name}.onnx", providers=["CPUExecutionProvider"])
for height, width in (map(int, size.split("_")) for size in sys.argv[2:]):
    x = rng.standard_normal((1, 3, height, width), np.float32)
    np.save(f"{name}_{height}_{width}.npy", x)
    for i, y in enumerate(session.run(None, {"x": x})):
        np.save(f"{name}_{height}_{width}_{i}.npy", y)
        print(height, width, i, y.shape)
