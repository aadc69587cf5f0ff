"""What transformers are made of, in sizes that get the kernels for rows: attention, layer normalisation, GELU."""
import numpy as np
from operators import MICROSOFT, Case, rng

R = rng("transformers")


def f(*shape, scale=1.0):
    return (R.standard_normal(shape) * scale).astype(np.float32)


def attention(q, k, v, heads, *more, **attributes):
    return Case("MultiHeadAttention", [q, k, v, *more], {"num_heads": heads, **attributes}, MICROSOFT, 1)


def attentions():
    """Rows, keys and columns that fill tiles and vectors, and that do not; masks of the scores' shape and broadcast."""
    found = [attention(f(2, rows, heads * inner), f(2, keys, heads * inner), f(2, keys, heads * cols), heads)
             for rows, keys, heads, inner, cols in ((8, 16, 1, 4, 16), (28, 64, 2, 64, 64), (13, 37, 3, 20, 40), (9, 17, 2, 5, 3), (300, 33, 2, 8, 24), (30, 150, 1, 33, 100))]
    for mask in ((1, 1, 11, 30), (1, 2, 11, 30), (2, 1, 11, 30), (2, 2, 11, 30)):
        found.append(attention(f(2, 11, 32), f(2, 30, 32), f(2, 30, 48), 2, None, None, f(*mask)))
    found.append(attention(f(1, 11, 32), f(1, 48, 32), f(1, 48, 32), 2, None, None, f(1, 2, 11, 48), scale=0.3))
    found.append(attention(f(1, 24, 32), f(1, 24, 32), f(1, 24, 32), 4, unidirectional=1))
    found.append(attention(f(1, 9, 16, scale=30), f(1, 20, 16), f(1, 20, 16), 1))  # one score far above the others
    return found


def normalizations():
    found = []
    for length in (16, 17, 37, 64, 83, 768):
        rows = f(2, 3, length) * 3 + 5
        found += [Case("LayerNormalization", [rows, f(length), f(length)], {"epsilon": 1e-3}, fixed=(1, 2)),
                  Case("LayerNormalization", [rows, f(length)], fixed=(1,)),
                  Case("SimplifiedLayerNormalization", [rows, f(length)], {"epsilon": 1e-5})]
    found.append(Case("LayerNormalization", [f(2, 3, 5, 8), f(5, 8), f(5, 8)], {"axis": 2}))
    found.append(Case("LayerNormalization", [f(2, 3, 40) * 0 + 7, f(40), f(40)]))  # rows without variance
    return found


def gelus():
    steps = np.linspace(-9, 9, 4001, dtype=np.float32)
    return [Case("Erf", [steps], tolerance=3e-7), Case("Gelu", [steps], domain=MICROSOFT, version=1, tolerance=3e-7)]


def cases():
    return attentions() + normalizations() + gelus()
