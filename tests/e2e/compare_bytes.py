"""Compare quantised outputs: python compare_bytes.py GOT EXPECTED: GOT/NAME.npy for each NAME in EXPECTED/outputs. Those in
EXPECTED/exact must be equal; of the others 99.9 % must be within a step, and nearly all equal."""
import pathlib
import sys

import numpy as np

got, expected = map(pathlib.Path, sys.argv[1:3])
exact = (expected / "exact").read_text().split()
for name in (expected / "outputs").read_text().split():
    x, y = (np.load(folder / f"{name}.npy").astype(float) for folder in (got, expected))
    steps = np.abs(x - y)
    wrong = steps.any() if name in exact else np.mean(steps > 1) > 0.001 or np.mean(steps > 0) > 0.02
    if x.shape != y.shape or wrong:
        sys.exit(f"{name}: {np.mean(steps > 0):.2%} differ, the largest difference is {steps.max()}")
