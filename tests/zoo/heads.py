"""Networks with auxiliary heads in PyTorch, written from their papers. Outputs: the logits, then those of the heads."""

import torch
from torch import nn
from torch.nn import functional as f


class Unit(nn.Conv2d):
    """A convolution that keeps the plane's size, but for its stride, and ReLU."""

    def __init__(self, inputs, outputs, kernel=1, stride=1):
        super().__init__(inputs, outputs, kernel, stride, kernel // 2)

    def forward(self, x):
        return torch.relu(super().forward(x))


class Head(nn.Module):
    """A classifier half-way (Szegedy et al. 2015)."""

    def __init__(self, inputs, places, classes, ceil=False):
        super().__init__()
        self.pool = nn.AvgPool2d(5, 3, ceil_mode=ceil)
        self.conv, self.fc1, self.fc2 = Unit(inputs, 128), nn.Linear(128 * places, 1024), nn.Linear(1024, classes)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(self.conv(self.pool(x)).flatten(1))))


class Inception(nn.Module):
    def __init__(self, inputs, one, three_in, three, five_in, five, pool):
        super().__init__()
        self.conv1, self.pool_proj = Unit(inputs, one), Unit(inputs, pool)
        self.conv3_reduce, self.conv3 = Unit(inputs, three_in), Unit(three_in, three, 3)
        self.conv5_reduce, self.conv5 = Unit(inputs, five_in), Unit(five_in, five, 5)

    def forward(self, x):
        pooled = self.pool_proj(f.max_pool2d(x, 3, 1, 1))
        return torch.cat([self.conv1(x), self.conv3(self.conv3_reduce(x)), self.conv5(self.conv5_reduce(x)), pooled], 1)


class GoogLeNet(nn.Module):
    """Table 1 of Szegedy et al. 2015, with the normalizations of its figure 3."""

    MODULES = {
        "3a": (64, 96, 128, 16, 32, 32),
        "3b": (128, 128, 192, 32, 96, 64),
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
        "5a": (256, 160, 320, 32, 128, 128),
        "5b": (384, 192, 384, 48, 128, 128),
    }

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2_reduce, self.conv2 = Unit(3, 64, 7, 2), Unit(64, 64), Unit(64, 192, 3)
        inputs = 192
        for name, widths in self.MODULES.items():
            self.add_module("inception" + name, Inception(inputs, *widths))
            inputs = sum(widths[i] for i in (0, 2, 4, 5))
        self.aux1, self.aux2, self.fc = Head(512, 16, 1000), Head(528, 16, 1000), nn.Linear(inputs, 1000)
        self.norm = nn.LocalResponseNorm(5, 1e-4, 0.75, 1)

    def forward(self, x):
        shrink = nn.MaxPool2d(3, 2, ceil_mode=True)
        x = self.norm(shrink(self.conv1(x)))
        x, seen = shrink(self.norm(self.conv2(self.conv2_reduce(x)))), {}
        for name in self.MODULES:
            x = seen[name] = getattr(self, "inception" + name)(x)
            x = shrink(x) if name in ("3b", "4e") else x
        return [self.fc(x.mean((2, 3))), self.aux1(seen["4a"]), self.aux2(seen["4d"])]


class Double(nn.Module):
    """1x1, 3x3 and two 3x3 convolutions side by side."""

    def __init__(self, inputs, width):
        super().__init__()
        self.conv1, self.conv3 = Unit(inputs, width), Unit(inputs, width, 3)
        self.pair = nn.Sequential(Unit(inputs, 2 * width, 3), Unit(2 * width, 2 * width, 3))

    def forward(self, x):
        return torch.cat([self.conv1(x), self.conv3(x), self.pair(x)], 1)


class RelayNet(nn.Module):
    """Shen et al. 2016, model B, as its authors published it; heads behind the third pooling and the fourth."""

    def __init__(self):
        super().__init__()
        self.conv1, inputs = Unit(3, 128, 7, 2), 128
        for stage, width in (3, 64), (4, 128), (5, 128):
            self.add_module(f"inception{stage}", nn.Sequential(*(Double(4 * width if i else inputs, width) for i in range(4))))
            inputs = 4 * width
        self.fc6, self.fc7, self.fc8 = nn.Linear(512 * (1 + 4 + 4 + 49), 4096), nn.Linear(4096, 4096), nn.Linear(4096, 401)
        self.aux1, self.aux2 = Head(256, 81, 401, True), Head(512, 16, 401, True)

    def forward(self, x):
        pool3 = f.max_pool2d(self.inception3(f.max_pool2d(self.conv1(x), 2)), 2)
        pool4 = f.max_pool2d(self.inception4(pool3), 2)
        x = self.inception5(pool4)
        x = torch.cat([f.max_pool2d(x, size).flatten(1) for size in (14, 7, 5, 2)], 1)
        return [self.fc8(torch.relu(self.fc7(torch.relu(self.fc6(x))))), self.aux1(pool3), self.aux2(pool4)]


# name: the model, the size of its image, the parameters that the paper gives
NETWORKS = {
    "googlenet_lrn": (GoogLeNet, 224, ""),
    "relay_backprop": (RelayNet, 224, ""),
}
