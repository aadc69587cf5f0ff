"""Layers whose sizes are open: one program for images of several sizes against programs for each, and against NumPy."""
import ctypes
import itertools
import subprocess
import sys

import numpy as np

SIZES = [(36, 44), (23, 31), (61, 64)]


def conv(x, w, b, pad):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), w.shape[2:], (2, 3))
    return np.einsum("nihwyx,oiyx->nohw", windows, w) + b[:, None, None]


def deconv(x, w, stride):
    (n, _, rows, cols), (_, out, kernel, _) = x.shape, w.shape
    y = np.zeros((n, out, (rows - 1) * stride + kernel, (cols - 1) * stride + kernel))
    for i in range(kernel):
        for j in range(kernel):
            y[:, :, i:i + rows * stride:stride, j:j + cols * stride:stride] += np.einsum("nihw,io->nohw", x, w[:, :, i, j])
    return y


def maxpool_ceil(x):
    rows, cols = x.shape[2] + x.shape[2] % 2, x.shape[3] + x.shape[3] % 2
    y = np.pad(x, ((0, 0), (0, 0), (0, rows - x.shape[2]), (0, cols - x.shape[3])), constant_values=-np.inf)
    return y.reshape(*x.shape[:2], rows // 2, 2, cols // 2, 2).max((3, 5))


def bilinear(x, axis, factor):
    """Centres of pixels on each other."""
    size = x.shape[axis]
    at = np.clip((np.arange(size * factor) + 0.5) / factor - 0.5, 0, size - 1)
    low, share = np.floor(at).astype(int), at - np.floor(at)
    share = share.reshape([-1 if k == axis else 1 for k in range(4)])
    return np.take(x, low, axis) * (1 - share) + np.take(x, np.minimum(low + 1, size - 1), axis) * share


def bins(x, n, pool):
    """Bins from floor(i a / n) to ceil((i + 1) a / n) of each axis."""
    edges = [[(i * a // n, -(-(i + 1) * a // n)) for i in range(n)] for a in x.shape[2:]]
    return np.stack([np.stack([pool(x[:, :, t:b, l:r], axis=(2, 3)) for l, r in edges[1]], -1) for t, b in edges[0]], -2)


def pyramid(x, levels, pool):
    return np.concatenate([bins(x, n, pool).reshape(len(x), -1) for n in levels], 1)


WEIGHTS = {"a.weight": (20, 3, 3, 3), "a.bias": (20,), "b.weight": (32, 20, 3, 3), "b.bias": (32,), "s.weight": (1, 32, 1, 1), "s.bias": (1,),
           "t.weight": (1, 20, 1, 1), "t.bias": (1,), "u.weight": (1, 1, 4, 4), "f.weight": (7, 20 * 30), "f.bias": (7,)}


def spp_of(x, w):
    y = np.maximum(conv(x, w["a.weight"], w["a.bias"], 1), 0)
    features = pyramid(y, [5, 2, 1], np.max)
    return [features @ w["f.weight"].T + w["f.bias"], pyramid(y, [3], np.mean), bins(x, 4, np.mean), y.mean((2, 3), keepdims=True)]


def edges_of(x, w):
    """As in HED: a side map brought back to the size of the image."""
    y = np.maximum(conv(x, w["a.weight"], w["a.bias"], 5), 0)
    first = conv(y, w["t.weight"], w["t.bias"], 0)[:, :, 4:4 + x.shape[2], 4:4 + x.shape[3]]
    y = conv(maxpool_ceil(y), w["b.weight"], w["b.bias"], 1)
    side = deconv(conv(y, w["s.weight"], w["s.bias"], 0), w["u.weight"], 2)[:, :, 5:5 + x.shape[2], 5:5 + x.shape[3]]
    return [1 / (1 + np.exp(-np.concatenate([first, side], 1))), x.repeat(2, 2).repeat(3, 3), bilinear(bilinear(x, 2, 2), 3, 2)]


NETWORKS = [
    ("spp", spp_of, """network pyramid(image: f32[1,3,H in 21..=64,W in 21..=64]) {
    let y = image |> a: conv(20, 3, pad=1) |> relu
    return y |> spp([5, 2, 1]) |> f: dense(7), y |> spp([3], mode="avg"), image |> adaptive_avgpool(4), y |> global_avgpool
}"""),
    ("edges", edges_of, """network edges(image: f32[1,3,H in 21..=64,W in 21..=64]) {
    let y = image |> a: conv(20, 3, pad=5) |> relu
    let first = y |> t: conv(1, 1) |> crop([image.height, image.width], offset=[4, 4])
    let side = y |> maxpool(2, ceil=yes) |> b: conv(32, 3, pad=1) |> s: conv(1, 1) |> u: deconv(1, 4, stride=2, bias=no)
    let maps = concat(first, crop(side, [image.height, image.width], offset=[5, 5])) |> sigmoid
    return maps, image |> upsample([2, 3]), image |> upsample(2, mode="bilinear")
}"""),
]


numbers = itertools.count()


def build(cnnc, name, options):
    """The emitted code as a library, and the size of its workspace."""
    library = f"./{name}{next(numbers)}.so"
    subprocess.run([cnnc, f"{name}.cnn", "--weights", "w.npz", "--weights=inline", "-o", "net.c", "--prefix", "net", "--check", *options], check=True)
    subprocess.run(["gcc", "-O1", "-march=native", "-shared", "-fPIC", "net.c", "-lm", "-o", library], check=True)
    size = next(int(line.split()[2]) for line in open("net.h") if line.startswith("#define NET_WORKSPACE_SIZE"))
    return ctypes.CDLL(library), size


def run(library, x, like, sizes):
    code, size = library
    workspace = np.full(size + 64, 0xff, np.uint8)
    outputs = [np.full(y.shape, np.nan, np.float32) for y in like]
    address = workspace.ctypes.data + 63 & ~63
    status = code.net_run_pointers((ctypes.c_void_p * 1)(x.ctypes.data), (ctypes.c_void_p * len(outputs))(*[y.ctypes.data for y in outputs]),
                                   ctypes.c_void_p(address), *[ctypes.c_int64(n) for n in sizes])
    assert status == 0, f"it returned {status}"
    return outputs


def difference(got, want):
    return max(np.abs(g - w).max() / np.abs(w).max() for g, w in zip(got, want))


def main(cnnc, targets):
    rng = np.random.default_rng(5)
    weights = {name: (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32) for name, shape in WEIGHTS.items()}
    wrong = 0
    for name, reference, text in NETWORKS:
        with open(f"{name}.cnn", "w") as f:
            f.write(text)
        np.savez("w.npz", **{k: v for k, v in weights.items() if f"{k[0]}: " in text})
        for target in targets:
            opened = build(cnnc, name, ["--dim", "H=21..64", "--dim", "W=21..64", f"--target={target}"])
            for h, w in SIZES:
                x = rng.standard_normal((1, 3, h, w), np.float32)
                want = reference(x.astype(float), weights)
                fixed = run(build(cnnc, name, ["--dim", f"H={h}", "--dim", f"W={w}", f"--target={target}"]), x, want, [])
                got = run(opened, x, want, [h, w])
                errors = difference(got, want), difference(got, fixed)
                print(f"{name} {target} {h}x{w}: {errors[0]:.1e} from NumPy, {errors[1]:.1e} from a program for this size")
                wrong += not max(errors) < 1e-5
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
