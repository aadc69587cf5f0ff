"""The image that reference outputs belong to: draw_image.py SIZE FILE.npy"""

import sys

import numpy

from init import draw


def draw_image(size):
    return draw("image", (1, 3, size, size), "weight", 1, 1, "xavier", seed=1)


if __name__ == "__main__":
    numpy.save(sys.argv[2], draw_image(int(sys.argv[1])))
