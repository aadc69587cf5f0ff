"""Initializers for models that are written as text."""
import numpy as np
import onnx


def add_weights(model, weights, rng):
    """weights: names to shapes. Normal numbers, scaled so that sums over all but the first dimension keep their size."""
    for name, shape in weights.items():
        fan_in = float(np.prod(shape[1:])) if len(shape) > 1 else 1.0
        data = (rng.standard_normal(shape) / fan_in**0.5).astype(np.float32)
        model.graph.initializer.append(onnx.numpy_helper.from_array(data, name))
