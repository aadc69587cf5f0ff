"""Standard operators at versions before the newest, from 7 on, above all those whose meaning or inputs changed."""
import numpy as np
import onnx
from onnx import TensorProto, helper
from operators import Case, rng

R = rng("versions")
X = R.standard_normal((2, 3, 4, 5)).astype(np.float32)
M = R.standard_normal((4, 6)).astype(np.float32)


def f(*shape):
    return R.standard_normal(shape).astype(np.float32)


def i64(*v):
    return np.array(v, np.int64)


def at(versions, op, inputs, fixed=(), outputs=1, tolerance=2e-5, expected=None, **attributes):
    versions = versions if isinstance(versions, tuple) else (versions,)
    return [Case(op, inputs, attributes, "", v, fixed, outputs, tolerance=tolerance, expected=expected) for v in versions]


def flat(lists):
    return [case for part in lists for case in part]


def elementwise():
    unary = "Abs Neg Exp Floor Ceil Relu Sigmoid Tanh Elu LeakyRelu Selu Softplus Softsign HardSigmoid Sin Cos Tan Atan Identity".split()
    found = [at((7, 13), op, [f(3, 4)]) for op in unary]
    found += [at((7, 12, 13), op, [np.abs(f(3, 4)) + 0.1]) for op in ("Log", "Sqrt", "Reciprocal")]
    found += [at((7, 13), op, [np.tanh(f(3, 4))]) for op in ("Asin", "Acos")]
    found += [at((9, 13), op, [f(3, 4)]) for op in ("Sinh", "Cosh", "Asinh", "Sign", "Erf", "IsNaN")]
    found += [at(9, "Atanh", [np.tanh(f(3, 4))]), at(9, "Acosh", [np.abs(f(3, 4)) + 1])]
    found += [at((7, 13, 14), op, [f(2, 3, 4), f(3, 1)]) for op in ("Add", "Sub", "Mul", "Div")]
    found += [at((7, 13), op, [R.randint(0, 9, (2, 3)).astype(np.int64), R.randint(1, 9, (2, 3)).astype(np.int64)]) for op in ("Add", "Sub", "Mul", "Div")]
    found += [at((8, 12, 13), op, [f(2, 3), f(3), f(2, 1)]) for op in ("Max", "Min")]
    found += [at((12, 13), op, [R.randint(-9, 9, (2, 3)).astype(np.int32), R.randint(-9, 9, (3,)).astype(np.int32)]) for op in ("Max", "Min")]
    found += [at(7, op, [f(2, 3), f(2, 3)]) for op in ("Max", "Min", "Mean", "Sum")]
    found += [at((8, 13), op, [f(2, 3), f(3), f(2, 1)]) for op in ("Mean", "Sum")]
    found += [at((7, 12, 13, 15), "Pow", [np.abs(f(2, 3)), f(3)]), at((12, 13, 15), "Pow", [f(2, 3), np.array([2, 3, 1], np.int64)])]
    found += [at((7, 9, 13), op, [f(2, 3), f(3)]) for op in ("Greater", "Less")]
    found += [at((9, 13), op, [R.randint(0, 4, (2, 3)), R.randint(0, 4, (3,))]) for op in ("Greater", "Less")]
    found += [at((12, 16), op, [f(2, 3), f(3)]) for op in ("GreaterOrEqual", "LessOrEqual")]
    found += [at((7, 11, 13), "Equal", [R.randint(0, 3, (2, 3)), R.randint(0, 3, (3,))]), at((11, 13), "Equal", [np.round(f(2, 9)), np.round(f(9))])]
    found += [at(7, op, [R.rand(2, 3) > 0.5, R.rand(3) > 0.5]) for op in ("And", "Or", "Xor")]
    found += [at((7, 9, 16), "PRelu", [f(2, 3, 4), np.abs(f(3, 1))]), at((7, 9), "PRelu", [f(2, 3, 4), f(1)])]
    found += [at(10, "Mod", [R.randint(-9, 9, (2, 3)), R.randint(1, 5, (3,))]), at((10, 13), "Mod", [f(2, 3), f(3)], fmod=1)]
    found += [at((10, 22), "ThresholdedRelu", [f(3, 4)], alpha=0.4), at(10, "IsInf", [np.array([1, np.inf, -np.inf], np.float32)], detect_negative=0)]
    found += [at((9, 16), "Where", [R.rand(2, 3) > 0.5, f(2, 3), f(3)]), at(11, "BitShift", [np.array([1, 2, 9], np.uint8), np.array([1, 3, 2], np.uint8)], direction="LEFT")]
    found += [at((12,), "Celu", [f(3, 4)], alpha=0.7), at(11, "Round", [f(3, 4) * 3]), at((14, 22), "HardSwish", [f(3, 4)])]
    found += [at(9, "Shrink", [f(3, 4)], bias=0.2, lambd=0.4), at((8, 13), "Expand", [f(3, 1), i64(2, 3, 4)], fixed=(1,))]
    return flat(found)


def clipped():
    lo, hi = np.array(-0.5, np.float32), np.array(0.7, np.float32)
    return flat([
        at((7, 8, 10), "Clip", [M], min=-0.5, max=0.7), at(7, "Clip", [M], min=0.1), at((7, 10), "Clip", [M]),
        at((11, 12, 13), "Clip", [M, lo, hi], fixed=(1, 2)), at((11, 12), "Clip", [M, None, hi]),
        at((12, 13), "Clip", [R.randint(-9, 9, (3, 4)).astype(np.int32), np.array(-3, np.int32), np.array(4, np.int32)], fixed=(1, 2)),
        at((7, 10), "Dropout", [M], ratio=0.4), at((7, 10), "Dropout", [M], outputs=1), at((12, 13), "Dropout", [M, np.array(0.4, np.float32)], fixed=(1,)),
        # ONNX Runtime leaves this mask zero
        at(7, "Dropout", [M], outputs=2, expected=[M, np.ones_like(M)]), at(10, "Dropout", [M], outputs=2, expected=[M, np.ones(M.shape, bool)]),
        at((12, 13), "Dropout", [M, np.array(0.4, np.float32), np.array(False)], fixed=(1, 2), outputs=2)])


def softmaxes():
    found = [at((7, 11), op, [X], axis=a) for op in ("Softmax", "LogSoftmax", "Hardmax") for a in (0, 1, 2, 3)]
    found += [at((7, 11, 13), op, [X]) for op in ("Softmax", "LogSoftmax", "Hardmax")]
    found += [at((11, 13), op, [X], axis=-2) for op in ("Softmax", "LogSoftmax", "Hardmax")]
    return flat(found)


def reductions():
    ops = "ReduceSum ReduceMean ReduceProd ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp".split()
    found = [at((7, 11) + (() if op == "ReduceSum" else (13,)), op, [X], axes=[1, 3], keepdims=0) for op in ops]
    found += [at((7, 12), op, [X]) for op in ops] + [at(11, op, [X], axes=[-1]) for op in ops]
    found += [at((7, 11, 13), "ReduceLogSum", [np.abs(X)], axes=[2])]
    found += [at(13, "ReduceSum", [X, i64(1, -1)], fixed=(1,), keepdims=0), at(13, "ReduceSum", [X], noop_with_empty_axes=1)]
    found += [at(18, op, [X, i64(1, -1)], fixed=(1,), keepdims=0) for op in ops if op != "ReduceSum"]
    found += [at((12, 13), op, [R.randint(-9, 9, (3, 4)).astype(np.int8)], axes=[1]) for op in ("ReduceMax", "ReduceMin")]
    found += [at((7, 11, 12, 13), op, [X], axis=2, keepdims=0) for op in ("ArgMax", "ArgMin")]
    found += [at((12, 13), op, [np.round(X)], axis=-1, select_last_index=1) for op in ("ArgMax", "ArgMin")]
    found += [at(7, "TopK", [M], axis=1, k=3, outputs=2), at(10, "TopK", [M, i64(2)], fixed=(1,), axis=0, outputs=2)]
    found += [at((11, 24), "TopK", [M, i64(3)], fixed=(1,), axis=-1, largest=0, sorted=1, outputs=2)]
    found += [at((11, 14), "CumSum", [M, np.array(1, np.int64)], fixed=(1,), exclusive=1, reverse=1)]
    return flat(found)


def moves():
    return flat([
        at((7, 11), "Squeeze", [f(1, 3, 1, 4)], axes=[0, 2]), at(11, "Squeeze", [f(1, 3, 1)], axes=[-1]), at((7, 11, 13, 21), "Squeeze", [f(1, 3, 1)]),
        at((13, 21), "Squeeze", [f(1, 3, 1), i64(-1)], fixed=(1,)), at((7, 11), "Unsqueeze", [f(3, 4)], axes=[0, 3]), at(11, "Unsqueeze", [f(3, 4)], axes=[-1]),
        at((13, 21), "Unsqueeze", [f(3, 4), i64(-1, 0)], fixed=(1,)),
        at(7, "Slice", [X], starts=[1, -3], ends=[3, 100], axes=[1, 3]), at(7, "Slice", [M], starts=[1], ends=[-1]),
        at((10, 11, 13), "Slice", [X, i64(1, 4), i64(3, 0), i64(1, 3), i64(1, 2)], fixed=(1, 2, 3, 4)),
        at((11, 13), "Slice", [X, i64(-1, 3), i64(-100, 0), i64(-1, 2), i64(-2, -1)], fixed=(1, 2, 3, 4)),
        *(at((7, 10), "Pad", [M], mode=m, pads=[1, 2, 0, 3]) for m in ("reflect", "edge")), at((7, 10), "Pad", [M], pads=[1, -1, 0, 3], value=0.5),
        *(at((11, 13, 18), "Pad", [M, i64(1, 2, 0, 3)], fixed=(1,), mode=m) for m in ("constant", "reflect", "edge")),
        at((11, 13), "Pad", [M, i64(0, 1, 2, 0), np.array(1.5, np.float32)], fixed=(1, 2)),
        at((18, 19), "Pad", [X, i64(1, 2), None, i64(-2)], fixed=(1, 3)), at((19, 21), "Pad", [M, i64(1, 2, 0, 3)], fixed=(1,), mode="wrap"),
        at((7, 11), "Split", [M], axis=1, split=[2, 4], outputs=2), at((7, 11), "Split", [M], outputs=2), at(13, "Split", [M, i64(1, 5)], fixed=(1,), axis=1, outputs=2),
        at(13, "Split", [M], axis=1, outputs=3), at(18, "Split", [f(5, 3)], num_outputs=2, outputs=2),
        at((7, 9, 11, 13), "Flatten", [X], axis=2), at(11, "Flatten", [X], axis=-1), at((7, 9), "Flatten", [X], axis=0),
        at((7, 11, 13), "Concat", [M, M], axis=1), at(11, "Concat", [M, M], axis=-2), at((7, 13, 14), "Reshape", [M, i64(0, -1, 2)], fixed=(1,)),
        at(14, "Reshape", [f(0, 3), i64(3, 0)], fixed=(1,), allowzero=1), at((7, 13), "Transpose", [X], perm=[2, 0, 3, 1]), at(7, "Transpose", [X]),
        at((7, 13), "Tile", [M, i64(2, 3)], fixed=(1,)), at((7, 13, 15), "Shape", [X]), at(15, "Shape", [X], start=1, end=-1), at((7, 13), "Size", [X]),
        at((7, 11), "DepthToSpace", [f(1, 8, 2, 3)], blocksize=2), at((11, 13), "DepthToSpace", [f(1, 8, 2, 3)], blocksize=2, mode="CRD"),
        at((7, 13), "SpaceToDepth", [f(1, 2, 4, 6)], blocksize=2), at((7, 11, 13), "Gather", [X, i64(1, 0)], axis=1), at(11, "Gather", [X, i64(-1, 0)], axis=-2),
        at(9, "Scatter", [f(3, 4), i64(2, 0, 1, 0).reshape(1, 4), f(1, 4)], axis=0), at((11, 13), "ScatterElements", [f(3, 4), i64(-1, 0, 1, 0).reshape(1, 4), f(1, 4)]),
        at((16, 18), "ScatterElements", [f(3, 4), i64(2, 2, 1, 0).reshape(2, 2), f(2, 2)], axis=1, reduction="add"),
        at(18, "ScatterElements", [f(3, 4), i64(2, 2, 1, 0).reshape(2, 2), f(2, 2)], axis=1, reduction="max"),
        at((11, 13), "ScatterND", [f(4, 3), i64(2, 0).reshape(2, 1), f(2, 3)]), at((16, 18), "ScatterND", [f(4, 3), i64(2, 2).reshape(2, 1), f(2, 3)], reduction="mul"),
        at((11, 12, 13), "GatherND", [X, i64(0, 1, 1, 2).reshape(2, 2)]), at((12, 13), "GatherND", [f(2, 3, 4), i64(1, 2).reshape(2, 1)], batch_dims=1),
        at((11, 13), "GatherElements", [M, i64(0, -1, 2, 1).reshape(2, 2)], axis=1), at((9, 11), "Compress", [M, np.array([1, 0, 1, 1], bool)], fixed=(1,), axis=0),
        at((9, 11), "OneHot", [i64(1, 0, 2), i64(3), np.array([0.5, 2], np.float32)], fixed=(1,), axis=0), at(11, "OneHot", [i64(-1, 0), i64(3), f(2)], fixed=(1,)),
        at(10, "ReverseSequence", [f(4, 3), i64(2, 4, 1)], time_axis=0, batch_axis=1), at((9, 13), "NonZero", [np.round(M)]),
        at(11, "Unique", [np.round(M)], outputs=4), at((9,), "EyeLike", [M], k=1), at((9, 20), "ConstantOfShape", [i64(2, 3)], fixed=(0,)),
        at((7, 9, 13), "Cast", [M * 9], to=TensorProto.INT32), at((7, 9), "Cast", [M], to=TensorProto.BOOL), at((15, 19), "CastLike", [M, i64(1)]),
        at((11, 14), "Range", [np.array(1, np.int64), np.array(9, np.int64), np.array(3, np.int64)], fixed=(0, 1, 2)), at(14, "Trilu", [M], upper=0)])


def windows():
    w, b, t = f(6, 3, 3, 2), f(6), f(3, 4, 3, 3)
    norm = [f(3), f(3), f(3), np.abs(f(3)) + 0.5]
    rois = np.array([[0, 1, 1, 3, 3], [1, 0, 0, 4, 2], [0, -2, -2, 9, 9], [1, 3, 2, 3, 2]], np.float32)
    boxes, scores = np.sort(R.rand(1, 6, 4).astype(np.float32)), R.rand(1, 2, 6).astype(np.float32)
    limits = [i64(3), np.array([0.5], np.float32), np.array([0.1], np.float32)]
    mean, variance = X.mean(axis=(0, 2, 3)), X.var(axis=(0, 2, 3))
    column = [v[:, None, None] for v in (*norm[:2], mean, variance)]
    trained = column[0] * (X - column[2]) / np.sqrt(column[3] + np.float32(1e-5)) + column[1]
    return flat([
        at((7, 11, 22), "Conv", [X, w, b], fixed=(1, 2), pads=[1, 0, 1, 1], strides=[1, 2]), at((7, 11), "Conv", [X, w], fixed=(1,), auto_pad="SAME_LOWER"),
        at((7, 11, 22), "ConvTranspose", [X, t], fixed=(1,), strides=[2, 2], output_padding=[1, 0]),
        at((7, 11), "ConvTranspose", [X, t], fixed=(1,), strides=[2, 2], auto_pad="SAME_UPPER", output_shape=[8, 10]),
        at((7, 8, 10, 11, 12), "MaxPool", [X], kernel_shape=[3, 2], pads=[1, 0, 1, 1], strides=[2, 1]), at((8, 11, 12), "MaxPool", [X], kernel_shape=[2, 2], outputs=2),
        at((10, 11, 12), "MaxPool", [X], kernel_shape=[2, 2], strides=[3, 2], ceil_mode=1, dilations=[1, 2]), at(12, "MaxPool", [R.randint(0, 99, (1, 2, 4, 4)).astype(np.uint8)], kernel_shape=[2, 2]),
        at((7, 10, 11, 19), "AveragePool", [X], kernel_shape=[3, 2], pads=[1, 0, 1, 1], count_include_pad=1), at((10, 11, 19), "AveragePool", [X], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        at(19, "AveragePool", [X], kernel_shape=[2, 2], dilations=[2, 2]), at((7, 11, 18), "LpPool", [X], kernel_shape=[2, 2], p=3),
        *(at(7, op, [X]) for op in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")), at(7, "LRN", [X], size=3), at(7, "LpNormalization", [X], axis=1, p=1),
        at(7, "InstanceNormalization", [X, norm[0], norm[1]]), at((9, 13), "MeanVarianceNormalization", [X], axes=[0, 2, 3]),
        at((7, 9, 14, 15), "BatchNormalization", [X] + norm, fixed=(1, 2, 3, 4), epsilon=1e-3), at(7, "BatchNormalization", [X] + norm, spatial=1, momentum=0.8),
        # five outputs mean training; ONNX Runtime, which agrees on the first, has the last inverted
        at((7, 9, 13), "BatchNormalization", [X] + norm, fixed=(1, 2, 3, 4), outputs=5, momentum=0.7,
           expected=[trained, *(np.float32(0.7) * old + np.float32(0.3) * new for old, new in zip(norm[2:], (mean, variance))), mean, variance]),
        at(7, "BatchNormalization", [X] + [np.abs(f(3, 4, 5)) + 0.1 for _ in range(4)], spatial=0),
        at(7, "MaxRoiPool", [X, rois], fixed=(1,), pooled_shape=[2, 3]), at(7, "MaxRoiPool", [f(2, 3, 8, 9), rois], pooled_shape=[3, 2], spatial_scale=1.7),
        at((10, 16), "RoiAlign", [X, f(4, 4) * 0 + rois[:, 1:], i64(0, 1, 0, 1)], output_height=2, output_width=2, sampling_ratio=2),
        at(16, "RoiAlign", [X, rois[:, 1:].copy(), i64(0, 1, 0, 1)], output_height=2, output_width=2, sampling_ratio=2, coordinate_transformation_mode="output_half_pixel"),
        at((10, 11), "NonMaxSuppression", [boxes, scores] + limits, fixed=(2, 3, 4)), at((16,), "GridSample", [X, np.tanh(f(2, 3, 3, 2))], mode="bicubic"),
        at((7, 9, 11, 13), "Gemm", [f(3, 4), f(5, 4), f(5)], transB=1, alpha=0.5, beta=2.0), at((11, 13), "Gemm", [f(3, 4), f(4, 5)]),
        at((7, 9, 13), "MatMul", [f(2, 3, 4), f(4, 5)]), at((9, 13), "MatMul", [R.randint(-9, 9, (3, 4)).astype(np.int32), R.randint(-9, 9, (4, 2)).astype(np.int32)]),
        at(12, "Einsum", [f(2, 3, 4), f(2, 4, 5)], equation="bij,bjk->bik"), at(11, "Det", [f(2, 3, 3)]),
        at(17, "LayerNormalization", [X, f(5), f(5)], axis=-1), at(18, "GroupNormalization", [f(2, 4, 5), f(2), f(2)], num_groups=2), at(21, "GroupNormalization", [f(2, 4, 5), f(4), f(4)], num_groups=2)])


def resized():
    scales, twice = np.array([1, 1, 2, 1.5], np.float32), np.array([1, 1, 2, 2], np.float32)
    none, cut = np.array([], np.float32), np.array([0, 0, 0.1, 0.2, 1, 1, 0.8, 0.9], np.float32)
    found = [at(7, "Upsample", [X], mode=m, scales=[1.0, 1.0, 2.0, 3.0]) for m in ("nearest", "linear")]
    found += [at(9, "Upsample", [X, twice], fixed=(1,), mode=m) for m in ("nearest", "linear")]
    # 20 / 12 as an exporter divides: times 12, rounded to f32, that is 20
    found += [at(v, op, [f(1, 2, 12, 10), *roi, np.array([1, 1, 20, 17], np.float32) / np.array([1, 1, 12, 10], np.float32)], fixed=tuple(range(1, 2 + len(roi))))
              for v, op, roi in ((9, "Upsample", []), (11, "Resize", [np.zeros(0, np.float32)]), (13, "Resize", [None]))]
    found += [at(10, "Resize", [X, s], fixed=(1,), mode=m) for m in ("nearest", "linear") for s in (twice, scales, np.array([1, 1, 0.5, 0.6], np.float32))]
    for v in (11, 13, 18, 19):
        # aligned corners by whole scales: by others ONNX Runtime rounds the new length first, the standard's reference does not
        for mode in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
            found.append(at(v, "Resize", [X, none, twice if mode == "align_corners" else scales], fixed=(1, 2), mode="linear", coordinate_transformation_mode=mode))
        found.append(at(v, "Resize", [X, none, none, i64(2, 3, 7, 9)], fixed=(1, 2, 3), mode="cubic", cubic_coeff_a=-0.5))
        found.append(at(v, "Resize", [X, none, scales], fixed=(1, 2), mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric"))
        found.append(at(v, "Resize", [X, cut, none, i64(2, 3, 3, 3)], fixed=(1, 2, 3), mode="linear", coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=9.0))
    found.append(at(11, "Resize", [X, none, scales], fixed=(1, 2), mode="nearest", coordinate_transformation_mode="tf_half_pixel_for_nn"))
    found += [at((18, 19), "Resize", [X, None, None, i64(2, 3)], fixed=(3,), mode="linear", axes=[2, 3], antialias=1)]
    found += [at((18, 19), "Resize", [X, None, None, i64(8, 7)], fixed=(3,), mode="linear", axes=[2, 3], keep_aspect_ratio_policy="not_larger")]
    return flat(found)


def recurrent():
    found = []
    for op, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
        weights = [f(1, gates * 4, 3), f(1, gates * 4, 4), f(1, 2 * gates * 4)]
        outputs = 3 if op == "LSTM" else 2
        found += [at((7, 14), op, [f(5, 2, 3)] + weights, fixed=(1, 2, 3), outputs=outputs, hidden_size=4),
                  at(7, op, [f(5, 2, 3)] + weights + [np.array([5, 3], np.int32)], fixed=(1, 2, 3, 4), outputs=outputs, hidden_size=4, direction="reverse")]
    return flat(found)


def quantized():
    x, s, z = f(3, 4) * 20, np.array([0.3, 0.5, 0.2], np.float32), np.array([3, 5, 7], np.uint8)
    q = R.randint(0, 255, (3, 4)).astype(np.uint8)
    scalar = [s[0].reshape(()), z[0].reshape(())]
    return flat([
        at((10, 13, 19, 21), "QuantizeLinear", [x] + scalar, fixed=(1, 2)), at((13, 19, 21), "QuantizeLinear", [x, s, z], fixed=(1, 2), axis=0),
        at((10, 13, 19, 21), "DequantizeLinear", [q] + scalar, fixed=(1, 2)), at((13, 19, 21), "DequantizeLinear", [q, s, z], fixed=(1, 2), axis=0),
        at(21, "QuantizeLinear", [x, np.abs(f(3, 2)) + 0.1, R.randint(0, 9, (3, 2)).astype(np.uint8)], fixed=(1, 2), axis=1, block_size=2),
        at(11, "DynamicQuantizeLinear", [x], outputs=3), at(10, "MatMulInteger", [q, q.T.copy(), z[0].reshape(()), z[1].reshape(())], fixed=(2, 3))])


def losses():
    scores, target = f(4, 5), R.randint(0, 5, (4,)).astype(np.int64)
    return flat([
        at((12, 13), "NegativeLogLikelihoodLoss", [scores, target], reduction="mean"), at((12, 13), "SoftmaxCrossEntropyLoss", [scores, target], outputs=2, reduction="sum"),
        at(13, "NegativeLogLikelihoodLoss", [scores, target, np.abs(f(5))], reduction="none", ignore_index=2)])


def scans():
    """A running sum: of one sample before version 9 in a batch, since then without."""
    def body(shape):
        info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("sum", "x", "next", "kept")]
        nodes = [helper.make_node("Add", ["sum", "x"], ["next"]), helper.make_node("Identity", ["next"], ["kept"])]
        return helper.make_graph(nodes, "body", info[:2], info[2:])
    batch = [None, f(2, 3), f(2, 4, 3)]
    return flat([
        at(8, "Scan", batch, outputs=2, num_scan_inputs=1, body=body([3])), at(8, "Scan", batch, outputs=2, num_scan_inputs=1, directions=[1], body=body([3])),
        at((9, 11, 16), "Scan", [f(3), f(4, 3)], outputs=2, num_scan_inputs=1, body=body([3])),
        at((9, 11), "Scan", [f(3), f(3, 4)], outputs=2, num_scan_inputs=1, body=body([3]), scan_input_axes=[1], scan_output_axes=[1], scan_input_directions=[1]),
        at((1 + 6, 9), "Constant", [], value=helper.make_tensor("v", TensorProto.FLOAT, [2], [1.0, 2.0])),
        at((12, 13), "Constant", [], value_floats=[1.0, 2.0]), at((12, 13), "Constant", [], value_int=3)])


def n_grams():
    words = np.array([["a", "c", "b", "a", "c"], ["c", "a", "zz", "b", "b"]], dtype=object)
    lists = {"ngram_counts": [0, 3], "ngram_indexes": [0, 1, 2, 3, 4, 5], "pool_strings": ["a", "b", "c", "a", "c", "b", "a", "c", "a"]}
    how = {"min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 1}
    found = [at(9, "TfIdfVectorizer", [words], mode=m, weights=[0.5, 1.0, 2.0, 3.0, 0.25, 1.0], **how, **lists) for m in ("TF", "IDF", "TFIDF")]
    found.append(at(9, "TfIdfVectorizer", [words[0]], mode="TF", **dict(how, min_gram_length=2), **lists))
    found.append(at(9, "TfIdfVectorizer", [np.array([[5, 6, 5, 7]], np.int64)], mode="TF", ngram_counts=[0, 2], ngram_indexes=[0, 1, 2],
                    pool_int64s=[5, 7, 6, 5], **how))
    return flat(found)


def string_casts():
    """To strings and from them; 99999999.5 is rounded to one digit more."""
    reals = [0, 1, -1, 0.1, 1e-5, 1e-4, 1.5e20, 123456789, np.pi, -1 / 3, 3.4028235e38, 16777216, 1e5, 99999999.5, 1e8, 2.5, 12345.678, 1e-38]
    texts = np.array(["1", "-2.5", "1e3", " 7", "INF", "-inf", "0.1", "3.4028235e38", "16777217", "+5", "1.", ".5", "7 ", "1E-7", "123456789.125", "0.000012e+3"], object)
    whole = np.array(["1", "-2", " 42", "+7 ", "100", "0", "-128", "0012"], object)
    found = [Case("Cast", [np.array(reals + [np.inf, -np.inf, np.nan, -0.0], np.float32)], {"to": TensorProto.STRING}, version=v) for v in (9, 19)]
    found += [Case("Cast", [np.array(reals + [1e300, 5e-324, 1 / 3, 1e17], np.float64)], {"to": TensorProto.STRING}, version=19)]
    found += [Case("Cast", [np.array(x, t)], {"to": TensorProto.STRING}, version=19) for t, x in
              ((np.int64, [0, -5, 2**62, -2**63]), (np.uint8, [0, 255]), (np.int32, [[-7, 7], [1, 0]]), (bool, [0, 1]), (np.float16, [0, 1.1]))]
    found += [Case("Cast", [texts], {"to": t}, version=19) for t in (TensorProto.FLOAT, TensorProto.DOUBLE)]
    found += [Case("Cast", [whole], {"to": t}, version=19) for t in (TensorProto.INT64, TensorProto.INT32, TensorProto.INT8, TensorProto.BOOL)]
    return found + [Case("Cast", [np.array(["9223372036854775807", "-9223372036854775808"], object)], {"to": TensorProto.INT64}, version=19)]


def parts(x):
    return np.stack((x.real, x.imag), -1).astype(x.real.dtype)


def transform(x, axis, length=None, version=17, real=False, tolerance=1e-6, **attributes):
    """DFT of x, complex or (real) not, held against NumPy's in double precision."""
    n, wide, (inverse, onesided) = length or x.shape[axis], x.astype(np.complex128), (attributes.get(k, 0) for k in ("inverse", "onesided"))
    if inverse and onesided:
        n = length or 2 * (x.shape[axis] - 1)
        y = np.fft.irfft(wide, n, axis)[..., None]
    else:
        y = (np.fft.ifft if inverse else np.fft.fft)(wide, n, axis)
        y = parts(np.take(y, np.arange(n // 2 + 1), axis) if onesided else y)
    given = x.real[..., None].copy() if real else parts(x)
    at_axis = {"axis": axis} if version < 20 else {}
    inputs = [given, None if length is None else np.array(length, np.int64)] + ([np.array(axis, np.int64)] if version >= 20 else [])
    return Case("DFT", inputs, attributes | at_axis, "", version, (1, 2), expected=[y.astype(given.dtype)], tolerance=tolerance)


def transforms():
    """Radices and products of them, one and many lines, primes by convolution; what is cut off, what is missing."""
    def c(*shape):
        return (R.standard_normal(shape) + 1j * R.standard_normal(shape)).astype(np.complex64)

    def r(*shape):
        return R.standard_normal(shape).astype(np.float32)

    found = []
    for n in (1, 2, 3, 4, 5, 7, 8, 11, 13, 16, 17, 30, 97, 128, 462, 1021):
        lines = (3, 37)[n % 2]
        found += [transform(c(lines, n), 1, version=20), transform(c(n, lines), 0, inverse=1), transform(r(lines, n), 1, real=True),
                  transform(r(lines, n), 1, real=True, onesided=1, version=20), transform(r(2, n, 5), 1, real=True, inverse=1)]
    for n in (2, 3, 10, 15, 34, 64):
        found += [transform(c(5, n // 2 + 1), 1, n, 20, inverse=1, onesided=1), transform(c(5, n // 2 + 3), 1, n, 20, inverse=1, onesided=1),
                  transform(c(2, 5, 3), 1, n, 20, inverse=1, onesided=1), transform(c(2, 9, 3), 1, n), transform(r(2, 9, 3), 1, n, real=True),
                  transform(r(1, 31), 1, n, real=True, onesided=1, version=20)]
    found += [transform(c(3, 20).astype(np.complex128), 1, tolerance=1e-13), transform(r(3, 34).astype(np.float64), 1, real=True, onesided=1, tolerance=1e-13)]
    return found + [transform(r(1, 4, 70000), 2, real=True, onesided=1)]


def cases():
    return (elementwise() + clipped() + softmaxes() + reductions() + moves() + windows() + resized() + recurrent() + quantized() + losses() + scans() + n_grams() + string_casts() + transforms())
