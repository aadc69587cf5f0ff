"""The packages of python.sh: run_python.py tests/data/digits"""
import pathlib
import sys
import threading
import time

import numpy as np

import branchy
import digits
import open as open_batch  # not the builtin: a network of that name

data = pathlib.Path(sys.argv[1])
images, expected = np.load(data / "test_images.npy"), np.load(data / "digits_resnet_logits.npy")
images, expected = images.reshape(400, 1, 1, 8, 8), expected.reshape(400, 1, 10)


def raises(error, words, run, *arrays, **options):
    try:
        run(*arrays, **options)
    except error as e:
        assert words in str(e), e
    else:
        raise AssertionError(f"no {error.__name__} with '{words}'")


# Fresh arrays, and the caller's.
for image, logits in zip(images, expected):
    np.testing.assert_allclose(digits.run(image), logits, atol=1e-3)
logits = np.zeros((400, 1, 10), np.float32)
network = digits.Network()
for image, row in zip(images, logits):
    assert network.run(image, out=[row]) is row
np.testing.assert_allclose(logits, expected, atol=1e-3)
assert digits.INPUTS[0].shape == (1, 1, 8, 8) and digits.OUTPUTS[0].name == "logits"

# What would need a copy is refused.
raises(TypeError, "float32, not an array of float64", digits.run, images[0].astype(np.float64))
raises(TypeError, "float32, not an array of >f4", digits.run, images[0].astype(">f4"))
raises(TypeError, "not list", digits.run, images[0].tolist())
raises(ValueError, "(1, 1, 8, 8), not (1, 8, 8)", digits.run, images[0][0])
raises(ValueError, "ascontiguousarray", digits.run, images[0].transpose(0, 1, 3, 2))
frozen = np.zeros((1, 10), np.float32)
frozen.flags.writeable = False
raises(ValueError, "cannot be written", digits.run, images[0], out=[frozen])
raises(ValueError, "out has 2 arrays", digits.run, images[0], out=[frozen, frozen])

# Several outputs, an input with a value of its own.
labels = np.load(data / "test_labels.npy")
outputs = [branchy.run(image) for image in images]
assert np.mean([o.logits.argmax() for o in outputs] == labels) > 0.97
exits = {int(branchy.run(image, threshold=np.array(t, np.float32)).exit[0]) for image, t in zip(images, [0.0, 100.0] * 200)}
assert len(exits) > 1, "the threshold has no effect"

# An open batch, a pool of threads, mapped weights.
x, scale = np.load("x.npy"), np.fromfile("scale.bin", np.float32).reshape(1, 16, 1, 1)
y, z = np.fromfile("y.bin", np.float32).reshape(5, 10), np.fromfile("z.bin", np.float32).reshape(5, 2, 16, 10, 9)
for batch in range(2, 6):
    got = open_batch.run(x[:batch], scale)
    np.testing.assert_allclose(got.y, y[:batch], atol=1e-4)
    np.testing.assert_allclose(got.z, z[:batch], atol=1e-4)
raises(ValueError, "number of samples", open_batch.run, x[:1], scale)
raises(ValueError, "y has the shape (3, 10), not (2, 10)", open_batch.run, x[:3], scale, out=(y[:2], z[:3]))
pooled = open_batch.Network(3).run(x, scale)
assert (pooled.y == open_batch.run(x, scale).y).all()
with open("/proc/self/maps", encoding="utf-8") as maps:
    assert any("open/network.weights" in line for line in maps), "the weights are not mapped"

# Four threads, a network each: they do not wait for one another, nor disturb one another.
wrong = []


def work(first):
    for i in range(first, 400, 4):
        if not np.allclose(digits.run(images[i]), expected[i], atol=1e-3):
            wrong.append(i)


threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert not wrong, wrong

# Nobody is made to hand the lock over here: who runs a network does it of itself.
sys.setswitchinterval(1000)
seen = threading.Event()
deadline = time.monotonic() + 10


def run_until_seen():
    while not seen.is_set() and time.monotonic() < deadline:
        network.run(images[0])


runner = threading.Thread(target=run_until_seen)
runner.start()
assert time.monotonic() < deadline, "a running network keeps Python's lock"
seen.set()
runner.join()
