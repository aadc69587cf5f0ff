"""What the scripts that make test networks share: seeds, reference outputs and files that appear whole."""
import os
import pathlib
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def seed_of(name):
    """A seed that depends on the name alone, so one network can be made again without the others."""
    return zlib.crc32(name.encode())


# Operators on bytes: where their weights and those weights' zero points stand.
WEIGHTS = {"QLinearConv": [(3, 5)], "ConvInteger": [(1, 3)], "QLinearMatMul": [(3, 5)], "MatMulInteger": [(1, 3)],
           "DynamicQuantizeMatMul": [(1, 3)], "MatMulIntegerToFloat": [(1, 5)], "QGemm": [(3, 5)], "QAttention": [(1, 7)],
           "DynamicQuantizeLSTM": [(1, 9), (2, 11)]}


def unsaturated(model):
    """The same sums of products from unsigned weights: on CPUs with AVX2 but without VNNI, ONNX Runtime's kernels for signed ones
    add two products in 16 bits, where they may not fit. (Of signed bytes with unsigned weights it knows no product.)"""
    constants = {t.name: t for t in model.graph.initializer}
    types = {v.name: v.type.tensor_type.elem_type for v in model.graph.input} | {name: t.data_type for name, t in constants.items()}

    def is_signed(name):
        return name in constants and types[name] == onnx.TensorProto.INT8

    for node in model.graph.node:
        for weights, zero in WEIGHTS.get(node.op_type, ()):
            names = [node.input[at] if at < len(node.input) else "" for at in (weights, zero)]
            if not is_signed(names[0]) or (names[1] and not is_signed(names[1])) or types.get(node.input[0]) == onnx.TensorProto.INT8:
                continue
            node.input.extend([""] * (zero + 1 - len(node.input)))
            for at, name in zip((weights, zero), names):
                array = numpy_helper.to_array(constants[name]).astype(np.int16) if name else np.int16(0)
                node.input[at] = f"{name} of {node.output[0]}, {at}"
                model.graph.initializer.append(numpy_helper.from_array((array + 128).astype(np.uint8), node.input[at]))
    return model


def reference_session(model):
    """ONNX Runtime as an oracle: `model` (a path or bytes) as written, no optimisation, one thread."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # refusals are exceptions anyway, and old networks, which list weights as inputs, give warnings
    source = model if isinstance(model, bytes) else str(model)
    data = model if isinstance(model, bytes) else pathlib.Path(model).read_bytes()
    if any(kind.encode() in data for kind in WEIGHTS):
        proto = onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(source)
        source = unsaturated(proto).SerializeToString()
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def optimized_session(model, save=None):
    """ONNX Runtime with its own optimisations, QDQ models in integers; `save`: where to write what it makes of the model."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.x64quantprecision", "1")  # no sums that saturate, where the CPU has VNNI or not
    if save:
        options.optimized_model_filepath = save
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def scalar(v):
    """A map's value: a float of Python is an f32."""
    return np.array(v, object if isinstance(v, str) else np.float32 if type(v) is float else None)


def proto_of(v):
    """What ONNX's test data have for an array, a map, or a list of maps."""
    if isinstance(v, dict):
        values = numpy_helper.from_list([scalar(x) for x in v.values()])
        if isinstance(next(iter(v)), str):
            return onnx.MapProto(key_type=onnx.TensorProto.STRING, string_keys=[k.encode() for k in v], values=values)
        return onnx.MapProto(key_type=onnx.TensorProto.INT64, keys=list(v), values=values)
    if isinstance(v, list) and v and isinstance(v[0], dict):
        return onnx.SequenceProto(elem_type=onnx.SequenceProto.MAP, map_values=[proto_of(m) for m in v])
    return numpy_helper.from_array(np.asarray(v))


def write_whole(path, write):
    """Let `write` fill another name first: whoever waits for `path` must not read half of it."""
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "wb") as file:
        write(file)
    os.replace(unfinished, path)


def write_case(stem, session, image, other_image):
    """Write STEM.input.npy and STEM.output.npy, if the network tells one image from another."""
    name = session.get_inputs()[0].name
    output, other = (session.run(None, {name: x})[0] for x in (image, other_image))
    peak = float(np.abs(output).max())
    spread = float(output.std()) / peak
    change = float(np.abs(output - other).max()) / peak
    print(f"{stem.name}: peak {peak:.3g}, spread {spread:.1%} of it, another input changes {change:.1%} of it", flush=True)
    # A network whose output is flat, huge or the same for all inputs would pass with a wrong compiler.
    if not (1e-3 < peak < 1e3 and spread > 1e-2 and change > 1e-2):
        raise SystemExit(f"{stem.name}: its output does not tell right from wrong")
    write_whole(stem.with_name(stem.name + ".input.npy"), lambda file: np.save(file, image))
    write_whole(stem.with_name(stem.name + ".output.npy"), lambda file: np.save(file, output))


def is_complete(stem):
    """The reference output is written last."""
    return stem.with_name(stem.name + ".output.npy").exists()
