"""Write products of matrices with narrow weights, and what ONNX Runtime makes of them.

    python make_narrow_products.py OUT

OUT/{nbits,zeros,blocked}.onnx, OUT/x.npy, and OUT/NAME.npy: products by MatMulNBits without and with zero points, and by weights that
DequantizeLinear widens in blocks. OUT/vector_{i4,i8}_*.onnx: fully connected layers of one vector, OUT/vector.npy, whose weights it
widens by blocks of 16 or 64, by channel, or all by one scale, without and with zero points. OUT/bf16.onnx has float32, OUT/bf16.npy is the product of both factors rounded to bf16.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from make_narrow_weights import bf16  # noqa: E402
from reference import reference_session  # noqa: E402

ROWS, INNER, COLS, BLOCK = 3, 201, 45, 64
LENGTH = 208  # of the vector: its last group of 32 is half full


def pairs(numbers):
    """Two in a byte, the first in the lower half."""
    return (numbers[..., ::2] | numbers[..., 1::2] << 4).astype(np.uint8)


def made(nodes, constants, outputs, opset, shape=(ROWS, INNER)):
    graph = helper.make_graph(nodes, "int4", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info(outputs, TensorProto.FLOAT, [shape[0], COLS])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)], ir_version=10)


def nbits(rng, zeros):
    blocks = -(-INNER // BLOCK)
    numbers = rng.integers(0, 16, (COLS, blocks, BLOCK))
    scales = rng.uniform(0.01, 0.1, (COLS, blocks)).astype(np.float32)
    constants = [numpy_helper.from_array(pairs(numbers), "w"), numpy_helper.from_array(scales, "scales")]
    if zeros:
        constants.append(numpy_helper.from_array(pairs(rng.integers(0, 16, (COLS, blocks))), "zeros"))
    node = helper.make_node("MatMulNBits", ["x", "w", "scales"] + ["zeros"] * zeros, ["y"], "product", domain="com.microsoft", K=INNER,
                            N=COLS, bits=4, block_size=BLOCK)
    return made([node], constants, "y", 21)


def blocked(rng):
    blocks = -(-INNER // 32)
    numbers = rng.integers(-8, 8, (INNER, COLS))
    scales = rng.uniform(0.01, 0.1, (blocks, COLS)).astype(np.float16).astype(np.float32)
    weights = helper.make_tensor("w", TensorProto.INT4, [INNER, COLS], numbers.flatten().tolist())
    bias = numpy_helper.from_array(rng.normal(0, 1, COLS).astype(np.float32), "bias")
    nodes = [helper.make_node("DequantizeLinear", ["w", "scales"], ["wide"], axis=0, block_size=32),
             helper.make_node("MatMul", ["x", "wide"], ["p"], "product"), helper.make_node("Add", ["p", "bias"], ["y"], "add")]
    return made(nodes, [weights, numpy_helper.from_array(scales, "scales"), bias], "y", 21)


def vector(rng, bits, block, zeros):
    """One vector times weights, stored by output, of so many bits; block: how many inputs share a scale, "channel" or "all"."""
    by = {"all": (), "channel": (COLS,)}.get(block) if isinstance(block, str) else (COLS, -(-LENGTH // block))
    low, high = (0, 1 << bits) if zeros else (-(1 << bits - 1), 1 << bits - 1)
    elem = {(4, False): TensorProto.INT4, (4, True): TensorProto.UINT4, (8, False): TensorProto.INT8, (8, True): TensorProto.UINT8}[bits, zeros]
    tensor = lambda name, shape: helper.make_tensor(name, elem, shape, np.ravel(rng.integers(low, high, shape)).tolist())  # noqa: E731
    constants = [tensor("w", (COLS, LENGTH)), numpy_helper.from_array(np.asarray(rng.uniform(0.01, 0.1, by), np.float32), "scales"),
                 numpy_helper.from_array(rng.normal(0, 1, COLS).astype(np.float32), "bias")] + [tensor("zeros", by)] * zeros
    axis = {} if block == "all" else {"axis": 0} if block == "channel" else {"axis": 1, "block_size": block}
    nodes = [helper.make_node("DequantizeLinear", ["w", "scales"] + ["zeros"] * zeros, ["wide"], **axis),
             helper.make_node("Gemm", ["x", "wide", "bias"], ["p"], "product", transB=1), helper.make_node("Relu", ["p"], ["y"], "relu")]
    return made(nodes, constants, "y", 21, (1, LENGTH))


VECTORS = [(4, 16, 0), (4, 16, 1), (4, 64, 1), (4, "channel", 0), (8, 16, 0), (8, 32, 1), (8, 64, 0), (8, "channel", 0), (8, "channel", 1), (8, "all", 0)]


def product(weights):
    return made([helper.make_node("MatMul", ["x", "w"], ["y"], "product")], [numpy_helper.from_array(weights, "w")], "y", 17)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    x = rng.normal(0, 1, (ROWS, INNER)).astype(np.float32)
    np.save(out / "x.npy", x)
    for name, model in {"nbits": nbits(rng, 0), "zeros": nbits(rng, 1), "blocked": blocked(rng)}.items():
        onnx.save(model, out / f"{name}.onnx")
        np.save(out / f"{name}.npy", reference_session(model.SerializeToString()).run(None, {"x": x})[0])
    one = rng.normal(0, 1, (1, LENGTH)).astype(np.float32)
    np.save(out / "vector.npy", one)
    for bits, block, zeros in VECTORS:
        name = f"vector_i{bits}_{block}{'_zeros' * zeros}"
        model = vector(rng, bits, block, zeros)
        onnx.save(model, out / f"{name}.onnx")
        np.save(out / f"{name}.npy", reference_session(model.SerializeToString()).run(None, {"x": one})[0])
    weights = rng.normal(0, 1, (INNER, COLS)).astype(np.float32)
    onnx.save(product(weights), out / "bf16.onnx")
    rounded = reference_session(product(bf16(weights, 0)).SerializeToString())
    np.save(out / "bf16.npy", rounded.run(None, {"x": bf16(x, 0)})[0])


if __name__ == "__main__":
    main()
