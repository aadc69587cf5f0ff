"""Makes the pictures of this folder and what a network should be given for them, with Pillow 13 and NumPy.

The reference follows torchvision's transforms: the short side is resized (bilinear, antialiased) to 256/224 of what the
network takes, the long one rounded down; the middle is cropped, its corner rounded half to even; ImageNet's mean and
deviation for colours.
"""
import os

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def scene(width, height, seed):
    """Slopes with a disc and some noise, so that no two pixels are alike."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([255 * x / width, 255 * y / height, 255 * (x + y) / (width + height)], -1)
    rgb[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 3) ** 2] = (250, 20, 90)
    return np.clip(rgb + np.random.default_rng(seed).normal(0, 12, rgb.shape), 0, 255).astype(np.uint8)


def fitted(image, size):
    if image.size == (size, size):
        return image
    side, (w, h) = round(size * 256 / 224), image.size
    shape = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
    image = image.resize(shape, Image.BILINEAR)
    left, top = (int(round((n - size) / 2.0)) for n in image.size)
    return image.crop((left, top, left + size, top + size))


def colour(image, size):
    x = (np.asarray(fitted(image.convert("RGB"), size)) / 255.0 - MEAN) / STD
    return x.transpose(2, 0, 1)[None].astype(np.float32)


def grey(image, size):
    return (np.asarray(fitted(image.convert("RGB").convert("L"), size)) / 255.0)[None, None].astype(np.float32)


def main():
    os.chdir(HERE)
    wide = scene(47, 30, 1)
    alpha = np.linspace(0, 255, wide.shape[0] * wide.shape[1]).astype(np.uint8).reshape(wide.shape[:2])
    Image.fromarray(np.dstack([wide, alpha])).save("wide.png", optimize=True)
    Image.fromarray(scene(25, 41, 2)).save("tall.jpg", quality=85)
    Image.fromarray(scene(16, 16, 3)).convert("P", palette=Image.ADAPTIVE, colors=16).save("palette.png", optimize=True)
    for name in ("wide.png", "tall.jpg", "palette.png"):
        image, stem = Image.open(name), name.split(".")[0]
        np.save(f"{stem}_colour.npy", colour(image, 16))
        np.save(f"{stem}_grey.npy", grey(image, 8))


main()
