"""operator_seeds.py FOLDER: models as seeds for fuzzers: those of tests/operators, many nodes in each, and what other seeds
lack, functions of the model's own and loops that the reader unrolls."""
import importlib
import pathlib
import sys

import onnx
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "operators"))
from operators import model_of, packs  # noqa: E402

for table in ("microsoft", "classical", "versions"):
    for name, cases in packs(importlib.import_module(table).cases()).items():
        onnx.save(model_of(cases), pathlib.Path(sys.argv[1], f"{table}_{name}.onnx"))


def tensor(name, shape, elem=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, elem, shape)


def save(name, nodes, inputs, outputs, initializers=(), functions=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    onnx.save(helper.make_model(graph, functions=functions, opset_imports=imports), pathlib.Path(sys.argv[1], f"own_{name}.onnx"))


def functions():
    """One that calls the other, with an attribute, a default and a result that nobody wants."""
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    slope = helper.make_node("LeakyRelu", ["x"], ["y"])
    slope.attribute.append(onnx.AttributeProto(name="alpha", type=onnx.AttributeProto.FLOAT, ref_attr_name="slope"))
    bend = helper.make_function("own", "Bend", ["x"], ["y"], [slope], imports, attribute_protos=[helper.make_attribute("slope", 0.5)])
    inner = helper.make_node("Bend", ["a"], ["b"], domain="own")
    inner.attribute.append(onnx.AttributeProto(name="slope", type=onnx.AttributeProto.FLOAT, ref_attr_name="steep"))
    body = [inner, helper.make_node("Add", ["b", "c"], ["sum"]), helper.make_node("Mul", ["sum", "sum"], ["square"])]
    both = helper.make_function("own", "Both", ["a", "c"], ["sum", "square"], body, imports, ["steep"])
    calls = [helper.make_node("Both", ["x", "x"], ["y", ""], domain="own", steep=0.25), helper.make_node("Bend", ["y"], ["z"], domain="own")]
    save("functions", calls, [tensor("x", [2, 3])], [tensor("z", [2, 3])], functions=[bend, both])


def loops():
    """A loop that appends to a sequence, whose trip count is known, and an If whose condition is."""
    trip, go = helper.make_tensor("trip", TensorProto.INT64, [], [3]), helper.make_tensor("go", TensorProto.BOOL, [], [True])
    element = helper.make_tensor_type_proto(TensorProto.FLOAT, [2])
    sequence = helper.make_tensor_sequence_value_info
    append = [helper.make_node("Identity", ["cond"], ["cond_out"]), helper.make_node("SequenceInsert", ["s", "x"], ["s_out"])]
    body = helper.make_graph(append, "body", [tensor("i", [], TensorProto.INT64), tensor("cond", [], TensorProto.BOOL), sequence("s", TensorProto.FLOAT, [2])],
                             [tensor("cond_out", [], TensorProto.BOOL), sequence("s_out", TensorProto.FLOAT, [2])])
    branch = [helper.make_graph([helper.make_node(op, ["x"], [f"{op}_y"])], op, [], [tensor(f"{op}_y", [2])]) for op in ("Relu", "Neg")]
    nodes = [helper.make_node("SequenceEmpty", [], ["empty"]), helper.make_node("Loop", ["trip", "go", "empty"], ["s3"], body=body),
             helper.make_node("ConcatFromSequence", ["s3"], ["rows"], axis=0, new_axis=1),
             helper.make_node("If", ["go"], ["either"], then_branch=branch[0], else_branch=branch[1]),
             helper.make_node("Add", ["rows", "either"], ["y"])]
    each = helper.make_graph([helper.make_node("Neg", ["e"], ["f"])], "each", [helper.make_value_info("e", element)], [helper.make_value_info("f", element)])
    nodes += [helper.make_node("SequenceMap", ["s3"], ["negative"], body=each), helper.make_node("SequenceLength", ["negative"], ["n"])]
    save("loops", nodes, [tensor("x", [2])], [tensor("y", [3, 2]), tensor("n", [], TensorProto.INT64)], [trip, go])


functions()
loops()
