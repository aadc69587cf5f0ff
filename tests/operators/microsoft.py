"""Operators of the domain com.microsoft, which ONNX Runtime's optimiser and quantiser leave in models."""
import math
import numpy as np
import onnxruntime
from operators import MICROSOFT, Case, arrays_of, model_of, reference_session, rng, run

R = rng("microsoft")


def ms(op, inputs, fixed=(), outputs=1, name="", **rest):
    extra = {k: rest.pop(k) for k in ("steps", "tolerance", "expected") if k in rest}
    return Case(op, inputs, rest, MICROSOFT, 1, fixed, outputs, name=name, **extra)


def f(*shape, scale=1.0):
    return (R.standard_normal(shape) * scale).astype(np.float32)


def ints(dtype, high, *shape, low=0):
    return R.randint(low, high, shape).astype(dtype)


def conv(x, w, b, pads=0):
    """A convolution of channels first and stride 1, by definition."""
    x = np.pad(x, ((0, 0), (0, 0), (pads, pads), (pads, pads)))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, w) + b[:, None, None]


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))


def activations():
    x, b = f(2, 3, 8), f(8)
    y = x.astype(np.float64) + b
    split = (y[..., :4] * gelu(y[..., 4:])).astype(np.float32)
    return [
        ms("Gelu", [f(2, 5, 7)]),
        ms("FastGelu", [f(2, 5, 8)]),
        ms("FastGelu", [f(2, 5, 8), f(8)], fixed=(1,)),
        ms("QuickGelu", [f(3, 11)]),
        ms("QuickGelu", [f(3, 11)], alpha=1.0),
        ms("BiasGelu", [f(2, 3, 8), f(8)], fixed=(1,)),
        ms("BiasGelu", [f(2, 3, 8), f(8)]),
        ms("BiasSplitGelu", [x, b], fixed=(1,), expected=[split]),
    ]


def convolutions():
    x, w, b = f(1, 4, 9, 9), f(6, 4, 3, 3, scale=0.3), f(6)
    z = f(1, 6, 9, 9)
    kinds = [("Relu", []), ("Tanh", []), ("Sigmoid", []), ("LeakyRelu", [0.3]), ("Clip", [-0.5, 1.5]), ("HardSigmoid", [0.3, 0.4])]
    found = [ms("FusedConv", [x, w, b], fixed=(1, 2), activation=a, pads=[1, 1, 1, 1], **({"activation_params": p} if p else {}))
             for a, p in kinds]
    found += [
        ms("FusedConv", [x, w], fixed=(1,), strides=[2, 2], activation="Relu"),
        ms("FusedConv", [x, w, b, z], fixed=(1, 2), pads=[1, 1, 1, 1], activation="Relu"),
        ms("FusedConv", [x, w, None, z], fixed=(1,), auto_pad="SAME_UPPER", kernel_shape=[3, 3]),
        ms("FusedConv", [x, f(8, 2, 3, 3), f(8)], fixed=(1, 2), group=2, dilations=[2, 2], activation="Relu"),
        ms("FusedConv", [f(2, 3, 12), f(5, 3, 3), f(5)], fixed=(1, 2), activation="Relu"),
    ]
    last = x.transpose(0, 2, 3, 1)
    y = conv(x, w, b, 1).transpose(0, 2, 3, 1)
    added = z.transpose(0, 2, 3, 1)
    found += [
        ms("NhwcFusedConv", [last, w, b], fixed=(1, 2), pads=[1, 1, 1, 1], activation="Relu", expected=[np.maximum(y, 0)]),
        ms("NhwcFusedConv", [last, w, b, added], fixed=(1, 2), pads=[1, 1, 1, 1], activation="LeakyRelu", activation_params=[0.1],
           expected=[np.where(y + added > 0, y + added, 0.1 * (y + added)).astype(np.float32)]),
        ms("NhwcConv", [last, w, b], fixed=(1, 2), expected=[conv(x, w, b).transpose(0, 2, 3, 1)]),
        ms("NhwcMaxPool", [ints(np.int8, 128, 1, 7, 9, 5, low=-128)], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        ms("NhwcMaxPool", [ints(np.uint8, 256, 2, 8, 8, 3)], kernel_shape=[2, 2], auto_pad="SAME_LOWER"),
        ms("NhwcMaxPool", [ints(np.uint8, 256, 1, 7, 7, 3)], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1, dilations=[2, 1]),
    ]
    return found


def products():
    kinds = [("Relu", {}), ("Tanh", {}), ("Sigmoid", {}), ("LeakyRelu", {"activation_alpha": 0.2}), ("Elu", {"activation_alpha": 0.7}),
             ("HardSigmoid", {"activation_alpha": 0.3, "activation_beta": 0.4}), ("Softplus", {}), ("Softsign", {}),
             ("ThresholdedRelu", {"activation_alpha": 0.5}), ("Selu", {"activation_alpha": 1.5, "activation_gamma": 1.1})]
    found = [ms("FusedGemm", [f(4, 6), f(6, 5), f(5)], fixed=(1, 2), activation=a, **more) for a, more in kinds]
    found += [
        ms("FusedGemm", [f(6, 4), f(5, 6)], transA=1, transB=1, alpha=0.5, activation="Relu"),
        ms("FusedGemm", [f(4, 6), f(5, 6), f(4, 1)], fixed=(1,), transB=1, beta=2.0, activation="Relu"),
        ms("FusedMatMul", [f(2, 3, 4, 5), f(2, 3, 5, 6)], alpha=0.25),
        ms("FusedMatMul", [f(2, 3, 5, 4), f(2, 3, 6, 5)], transA=1, transB=1),
        ms("FusedMatMul", [f(4, 2, 3, 5), f(2, 3, 5, 6)], transBatchA=1),
        ms("FusedMatMul", [f(4, 2, 3, 5), f(5, 2, 3, 6)], transBatchA=1, transBatchB=1, alpha=-1.5),
        ms("FusedMatMul", [f(5, 2, 3, 4), f(2, 3, 5, 6)], transBatchA=1, transA=1),
        ms("FusedMatMul", [f(4, 5).astype(np.float64), f(6, 5).astype(np.float64)], transB=1),
        ms("FusedMatMul", [f(5), f(6, 5)], fixed=(1,), transA=1, transB=1),
        ms("FusedMatMul", [f(3, 4, 5), f(5)], transA=0),
        ms("TransposeMatMul", [f(2, 5, 4), f(5, 6)], transA=1, alpha=2.0),
    ]
    return found


def normalizations():
    ids, parts = ints(np.int32, 10, 2, 4), ints(np.int32, 2, 2, 4)
    words, places, segments, gamma, beta = f(10, 8), f(6, 8), f(2, 8), f(8), f(8)
    mask = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], np.int32)
    positions = ints(np.int32, 6, 2, 4)
    norm = [ids, parts, words, places, segments, gamma, beta]
    weights = (2, 3, 4, 5, 6)
    return [
        ms("SkipLayerNormalization", [f(2, 3, 8), f(2, 3, 8), gamma, beta, f(8)], fixed=(2, 3, 4)),
        ms("SkipLayerNormalization", [f(2, 3, 8), f(1, 3, 8), gamma, beta], epsilon=1e-2),
        ms("SkipLayerNormalization", [f(2, 3, 8), f(3, 8), gamma], fixed=(2,)),
        ms("SkipLayerNormalization", [f(2, 3, 8), f(2, 3, 8), gamma, beta, None], fixed=(2, 3)),
        ms("SkipLayerNormalization", [f(2, 3, 8), f(2, 3, 8), gamma, beta], outputs=(0, 3), fixed=(2, 3)),
        ms("SkipSimplifiedLayerNormalization", [f(2, 3, 8), f(2, 3, 8), gamma], fixed=(2,)),
        ms("SkipSimplifiedLayerNormalization", [f(6, 8), f(6, 8), gamma, f(8)], fixed=(2, 3), epsilon=1e-3),
        Case("SimplifiedLayerNormalization", [f(2, 3, 8), gamma], {"epsilon": 1e-5}, version=17, fixed=(1,)),
        Case("SimplifiedLayerNormalization", [f(2, 3, 8), f(3, 8)], {"axis": 1, "epsilon": 1e-2}, version=14),
        Case("LayerNormalization", [f(2, 3, 8), gamma, beta], {"axis": -1, "epsilon": 1e-5}, version=14, fixed=(1, 2)),
        ms("EmbedLayerNormalization", norm, fixed=weights, outputs=2),
        ms("EmbedLayerNormalization", norm + [mask], fixed=weights, outputs=3, epsilon=1e-3),
        ms("EmbedLayerNormalization", [ids, None, words, places, None, gamma, beta, mask, positions], fixed=(2, 3, 5, 6), outputs=2),
        ms("EmbedLayerNormalization", norm + [None, positions[:1]], fixed=weights, outputs=2),
    ] + quantized_embeddings()


def quantized_embeddings():
    ids, parts, mask = ints(np.int32, 10, 2, 4), ints(np.int32, 2, 2, 4), np.array([[1, 1, 1, 0], [1, 1, 0, 0]], np.int32)
    found = []
    for t in (np.uint8, np.int8):
        tables = [eight(t, n, 8) for n in (10, 6, 2)] + [eight(t, 8), eight(t, 8)]
        scales, zeros = [scale(R.uniform(0.01, 0.05)) for _ in tables], [np.array(z, t) for z in (3, 7, 0, 1, 5)]
        whole = [ids, parts, *tables, mask, *scales, *zeros]
        found.append(ms("QEmbedLayerNormalization", whole, fixed=tuple(range(2, 7)) + tuple(range(8, 18)), outputs=2))
        without = [None if i in (1, 4, 7, 10, 15) else v for i, v in enumerate(whole)]
        found.append(ms("QEmbedLayerNormalization", without, fixed=tuple(range(2, 18)), outputs=2, epsilon=1e-3))
    return found


def unpacked(x, i):
    return np.ascontiguousarray(x[:, :, :, i]).reshape(*x.shape[:2], -1)


def attentions():
    x, w, b = f(2, 4, 12), f(12, 36, scale=0.3), f(36)
    fixed = (1, 2)
    past = f(2, 2, 3, 5, 4)
    lengths, ranges = np.array([4, 2], np.int32), np.array([4, 3, 0, 1], np.int32)
    seen = np.array([[1, 1, 1, 0], [0, 1, 1, 1]], np.int32)
    with_past = np.concatenate([ints(np.int32, 2, 2, 5), np.ones((2, 4), np.int32)], axis=1)
    square = ints(np.int32, 2, 2, 4, 4)
    square[:, :, 0] = 1
    q, k, v = f(2, 4, 12), f(2, 5, 12), f(2, 5, 18)
    packed, pair = f(2, 4, 3, 3, 5), f(2, 5, 3, 2, 4)
    found = [
        ms("Attention", [x, w, b], fixed=fixed, num_heads=3),
        ms("Attention", [x, w], num_heads=2, scale=0.7),
        ms("Attention", [x, f(12, 32), f(32)], fixed=fixed, num_heads=4, qkv_hidden_sizes=[12, 12, 8]),
        ms("Attention", [x, w, b], fixed=fixed, num_heads=3, unidirectional=1),
        ms("Attention", [x, w, b, lengths], fixed=fixed, num_heads=3),
        ms("Attention", [x, w, b, ranges], fixed=fixed, num_heads=3),
        ms("Attention", [x, w, b, seen], fixed=fixed, num_heads=3, mask_filter_value=-50.0),
        ms("Attention", [x, w, b, seen], fixed=fixed, num_heads=3, unidirectional=1),
        ms("Attention", [x, w, b, square], fixed=fixed, num_heads=3),
        ms("Attention", [x, w, b, None, None, f(2, 3, 4, 4)], fixed=fixed, num_heads=3),
        ms("Attention", [x, w, b, None, None, f(1, 1, 4, 4)], fixed=fixed, num_heads=3),
        ms("Attention", [x, w, b, None, past], fixed=fixed, outputs=2, num_heads=3),
        ms("Attention", [x, w, b, with_past, past], fixed=fixed, outputs=2, num_heads=3, unidirectional=1),
        ms("Attention", [x, w, b], fixed=fixed, outputs=2, num_heads=3),
        ms("MultiHeadAttention", [q, k, v], num_heads=3),
        ms("MultiHeadAttention", [q, k, v, f(42)], fixed=(3,), num_heads=6, scale=0.4),
        ms("MultiHeadAttention", [q, k, v, None, np.array([5, 3], np.int32)], num_heads=3),
        ms("MultiHeadAttention", [q, k, v, None, np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], np.int32)], num_heads=3),
        ms("MultiHeadAttention", [q, k, v, None, None, f(1, 3, 4, 5)], num_heads=3),
        ms("MultiHeadAttention", [q, k[:, :4], v[:, :4]], num_heads=3, unidirectional=1),
        ms("MultiHeadAttention", [q, f(2, 3, 5, 4), f(2, 3, 5, 4)], num_heads=3),
        ms("MultiHeadAttention", [q, f(2, 3, 5, 4), f(2, 3, 5, 4), f(36)], fixed=(3,), num_heads=3),
        # packed forms are refused by ONNX Runtime on the CPU: the same numbers apart are what must come out
        ms("MultiHeadAttention", [packed], num_heads=3, expected=run(ms("MultiHeadAttention", [unpacked(packed, i) for i in range(3)], num_heads=3))),
        ms("MultiHeadAttention", [q, pair], num_heads=3, expected=run(ms("MultiHeadAttention", [q, unpacked(pair, 0), unpacked(pair, 1)], num_heads=3))),
        ms("MultiHeadAttention", [q, k[:, :4], f(2, 4, 12), None, None, None, f(2, 3, 6, 4), f(2, 3, 6, 4)], num_heads=3, outputs=3),
        ms("MultiHeadAttention", [q, k[:, :4], f(2, 4, 12)], num_heads=3, outputs=(0, 1, 2)),
    ]
    cos, sin = f(10, 4), f(10, 4)
    at, ids = np.array([3], np.int64), ints(np.int64, 10, 2, 5)
    found += [
        ms("RotaryEmbedding", [f(2, 5, 24), ids, cos, sin], fixed=(2, 3)),
        ms("RotaryEmbedding", [f(2, 5, 24), ids, cos, sin], fixed=(2, 3), interleaved=1),
        ms("RotaryEmbedding", [f(2, 5, 24), at, cos, sin], fixed=(2, 3)),
        ms("RotaryEmbedding", [f(2, 3, 5, 8), ids, cos, sin]),
        ms("RotaryEmbedding", [f(2, 3, 5, 12), ids, cos, sin], num_heads=3, rotary_embedding_dim=8),
        ms("RotaryEmbedding", [f(2, 5, 36), at, cos, sin], num_heads=3, rotary_embedding_dim=8, interleaved=1),
    ]
    places, cos, sin = ints(np.int64, 10, 3, 2, 5), f(10, 8), f(10, 8)
    for layout in (0, 1):
        for interleaved in (0, 1):
            more = {"mrope_layout": layout, "interleaved": interleaved}
            found += [
                ms("MRotaryEmbedding", [f(2, 5, 48), places, cos, sin], fixed=(2, 3), num_heads=3, rotary_embedding_dim=16, mrope_section=[4, 2, 2], **more),
                ms("MRotaryEmbedding", [f(2, 3, 5, 16), places, cos, sin], mrope_section=[3, 3, 2], **more),
                ms("MRotaryEmbedding", [f(2, 5, 60), places, cos, sin], num_heads=3, rotary_embedding_dim=16, mrope_section=[2, 3, 3], **more),
            ]
    one, keys = f(2, 1, 12), f(2, 3, 6, 4)
    found += [
        ms("DecoderMaskedMultiHeadAttention", [one, f(2, 3, 5, 4), f(2, 3, 5, 4)], num_heads=3),
    ]
    # with a past of its own, ONNX Runtime has it only in place: the other operator's word
    k, v, bias, added = f(2, 1, 12), f(2, 1, 12), f(36), f(1, 3, 1, 7)
    for b, a in ((bias, None), (None, added)):
        known = run(ms("MultiHeadAttention", [one, k, v, b, None, a, keys, keys], num_heads=3, outputs=3, scale=0.4))
        found.append(ms("DecoderMaskedMultiHeadAttention", [one, k, v, None, a, keys, keys, None, None, None, b], num_heads=3, outputs=3, scale=0.4, expected=known))
    return found


def cached():
    """GroupQueryAttention of a prompt, and of a token or more behind a cache."""
    def gqa(query, key, value, past, lengths, total, heads=6, kv=2, cos=None, sin=None, ids=None, bias=None, sink=None, norms=(None, None), **more):
        inputs = [query, key, value, *past, np.array(lengths, np.int32), np.array(total, np.int32), cos, sin, ids, bias, sink, None, None, *norms]
        while inputs[-1] is None:
            inputs.pop()
        return ms("GroupQueryAttention", inputs, fixed=(6,), outputs=3, num_heads=heads, kv_num_heads=kv, **more)

    none, cache = (None, None), (f(2, 2, 5, 16), f(2, 2, 5, 16))
    q, k, v = f(2, 4, 96), f(2, 4, 32), f(2, 4, 32)
    one = (f(2, 1, 96), f(2, 1, 32), f(2, 1, 32))
    table = {"cos": f(16, 8), "sin": f(16, 8), "do_rotary": 1}
    norms = f(16), f(16)

    def rms(x, weight, epsilon):
        heads = x.reshape(*x.shape[:2], -1, 16)
        return (heads / np.sqrt((heads * heads).mean(-1, keepdims=True) + np.float32(epsilon)) * weight).reshape(x.shape)

    return [
        gqa(q, k, v, none, [3, 3], 4),
        gqa(f(2, 4, 160), None, None, none, [3, 3], 4),
        gqa(q, k, v, none, [3, 3], 4, scale=0.2, softcap=3.0),
        gqa(q, k, v, none, [3, 3], 4, local_window_size=2),
        gqa(q, k, v, none, [3, 3], 4, **table),
        gqa(q, k, v, none, [3, 3], 4, rotary_interleaved=1, **table),
        gqa(q, k, v, none, [3, 3], 4, bias=f(2, 6, 4, 4)),
        gqa(q, k, v, none, [3, 3], 4, smooth_softmax=1),
        gqa(q, k, v, none, [3, 3], 4, sink=f(6), local_window_size=2),
        # the norms ONNX Runtime has on other machines only
        gqa(q, k, v, none, [3, 3], 4, norms=norms, expected=run(gqa(rms(q, norms[0], 1e-6), rms(k, norms[1], 1e-6), v, none, [3, 3], 4, **table)), **table),
        gqa(*one, cache, [5, 5], 6, norms=norms, qk_norm_epsilon=1e-2, k_norm_epsilon=1e-1,
            expected=run(gqa(rms(one[0], norms[0], 1e-2), rms(one[1], norms[1], 1e-1), one[2], cache, [5, 5], 6))),
        gqa(*one, cache, [5, 5], 6, sink=f(6)),
        gqa(*one, cache, [5, 5], 6),
        gqa(*one, cache, [5, 5], 6, **table),
        gqa(*one, cache, [5, 5], 6, local_window_size=3),
        gqa(f(2, 1, 160), None, None, cache, [5, 5], 6, bias=f(1, 1, 1, 6), **table),
        gqa(q[:1, :3], k[:1, :3], v[:1, :3], (cache[0][:1], cache[1][:1]), [7], 8, **table),
    ]


def run_in_place(case, shared):
    """What must come out where an output takes the place of an input: {input: output}, by their places."""
    session = reference_session(model_of([case]).SerializeToString())
    binding = session.io_binding()
    names = [i.name for i in session.get_inputs()]
    values = {n: onnxruntime.OrtValue.ortvalue_from_numpy(v.copy()) for n, v in zip(names, arrays_of(case))}
    for n, v in values.items():
        binding.bind_ortvalue_input(n, v)
    for i, o in enumerate(session.get_outputs()):
        source = next((f"c0_in{at}" for at, out in shared.items() if out == i), None)
        if source:
            binding.bind_ortvalue_output(o.name, values[source])
        else:
            binding.bind_output(o.name)
    session.run_with_iobinding(binding)
    return binding.copy_outputs_to_cpu()


def sparse():
    """A prompt, and a token behind a cache, with one pattern of blocks and with two."""
    cases = []
    q, k, v = f(2, 32, 96), f(2, 32, 32), f(2, 32, 32)
    last = (f(1, 1, 96), f(1, 1, 32), f(1, 1, 32))
    empty = [np.zeros((2, 2, 64, 16), np.float32) for _ in range(2)]
    table = [f(64, 8), f(64, 8)]
    rows, columns = np.array([[0, 1, 3, 5, 8], [0, 1, 3, 6, 9]], np.int32), np.array([[0, 0, 1, 1, 2, 1, 2, 3, -1], [0, 0, 1, 0, 1, 2, 0, 2, 3]], np.int32)
    for layouts in (1, 2):
        for packed in (False, True):
            for turned in (False, True):
                more = {"num_heads": 6, "kv_num_heads": 2, "sparse_block_size": 16} | ({"do_rotary": 1, "rotary_interleaved": layouts - 1} if turned else {})
                pattern = [rows[:layouts], columns[:layouts]]
                three = [np.concatenate((q, k, v), axis=2), None, None] if packed else [q, k, v]
                cases.append(ms("SparseAttention", three + empty + pattern + [np.array(32, np.int32), np.array([32, 32], np.int32)] + (table if turned else []),
                                fixed=(5, 6, 7), outputs=3, **more))
                past = [np.concatenate((f(1, 2, 40, 16), np.zeros((1, 2, 24, 16), np.float32)), axis=2) for _ in range(2)]
                cases.append(ms("SparseAttention", list(last) + past + pattern + [np.array(41, np.int32), np.array([41], np.int32)] + (table if turned else []),
                                fixed=(5, 6, 7), outputs=3, **more))
    for c in cases:
        c.expected = run_in_place(c, {3: 1, 4: 2})
    return cases


def recurrences():
    found = []
    for rule in ("linear", "gated", "delta", "gated_delta"):
        for heads, groups, steps in ((2, 2, 5), (4, 2, 1), (4, 1, 3)):
            decay = -np.abs(f(2, steps, groups * 8 if heads == 2 else groups)) if "gated" in rule else None
            beta = 1 / (1 + np.exp(-f(2, steps, groups))) if "delta" in rule else None
            q, k, v = f(2, steps, heads * 8), f(2, steps, groups * 8, scale=0.3), f(2, steps, groups * 6)
            found.append(ms("LinearAttention", [q, k, v, f(2, groups, 8, 6) if steps < 5 else None, decay, beta], outputs=2,
                            q_num_heads=heads, kv_num_heads=groups, update_rule=rule, **({"scale": 0.5} if heads == 2 else {})))
    x, w, b, past = f(2, 6, 9), f(6, 1, 4, scale=0.4), f(6), f(2, 6, 3)
    wide = f(2, 6, 6)
    turned = lambda a: np.ascontiguousarray(a.transpose(0, 2, 1))
    found += [
        ms("CausalConvWithState", [x, w, b], fixed=(1, 2), outputs=2),
        ms("CausalConvWithState", [x, w, None, past], fixed=(1,), outputs=2, activation="silu"),
        ms("CausalConvWithState", [x[:, :, :1].copy(), w, b, past], fixed=(1, 2), outputs=2, activation="swish"),
        ms("CausalConvWithState", [x, w, b, wide], fixed=(1, 2), outputs=2, dilation=2),
        ms("CausalConvWithState", [turned(x), w, b, turned(past)], fixed=(1, 2), outputs=2, channels_last=1, activation="silu"),
    ]
    return found


def lookups():
    ids = np.array([[3, 4, 5, 3, 4], [1, 1, 1, 1, 1]], np.int64)
    found = [ms("NGramRepeatBlock", [ids, f(2, 7)], ngram_size=n) for n in (1, 2, 3, 4)]
    found.append(ms("NGramRepeatBlock", [ids[:, :2], f(2, 7)], ngram_size=3))
    at = ints(np.int64, 9, 2, 3)
    for bits in (4, 8):
        table, scales, zeros = eight(np.uint8, 9, 64 * bits // 8), f(9, 4), eight(np.uint8, 9, 4 * bits // 8)
        found += [ms("GatherBlockQuantized", [table, at, scales], fixed=(0, 2), bits=bits, block_size=16, quantize_axis=1),
                  ms("GatherBlockQuantized", [table, at[0], scales, zeros], fixed=(0, 2, 3), bits=bits, block_size=16, quantize_axis=-1)]
    return found


def quantized_blocks():
    x, past = eight(np.uint8, 2, 4, 12), f(2, 2, 3, 5, 4)
    w, b, sums = eight(np.int8, 12, 36), f(36), scale(R.uniform(0.002, 0.01, 36))
    fixed = (1, 2, 3, 4, 6, 7)
    zero, columns = np.array(130, np.uint8), ints(np.int8, 5, 36, low=-5)
    found = [
        ms("QAttention", [x, w, b, scale(0.02), scale(0.005), None, zero, np.array(2, np.int8)], fixed=fixed, num_heads=3),
        ms("QAttention", [x, w, b, scale(0.02), sums, None, zero, columns], fixed=fixed, num_heads=3, unidirectional=1),
        ms("QAttention", [x, w, b, scale(0.02), scale(0.005), np.array([4, 2], np.int32), zero], fixed=fixed, num_heads=3),
        ms("QAttention", [x, w, b, scale(0.02), scale(0.005), None, zero, np.array(2, np.int8), past], fixed=fixed, outputs=2, num_heads=3, unidirectional=1),
    ]
    for directions, way in ((1, "forward"), (2, "bidirectional")):
        for each in (1, 20):
            scales = [scale(R.uniform(0.002, 0.004, (directions, each) if each > 1 else directions)) for _ in range(2)]
            zeros = [np.zeros((directions, each) if each > 1 else directions, np.int8) for _ in range(2)]
            found.append(ms("DynamicQuantizeLSTM", [f(6, 2, 4), eight(np.int8, directions, 4, 20), eight(np.int8, directions, 5, 20), f(directions, 40), None, None, None, None,
                                                    scales[0], zeros[0], scales[1], zeros[1]],
                            fixed=(1, 2, 3, 8, 9, 10, 11), outputs=3, hidden_size=5, direction=way, tolerance=1e-2))
    return found


def experts():
    """Many tokens, where every network runs, and few, which gather the weights of their own."""
    found = []

    def moe(tokens, count, k, bias=True, wide=1, **more):
        w1, w2 = f(count, 16 * wide, 12, scale=0.3), f(count, 12, 16, scale=0.3)
        found.append(ms("MoE", [f(*tokens, 12), f(int(np.prod(tokens)), count), w1, f(count, 16 * wide) if bias else None, w2, f(count, 12) if bias else None],
                        fixed=(2, 3, 4, 5), k=k, **more))

    def quantized(tokens, count, k, bits, block=0, zeros=False, normalize_routing_weights=1, **more):
        hidden, inner, parts = 32, 64, 8 // bits
        inputs = [f(*tokens, hidden), f(int(np.prod(tokens)), count)]
        blocks = lambda n: n // block if block else 1
        for rows, columns in ((inner, hidden), (hidden, inner)):
            inputs += [eight(np.uint8, count, rows, columns // parts), np.abs(f(count, rows, *([blocks(columns)] if block else []), scale=0.02)), f(count, rows)]
        if zeros:
            inputs += [None] * 3 + [eight(np.uint8, count, *((n, blocks(m) // parts) if block else (n // parts,))) for n, m in ((inner, hidden), (hidden, inner))]
        more |= {"block_size": block} if block else {}
        found.append(ms("QMoE", inputs, fixed=tuple(range(2, len(inputs))), k=k, expert_weight_bits=bits, tolerance=1e-2 if bits == 8 and block else 2e-5, # ONNX Runtime rounds activations there
                        normalize_routing_weights=normalize_routing_weights, **more))

    for tokens, count, k in (((7,), 4, 2), ((2, 1), 8, 3), ((1, 1), 4, 1), ((5,), 3, 3)):
        moe(tokens, count, k, activation_type="gelu", normalize_routing_weights=1)
        moe(tokens, count, k, bias=False, activation_type="silu")
        moe(tokens, count, k, wide=2, activation_type="swiglu", swiglu_fusion=1, activation_alpha=1.702, activation_beta=1.0, swiglu_limit=0.8)
    moe((2, 3), 4, 2)
    moe((2, 3), 4, 2, activation_type="identity", wide=1)
    moe((2, 3), 4, 2, bias=False, wide=2, activation_type="swiglu", swiglu_fusion=1)
    for tokens, count, k in (((6,), 4, 2), ((1, 1), 8, 2)):
        for bits in (4, 8):
            quantized(tokens, count, k, bits, activation_type="silu")
            quantized(tokens, count, k, bits, block=16, activation_type="gelu")
            quantized(tokens, count, k, bits, block=16, zeros=True)
    return found


def gates():
    x, gate = f(2, 3, 24), f(2, 3, 24)
    return [
        ms("ScaledSiLU", [x]),
        ms("ScaledSiLU", [x], alpha=0.7),
        ms("ScaledSiLU", [x, np.array(1.3, np.float32)]),
        ms("GatedAdd", [x, gate, f(2, 3, 1)]),
        ms("GatedRMSNorm", [x, f(24), gate], fixed=(1,)),
        ms("GatedRMSNorm", [x, f(8), gate], fixed=(1,), activation="sigmoid", epsilon=1e-2),
        ms("GatedRMSNorm", [f(5, 8), f(8), f(5, 8)], activation="swish"),
        ms("BranchwiseRMSNorm", [f(2, 3, 4, 6)]),
        ms("BranchwiseRMSNorm", [f(2, 3, 4, 6), f(6)], fixed=(1,), epsilon=1e-2),
        ms("BranchwiseRMSNorm", [x, f(4, 6)], num_branches=4),
        ms("BranchwiseRMSNorm", [x, f(24)], num_branches=4),
        ms("LinearAttentionGate", [x, f(24), f(24)], fixed=(1, 2)),
        ms("LinearAttentionGate", [x, f(24), f(24), gate], fixed=(1, 2), outputs=2),
    ]


def scale(x):
    return np.array(x, np.float32)


def eight(dtype, *shape):
    """All values of an 8-bit type."""
    return ints(dtype, 128, *shape, low=-128) if dtype == np.int8 else ints(dtype, 256, *shape)


def quantized_elementwise(t):
    """Scales that are powers of 2 leave nothing to round but the result; others may differ by a step."""
    zero, other, third = (np.array(z, t) for z in (3, 7, 11))
    a, b = eight(t, 3, 4, 5), eight(t, 3, 4, 5)
    two = [scale(0.25), zero, b, scale(0.5), other, scale(1), third]
    odd = [scale(0.031), zero, b, scale(0.017), other, scale(0.043), third]
    every = np.arange(256, dtype=np.int16).astype(np.uint8).view(t)
    found = []
    for op in ("QLinearAdd", "QLinearMul"):
        found += [
            ms(op, [a] + two, fixed=(1, 2, 4, 5, 6, 7)),
            ms(op, [a] + odd, fixed=(1, 2, 4, 5, 6, 7), steps=1),
            ms(op, [a] + odd, steps=1),
            ms(op, [a, scale(0.5), zero, eight(t, 5), scale(0.5), zero, scale(0.25)], fixed=(1, 2, 3, 4, 5, 6)),
            ms(op, [eight(t, 3, 1, 5), scale(0.5), zero, eight(t, 4, 1), scale(0.5), zero, scale(2), zero], fixed=(1, 2, 4, 5, 6, 7)),
        ]
    condition = ints(np.int8, 2, 3, 4, 5).astype(bool)
    mean = np.clip(np.rint(((a.astype(np.float64) - 3) * 0.25).mean(axis=(1, 2)) / 0.125) + 11, np.iinfo(t).min, np.iinfo(t).max).astype(t)
    return found + [
        ms("QLinearSigmoid", [every, scale(0.04), zero, scale(1 / 256), np.array(np.iinfo(t).min, t)], fixed=(1, 2, 3, 4), steps=1),
        ms("QLinearSigmoid", [every, scale(0.03), None, scale(1 / 128), zero], fixed=(1, 3, 4), steps=1),
        ms("QLinearLeakyRelu", [every, scale(0.25), zero, scale(0.25), other], fixed=(1, 2, 3, 4), alpha=0.125),
        ms("QLinearLeakyRelu", [every, scale(0.03), zero, scale(0.02), None], fixed=(1, 2, 3), alpha=0.3, steps=1),
        ms("QLinearWhere", [condition, a, scale(0.5), zero, b, scale(0.25), other, scale(0.5), third], fixed=(2, 3, 5, 6, 7, 8)),
        ms("QLinearConcat", [scale(0.5), third, a, scale(0.25), zero, b, scale(1), other], fixed=(0, 1, 3, 4, 6, 7), axis=1),
        ms("QLinearConcat", [scale(0.06), third, a, scale(0.05), zero, b, scale(0.07), other, a, scale(0.06), third],
           fixed=(0, 1, 3, 4, 6, 7, 9, 10), axis=-1, steps=1),
        ms("QLinearConcat", [scale(0.5), third] + 40 * [eight(t, 2), scale(0.25), zero], axis=0),
        ms("QLinearSoftmax", [a, scale(0.03), zero, scale(1 / 256), np.array(np.iinfo(t).min, t)], fixed=(1, 2, 3, 4), opset=13, axis=-1, steps=1),
        ms("QLinearSoftmax", [a, scale(0.03), zero, scale(1 / 128), np.array(0, t)], fixed=(1, 2, 3, 4), opset=13, axis=1, steps=1),
        ms("QLinearSoftmax", [a, scale(0.03), zero, scale(1 / 128), np.array(0, t)], fixed=(1, 2, 3, 4), opset=11, axis=1, steps=1),
        ms("QLinearReduceMean", [a, scale(0.25), zero, scale(0.125), third], fixed=(1, 2, 3, 4), axes=[1, 2], keepdims=0, expected=[mean], steps=1),
        ms("QuantizeLinear", [f(3, 4, scale=40), scale(0.37), zero], fixed=(1, 2)),
        ms("QuantizeLinear", [f(3, 4, scale=40), scale([0.37, 0.2, 0.9]), np.array([3, 4, 5], t)], fixed=(1, 2), axis=0),
        ms("DequantizeLinear", [a, scale(0.37), zero], fixed=(1, 2)),
        ms("DequantizeLinear", [a, scale([0.37, 0.2, 0.9, 0.1]), np.array([3, 4, 5, 6], t)], fixed=(1, 2), axis=1),
    ]


def quantized_pools(t):
    zero, other = np.array(3, t), np.array(11, t)
    x = eight(t, 2, 5, 9, 7)
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1))
    tail = [scale(0.05), zero, scale(0.03), other]
    scales = (1, 2, 3, 4)
    w, bias = eight(np.int8, 4, 5, 3, 3), ints(np.int32, 500, 4, low=-500)
    conv_tail = [scale(0.02), zero, w, scale([0.01, 0.02, 0.03, 0.04]), np.zeros(4, np.int8), scale(0.5), other, bias]
    return [
        ms("QLinearGlobalAveragePool", [x] + tail, fixed=scales, steps=1),
        ms("QLinearGlobalAveragePool", [last] + tail, fixed=scales, channels_last=1, steps=1),
        ms("QLinearAveragePool", [x] + tail, fixed=scales, kernel_shape=[3, 2], strides=[2, 1], steps=1),
        ms("QLinearAveragePool", [x] + tail, fixed=scales, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1, steps=1),
        ms("QLinearAveragePool", [last] + tail, fixed=scales, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 1, 1, 0], channels_last=1, steps=1),
        ms("QLinearAveragePool", [x] + tail, fixed=scales, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER", steps=1),
        ms("QLinearConv", [x] + conv_tail, fixed=tuple(range(1, 9)), pads=[1, 1, 1, 1], steps=1),
        ms("QLinearConv", [last] + conv_tail, fixed=tuple(range(1, 9)), pads=[1, 1, 1, 1], channels_last=1, steps=1),
    ]


def quantized_products():
    found = []
    for ta, tb in ((np.uint8, np.int8), (np.uint8, np.uint8), (np.int8, np.int8)):
        za, zb, columns = np.array(5, ta), np.array(7, tb), eight(tb, 6)
        a, b, c, row = eight(ta, 4, 9), eight(tb, 9, 6), ints(np.int32, 900, 6, low=-900), scale(R.uniform(0.01, 0.05, 6))
        heads = [scale(0.02), za]
        found += [
            ms("QGemm", [a] + heads + [b, scale(0.03), zb, c, scale(0.4), za], fixed=(1, 2, 3, 4, 5, 6, 7, 8), steps=1),
            ms("QGemm", [a] + heads + [b, row, columns, c], fixed=(1, 2, 3, 4, 5, 6), alpha=0.5),
            ms("QGemm", [a.T.copy()] + heads + [b.T.copy(), row, columns, None, scale(0.4), za], fixed=(1, 2, 3, 4, 5, 7, 8), transA=1, transB=1, steps=1),
            ms("MatMulIntegerToFloat", [a, b, scale(0.02), scale(0.03), za, zb, f(6)], fixed=(1, 2, 3, 4, 5, 6)),
            ms("MatMulIntegerToFloat", [eight(ta, 2, 4, 9), b, scale(0.02), row, za, columns], fixed=(1, 2, 3, 4, 5)),
            ms("MatMulIntegerToFloat", [a, b, scale(0.02), row], fixed=(1, 2, 3)),
        ]
        if ta == np.uint8:
            found += [
                ms("DynamicQuantizeMatMul", [f(4, 9), b, row, columns, f(6)], fixed=(1, 2, 3, 4)),
                ms("DynamicQuantizeMatMul", [f(2, 4, 9), b, scale(0.02)], fixed=(1, 2)),
                ms("DynamicQuantizeMatMul", [f(4, 9), b, scale(0.02), zb], fixed=(1, 2, 3)),
            ]
    k, n = 40, 6
    for bits in (2, 4, 8):
        for block in (16, 32):
            blocks, blob = -(-k // block), block * bits // 8
            weights = [eight(np.uint8, n, blocks, blob), f(n, blocks)]
            packed = eight(np.uint8, n, -(-blocks * bits // 8))
            found += [
                ms("MatMulNBits", [f(3, k)] + weights, fixed=(1, 2), bits=bits, block_size=block, K=k, N=n),
                ms("MatMulNBits", [f(2, 3, k)] + weights + [packed], fixed=(1, 2, 3), bits=bits, block_size=block, K=k, N=n),
            ]
            if bits == 4:
                found.append(ms("MatMulNBits", [f(3, k)] + weights + [f(n, blocks), None, f(n)], fixed=(1, 2, 3, 5), bits=bits, block_size=block, K=k, N=n))
    for kind in (0, 1):
        for n, k, block in ((6, 40, 16), (5, 7, 16), (8, 64, 128)):
            packed, largest = eight(np.uint8, (n * k + 1) // 2), np.abs(f(-(-n * k // block)))
            found.append(ms("MatMulBnb4", [f(2, 3, k), packed, largest], fixed=(1, 2), quant_type=kind, block_size=block, K=k, N=n))
    # not turned, ONNX Runtime computes something else from each row: by definition
    x, packed, largest = f(3, 6), eight(np.uint8, 120), np.abs(f(15))
    values = np.array([0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4])
    codes = np.stack([packed >> 4, packed & 15], axis=1).reshape(15, 16)
    w = np.concatenate([values, -values])[codes] * largest[:, None]
    found.append(ms("MatMulBnb4", [x, packed, largest], fixed=(1, 2), quant_type=0, block_size=16, K=40, N=6, transB=0, expected=[(x @ w.reshape(6, 40)).astype(np.float32)]))
    found.append(ms("MatMulInteger16", [ints(np.int16, 3000, 2, 3, 4, low=-3000), ints(np.int16, 3000, 4, 5, low=-3000)]))
    return found


def quantized():
    found = quantized_products()
    for t in (np.uint8, np.int8):
        found += quantized_elementwise(t) + quantized_pools(t)
    return found


def arrays():
    x = f(3, 4, 5)
    i64 = lambda *v: np.array(v, np.int64)
    square = f(2, 4, 4) + 4 * np.eye(4, dtype=np.float32)
    boxes = np.array([[0, 0, 1, 1], [0.1, 0.8, 0.9, 0.2], [-0.2, 0.3, 0.7, 1.4], [0.5, 0.5, 0.5, 0.5]], np.float32)
    repeated = np.array([3, 1, 3, -2, 1, 1, 7], np.float32)
    return [
        *(ms("ExpandDims", [x, np.array(a, np.int32)], fixed=(1,)) for a in (0, 2, -1, 3)),
        ms("Pad", [f(2, 3), i64(1, 0, 2, 1), np.array([0.5], np.float32)], fixed=(1, 2)),
        ms("Pad", [f(4, 5), i64(1, 2, 0, 3)[None], None], fixed=(1,), mode="reflect"),
        ms("Pad", [f(4, 5), i64(1, -1, 0, 3)], fixed=(1,), mode="edge"),
        ms("Range", [np.array([2], np.int32), np.array([9], np.int32), np.array([3], np.int32)], fixed=(0, 1, 2)),
        ms("Range", [np.array(0.5, np.float32), np.array(3, np.float32)], fixed=(0, 1)),
        ms("Unique", [repeated], outputs=3),
        ms("Inverse", [square]),
        ms("Inverse", [(f(5, 5) + np.diag([0, 3, 3, 3, 0]).astype(np.float32)).astype(np.float64)], tolerance=1e-9),
        ms("CDist", [f(5, 3), f(4, 3)]),
        ms("CDist", [f(5, 3), f(4, 3)], metric="euclidean"),
        ms("CDist", [f(5, 3).astype(np.float64), f(4, 3).astype(np.float64)], metric="sqeuclidean"),
        *(ms("UnfoldTensor", [x], size=2, **a) for a in ({}, {"dim": 0}, {"dim": 1, "step": 2})),
        ms("ConvTransposeWithDynamicPads", [f(1, 3, 5, 5), f(3, 2, 3, 3), i64(1, 0, 1, 2), f(2)], fixed=(1, 2, 3), strides=[2, 2]),
        ms("Trilu", [x]),
        ms("Trilu", [f(4, 5).astype(np.float64), np.array(-1, np.int64)], fixed=(1,), upper=0),
        ms("GatherND", [x, ints(np.int64, 3, 2, 2)]),
        ms("GatherND", [x, ints(np.int32, 3, 2, 1, 3)]),
        *(ms("CropAndResize", [f(3, 2, 7, 6), boxes, np.array([0, 2, 1, 2], np.int32), np.array(size, np.int32)], fixed=(3,), mode=mode, extrapolation_value=outside)
          for size, mode, outside in (((4, 5), "bilinear", 0.0), ((1, 3), "bilinear", -1.5), ((6, 1), "nearest", 2.0), ((3, 4), "nearest", 0.0))),
        ms("CropAndResize", [f(1, 1, 1, 5), boxes[:2], np.zeros(2, np.int32), np.array([2, 3], np.int32)], fixed=(3,)),
        *(ms("MurmurHash3", [f(4, 5, scale=1e6).astype(t)], **more) for t in (np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64)
          for more in ({}, {"seed": 42, "positive": 0})),
        *(ms("GridSample", [f(2, 3, 6, 5), f(2, 4, 3, 2)], mode=m, padding_mode=p, align_corners=a)
          for m, p, a in (("bilinear", "zeros", 0), ("nearest", "border", 1), ("bicubic", "reflection", 0), ("bicubic", "zeros", 1))),
    ]


def experimental():
    """Of the standard before version 7."""
    def old(op, inputs, **attributes):
        return Case(op, inputs, attributes, version=7)

    return [
        old("Affine", [f(3, 4)], alpha=0.3, beta=1.5),
        old("ScaledTanh", [f(3, 4)], alpha=0.3, beta=1.5),
        old("ParametricSoftplus", [f(3, 4)], alpha=0.3, beta=1.5),
        old("Scale", [f(3, 4)], scale=0.3),
        old("ImageScaler", [f(2, 3, 4, 5)], scale=0.3, bias=[0.1, -0.2, 0.3]),
        old("Crop", [f(2, 3, 6, 7)], border=[1, 2, 3, 1]),
        old("Crop", [f(2, 3, 6, 7)], border=[1, 2, 0, 0], scale=[3, 4]),
        Case("DynamicSlice", [f(5, 6), np.array([1, 2], np.int64), np.array([4, 6], np.int64)], version=7, fixed=(1, 2)),
        Case("DynamicSlice", [f(5, 6), np.array([-3], np.int64), np.array([100], np.int64), np.array([1], np.int64)], version=7, fixed=(1, 2, 3)),
    ]


def cases():
    return activations() + convolutions() + products() + normalizations() + attentions() + cached() + sparse() + recurrences() + lookups() + quantized_blocks() + experts() + gates() + quantized() + arrays() + experimental()
