"""Write models that ask for more than anybody's time or memory: NAME.onnx, each from the function of that name."""
import onnx
from onnx import TensorProto, helper

FLOAT = TensorProto.FLOAT
NODES = 50000


def tensor(name, shape=None, elem=FLOAT):
    return helper.make_tensor_value_info(name, elem, shape)


def number(name, dims, values, elem=TensorProto.INT64):
    return helper.make_tensor(name, elem, dims, values)


def model(nodes, output="y", constants=(), inputs=(), functions=()):
    graph = helper.make_graph(nodes, "g", [tensor("x", [1, 4]), *inputs], [tensor(output)], list(constants))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, functions=list(functions))


def node(op, inputs, output, **attributes):
    return helper.make_node(op, inputs, [output], **attributes)


def chain():
    return model([node(("Relu", "Neg", "Abs")[i % 3], [f"v{i - 1}" if i else "x"], f"v{i}") for i in range(NODES)], f"v{NODES - 1}")


def readers():
    """Of one value, and a sum of them all."""
    sums = [node("Add", [f"s{i - 1}" if i > 1 else "v0", f"v{i}"], f"s{i}") for i in range(1, NODES)]
    return model([node("Relu", ["x"], f"v{i}") for i in range(NODES)] + sums, f"s{NODES - 1}")


def convolutions():
    """With weights of their own, whose results all live to the end."""
    weights = [number(f"w{i}", [2, 2, 1, 1], [0.5] * 4, FLOAT) for i in range(NODES)]
    convs = [node("Conv", [f"v{i - 1}" if i else "image", f"w{i}"], f"v{i}") for i in range(NODES)]
    sums = [node("Add", [f"s{i + 1}" if i < NODES - 2 else f"v{NODES - 1}", f"v{i}"], f"s{i}") for i in reversed(range(NODES - 1))]
    return model(convs + sums, "s0", weights, [tensor("image", [1, 2, 2, 2])])


def outputs():
    """Whose names are the same as far as C would have them."""
    m = model([node("Relu", ["x"], f"{'y' * 100}{i}") for i in range(NODES)], f"{'y' * 100}0")
    m.graph.output.extend(tensor(n.output[0]) for n in m.graph.node[1:])
    return m


def dead():
    return model([node("Relu", ["x"], f"v{i}") for i in range(NODES)], "v0")


def wide():
    return model([node("Sum", ["x"] * NODES, "y")])


def attributes():
    n = node("Relu", ["x"], "y")
    n.attribute.extend(helper.make_attribute(f"a{i}", i) for i in range(NODES))
    return model([n])


def long_list():
    return model([node("Constant", [], "k", value_ints=range(1000000)), node("Cast", ["k"], "f", to=FLOAT),
                  node("ReduceSum", ["f"], "s", keepdims=0), node("Add", ["x", "s"], "y")])


def nested():
    inner = [node("Relu", ["x"], "r0")]
    for d in range(1, 30):
        branches = [helper.make_graph(inner, "b", [], [tensor(f"r{d - 1}")]),
                    helper.make_graph([node("Neg", ["x"], f"e{d}")], "e", [], [tensor(f"e{d}")])]
        inner = [node("If", ["c"], f"r{d}", then_branch=branches[0], else_branch=branches[1])]
    return model(inner, "r29", inputs=[tensor("c", [], TensorProto.BOOL)])


def doubling():
    return model([node("Concat", [f"v{i - 1}" if i else "x"] * 2, f"v{i}", axis=1) for i in range(60)], "v59")


def doubling_constant():
    doubles = [node("Concat", [f"v{i - 1}" if i else "k"] * 2, f"v{i}", axis=1) for i in range(40)]
    return model([*doubles, node("ReduceSum", ["v39"], "s"), node("Add", ["x", "s"], "y")], constants=[number("k", [1, 4], [1.0] * 4, FLOAT)])


def huge_constant():
    return model([node("ConstantOfShape", ["s"], "k"), node("ReduceSum", ["k"], "t", keepdims=0), node("Add", ["x", "t"], "y")],
                 constants=[number("s", [2], [1 << 40, 1 << 20])])


def endless_loop():
    body = helper.make_graph([node("Add", ["a", "a"], "b")], "b", [tensor("i", [], TensorProto.INT64), tensor("c", [], TensorProto.BOOL), tensor("a", [1, 4])],
                             [tensor("c", [], TensorProto.BOOL), tensor("b", [1, 4])])
    return model([node("Loop", ["m", "", "k"], "z", body=body), node("Add", ["x", "z"], "y")],
                 constants=[number("m", [], [(1 << 63) - 1]), number("k", [1, 4], [1.0] * 4, FLOAT)])


def functions():
    """Each calls the one before twice: 2**40 nodes."""
    def one(i):
        op, domain = (f"F{i - 1}", "f") if i else ("Relu", "")
        body = [node(op, ["a"], "t", domain=domain), node(op, ["t"], "b", domain=domain)]
        return helper.make_function("f", f"F{i}", ["a"], ["b"], body, [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)])
    return model([node("F39", ["x"], "y", domain="f")], functions=[one(i) for i in range(40)])


for make in (chain, readers, convolutions, outputs, dead, wide, attributes, long_list, nested, doubling, doubling_constant, huge_constant, endless_loop, functions):
    with open(f"{make.__name__}.onnx", "wb") as file:
        file.write(make().SerializeToString())
