"""Holds what `cnnc quantize` wrote against ONNX Runtime and NumPy.

    check_quantized.py same MODEL INPUT.npy           integers and classes as cnnc and ONNX Runtime compute them
    check_quantized.py accuracy MODEL IMAGES LABELS   per cent, in ONNX Runtime
    check_quantized.py ranges FLOAT QUANTIZED SAMPLES.npy COUNT PERCENTILE   scales of the activations both models name
    check_quantized.py weights FLOAT QUANTIZED        scales and rounding of convolutions behind which there is a normalization
    check_quantized.py bias FLOAT QUANTIZED SAMPLES.npy   that of digits_resnet's last layer, corrected
    check_quantized.py snr FLOAT QUANTIZED INPUT.npy  in dB, of the first output
    check_quantized.py unbalance MODEL OUT            channels between two convolutions of digits_resnet get other magnitudes
    check_quantized.py operators MODEL                what ONNX Runtime makes of it
"""
import collections
import os
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import optimized_session, reference_session  # noqa: E402


def with_outputs(model, names, elem):
    """The model with these tensors as outputs, in front of its own."""
    own = list(model.graph.output)
    del model.graph.output[:]
    model.graph.output.extend([helper.make_tensor_value_info(name, elem, None) for name in names] + own)
    return model.SerializeToString()


def run(session, samples):
    name = session.get_inputs()[0].name
    return [np.concatenate(parts) for parts in zip(*(session.run(None, {name: x[None]}) for x in samples))]


def samples_of(path, session):
    x = np.load(path)
    return x if x.ndim == len(session.get_inputs()[0].shape) else x[None]


def compute_with_cnnc(model, names, path):
    pathlib.Path("visible.onnx").write_bytes(model)
    outputs = [argument for i, name in enumerate(names) for argument in ("--output", f"{name}=visible{i}.npy")]
    subprocess.run([os.environ["CNNC"], "run", "visible.onnx", "--input", path, *outputs], check=True)
    return [np.load(f"visible{i}.npy") for i in range(len(names))]


def check_same(path, data):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    own = model.graph.output[0].name
    stored = [node.output[0] for node in model.graph.node if node.op_type == "QuantizeLinear"]
    visible = with_outputs(model, stored, onnx.TensorProto.UINT8)
    got = compute_with_cnnc(visible, stored + [own], data)
    for title, session in (("as written", reference_session(visible)), ("with integer kernels", optimized_session(visible))):
        want = run(session, samples_of(data, session))
        assert len(want) == len(got) and len(stored) >= 3
        steps = np.concatenate([np.abs(g.astype(int).ravel() - w.astype(int).ravel()) for g, w in zip(got[:-1], want[:-1])])
        classes = np.mean(got[-1].reshape(want[-1].shape).argmax(1) == want[-1].argmax(1))
        print(f"{title}: {np.mean(steps > 0):.3%} differ, {np.mean(steps > 1):.3%} by more than a step; {classes:.2%} the same class")
        assert np.mean(steps <= 1) >= 0.999 and classes == 1


def check_accuracy(path, images, labels):
    session = optimized_session(path)
    right = np.mean(run(session, np.load(images))[0].argmax(1) == np.load(labels))
    print(f"{100 * right:.2f}")


def initializers(model):
    return {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}


def check_ranges(plain, quantized, data, count, percentile):
    model, constants = onnx.load(plain), initializers(onnx.load(quantized))
    made = {name for node in model.graph.node for name in node.output}
    names = [name.removesuffix(".scale") for name in constants if name.endswith(".scale") and name.removesuffix(".scale") in made]
    outputs = {o.name for o in model.graph.output}
    names = [name for name in names if name not in outputs and constants[name + ".zero_point"].dtype == np.uint8]
    assert len(names) >= 5
    values = run(reference_session(with_outputs(model, names, onnx.TensorProto.FLOAT)), np.load(data)[:count])
    for name, x in zip(names, values):
        scale, zero = float(constants[name + ".scale"]), int(constants[name + ".zero_point"])
        low, high = min(x.min(), 0), max(x.max(), 0)
        print(f"{name}: {(0 - zero) * scale:.4f} .. {(255 - zero) * scale:.4f}, seen {low:.4f} .. {high:.4f}")
        if percentile == 100:
            assert abs(scale * 255 - (high - low)) <= 1e-5 * (high - low)
            assert abs(-zero * scale - low) <= scale / 2
        elif low == 0:  # as narrow as can be: without the last of 4096 bins too much is outside
            top, share = scale * 255, (100 - percentile) / 100
            assert zero == 0 and np.mean(x > top * (1 + 1e-6)) <= share < np.mean(x > top - 1.01 * high / 4096)


def check_weights(plain, quantized):
    model, q = onnx.load(plain), onnx.load(quantized)
    old, new = initializers(model), initializers(q)
    readers = {name: node for node in model.graph.node for name in node.input}
    scale_of_input = {}
    for node in q.graph.node:
        if node.op_type == "DequantizeLinear":
            scale_of_input[node.output[0]] = new[node.input[1]]
    checked = 0
    for node in model.graph.node:
        bn = readers.get(node.output[0])
        if node.op_type != "Conv" or not bn or bn.op_type != "BatchNormalization":
            continue
        gamma, _, _, variance = (old[name].astype(float) for name in bn.input[1:])
        epsilon = next((a.f for a in bn.attribute if a.name == "epsilon"), 1e-5)
        w = old[node.input[1]] * (gamma / np.sqrt(variance + epsilon))[:, None, None, None]
        name = node.input[1]
        integers, scale = new[name + ".quantized"], new[name + ".scale"].astype(float)
        largest = np.abs(w).reshape(len(w), -1).max(1)
        assert integers.dtype == np.int8 and np.allclose(scale, largest / 127, rtol=1e-5) and not new[name + ".zero_point"].any()
        assert (np.abs(integers * scale[:, None, None, None] - w) <= scale[:, None, None, None] * 0.5001).all()
        conv = next(n for n in q.graph.node if n.op_type == "Conv" and n.input[1] == name)
        bias = conv.input[2]
        assert new[bias + ".quantized"].dtype == np.int32
        assert np.allclose(new[bias + ".scale"], scale * scale_of_input[conv.input[0]], rtol=1e-6)
        checked += 1
    assert checked >= 5


def check_bias(plain, quantized, data):
    model, q = onnx.load(plain), initializers(onnx.load(quantized))
    x = run(reference_session(with_outputs(model, ["flat"], onnx.TensorProto.FLOAT)), np.load(data))[0]
    old = initializers(model)
    w, scale = old["fc.weight"].astype(float), q["fc.weight.scale"].astype(float)[:, None]
    added = (q["fc.weight.quantized"] * scale - w) @ x.astype(float).mean(0)
    bias, step = q["fc.bias.quantized"] * q["fc.bias.scale"].astype(float), q["fc.bias.scale"]
    assert np.abs(added).max() > 4 * step.max(), "the check tells nothing"
    assert (np.abs(bias - (old["fc.bias"] - added)) <= 0.6 * step).all()


def print_snr(plain, quantized, data):
    sessions = reference_session(plain), reference_session(quantized)
    want, got = (run(session, samples_of(data, session))[0].astype(float) for session in sessions)
    print(f"{10 * np.log10((want**2).sum() / ((want - got) ** 2).sum()):.1f}")


def unbalance(path, to):
    model = onnx.load(path)
    tensors = {i.name: i for i in model.graph.initializer}
    nodes = {node.name: node for node in model.graph.node}
    by = 10 ** np.random.default_rng(5).uniform(-1.5, 1.5, 16)
    bn, conv = nodes["s1.0.a.bn"], nodes["s1.0.conv"]
    for name, factor in ((bn.input[1], by), (bn.input[2], by), (conv.input[1], (1 / by)[None, :, None, None])):
        tensors[name].CopyFrom(numpy_helper.from_array((numpy_helper.to_array(tensors[name]) * factor).astype(np.float32), name))
    onnx.save(model, to)


def check_operators(path):
    optimized_session(path, "optimized.onnx")
    for op, n in sorted(collections.Counter(node.op_type for node in onnx.load("optimized.onnx").graph.node).items()):
        print(op, n)


command, *arguments = sys.argv[1:]
if command == "ranges":
    check_ranges(*arguments[:3], int(arguments[3]), float(arguments[4]))
else:
    {
        "same": check_same,
        "accuracy": check_accuracy,
        "weights": check_weights,
        "bias": check_bias,
        "snr": print_snr,
        "unbalance": unbalance,
        "operators": check_operators,
    }[command](*arguments)
