"""Products, attention and normalisation of open sizes: one program for several lengths and batches, held against ONNX Runtime."""
import ctypes
import itertools
import re
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime

import open_encoder

numbers = itertools.count()


def build(cnnc, model, options, cflags):
    """The emitted code as a library, and what the header says."""
    name = f"net{next(numbers)}"
    onnx.save(model, f"{name}.onnx")
    subprocess.run([cnnc, f"{name}.onnx", "-o", "net.c", "--prefix", "net", "--check", *options], check=True)
    subprocess.run(["gcc", *cflags, "-shared", "-fPIC", "net.c", "-lm", "-o", f"./{name}.so"], check=True)
    return ctypes.CDLL(f"./{name}.so"), int(re.search(r"NET_WORKSPACE_SIZE (\d+)", open("net.h").read())[1])


def call(library, inputs, outputs, sizes):
    code, size = library
    workspace = np.full(size + 64, 0xff, np.uint8)
    address = workspace.ctypes.data + 63 & ~63
    pointers = [(ctypes.c_void_p * len(list_))(*[x.ctypes.data for x in list_]) for list_ in (inputs, outputs)]
    status = code.net_run_pointers(*pointers, ctypes.c_void_p(address), *[ctypes.c_int64(n) for n in sizes])
    return status, np.any(workspace != 0xff)


def random_input(rng, info, sizes):
    shape = [sizes.get(d, d) for d in info.shape]
    if info.type == "tensor(float)":
        return rng.standard_normal(shape, np.float32)
    return (rng.random(shape) > 0.2).astype(np.int64) if "mask" in info.name else rng.integers(0, 50, shape, np.int64)


def error(library, session, rng, sizes, order):
    """Of a run at these sizes, relative to the largest result."""
    inputs = [random_input(rng, info, sizes) for info in session.get_inputs()]
    want = session.run(None, {info.name: x for info, x in zip(session.get_inputs(), inputs)})
    got = [np.full(y.shape, np.nan, y.dtype) for y in want]
    status, _ = call(library, inputs, got, [sizes[name] for name in order])
    assert status == 0, f"it returned {status}"
    return max(np.abs(g - w).max() / max(np.abs(w).max(), 1e-30) for g, w in zip(got, want))


def refuses(library, session, sizes, order):
    """Does it return 6 for these sizes, and touch nothing?"""
    inputs = [np.zeros(64, np.float32) for _ in session.get_inputs()]
    outputs = [np.full(64, 7, np.float32) for _ in session.get_outputs()]
    status, touched = call(library, inputs, outputs, [sizes[name] for name in order])
    return status == 6 and not touched and all(np.all(y == 7) for y in outputs)


def check(cnnc, title, model, bounds, sizes, options, cflags, order=None):
    """sizes: lists of a number for each of the names in bounds; order: of the parameters."""
    dims = [word for name, (least, most) in bounds.items() for word in ("--dim", f"{name}={least}..{most}")]
    library, session = build(cnnc, model, [*dims, *options], cflags), onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rng, order, wrong = np.random.default_rng(7), order or list(bounds), 0
    for each in sizes:
        at = dict(zip(bounds, each))
        e = error(library, session, rng, at, order)
        print(f"{title} {' '.join(options)} {at}: {e:.1e}")
        wrong += not e < 1e-4
    for name, (least, most) in bounds.items():
        for beyond in (least - 1, most + 1):
            at = {other: low for other, (low, _) in bounds.items()} | {name: beyond}
            if not refuses(library, session, at, order):
                print(f"{title}: does not refuse {at}")
                wrong += 1
    return wrong


def graph_of(text):
    """A model from the text of its graph."""
    result = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17, "com.microsoft" : 1]> {text}')
    onnx.checker.check_model(result)
    return result


OPERATORS = {
    # every size of a product but that of weights; vectors, broadcast batches, a bias for columns and one for rows
    "matmul": ({"M": (1, 40), "K": (1, 70), "N": (1, 90)}, [(1, 1, 1), (40, 70, 90), (13, 33, 64), (7, 70, 17), (29, 5, 48)], """
    g (float[M,K] a, float[K,N] b, float[N] bias, float[1,M,1] side) => (float[1,M,N] y, float[M] z, float[N] v) {
        p = MatMul(a, b)
        q = Add(p, bias)
        y = Add(q, side)
        b0 = Transpose(b)
        row = ReduceMean<axes = [0], keepdims = 0>(b0)
        z = MatMul(a, row)
        column = ReduceMean<axes = [0], keepdims = 0>(a)
        v = MatMul(column, b)
    }"""),
    "batched": ({"B": (1, 3), "M": (1, 20), "N": (1, 37)}, [(1, 1, 1), (3, 20, 37), (2, 9, 16)], """
    g (float[2,B,M,19] a, float[B,19,N] b, float[2,1,N,M] c) => (float[2,B,M,N] y, float[2,B,M,M] z) {
        y = MatMul(a, b)
        r = Relu(y)
        z = MatMul(r, c)
    }"""),
    "gemm": ({"M": (1, 33), "N": (1, 33)}, [(1, 1), (33, 33), (2, 31), (16, 9)], """
    g (float[M,24] a, float[N,24] b, float[1,N] c, float[24,M] d) => (float[M,N] y, float[M,N] z) {
        y = Gemm<transB = 1, alpha = 0.5, beta = 2.0>(a, b, c)
        e = Transpose(b)
        z = Gemm<transA = 1>(d, e)
    }"""),
    "softmax": ({"M": (1, 21), "N": (1, 70)}, [(1, 1), (21, 70), (3, 16), (4, 15), (9, 65)], """
    g (float[1,M,N] x) => (float[1,M,N] y, float[1,M,N] z, float[1,M,N] u, float[1,M,N] v) {
        y = Softmax<axis = 2>(x)
        z = LogSoftmax<axis = -1>(x)
        u = Softmax<axis = 1>(x)
        v = Hardmax<axis = 2>(x)
    }"""),
    "normalize": ({"M": (1, 21), "N": (2, 40)}, [(1, 2), (21, 40), (8, 17)], """
    g (float[1,8,M,N] x, float[N] scale, float[N] bias, float[8] each, float[8] shift) => (float[1,8,M,N] y, float[1,8,M,N] z, float[1,8,M,N] u) {
        y = LayerNormalization<axis = -1>(x, scale, bias)
        z = InstanceNormalization(x, each, shift)
        u = LpNormalization<axis = -1, p = 2>(x)
    }"""),
    "elementwise": ({"M": (1, 21), "N": (1, 40)}, [(1, 1), (21, 40), (4, 17)], """
    g (float[2,M,N] x, float[M,1] side, float[N] last, float[2,1,1] first) => (float[2,M,N] y, float[2,M,N] z) {
        a = Mul(x, side)
        b = Sub(a, last)
        c = Tanh(b)
        y = Div(c, first)
        z = com.microsoft.Gelu(b)
    }"""),
    "attention": ({"M": (1, 30), "N": (1, 50)}, [(1, 1), (30, 50), (8, 16), (9, 31)], """
    g (float[1,M,3,20] q, float[1,N,3,20] k, float[1,N,3,24] v, float[M,N] mask) => (float[1,M,3,24] y) {
        qt = Transpose<perm = [0, 2, 1, 3]>(q)
        kt = Transpose<perm = [0, 2, 3, 1]>(k)
        vt = Transpose<perm = [0, 2, 1, 3]>(v)
        s = MatMul(qt, kt)
        m = Add(s, mask)
        p = Softmax<axis = -1>(m)
        r = MatMul(p, vt)
        y = Transpose<perm = [0, 2, 1, 3]>(r)
    }"""),
    "microsoft": ({"S": (1, 40)}, [(1,), (40,), (17,)], """
    g (float[1,S,32] x, float[1,S,32] skip, float[32] scale, float[32] bias) => (float[1,S,32] y, float[1,S,S] z) {
        n, , , sum = com.microsoft.SkipLayerNormalization(x, skip, scale, bias)
        y = com.microsoft.FastGelu(sum)
        z = com.microsoft.FusedMatMul<transB = 1, alpha = 0.25>(n, y)
    }"""),
}


def main(cnnc, which):
    strict = ["-O0", "-g", "-march=native", "-fsanitize=undefined", "-fno-sanitize-recover=all"]
    wrong = 0
    for name, (bounds, sizes, text) in OPERATORS.items():
        for target in ("native", "generic") if name in ("matmul", "attention", "softmax") else ("native",):
            wrong += check(cnnc, name, graph_of(text), bounds, sizes, [f"--target={target}"], ["-O1", "-march=native"] if target == "native" else strict)
    both = {"batch": (1, 3), "sequence": (1, 64)}
    small = open_encoder.encoder(2, 64, 4, 50, 64)
    wrong += check(cnnc, "encoder", small, both, [(1, 1), (3, 64), (2, 33), (1, 16), (3, 7)], ["--target=native"], ["-O1", "-march=native"])
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]) > 0)
