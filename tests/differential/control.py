"""If, Loop and Scan, whose bodies are random graphs too, up to two within one another."""
import numpy as np
from onnx import TensorProto, helper
from builder import FLOAT, HALF, INTEGERS, Unfit, operator, step

MOST_DEPTH = 2
KINDS = (FLOAT, HALF, *INTEGERS)


def grow(b, x, like):
    """A body's nodes on x, which end in a value of the type `like`: (nodes, value). They see what is outside."""
    if b.depth == MOST_DEPTH:
        raise Unfit
    outer, types, b.nodes = b.nodes, dict(b.types), []
    b.depth += 1
    try:
        values = [x]
        for _ in range(b.random.randint(1, 4)):
            step(b, values)
        inner = {o for n in b.nodes for o in n.output}
        ends = [v for v in values if v in inner and b.types[v] == like]
        end = ends[-1] if ends else b.add("Tanh" if like[0] in (FLOAT, HALF) else "Neg", [x])
        return b.nodes, end
    finally:
        seen = {i.name for i in b.inputs} | set(b.constants)
        b.types = types | {k: t for k, t in b.types.items() if k in seen}
        b.nodes, b.depth = outer, b.depth - 1


def info(name, kind):
    return helper.make_tensor_value_info(name, *kind)


def bind(b, kind):
    """A name for what a body is given."""
    name = b.name()
    b.types[name] = kind
    return name


def put(b, op, inputs, kinds, **regions):
    """Control flow, whose outputs are of these types."""
    out = [b.name() for _ in kinds]
    b.nodes.append(helper.make_node(op, inputs, out, **regions))
    b.types.update(zip(out, kinds))
    return out


def condition(b, x):
    """An input, or a question about x."""
    if b.dtype(x) != FLOAT or b.pick(0, 1):
        return b.input(TensorProto.BOOL, [])
    return b.add("Greater", [b.add("ReduceMean", [x], keepdims=0), b.constant(np.float32(b.random.uniform(-0.5, 0.5)))])


@operator(1, None, KINDS)
def branch(b, x):
    kind, sides = b.types[x], []
    asked = condition(b, x)
    for name in ("then", "else"):
        nodes, end = grow(b, x, kind)
        sides.append(helper.make_graph(nodes, name, [], [info(end, kind)]))
    return put(b, "If", [asked], [kind], then_branch=sides[0], else_branch=sides[1])[0]


@operator(1, None, (FLOAT, *INTEGERS))
def loop(b, x):
    """So many times, or until it has had enough; some put out what each iteration makes."""
    kind, times, every = b.types[x], b.random.randint(0, 4), b.pick(False, True)
    i, go, state = bind(b, (TensorProto.INT64, ())), bind(b, (TensorProto.BOOL, ())), bind(b, kind)
    nodes, end = grow(b, state, kind)
    go_on = b.name()
    flag, given = (TensorProto.BOOL, ()), [info(i, b.types[i]), info(go, b.types[go]), info(state, kind)]
    ends = b.pick("never", "early", "counted")
    if ends == "counted":  # at its count, which nothing but the condition says
        nodes.append(helper.make_node("Less", [i, b.constant(np.array(times - 1))], [go_on]))
        times = max(times, 1)
    elif every or ends == "never":
        nodes.append(helper.make_node("Identity", [go], [go_on]))
    else:
        nodes.append(helper.make_node("Less", [i, b.constant(np.array(b.random.randint(0, 4)))], [go_on]))
    results = [info(go_on, flag), info(end, kind)]
    if every and times:
        copy = b.name()
        nodes.append(helper.make_node("Identity", [end], [copy]))
        results.append(info(copy, kind))
    body = helper.make_graph(nodes, "body", given, results)
    for name in (i, go, state):
        del b.types[name]
    kinds = [kind, (kind[0], (times, *kind[1]))][:len(results) - 1]
    most = "" if ends == "counted" else b.constant(np.array(times))
    return b.pick(*put(b, "Loop", [most, "", x], kinds, body=body))


@operator(1, 3)
def scan(b, x):
    """A state along the first axis, forwards or backwards; every one of them is put out."""
    kind = FLOAT, b.shape(x)[1:]
    before, row = bind(b, kind), bind(b, kind)
    nodes, end = grow(b, row, kind)
    after, copy = b.name(), b.name()
    nodes.append(helper.make_node(b.pick("Add", "Max"), [before, end], [after]))
    nodes.append(helper.make_node("Identity", [after], [copy]))
    body = helper.make_graph(nodes, "body", [info(before, kind), info(row, kind)], [info(after, kind), info(copy, kind)])
    del b.types[before], b.types[row]
    start = b.constant(np.zeros(kind[1], np.float32))
    ways = [b.pick(0, 1)]
    return b.pick(*put(b, "Scan", [start, x], [kind, b.types[x]], body=body, num_scan_inputs=1,
                       scan_input_directions=ways, scan_output_directions=ways))
