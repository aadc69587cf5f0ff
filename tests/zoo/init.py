"""Parameters drawn at random: what frontend/weights/init.h says, in NumPy, to the bit."""

import numpy

SLOPE = 0.25
GOLDEN = 0x9E3779B97F4A7C15
CONSTANTS = {"bias": 0, "scale": 1, "shift": 0, "mean": 0, "variance": 1, "slope": SLOPE}


def mix(z):
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def fnv1a(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def variance(kind, fan_in, fan_out):
    return {"he": 2 / fan_in, "xavier": 2 / (fan_in + fan_out), "msra": 2 / ((1 + SLOPE**2) * fan_in)}[kind]


def draw(name, shape, role, fan_in, fan_out, kind, seed):
    """The parameter `name` as float32; role: weight, or one of CONSTANTS."""
    if role != "weight":
        return numpy.full(shape, CONSTANTS[role], numpy.float32)
    with numpy.errstate(over="ignore"):
        key = mix(numpy.array([seed ^ fnv1a(name)], numpy.uint64))
        steps = numpy.arange(1, numpy.prod(shape, dtype=int) + 1, dtype=numpy.uint64)
        bits = mix(key + steps * numpy.uint64(GOLDEN)) >> numpy.uint64(40)
    bound = numpy.sqrt(3 * variance(kind, fan_in, fan_out))
    return (bound * ((bits.astype(numpy.float64) + 0.5) / 2**23 - 1)).astype(numpy.float32).reshape(shape)
