"""What networks in cnnc's language compute: check.py CNNC DATA SCRATCH. Layers against NumPy, digits_branchy.cnn against
ONNX Runtime's answers of the same network, exported models in ONNX Runtime, imported ones against what they come from."""
import os, subprocess, sys

import numpy as np
import onnx, onnxruntime

cnnc, data, scratch = sys.argv[1:4]
here, digits = os.path.dirname(os.path.abspath(__file__)), data + "/digits"
os.makedirs(scratch, exist_ok=True)
os.chdir(scratch)
failures = 0


def check(what, good, detail=""):
    global failures
    failures += not good
    print("ok    " if good else "FAILED", what, detail)


def run(net, inputs, *options):
    """All outputs by name; inputs: arrays by name."""
    folder = "outputs"
    os.makedirs(folder, exist_ok=True)
    for f in os.listdir(folder):
        os.remove(f"{folder}/{f}")
    command = [cnnc, "run", net, "-o", folder, "--accuracy", "strict", "--target", "generic", "--cflags", "-O1", *options]
    for name, array in inputs.items():
        np.save(f"in_{name}.npy", array)
        command += ["-i", f"{name}=in_{name}.npy"]
    subprocess.run(command, check=True)
    return {f[:-4]: np.load(f"{folder}/{f}") for f in os.listdir(folder)}


def error(got, want):
    return np.abs(got - want).max() / max(np.abs(want).max(), 1e-30) if got.shape == want.shape else np.inf


# ---- layers, as their definitions have them ----

rng = np.random.default_rng(1)
x = rng.standard_normal((1, 8, 9, 7)).astype("f")
weights = {}


def draw(name, *shape):
    weights[name] = rng.standard_normal(shape).astype("f") * 0.5
    return weights[name].astype("d")


def pad(a, top, left, bottom, right, value=0.0):
    return np.pad(a, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=value)


def conv(a, w, stride, groups=1, dilation=(1, 1)):
    n, c, h, width = a.shape
    out, depth, kh, kw = w.shape
    oh = (h - (kh - 1) * dilation[0] - 1) // stride[0] + 1
    ow = (width - (kw - 1) * dilation[1] - 1) // stride[1] + 1
    y = np.zeros((n, out, oh, ow))
    for o in range(out):
        first = o // (out // groups) * depth
        for i in range(oh):
            for j in range(ow):
                t, l = i * stride[0], j * stride[1]
                part = a[:, first:first + depth, t:t + (kh - 1) * dilation[0] + 1:dilation[0], l:l + (kw - 1) * dilation[1] + 1:dilation[1]]
                y[:, o, i, j] = (part * w[o]).sum((1, 2, 3))
    return y


def deconv(a, w, stride, padding, extra, groups):
    """Each input spreads its filter over the output."""
    n, c, h, width = a.shape
    _, depth, kh, kw = w.shape
    y = np.zeros((n, depth * groups, (h - 1) * stride + kh + extra[0], (width - 1) * stride + kw + extra[1]))
    for i in range(c):
        g = i // (c // groups)
        for r in range(h):
            for s in range(width):
                y[:, g * depth:(g + 1) * depth, r * stride:r * stride + kh, s * stride:s * stride + kw] += a[:, i, r, s].reshape(n, 1, 1, 1) * w[i]
    return y[:, :, padding:y.shape[2] - padding, padding:y.shape[3] - padding]


def bins(a, rows, columns, reduce):
    """Adaptive pooling: bin i of n spans floor(i size / n) up to ceil((i + 1) size / n)."""
    h, w = a.shape[2:]
    return np.stack([np.stack([reduce(a[:, :, i * h // rows:-(-(i + 1) * h // rows), j * w // columns:-(-(j + 1) * w // columns)], axis=(2, 3))
                               for j in range(columns)], -1) for i in range(rows)], -2)


def linear(a, axis, size, corners):
    n = a.shape[axis]
    at = np.arange(size) * (n - 1) / (size - 1) if corners else (np.arange(size) + 0.5) * n / size - 0.5
    at = np.clip(at, 0, n - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, n - 1)
    part = (at - low).reshape([-1 if k == axis else 1 for k in range(4)])
    return a.take(low, axis) * (1 - part) + a.take(high, axis) * part


def lrn(a, size, alpha, beta, k):
    square = np.zeros_like(a)
    for c in range(a.shape[1]):
        square[:, c] = (a[:, max(0, c - (size - 1) // 2):c + size // 2 + 1] ** 2).sum(1)
    return a / (k + alpha / size * square) ** beta


def pool(a, kernel, stride, reduce, empty):
    h, w = a.shape[2:]
    oh, ow = -(-(h - kernel[0]) // stride) + 1, -(-(w - kernel[1]) // stride) + 1
    a = pad(a, 0, 0, kernel[0], kernel[1], empty)
    return np.stack([np.stack([reduce(a[:, :, i * stride:i * stride + kernel[0], j * stride:j * stride + kernel[1]], axis=(2, 3))
                               for j in range(ow)], -1) for i in range(oh)], -2)


def by_channel(v):
    return v.reshape(1, -1, 1, 1)


def expected():
    a = x.astype("d")
    want = {}
    want["conv"] = conv(pad(a, 1, 0, 2, 1), draw("c.weight", 6, 4, 3, 3), (2, 2), 2, (1, 2)) + by_channel(draw("c.bias", 6))
    want["same"] = conv(pad(a, 0, 1, 1, 1), draw("s.weight", 4, 8, 4, 3), (3, 2))  # 9 by 3 and 7 by 2: totals of 1 and 2
    want["depthwise"] = conv(pad(a, 1, 1, 1, 1), draw("w.weight", 16, 1, 3, 3), (1, 1), 8) + by_channel(draw("w.bias", 16))
    want["deconv"] = deconv(a, draw("d.weight", 8, 2, 4, 4), 2, 1, (1, 0), 2) + by_channel(draw("d.bias", 4))
    want["dense"] = a.reshape(1, -1) @ draw("f.weight", 5, 8 * 9 * 7).T + draw("f.bias", 5)
    mean, scale, shift = draw("b.running_mean", 8), draw("b.weight", 8), draw("b.bias", 8)
    weights["b.running_var"] = weights["n.running_var"] = rng.uniform(0.5, 2, 8).astype("f")
    variance = weights["b.running_var"].astype("d")
    want["bn"] = by_channel(scale) * (a - by_channel(mean)) / np.sqrt(by_channel(variance) + 0.01) + by_channel(shift)
    want["fixed"] = (a - by_channel(draw("n.running_mean", 8))) / np.sqrt(by_channel(variance) + 1e-5)
    groups = a.reshape(1, 4, -1)
    normal = (groups - groups.mean(2, keepdims=True)) / np.sqrt(groups.var(2, keepdims=True) + 1e-5)
    want["group_norm"] = normal.reshape(a.shape) * by_channel(draw("g.weight", 8)) + by_channel(draw("g.bias", 8))
    want["prelu"] = np.where(a < 0, a * by_channel(draw("r.weight", 8)), a)
    want["one_slope"] = np.where(a < 0, a * draw("o.weight", 1), a)
    want["lrn"] = lrn(a, 3, 0.5, 0.6, 2)
    want["maxpool"] = pool(pad(a, 1, 1, 1, 1, -np.inf), (3, 3), 2, np.max, -np.inf)
    want["avgpool"] = conv(pad(a, 1, 0, 1, 0), np.full((8, 1, 3, 2), 1 / 6), (2, 2), 8)
    ones = pad(np.ones_like(a), 1, 1, 1, 1)
    want["inner"] = conv(pad(a, 1, 1, 1, 1), np.ones((8, 1, 3, 3)), (2, 2), 8) / conv(ones, np.ones((8, 1, 3, 3)), (2, 2), 8)
    want["global_maxpool"] = a.max((2, 3), keepdims=True)
    want["adaptive_avg"] = bins(a, 4, 3, np.mean)
    want["adaptive_max"] = bins(a, 9, 2, np.max)
    want["spp"] = np.concatenate([bins(a, n, n, np.max).reshape(1, -1) for n in (3, 2, 1)], 1)
    want["spp_avg"] = np.concatenate([bins(a, n, n, np.mean).reshape(1, -1) for n in (2, 1)], 1)
    want["shuffle"] = a[:, [c % 4 * 2 + c // 4 for c in range(8)]]
    want["slice"] = a[:, :, [8, 5, 2]]
    want["crop"] = a[:, :, 2:6, 1:5]
    want["corner"] = a[:, :, 6:9, 1:4]
    want["padded"] = np.pad(a, ((0, 0), (1, 2), (1, 2), (0, 3)), constant_values=0.5)
    want["nearest"] = a.repeat(2, 2).repeat(3, 3)
    want["bilinear"] = linear(linear(a, 2, 12, False), 3, 5, False)
    want["corners"] = linear(linear(a, 2, 18, True), 3, 14, True)
    shares = np.exp(a) / np.exp(a).sum(1, keepdims=True)
    want["entropy"] = want["entropy_of_shares"] = -(shares * np.log(shares)).sum(1)
    want["mean"] = a.mean((1, 3), keepdims=True)
    want["second"] = a[:, 3:]
    want["joined"] = np.concatenate([a, a * 2 - 1], 3)
    return want


want = expected()
np.savez("layers.npz", **weights)
got = run(here + "/layers.cnn", {"x": x}, "--weights", "layers.npz")
for name in sorted(set(want) | set(got)):
    e = error(got[name], want[name]) if name in got and name in want else np.inf
    check(f"layer {name}", e < 1e-5, f"{e:.1e}")

# ---- early exits ----

branchy = [digits + "/digits_branchy.cnn", "--weights", digits + "/digits_branchy.onnx"]
images = np.load(digits + "/test_images.npy")
logits, exits = np.load(digits + "/digits_branchy_logits.npy"), np.load(digits + "/digits_branchy_exit.npy")
got = run(branchy[0], {"image": images}, *branchy[1:])
check("branchy: exits of 400 images", np.array_equal(got["exit"], exits), f"{(got['exit'] == 1).mean():.2%} leave early")
check("branchy: logits", error(got["logits"], logits) < 1e-5, f"{error(got['logits'], logits):.1e}")
for threshold, number in ((0.0, 2), (10.0, 1)):
    got = run(branchy[0], {"image": images[:20], "threshold": np.full(20, threshold, "f")}, *branchy[1:])
    check(f"branchy: threshold {threshold} takes exit {number}", (got["exit"] == number).all())

# ---- to ONNX and from it ----


def session_of(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def exported(net, *options):
    subprocess.run([cnnc, "export", net, "-o", "exported.onnx", *options], check=True)
    onnx.checker.check_model("exported.onnx", full_check=True)
    return session_of("exported.onnx")


def compare_export(net, inputs, *options):
    session = exported(net, *options)
    names = [o.name for o in session.get_outputs()]
    want = dict(zip(names, session.run(None, inputs)))
    got = run(net, inputs, *options)
    e = max(error(got[name].astype("d"), want[name].astype("d")) for name in names)
    check(f"exported {os.path.basename(net)} in ONNX Runtime", set(got) == set(names) and e < 1e-5, f"{e:.1e}")


session = exported(*branchy)
results = [session.run(["exit"], {"image": images[i:i + 1]})[0] for i in range(100)]
check("exported digits_branchy.cnn in ONNX Runtime", np.array_equal(np.concatenate(results), exits[:100]))
compare_export(here + "/layers.cnn", {"x": x}, "--weights", "layers.npz")
compare_export(here + "/features.cnn", {"image": rng.standard_normal((1, 3, 8, 8)).astype("f")}, "--init", "he", "--dim", "N=1")

subprocess.run([cnnc, "import", digits + "/digits_resnet.onnx", "-o", "imported.cnn"], check=True)
subprocess.run([cnnc, "fmt", "--check", "imported.cnn"], check=True)
got = run("imported.cnn", {"image": images}, "--weights", "imported.safetensors")
e = error(got["logits"], np.load(digits + "/digits_resnet_logits.npy"))
check("imported digits_resnet.onnx", e < 1e-5, f"{e:.1e}")
subprocess.run([cnnc, "export", here + "/layers.cnn", "--weights", "layers.npz", "-o", "layers.onnx"], check=True)
subprocess.run([cnnc, "import", "layers.onnx", "-o", "again.cnn"], check=True)
again = run("again.cnn", {"x": x}, "--weights", "again.safetensors")
e = max(error(again[name], want[name]) for name in want)
check("layers.cnn, exported and imported", e < 1e-5, f"{e:.1e}")

# ---- control flow: exits stay exits, of other branches one is chosen, loops are repeat() ----

subprocess.run([cnnc, "import", digits + "/digits_branchy.onnx", "-o", "branchy.cnn"], check=True)
subprocess.run([cnnc, "fmt", "--check", "branchy.cnn"], check=True)
got = run("branchy.cnn", {"image": images}, "--weights", "branchy.safetensors")
check("imported digits_branchy.onnx: an exit", "    exit when " in open("branchy.cnn").read() and np.array_equal(got["exit"], exits))
check("imported digits_branchy.onnx: logits", error(got["logits"], logits) < 1e-5, f"{error(got['logits'], logits):.1e}")


def save_model(name, nodes, outputs):
    f32 = lambda names: [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [2, 3]) for n in names]
    zero = onnx.numpy_helper.from_array(np.float32(0), "zero")
    graph = onnx.helper.make_graph(nodes, "control", f32(["x"]), f32(outputs), [zero])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), name)


def branch(name, nodes, outputs):
    info = lambda n: onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [2, 3])
    return onnx.helper.make_graph(nodes, name, [], [info(n) for n in outputs])


node = onnx.helper.make_node
inner = node("If", ["large"], ["picked"], then_branch=branch("it", [node("Neg", ["x"], ["ia"])], ["ia"]), else_branch=branch("ie", [node("Abs", ["x"], ["ib"])], ["ib"]))
positive = branch("pt", [inner, node("Exp", ["x"], ["e"])], ["picked", "e"])
negative = branch("pe", [node("Tanh", ["x"], ["t"]), node("Mul", ["x", "t"], ["m"])], ["t", "m"])
sum_of_x = [node("ReduceSum", ["x"], ["sum"], keepdims=0), node("Greater", ["sum", "zero"], ["is_positive"])]
first_of_x = [node("ReduceMax", ["x"], ["most"], keepdims=0), node("Exp", ["zero"], ["one"]), node("Greater", ["most", "one"], ["large"])]
outer = node("If", ["is_positive"], ["p", "q"], then_branch=positive, else_branch=negative)
save_model("choice.onnx", [*sum_of_x, *first_of_x, outer, node("Add", ["p", "q"], ["y"])], ["p", "y"])

def compare_import(model, feeds):
    net = model.replace(".onnx", ".cnn")
    subprocess.run([cnnc, "import", model, "-o", net], check=True)
    subprocess.run([cnnc, "fmt", "--check", net], check=True)
    session = session_of(model)
    names = [o.name for o in session.get_outputs()]
    for feed in feeds:
        got = run(net, feed, "--weights", net.replace(".cnn", ".safetensors"))
        e = max(error(got[name], value) for name, value in zip(names, session.run(names, feed)))
        check(f"imported {model}, {[round(float(v.sum()), 2) for v in feed.values()]}", e < 1e-5, f"{e:.1e}")


def loop_body(name, nodes, carried, results):
    """Of 2x3 tensors."""
    info = onnx.helper.make_tensor_value_info
    turn, go_on = info(name + "_turn", onnx.TensorProto.INT64, []), info(name + "_go", onnx.TensorProto.BOOL, [])
    tensors = lambda names: [info(n, onnx.TensorProto.FLOAT, [2, 3]) for n in names]
    return onnx.helper.make_graph(nodes, name, [turn, go_on, *tensors(carried)], [info(results[0], onnx.TensorProto.BOOL, []), *tensors(results[1:])])


# A loop in a loop, with a branch and a weight inside; the outer one ends by its condition, the inner one by a number that data give.
shear = onnx.numpy_helper.from_array(np.array([[0.9, 0.1, 0], [0, 0.8, -0.1], [0.2, 0, 0.7]], "f"), "shear")
inner = loop_body("inner", [node("MatMul", ["ix", "shear"], ["iy"]), node("Identity", ["inner_go"], ["i_on"])], ["ix"], ["i_on", "iy"])
turned = node("If", ["large"], ["t"], then_branch=branch("wt", [node("Neg", ["sheared"], ["wa"])], ["wa"]), else_branch=branch("we", [node("Add", ["sheared", "x"], ["wb"])], ["wb"]))
steps = [node("Loop", ["turns", "", "ox"], ["sheared"], name="inner", body=inner), turned,
         node("ReduceSum", ["t"], ["total"], keepdims=0), node("Less", ["total", "limit"], ["o_on"]), node("Add", ["acc", "t"], ["acc_"])]
outer = loop_body("outer", steps, ["ox", "acc"], ["o_on", "t", "acc_"])
before = [node("Abs", ["sum"], ["abs"]), node("Cast", ["abs"], ["turns"], to=onnx.TensorProto.INT64)]
nodes = [*sum_of_x, *first_of_x, *before, node("Loop", ["nine", "is_positive", "x", "x"], ["y", "z"], name="while", body=outer)]
save_model("loop.onnx", nodes, ["y", "z"])
loops = onnx.load("loop.onnx")
number = onnx.numpy_helper.from_array
loops.graph.initializer.extend([shear, number(np.float32(8), "limit"), number(np.int64(9), "nine")])
onnx.save(loops, "loop.onnx")
row = lambda *values: {"x": np.array(values, "f").reshape(2, 3)}
compare_import("choice.onnx", [row(2, 1, 0, 0, 0, -1), row(*[0.5] * 6), row(-2, 1, 0, 0, 0, -1)])  # the three ways through it
compare_import("loop.onnx", [row(2, 1, 0, 0, 0, -1), row(*[0.5] * 6), row(-2, 1, 0, 0, 0, -1), row(*[0.1] * 6)])
compare_export(here + "/repeat.cnn", {"x": rng.uniform(0.5, 4, (1, 8)).astype("f")}, "--init", "he")
exported(here + "/repeat.cnn", "--init", "he")
os.replace("exported.onnx", "repeat.onnx")
compare_import("repeat.onnx", [{"x": rng.uniform(0.5, 4, (1, 8)).astype("f")}, {"x": rng.uniform(-4, 4, (1, 8)).astype("f")}])

nodes[-1] = node("Loop", ["nine", "is_positive", "x"], ["y", "all"], name="collects", body=loop_body("b", [node("Add", ["bx", "x"], ["by"]), node("Less", ["sum", "zero"], ["b_on"]), node("Identity", ["by"], ["bz"])], ["bx"], ["b_on", "by", "bz"]))
save_model("collects.onnx", nodes, ["y"])
collecting = onnx.load("collects.onnx")
collecting.graph.initializer.append(number(np.int64(9), "nine"))
onnx.save(collecting, "collects.onnx")
refused = subprocess.run([cnnc, "import", "collects.onnx", "-o", "collects.cnn"], capture_output=True, text=True)
check("a loop that collects results is refused", refused.returncode == 1 and "(Loop): a loop that" in refused.stderr and not os.path.exists("collects.cnn"), refused.stderr)

sys.exit(failures > 0)
