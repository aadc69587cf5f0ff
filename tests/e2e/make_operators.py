r"""Write cases of operators whose results differ from run to run in size, are strings, or are drawn.

    python make_operators.py OUT

Each is OUT/NAME/model.onnx with test_data_set_K, as in the ONNX suite; what comes out is ONNX Runtime's word where it has
the operator, else that of the onnx package's reference, or of Python's re (whose \w, \d, \s are RE2's with re.ASCII).
"""
import pathlib
import re
import sys

import numpy as np
import onnx
from onnx import helper, parser
from onnx.reference import ReferenceEvaluator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import proto_of, reference_session  # noqa: E402

RNG = np.random.RandomState(7)
OPSETS = '["" : 21, "ai.onnx.ml" : 3]'


def text(*words):
    return np.array(words, dtype=object)


def model_of(signature, body, opsets=OPSETS):
    return parser.parse_model(f"<ir_version: 10, opset_import: {opsets}> case {signature} {{ {body} }}")


def write(folder, model, data):
    """data: (inputs, outputs) of each set."""
    folder.mkdir(parents=True)
    (folder / "tolerance.txt").write_text("rtol 1e-5\natol 1e-6\n")
    onnx.save(model, folder / "model.onnx")
    for k, sides in enumerate(data):
        at = folder / f"test_data_set_{k}"
        at.mkdir()
        for side, values in zip(("input", "output"), sides):
            for i, value in enumerate(values):
                (at / f"{side}_{i}.pb").write_bytes(proto_of(value).SerializeToString())


def run(model, runtime, inputs):
    names = [v.name for v in model.graph.input]
    session = reference_session(model.SerializeToString()) if runtime else ReferenceEvaluator(model)
    return session.run(None, dict(zip(names, inputs)))


def case(out, name, signature, body, *inputs, runtime=True, opsets=OPSETS):
    model = model_of(signature, body, opsets)
    write(out / name, model, [(list(x), run(model, runtime, list(x))) for x in inputs])


def regex_case(out, index, pattern, words):
    node = helper.make_node("RegexFullMatch", ["x"], ["y"], pattern=pattern)
    graph = helper.make_graph(
        [node], "case", [helper.make_tensor_value_info("x", onnx.TensorProto.STRING, [len(words)])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.BOOL, [len(words)])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    matches = np.array([re.fullmatch(pattern, w, re.ASCII) is not None for w in words])
    write(out / f"regex_{index}", model, [([text(*words)], [matches])])


def sparse(shape, share):
    return (RNG.uniform(size=shape) < share).astype(np.float32)


def main(out):
    # sizes: one program, many sizes
    sets = [(sparse((3, 5), share),) for share in (0, 0.3, 0.7, 1)]
    case(out, "non_zero", "(float[3,5] x) => (int64[2,n] y)", "y = NonZero(x)", *sets)
    case(out, "non_zero_rows", "(float[3,5] x) => (int64[n,2] y)", "z = NonZero(x)\n y = Transpose<perm=[1,0]>(z)", *sets)
    case(out, "non_zero_shape", "(float[3,5] x) => (int64[2] y)", "z = NonZero(x)\n y = Shape(z)", *sets)
    case(out, "compress", "(float[4,3] x, bool[4] c) => (float[n,3] y)", "y = Compress<axis=0>(x, c)",
         *[(RNG.uniform(size=(4, 3)).astype(np.float32), RNG.uniform(size=4) < share) for share in (0.2, 0.6, 1)])
    case(out, "masked", "(float[3,5] x) => (float[n] y)", "z = NonZero(x)\n at = Transpose<perm=[1,0]>(z)\n y = GatherND(x, at)", *sets)
    case(out, "masked_rows", "(float[4] c, float[4,3] x) => (float[n,3] y)", "z = NonZero(c)\n at = Transpose<perm=[1,0]>(z)\n y = GatherND(x, at)",
         *[(sparse((4,), share), RNG.uniform(size=(4, 3)).astype(np.float32)) for share in (0, 0.5, 1)])
    # a loop that slices by its iteration, as PyTorch exports bags of embeddings
    case(out, "bags", "(int64[6] x, float[9,4] w) => (float[3,4] y)", """
        n = Constant<value = int64 {3}>() c = Constant<value = bool {1}>() from = Constant<value = int64[3] {0, 1, 4}>() to = Constant<value = int64[3] {1, 4, 6}>()
        zero = Constant<value = int64[1] {0}>()
        y = Loop(n, c) <body = bag (int64 i, bool go) => (bool on, float[4] sum) {
            on = Identity(go) a = Gather(from, i) b = Gather(to, i) first = Unsqueeze(a, zero) last = Unsqueeze(b, zero)
            part = Slice(x, first, last, zero) rows = Gather(w, part) sum = ReduceSum<keepdims = 0>(rows, zero) }>""",
         (RNG.randint(0, 9, 6), RNG.uniform(size=(9, 4)).astype(np.float32)))
    for ordered in (0, 1):
        case(out, f"unique_{ordered}", "(float[9] x) => (float[n] y, int64[m] a, int64[9] b, int64[k] c)",
             f"y, a, b, c = Unique<sorted={ordered}>(x)", *[(RNG.randint(0, top, 9).astype(np.float32),) for top in (1, 3, 20)])
    case(out, "unique_strings", "(string[5] x) => (string[n] y)", "y = Unique(x)",
         (text("b", "a", "b", "ab", ""),), (text("z", "z", "z", "z", "z"),), runtime=False)
    boxes = RNG.uniform(0, 4, size=(1, 8, 4)).astype(np.float32)
    case(out, "non_max_suppression", "(float[1,8,4] b, float[1,2,8] s) => (int64[n,3] y)",
         "most = Constant<value = int64[1] {3}>()\n overlap = Constant<value = float[1] {0.3}>()\n y = NonMaxSuppression(b, s, most, overlap)",
         *[(boxes * scale, RNG.uniform(size=(1, 2, 8)).astype(np.float32)) for scale in (1, 0.3)])
    # strings
    case(out, "split", "(string[3] x) => (string[3,n] y, int64[3] p)", 'y, p = StringSplit<delimiter=",">(x)',
         (text("a,b", "", "c"),), (text("a,b,c,,d", ",", "x,y"),), runtime=False)
    case(out, "split_blanks", "(string[2] x) => (string[2,n] y, int64[2] p)", "y, p = StringSplit<maxsplit=2>(x)",
         (text("  one two  three four ", "x"),), (text("a b", "\tc"),), runtime=False)
    case(out, "normalize", "(string[4] x) => (string[n] y)",
         'y = StringNormalizer<case_change_action="UPPER", is_case_sensitive=0, stopwords=["the", "OF"]>(x)',
         (text("The", "end", "of", "days"),), (text("the", "The", "THE", "of"),), runtime=False)
    case(out, "strings_moved", "(string[2,3] x, int64[2] i) => (string[3,2] y, string[2,2] z)",
         "y = Transpose<perm=[1,0]>(x)\n z = Gather<axis=1>(x, i)",
         (text("a", "b", "ß", "d", "", "f" * 200).reshape(2, 3), np.array([2, 0])))
    words = ["", "a", "ab", "abab", "b", "2024-01-31", "x.y", "a b", "foo_bar", "Ä", "naïve", "a\nb", "aaaa", "-", "]"]
    patterns = [r"(ab)*", r"a{2,4}", r"\d{4}-\d\d-\d\d", r"[^a-c]+", r"\w+\b.*", r"a|b|ab", r".", r"(?:a|b)?b", r"[\w.]+", r"\S+\s\S+",
                r"^a.*$", r"na.ve", r"[]a-]", r"(a|b)+?", r"a\Bb\B.*"]
    for i, pattern in enumerate(patterns):
        regex_case(out, i, pattern, words)
    # drawn: numpy's generator is the reference
    for name, op in (("uniform", "RandomUniform<shape=[3,7], seed=5.0, low=-1.0, high=3.0>"), ("normal", "RandomNormal<shape=[3,7], seed=9.0, mean=2.0, scale=0.5>")):
        case(out, f"random_{name}", "() => (float[3,7] y)", f"y = {op}()", (), runtime=False)
    case(out, "bernoulli", "(float[40] x) => (float[40] y)", "y = Bernoulli<seed=3.0>(x)", (RNG.uniform(size=40).astype(np.float32),), runtime=False)
    # classical machine learning
    case(out, "label_encoder", "(float[5] x) => (string[5] y)",
         'y = ai.onnx.ml.LabelEncoder<keys_floats=[1.0, 2.5], values_strings=["one", "more"]>(x)', (np.array([1, 2.5, 3, 2, 1], np.float32),))
    case(out, "label_encoder_strings", "(string[4] x) => (int64[4] y)",
         'y = ai.onnx.ml.LabelEncoder<keys_strings=["a", "b"], values_int64s=[4, 7], default_int64=9>(x)', (text("b", "a", "", "ab"),))
    # maps, of which the first set has the most entries, for as many of which there is room
    case(out, "dictionary", "(map(string, float) x) => (float[1,3] y)", 'y = ai.onnx.ml.DictVectorizer<string_vocabulary=["b", "a", ""]>(x)',
         ({"a": 1.0, "c": 2.0, "b": 3.0},), ({"b": 4.0},), ({"": -1.0, "a": 5.0},))
    case(out, "dense_map", "(map(int64, float) x) => (float[1,n] y)", "y = ai.onnx.ml.CastMap(x)", ({7: 1.0, -2: 2.0, 5: 3.0, 6: 4.0},), ({1: 5.0, 0: 6.0},))
    case(out, "dense_text", "(map(int64, float) x) => (string[1,2] y)", 'y = ai.onnx.ml.CastMap<cast_to="TO_STRING">(x)', ({7: 1.0, 3: -2.5},))
    case(out, "sparse_map", "(map(int64, float) x) => (int64[1,6] y)", 'y = ai.onnx.ml.CastMap<cast_to="TO_INT64", map_form="SPARSE", max_map=6>(x)',
         ({0: 1.9, 7: 2.0, 5: -3.9},), ({2: 5.0},))
    case(out, "zip_map", "(float[3,2] x) => (seq(map(int64, float)) y)", "y = ai.onnx.ml.ZipMap<classlabels_int64s=[3, 8]>(x)", (RNG.uniform(size=(3, 2)).astype(np.float32),))
    case(out, "zip_map_row", "(float[2] x) => (seq(map(string, float)) y)", 'y = ai.onnx.ml.ZipMap<classlabels_strings=["no", "yes"]>(x)', (np.array([0.25, 0.75], np.float32),))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
