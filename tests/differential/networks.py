"""Random valid ONNX networks: network(seed) is always the same one."""
import numpy as np
from onnx import TensorProto, helper
from builder import FLOAT, HALF, INTEGERS, OPSET, Builder, step
import control, layers, values  # noqa: F401  what may be drawn

# What an open model calls an axis of its images, the least, which networks are made to fit, and the most.
SIZES = {2: ("H", 20, 33), 3: ("W", 24, 37)}
BATCH = {0: ("N", 1, 4)}


def network(seed, open_sizes=False):
    """The builder of a network of some 3 to 15 nodes."""
    b = Builder(seed, open_sizes)
    shapes = [[b.pick(1, 1, 2, 3), b.pick(1, 3, 4, 7, 8, 16, 19, 32), b.random.randint(1, 17), b.random.randint(1, 17)],
              [b.pick(1, 2), b.pick(1, 5, 8, 16), b.random.randint(1, 33)], [b.pick(1, 1, 3), b.random.randint(1, 65)],
              [b.pick(1, 2), b.pick(1, 3, 8, 16), *(b.random.randint(1, 8) for _ in range(3))]]
    kinds = [(FLOAT, b.pick(shapes[0], *shapes))]
    if open_sizes:
        kinds = [(FLOAT, [1, b.pick(1, 3, 8, 16, 19), SIZES[2][1], SIZES[3][1]])]
    elif b.random.random() < 0.25:
        kinds.append((b.pick(*INTEGERS), b.pick(*shapes)))
    values = [b.input(*k) for k in kinds]
    size, tries = b.random.randint(3, 12), 0
    while len(b.nodes) < size and tries < 60:
        step(b, values)
        tries += 1
    return b


def names_used(nodes):
    """By these nodes and what is in their bodies."""
    used = set()
    for n in nodes:
        used.update(n.input)
        for a in n.attribute:
            if a.HasField("g"):
                used |= names_used(a.g.node) | {o.name for o in a.g.output}
    return used


def output_infos(b):
    used = names_used(b.nodes)
    return [helper.make_tensor_value_info(o, *b.types[o]) for n in b.nodes for o in n.output if o in b.types and o not in used]


def pack(builders):
    """One model with these networks side by side."""
    gather = lambda of: [x for b in builders for x in of(b)]
    used = names_used(gather(lambda b: b.nodes))
    graph = helper.make_graph(gather(lambda b: b.nodes), "networks", gather(lambda b: b.inputs), gather(output_infos),
                              [c for b in builders for k, c in b.constants.items() if k in used])
    return helper.make_model(graph, opset_imports=OPSET, ir_version=8)


def opened(model, axes):
    """The same of images that are open on these axes."""
    m = type(model).FromString(model.SerializeToString())
    for i in m.graph.input:
        for axis, (name, _, _) in axes.items():
            if i.type.tensor_type.shape.dim:
                i.type.tensor_type.shape.dim[axis].dim_param = name
    for o in m.graph.output:
        o.type.tensor_type.ClearField("shape")
    return m


def sizes(seed, axes):
    """Of the images that an open model gets."""
    numbers = np.random.default_rng(seed)
    return {name: int(numbers.integers(least, most + 1)) for name, least, most in axes.values()}


def input_arrays(model, seed, at={}):
    """Random inputs; `at`: sizes of what is open."""
    numbers = np.random.default_rng(seed)
    kinds = {FLOAT: lambda s: numbers.uniform(-1, 1, s).astype(np.float32), HALF: lambda s: numbers.uniform(-1, 1, s).astype(np.float16),
             TensorProto.BOOL: lambda s: numbers.integers(0, 2, s) > 0}
    arrays = {}
    for i in model.graph.input:
        t = i.type.tensor_type
        shape = [at[d.dim_param] if d.dim_param else d.dim_value for d in t.shape.dim]
        integers = lambda s: numbers.integers(-40, 41, s).astype(helper.tensor_dtype_to_np_dtype(t.elem_type))
        arrays[i.name] = np.asarray(kinds.get(t.elem_type, integers)(shape))
    return arrays
