"""Operators of the domain ai.onnx.ml: trees, linear models, support vectors, and what prepares features for them."""
import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator
from operators import ML, Case, model_of, rng, run

R = rng("classical")


def ml(op, inputs, version=1, outputs=1, name="", **rest):
    extra = {k: rest.pop(k) for k in ("tolerance", "expected") if k in rest}
    return Case(op, inputs, rest, ML, version, (), outputs, name=name, **extra)


def as_floats(op, inputs, **rest):
    """Integers that ONNX Runtime does not take there: as floats they must give the same."""
    return ml(op, inputs, expected=run(ml(op, [x.astype(np.float32) for x in inputs], **rest)), **rest)


def by_reference(op, inputs, **rest):
    """Where ONNX Runtime is wrong: of two linear scores it takes the second whenever the larger is positive."""
    case = ml(op, inputs, **rest)
    model = model_of([case])
    case.expected = ReferenceEvaluator(model).run(None, dict(zip((i.name for i in model.graph.input), inputs)))
    return case


def f(*shape):
    return R.standard_normal(shape).astype(np.float32)


def text(*words):
    return np.array(words, dtype=object)


FEATURE_TYPES = (np.float32, np.float64, np.int64, np.int32)


def features():
    x = f(5, 4) * 3
    holes = x.copy()
    holes[0, 1] = holes[3, 2] = np.nan
    found = []
    for t in FEATURE_TYPES:
        y = x.astype(t)
        found += [
            ml("Scaler", [y], offset=[0.5, -1.0, 2.0, 0.0], scale=[1.0, 2.0, -0.5, 0.1]),
            ml("Scaler", [y], offset=[0.5], scale=[2.0]),
            *(ml("Normalizer", [y], norm=n) for n in ("L1", "L2")),
            ml("Normalizer", [np.abs(y)], norm="MAX"),
        ]
    found += [
        ml("Scaler", [f(3, 4)], offset=[0.0], scale=[2.0]),
        ml("Normalizer", [np.zeros((2, 3), np.float32)], norm="L2"),
        ml("Imputer", [holes], imputed_value_floats=[1.0, 2.0, 3.0, 4.0], replaced_value_float=float("nan")),
        ml("Imputer", [holes], imputed_value_floats=[7.0], replaced_value_float=float("nan")),
        ml("Imputer", [np.array([[1, 2], [3, 1]], np.int64)], imputed_value_int64s=[10, 20], replaced_value_int64=1),
        ml("Imputer", [np.array([[1, 2], [3, 1]], np.float32)], imputed_value_floats=[10.0, 20.0], replaced_value_float=1.0),
        ml("FeatureVectorizer", [f(3, 2), f(3, 4)], inputdimensions=[2, 4]),
        ml("FeatureVectorizer", [f(3, 2), f(3, 1)], inputdimensions=[2, 1]),
        ml("FeatureVectorizer", [f(2, 1) for _ in range(40)], inputdimensions=40 * [1]),
        ml("Binarizer", [x], threshold=0.7),
        ml("ArrayFeatureExtractor", [x, np.array([2, 0], np.int64)]),
    ]
    return found


def labels():
    ints, words = np.array([[3, 1], [9, 2]], np.int64), text("b", "x", "a", "c")
    names = ["a", "b", "c"]
    return [
        ml("CategoryMapper", [words], cats_strings=names, cats_int64s=[5, 6, 7]),
        ml("CategoryMapper", [words], cats_strings=names, cats_int64s=[5, 6, 7], default_int64=42),
        ml("CategoryMapper", [ints], cats_strings=names, cats_int64s=[1, 2, 3], default_string="none"),
        ml("OneHotEncoder", [ints], cats_int64s=[1, 2, 3]),
        ml("OneHotEncoder", [ints.astype(np.float32)], cats_int64s=[3, 2, 1]),
        ml("OneHotEncoder", [words], cats_strings=names),
        ml("LabelEncoder", [words], version=1, classes_strings=names, default_int64=-7),
        ml("LabelEncoder", [ints], version=1, classes_strings=["z"] + names, default_string="none"),
        ml("LabelEncoder", [words], version=2, keys_strings=names, values_int64s=[4, 5, 6]),
        ml("LabelEncoder", [ints], version=2, keys_int64s=[1, 2, 3], values_floats=[0.5, 1.5, 2.5], default_float=-1.0),
        ml("LabelEncoder", [ints], version=4, keys_int64s=[1, 2, 3], values_strings=names),
        ml("LabelEncoder", [words], version=4, keys_tensor=onnx.helper.make_tensor("k", onnx.TensorProto.STRING, [3], names),
           values_tensor=onnx.helper.make_tensor("v", onnx.TensorProto.INT64, [3], [7, 8, 9]),
           default_tensor=onnx.helper.make_tensor("d", onnx.TensorProto.INT64, [1], [-3])),
    ]


def label_types():
    """Every pair of types, with a default and without, and what none of the keys is."""
    words, ints, reals = text("b", "x", "a", "c"), np.array([[3, 1], [9, 2]], np.int64), np.array([[0.5, 1.5, 9], [7, -0.0, 2.5]], np.float32)
    sources = {"strings": (words, ["a", "b", "c"]), "int64s": (ints, [1, 2, 3]), "floats": (reals, [0.5, 2.5, 0.0])}
    results = {"strings": (["p", "q", "r"], {"default_string": "none"}), "int64s": ([4, 5, 6], {"default_int64": -5}), "floats": ([1.25, -2.5, 3.0], {"default_float": 9.5})}
    found = [ml("LabelEncoder", [x], version=v, **{f"keys_{k}": keys, f"values_{o}": values}, **default)
             for v in (2, 4) for k, (x, keys) in sources.items() for o, (values, usual) in results.items() for default in ({}, usual)]
    kinds = {onnx.TensorProto.DOUBLE: (np.float64, [0.5, 2.5, 7.0]), onnx.TensorProto.INT64: (np.int64, [1, 2, 3]), onnx.TensorProto.FLOAT: (np.float32, [0.5, 2.5, 7.0]),
             onnx.TensorProto.STRING: (object, ["a", "b", "c"]), onnx.TensorProto.INT16: (np.int16, [1, 2, 3])}
    tensor = lambda t, values: onnx.helper.make_tensor("t", t, [len(values)], values)
    for k, (t, keys) in kinds.items():
        for o, (_, values) in kinds.items():
            if k == onnx.TensorProto.INT16 or o == onnx.TensorProto.INT16 and k != onnx.TensorProto.STRING or {k, o} == {onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE}:
                continue  # ONNX Runtime lacks these
            x = np.array(["zz" if t is object else 99] + keys[1:] + keys[:1], t)
            found += [ml("LabelEncoder", [x], version=4, keys_tensor=tensor(k, keys), values_tensor=tensor(o, values[::-1]), **more)
                      for more in ({}, {"default_tensor": tensor(o, values[:1])})]
    return found + [ml("LabelEncoder", [np.array([1, np.nan, 2.5], np.float32)], version=4, keys_floats=[float("nan"), 2.5], values_int64s=[1, 2])]


def shapes():
    """Rows of one dimension, features cut or filled up, types that ONNX Runtime takes beside floats."""
    found = []
    for t in FEATURE_TYPES:
        y = (f(3, 4) * 5).astype(t)
        found += [
            ml("ArrayFeatureExtractor", [y, np.array([[2, 0]], np.int64)]),
            ml("ArrayFeatureExtractor", [y[0], np.array([1, 1, 3], np.int64)]),
            ml("FeatureVectorizer", [y, y], inputdimensions=[3, 5]),
            ml("Normalizer", [y[0]], norm="L2"),
            ml("Normalizer", [y]),
            ml("Scaler", [y[0]], offset=[1.0, 2.0, 3.0, 4.0], scale=[1.0, 2.0, -0.5, 0.1]),
            ml("LinearClassifier", [y], outputs=2, coefficients=floats(12), intercepts=[0.3, -0.4, 0.1], classlabels_ints=[0, 1, 2]),
            ml("SVMClassifier", [y], outputs=2, kernel_type="RBF", kernel_params=[0.3, 0.0, 0.0], coefficients=floats(9), support_vectors=floats(9, 4),
               vectors_per_class=[4, 5], rho=[0.2], classlabels_ints=[0, 1]),
        ]
    return found + [
        ml("ArrayFeatureExtractor", [np.array([["a", "b"], ["c", "d"]], object), np.array([1], np.int64)]),
        ml("ArrayFeatureExtractor", [f(2, 3, 4), np.array([3, 0], np.int64)]),
        ml("Imputer", [f(4)], imputed_value_floats=[1.0, 2.0, 3.0, 4.0], replaced_value_float=0.0),
        ml("Imputer", [np.array([[1, 2, -1]], np.int64)], imputed_value_int64s=[7], replaced_value_int64=-1),
        ml("Imputer", [np.array([[1, np.nan, np.inf]], np.float32)], imputed_value_floats=[7.0], replaced_value_float=float("inf")),
        ml("Normalizer", [-np.abs(f(2, 3))], norm="MAX"),
        ml("LinearRegressor", [f(4)], coefficients=floats(4), intercepts=[0.5]),
        ml("LinearClassifier", [f(4)], outputs=2, coefficients=floats(12), intercepts=[0.3, -0.4, 0.1], classlabels_ints=[0, 1, 2]),
        ml("LinearClassifier", [f(5, 4)], outputs=2, coefficients=floats(12), intercepts=[0.3, -0.4, 0.1], classlabels_ints=[0, 1, 2], post_transform="PROBIT"),
    ]


def maps():
    """Values that Python cannot give to ONNX Runtime, integers, doubles and text, are expected by hand."""
    reals, words = {5: 1.5, 0: -2.7, 3: 1e-3, 2: 123456.789}, {7: "-12", 1: "25", 4: "7"}
    edge = {k: float(np.float32(v)) for k, v in enumerate((0.0, -0.0, 3.4e38, 1e-9, 0.1, -16777216.0, 9.9999995e-7, 0.5, 123.4567, 2.5e-6))}
    vocabulary, numbers = {"string_vocabulary": ["b", "c", "a", "b", ""]}, {"int64_vocabulary": [3, 4, 7, -1]}
    found = [
        ml("DictVectorizer", [{"a": 1.5, "b": 2.5, "zz": 3.5}], **vocabulary),
        ml("DictVectorizer", [{"": -1.0}], **vocabulary),
        ml("DictVectorizer", [{"q": 1.0, "r": 2.0}], **vocabulary),
        ml("DictVectorizer", [{7: 1.5, 3: 2.5, 9: 3.5, -1: 8.0}], **numbers),
        ml("DictVectorizer", [{0: 1.0}], **numbers),
        ml("DictVectorizer", [{"a": 4, "c": -5}], expected=[np.array([[0, -5, 4, 0, 0]], np.int64)], **vocabulary),
        ml("DictVectorizer", [{"a": np.float64(0.25)}], expected=[np.array([[0, 0, 0.25, 0, 0]])], **vocabulary),
        ml("DictVectorizer", [{7: "p", 3: "q"}], expected=[np.array([["q", "", "p", ""]], object)], **numbers),
    ]
    for form in ({"map_form": "DENSE"}, {"map_form": "SPARSE", "max_map": 5}, {"map_form": "SPARSE", "max_map": 9}, {"map_form": "SPARSE"}, {}):
        found += [ml("CastMap", [m], cast_to=to, **form) for m in (reals, edge, {4: 2.0}) for to in ("TO_FLOAT", "TO_STRING", "TO_INT64")
                  if m is not edge or to != "TO_INT64"]  # of numbers that do not fit
    for to, of in (("TO_FLOAT", np.float32), ("TO_INT64", np.int64), ("TO_STRING", object)):
        found += [
            ml("CastMap", [words], cast_to=to, expected=[np.array([["25", "7", "-12"]], object).astype(of)]),
            ml("CastMap", [words], cast_to=to, map_form="SPARSE", max_map=6,
               expected=[np.array([["0.f" if of is object else "0", "25", *(2 * ["0.f" if of is object else "0"]), "7", "0.f" if of is object else "0"]], object).astype(of)]),
        ]
    return found


def linear():
    w, b = [float(v) for v in f(12)], [0.3, -0.4, 0.1]
    found = [
        as_floats("LinearRegressor", [(f(5, 4) * 3).astype(np.int64)], coefficients=w, intercepts=b, targets=3),
        ml("LinearRegressor", [f(5, 4)], coefficients=w, intercepts=b, targets=3),
        ml("LinearRegressor", [f(5, 4)], coefficients=w[:4]),
        *(ml("LinearRegressor", [f(5, 4)], coefficients=w, targets=3, post_transform=t) for t in ("SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO")),
    ]
    for t in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"):
        found += [
            ml("LinearClassifier", [f(5, 4)], outputs=2, coefficients=w, intercepts=b, classlabels_ints=[7, 3, 5], post_transform=t),
            ml("LinearClassifier", [f(5, 4)], outputs=2, coefficients=w[:8], intercepts=b[:2], classlabels_strings=["no", "yes"], post_transform=t),
            ml("LinearClassifier", [f(9, 4)], outputs=2, coefficients=w[:4], intercepts=b[:1], classlabels_ints=[0, 1], post_transform=t),
        ]
    found += [
        ml("LinearClassifier", [(f(5, 4) * 3).astype(np.int64)], outputs=2, coefficients=w, intercepts=b, classlabels_strings=["a", "b", "c"]),
        ml("LinearClassifier", [f(5, 4).astype(np.float64)], outputs=2, coefficients=w, intercepts=b, classlabels_ints=[0, 1, 2], multi_class=1),
    ]
    return found


def tree(count, depth, features, modes=("BRANCH_LEQ",)):
    """`count` full trees in lists, and their leaves as pairs of tree and node."""
    lists, leaves = {k: [] for k in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids", "missing_value_tracks_true")}, []
    for t in range(count):
        inner = 2 ** depth - 1
        for n in range(2 * inner + 1):
            leaf = n >= inner
            leaves += [(t, n)] if leaf else []
            values = (t, n, 0 if leaf else R.randint(features), 0.0 if leaf else float(np.float32(R.standard_normal())),
                      "LEAF" if leaf else modes[R.randint(len(modes))], 0 if leaf else 2 * n + 1, 0 if leaf else 2 * n + 2, R.randint(2))
            for k, v in zip(lists, values):
                lists[k].append(v)
    return {f"nodes_{k}": v for k, v in lists.items()}, leaves


def added(prefix, leaves, targets, low=-1.0):
    """What leaves add to targets."""
    entries = [(t, n, k, float(np.float32(R.uniform(low, 1)))) for t, n in leaves for k in targets]
    return {f"{prefix}_{k}": [e[i] for e in entries] for i, k in enumerate(("treeids", "nodeids", "ids", "weights"))}


def trees():
    every = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT")
    x = f(20, 5)
    x[3, :] = np.nan
    found = []
    for how in ("SUM", "AVERAGE", "MIN", "MAX"):
        nodes, leaves = tree(4, 3, 5)
        found.append(ml("TreeEnsembleRegressor", [x], n_targets=1, aggregate_function=how, **nodes, **added("target", leaves, [0])))
        found.append(ml("TreeEnsembleRegressor", [x], n_targets=3, aggregate_function=how, base_values=[0.5, -0.5, 2.0], **nodes,
                        **added("target", leaves, [0, 1, 2])))
    for t in FEATURE_TYPES:
        nodes, leaves = tree(3, 2, 5, every)
        make = ml if np.issubdtype(t, np.floating) else as_floats
        found.append(make("TreeEnsembleRegressor", [np.nan_to_num(x * 2).astype(t)], n_targets=2, **nodes, **added("target", leaves, [0, 1])))
    nodes, leaves = tree(3, 2, 5, every)
    lists = added("target", leaves, [0])
    doubles = {"nodes_values_as_tensor": onnx.helper.make_tensor("v", onnx.TensorProto.DOUBLE, [len(nodes["nodes_values"])], nodes.pop("nodes_values")),
               "target_weights_as_tensor": onnx.helper.make_tensor("w", onnx.TensorProto.DOUBLE, [len(lists["target_weights"])], lists.pop("target_weights"))}
    found.append(ml("TreeEnsembleRegressor", [x.astype(np.float64)], version=3, n_targets=1, **nodes, **lists, **doubles))
    found.append(ml("TreeEnsembleRegressor", [f(4, 2)], n_targets=1, **(stump := tree(2, 0, 2))[0], **added("target", stump[1], [0])))
    for transform in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"):
        nodes, leaves = tree(4, 3, 5, every)
        both = dict(nodes, outputs=2, post_transform=transform)
        found += [
            ml("TreeEnsembleClassifier", [x], classlabels_int64s=[4, 2, 9], **both, **added("class", leaves, [0, 1, 2])),
            ml("TreeEnsembleClassifier", [x], classlabels_strings=["a", "b", "c"], base_values=[0.1, 0.2, -0.3], **both, **added("class", leaves, [0, 1, 2])),
            ml("TreeEnsembleClassifier", [x], classlabels_int64s=[0, 1], **both, **added("class", leaves, [0, 1])),
            ml("TreeEnsembleClassifier", [x], classlabels_strings=["no", "yes"], **both, **added("class", leaves, [0, 1], low=0.0)),
            ml("TreeEnsembleClassifier", [x], classlabels_int64s=[0, 1], **both, **added("class", leaves, [0])),
            ml("TreeEnsembleClassifier", [x], classlabels_int64s=[0, 1], **both, **added("class", leaves, [0], low=0.0)),
            ml("TreeEnsembleClassifier", [x], classlabels_strings=["no", "yes"], **both, **added("class", leaves, [0])),
            ml("TreeEnsembleClassifier", [x], classlabels_int64s=[0, 1], **both, **added("class", leaves, [1])),
            ml("TreeEnsembleClassifier", [x], classlabels_int64s=[0, 1], **both, **added("class", leaves, [1], low=0.0)),
        ]
    return found


def boosted():
    """As gradient boosters write two classes: one base value, weights for one class."""
    found = []
    for low in (-1.0, 0.0):
        nodes, leaves = tree(4, 3, 5)
        found += [ml("TreeEnsembleClassifier", [f(9, 5)], outputs=2, classlabels_strings=["a", "b"], base_values=[0.3], post_transform=t, **nodes, **added("class", leaves, [0], low=low))
                  for t in ("NONE", "LOGISTIC")]
    nodes, leaves = tree(3, 3, 5, ("BRANCH_LEQ", "BRANCH_EQ", "BRANCH_NEQ"))
    del nodes["nodes_missing_value_tracks_true"]
    nodes["nodes_values"] = [float(round(v)) for v in nodes["nodes_values"]]
    nodes["nodes_treeids"] = [10 * t + 3 for t in nodes["nodes_treeids"]]
    x = R.randint(-2, 3, (20, 5)).astype(np.float32)
    some = added("target", leaves[::2], [0, 3])  # not every leaf adds, nor to every target
    some["target_treeids"] = [10 * t + 3 for t in some["target_treeids"]]
    return found + [ml("TreeEnsembleRegressor", [x], version=v, n_targets=4, post_transform=t, **nodes, **some) for v in (1, 3) for t in ("NONE", "SOFTMAX")]


def members():
    """TreeEnsemble with sets of members. Of its transforms ONNX Runtime takes SOFTMAX and LOGISTIC for one another."""
    x = R.randint(0, 6, (24, 3))
    found = []
    for t in (np.float32, np.float64):
        rows = x.astype(t)
        rows[1, 0] = rows[2, 1] = rows[5, 2] = np.nan
        numbers = lambda values: onnx.helper.make_tensor("t", onnx.helper.np_dtype_to_tensor_dtype(np.dtype(t)), [len(values)], values)
        lists = {
            "membership_values": numbers([1.0, 2.0, float("nan"), 0.0, 3.0, 4.0, 5.0, float("nan")]),
            "nodes_falseleafs": [0, 1, 1, 0, 1], "nodes_falsenodeids": [2, 0, 1, 4, 5], "nodes_trueleafs": [0, 1, 1, 1, 1], "nodes_truenodeids": [1, 2, 3, 4, 0],
            "nodes_featureids": [0, 1, 2, 1, 0], "nodes_modes": onnx.helper.make_tensor("m", onnx.TensorProto.UINT8, [5], [0, 6, 6, 1, 5]),
            "nodes_splits": numbers([0.5, 7.0, 7.0, 1.5, 2.0]), "nodes_missing_value_tracks_true": [0, 1, 0, 1, 0],
            "leaf_targetids": [0, 1, 0, 1, 1, 0], "leaf_weights": numbers([1.5, -2.0, 0.25, 4.0, -0.5, 3.0]), "tree_roots": [0, 3]}
        found += [ml("TreeEnsemble", [rows], version=5, n_targets=2, aggregate_function=a, post_transform=p, **lists) for a in range(4) for p in ((0, 3, 4) if t is np.float32 else (0,))]
        if t is np.float32:
            scores = run(found[3])[0]  # summed, not transformed
            shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            found += [ml("TreeEnsemble", [rows], version=5, n_targets=2, post_transform=p, expected=[y], **lists) for p, y in ((1, shares), (2, 1 / (1 + np.exp(-scores))))]
    return found


def floats(*shape):
    return [float(v) for v in f(*shape).ravel()]


def vectors():
    found = []
    for kernel, params in (("LINEAR", [0.0, 0.0, 0.0]), ("POLY", [0.5, 1.0, 3.0]), ("RBF", [0.3, 0.0, 0.0]), ("SIGMOID", [0.2, 0.1, 0.0])):
        how = {"kernel_type": kernel, "kernel_params": params}
        found += [
            ml("SVMRegressor", [f(6, 4)], coefficients=floats(5), support_vectors=floats(5, 4), n_supports=5, rho=[0.3], **how),
            ml("SVMRegressor", [f(6, 4)], coefficients=floats(5), support_vectors=floats(5, 4), n_supports=5, rho=[0.3], one_class=1, **how),
        ]
        two, four = (dict(how, support_vectors=floats(9, 4), outputs=2, coefficients=floats(c - 1, 9), vectors_per_class=v, rho=floats(c * (c - 1) // 2))
                     for c, v in ((2, [4, 5]), (4, [2, 3, 1, 3])))
        two_p, four_p = ({"prob_a": floats(n), "prob_b": floats(n)} for n in (1, 6))
        x = f(12, 4)
        found += [
            ml("SVMClassifier", [x], classlabels_ints=[0, 1], **two),
            ml("SVMClassifier", [x], classlabels_strings=["no", "yes"], post_transform="LOGISTIC", **two),
            ml("SVMClassifier", [x], classlabels_ints=[8, 1, 5, 2], **four),
            ml("SVMClassifier", [x], classlabels_strings=["a", "b", "c", "d"], post_transform="SOFTMAX", **four),
            ml("SVMClassifier", [x], classlabels_ints=[0, 1], **two, **two_p),
            ml("SVMClassifier", [x], classlabels_ints=[8, 1, 5, 2], tolerance=1e-4, **four, **four_p),
        ]
        for transform in ("SOFTMAX", "SOFTMAX_ZERO"):
            found += [ml("SVMClassifier", [x], classlabels_ints=[0, 1], post_transform=transform, **two), ml("SVMClassifier", [x], classlabels_ints=[8, 1, 5, 2], post_transform=transform, **four)]
    plane = {"kernel_type": "LINEAR", "kernel_params": [0.0, 0.0, 0.0]}
    found += [
        ml("SVMRegressor", [f(6, 4)], **plane, coefficients=floats(4), rho=[0.3]),
        ml("SVMClassifier", [f(6, 4)], **plane, outputs=2, coefficients=floats(3, 4), rho=[0.3], classlabels_ints=[4, 5, 6]),
        by_reference("SVMClassifier", [f(6, 4)], **plane, outputs=2, coefficients=floats(2, 4), rho=[0.3], classlabels_ints=[4, 5],
                     post_transform="LOGISTIC"),
        ml("SVMClassifier", [(f(6, 4) * 3).astype(np.int64)], **plane, outputs=2, coefficients=floats(3, 4), rho=[0.3], classlabels_ints=[4, 5, 6]),
    ]
    return found


def counted_words():
    """TfIdfVectorizer of strings and of integers, which may skip some."""
    found = []
    words = text("b", "x", "c", "a", "b", "b", "c", "c", "a", "a", "b", "c")
    pool, ids = ["a", "b", "c", "a", "b", "b", "c", "c", "a", "a", "b", "c"], {"a": 1, "b": 2, "c": 3, "x": 9}
    numbers = np.array([[ids[w] for w in words[:8]], [ids[w] for w in words[4:]]], np.int64)
    for mode in ("TF", "IDF", "TFIDF"):
        for skip, low, high in ((0, 1, 1), (0, 2, 3), (1, 1, 2), (3, 1, 3)):
            how = {"mode": mode, "max_skip_count": skip, "min_gram_length": low, "max_gram_length": high, "ngram_counts": [0, 3, 9], "ngram_indexes": [2, 0, 1, 4, 3, 5, 6]}
            found += [Case("TfIdfVectorizer", [words], dict(how, pool_strings=pool, weights=[0.5, 1.0, 2.0, 3.0, 0.25, 1.5, 7.0])),
                      Case("TfIdfVectorizer", [numbers.astype(np.int32) if skip else numbers], dict(how, pool_int64s=[ids[w] for w in pool]))]
    return found


def normalized_words():
    words = text("Mon", "TUE", "wed", "tue", "mon", "x")
    return [Case("StringNormalizer", [x], {"case_change_action": change, "is_case_sensitive": sensitive, "locale": "C"} | ({"stopwords": stop} if stop else {}))
            for change in ("NONE", "LOWER", "UPPER") for sensitive in (0, 1) for stop in ([], ["mon", "TUE", "Wed"]) for x in (words, words[:4].reshape(1, 4))]


def cases():
    return (features() + labels() + label_types() + shapes() + maps() + linear() + trees() + boosted() + members() + vectors()
            + counted_words() + normalized_words())
