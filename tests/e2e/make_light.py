"""Write the nine `light` networks that ship in the onnx package, with weights that tell right from wrong.

    python make_light.py OUT [NAME ...]

As shipped their weights are mostly one constant (ConstantOfShape 0.02), so the output is uniform and any compiler
passes. Here every weight becomes a seeded random initialiser. Each network is written as OUT/NAME.onnx, a seeded normal
OUT/NAME.input.npy, and OUT/NAME.output.npy from ONNX Runtime with its optimisations off. What is already there is kept.
"""
import argparse
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import is_complete, reference_session, seed_of, write_case, write_whole  # noqa: E402

SHIPPED = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
NAMES = sorted(path.stem.removeprefix("light_") for path in SHIPPED.glob("*.onnx"))
IMAGE_SHAPE = (1, 3, 224, 224)

# How much of a channel's mean its BatchNormalization takes away; tests/bench/make_networks.py says why not all.
CENTRING = 0.15


def find_weights(graph):
    """Shape of every weight by name: float initialisers, and what a ConstantOfShape makes."""
    constants = {t.name: t for t in graph.initializer}
    weights = {t.name: tuple(t.dims) for t in graph.initializer if t.data_type == TensorProto.FLOAT}
    for node in graph.node:
        if node.op_type == "ConstantOfShape":
            weights[node.output[0]] = tuple(int(d) for d in numpy_helper.to_array(constants[node.input[0]]))
    return weights


def replace_constants(graph, values):
    """Make each weight an initialiser (and an input, as this old IR version asks) and drop what made it."""
    made = [node for node in graph.node if node.op_type == "ConstantOfShape"]
    dropped = set(values) | {node.input[0] for node in made}
    for field in (graph.initializer, graph.input):
        kept = [item for item in field if item.name not in dropped]
        del field[:]
        field.extend(kept)
    for node in made:
        graph.node.remove(node)
    for name, value in values.items():
        graph.initializer.append(numpy_helper.from_array(value, name))
        graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape))


def run_node(node, opset, inputs):
    """The outputs of one node: choosing weights layer by layer needs what reaches each layer."""
    present = {name: value for name, value in zip(node.input, inputs) if name}
    graph = helper.make_graph(
        [node], "node",
        [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in present.items()],
        [helper.make_empty_tensor_value_info(name) for name in node.output])
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    return reference_session(model.SerializeToString()).run(None, present)


def draw(rng, node, position, shape):
    """A weight for the input `position` of `node`; the scale of a matrix is set once its output is seen."""
    if node.op_type in ("Conv", "Gemm") and position == 1:
        return rng.normal(0, 1, shape)
    if node.op_type == "Mul" or (node.op_type == "BatchNormalization" and position == 1):
        return rng.uniform(0.5, 1.5, shape)
    return rng.normal(0, 0.1, shape)


def batchnorm_statistics(rng, data):
    centre = CENTRING * data.mean((0, 2, 3))
    mean_square = np.square(data - centre[:, None, None]).mean()
    mean = centre + rng.normal(0, 0.1 * np.sqrt(mean_square), centre.shape)
    return mean, mean_square * rng.uniform(0.5, 1.5, centre.shape)


class Randomiser:
    """Walks the network once in order, choosing each weight when its layer is reached."""

    def __init__(self, model, image, rng):
        self.graph, self.opset, self.rng = model.graph, model.opset_import[0], rng
        self.shapes = find_weights(model.graph)
        self.weights = {}
        self.values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if t.name not in self.shapes}
        self.values[next(v.name for v in model.graph.input if v.name.endswith("data_0"))] = image
        # Reshape and Unsqueeze of a weight only rename it: seen from the layer, they are the weight.
        self.views = {}

    def choose(self, node, position):
        name = node.input[position]
        while name in self.views:
            name = self.views[name].input[0]
        if name in self.shapes and name not in self.weights:
            self.set_weight(name, draw(self.rng, node, position, self.shapes[name]))

    def set_weight(self, name, value):
        self.weights[name] = self.values[name] = np.asarray(value, np.float32)
        for output, view in self.views.items():
            if view.input[0] == name:
                self.values[output] = run_node(view, self.opset, [self.values[n] for n in view.input])[0]

    def scale_matrix(self, node):
        """Make the mean square of this layer's output 2, so that it is 1 after a ReLU."""
        data, matrix = (self.values[name] for name in node.input[:2])
        rms = np.sqrt(np.square(run_node(node, self.opset, [self.values[n] for n in node.input])[0]).mean())
        name = self.views[node.input[1]].input[0] if node.input[1] in self.views else node.input[1]
        self.set_weight(name, self.weights[name] * (np.sqrt(2) / rms))

    def visit(self, node):
        if node.input[0] in self.shapes and node.op_type in ("Reshape", "Unsqueeze"):
            self.views[node.output[0]] = node
            return
        for position in range(len(node.input)):
            self.choose(node, position)
        if node.op_type in ("Conv", "Gemm"):
            self.scale_matrix(node)
        if node.op_type == "BatchNormalization":
            statistics = batchnorm_statistics(self.rng, self.values[node.input[0]])
            for name, value in zip(node.input[3:5], statistics):
                self.set_weight(name, value)
        results = run_node(node, self.opset, [self.values[name] for name in node.input])
        self.values.update(zip(node.output, results))

    def walk(self):
        for node in self.graph.node:
            if node.op_type != "ConstantOfShape":
                self.visit(node)
        return self.weights


def make(name, out):
    model = onnx.load(SHIPPED / f"light_{name}.onnx")
    rng = np.random.default_rng(seed_of(name))
    image, other = rng.normal(0, 1, (2, *IMAGE_SHAPE)).astype(np.float32)
    replace_constants(model.graph, Randomiser(model, image, rng).walk())
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    write_whole(out / f"{name}.onnx", lambda file: file.write(data))
    write_case(out / name, reference_session(data), image, other)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)} (default: all)")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"no such network: {', '.join(sorted(unknown))}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or NAMES:
        if is_complete(arguments.out / name):
            print(f"{name}: already there", flush=True)
        else:
            make(name, arguments.out)


if __name__ == "__main__":
    main()
