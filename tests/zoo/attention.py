"""Residual attention networks (Wang et al. 2017) in PyTorch, from the paper's tables and its authors' Caffe models."""

import torch
from torch import nn
from torch.nn import functional as f

from cifar import PreBottleneck, conv


def shrink(x):
    return f.max_pool2d(x, 3, 2, ceil_mode=True)


class Hourglass(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        unit = lambda: PreBottleneck(4 * width, width, 1)
        self.down = unit()
        if depth > 1:
            self.skip, self.inner, self.up = unit(), Hourglass(width, depth - 1), unit()
        else:
            self.bottom, self.inner = unit(), None

    def forward(self, x):
        y = self.down(shrink(x))
        y = self.up(self.skip(y) + self.inner(y)) if self.inner else self.bottom(y)
        return f.interpolate(y, x.shape[2:], mode="bilinear", align_corners=True)


class Mask(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        out = 4 * width
        self.hourglass = Hourglass(width, depth)
        self.bn1, self.conv1, self.bn2, self.conv2 = nn.BatchNorm2d(out), conv(out, out, 1), nn.BatchNorm2d(out), conv(out, out, 1)

    def forward(self, x):
        x = self.conv1(torch.relu(self.bn1(self.hourglass(x))))
        return torch.sigmoid(self.conv2(torch.relu(self.bn2(x))))


class Attention(nn.Module):
    """p = 1 unit before, t = 2 in the trunk, p after; r = 1 between poolings of the mask."""

    def __init__(self, width, depth):
        super().__init__()
        unit = lambda: PreBottleneck(4 * width, width, 1)
        self.first, self.trunk, self.mask, self.last = unit(), nn.Sequential(unit(), unit()), Mask(width, depth), unit()

    def forward(self, x):
        x = self.first(x)
        return self.last((1 + self.mask(x)) * self.trunk(x))


class AttentionNetwork(nn.Module):
    def __init__(self, modules):
        super().__init__()
        self.conv1, self.bn1, inputs = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), 64
        for stage, count in enumerate(modules):
            width = 64 << stage
            self.add_module(f"unit{stage + 1}", PreBottleneck(inputs, width, 2 if stage else 1))
            self.add_module(f"attention{stage + 1}", nn.Sequential(*(Attention(width, 3 - stage) for _ in range(count))))
            inputs = 4 * width
        self.unit4 = nn.Sequential(PreBottleneck(1024, 512, 2), PreBottleneck(2048, 512, 1), PreBottleneck(2048, 512, 1))
        self.bn2, self.fc = nn.BatchNorm2d(2048), nn.Linear(2048, 1000)

    def forward(self, x):
        x = shrink(torch.relu(self.bn1(self.conv1(x))))
        for stage in "123":
            x = getattr(self, "attention" + stage)(getattr(self, "unit" + stage)(x))
        return self.fc(torch.relu(self.bn2(self.unit4(x))).mean((2, 3)))


# name: the model, the size of its image, the parameters that the paper gives
NETWORKS = {
    "attention56": (lambda: AttentionNetwork((1, 1, 1)), 224, "31.9 M"),
    "attention92": (lambda: AttentionNetwork((1, 2, 3)), 224, "51.3 M"),
}
