"""Networks for photographs in PyTorch, written from their papers, where neither torchvision nor timm has them."""

import torch
import torchvision
from torch import nn
from torch.nn import functional as f


def pyramid(x, levels):
    """Spatial pyramid pooling (He et al. 2015)."""
    return torch.cat([f.adaptive_max_pool2d(x, n).flatten(1) for n in levels], 1)


class ZF5(nn.Module):
    """Table 1 of SPP-net: pooled to 6 x 6, or by a pyramid."""

    def __init__(self, levels=None):
        super().__init__()
        self.levels = levels
        self.conv1, self.conv2 = nn.Conv2d(3, 96, 7, 2, 1), nn.Conv2d(96, 256, 5, 2, 1)
        self.conv3, self.conv4, self.conv5 = nn.Conv2d(256, 384, 3, 1, 1), nn.Conv2d(384, 384, 3, 1, 1), nn.Conv2d(384, 256, 3, 1, 1)
        self.fc6 = nn.Linear(256 * (sum(n * n for n in levels) if levels else 36), 4096)
        self.fc7, self.fc8 = nn.Linear(4096, 4096), nn.Linear(4096, 1000)
        self.norm = nn.LocalResponseNorm(5, 1e-4, 0.75, 1)

    def forward(self, x):
        for conv in self.conv1, self.conv2:
            x = f.max_pool2d(self.norm(torch.relu(conv(x))), 3, 2, ceil_mode=True)
        for conv in self.conv3, self.conv4, self.conv5:
            x = torch.relu(conv(x))
        x = pyramid(x, self.levels) if self.levels else f.max_pool2d(x, 3, 2).flatten(1)
        return self.fc8(torch.relu(self.fc7(torch.relu(self.fc6(x)))))


class AlexNet(nn.Module):
    """Krizhevsky et al. 2012. PyTorch divides alpha by the size."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 96, 11, 4, 2), nn.Conv2d(96, 256, 5, 1, 2, groups=2)
        self.conv3, self.conv4 = nn.Conv2d(256, 384, 3, 1, 1), nn.Conv2d(384, 384, 3, 1, 1, groups=2)
        self.conv5 = nn.Conv2d(384, 256, 3, 1, 1, groups=2)
        self.fc6, self.fc7, self.fc8 = nn.Linear(256 * 36, 4096), nn.Linear(4096, 4096), nn.Linear(4096, 1000)
        self.norm = nn.LocalResponseNorm(5, 5e-4, 0.75, 2)

    def forward(self, x):
        for conv in self.conv1, self.conv2:
            x = f.max_pool2d(self.norm(torch.relu(conv(x))), 3, 2)
        for conv in self.conv3, self.conv4, self.conv5:
            x = torch.relu(conv(x))
        x = f.max_pool2d(x, 3, 2).flatten(1)
        return self.fc8(torch.relu(self.fc7(torch.relu(self.fc6(x)))))


class PReLUNet(nn.Module):
    """Table 3 of He et al. 2015."""

    def __init__(self, depth, widths):
        super().__init__()
        self.depth, inputs = depth, 96
        self.conv1, self.prelu1 = nn.Conv2d(3, 96, 7, 2, 3), nn.PReLU(96)
        for stage, width in enumerate(widths, 2):
            for i in range(1, depth + 1):
                self.add_module(f"conv{stage}_{i}", nn.Conv2d(inputs, width, 3, 1, 1))
                self.add_module(f"prelu{stage}_{i}", nn.PReLU(width))
                inputs = width
        self.fc1, self.fc2, self.fc3 = nn.Linear(63 * inputs, 4096), nn.Linear(4096, 4096), nn.Linear(4096, 1000)
        self.prelu5, self.prelu6 = nn.PReLU(4096), nn.PReLU(4096)

    def forward(self, x):
        x = self.prelu1(self.conv1(x))
        for stage in 2, 3, 4:
            x = f.max_pool2d(x, 2)
            for i in range(1, self.depth + 1):
                x = getattr(self, f"prelu{stage}_{i}")(getattr(self, f"conv{stage}_{i}")(x))
        x = pyramid(x, (7, 3, 2, 1))
        return self.fc3(self.prelu6(self.fc2(self.prelu5(self.fc1(x)))))


class TinyPReLUNet(nn.Module):
    """Le and Yang 2015, for Tiny ImageNet."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(3, 64, 5, 1, 2), nn.Conv2d(64, 128, 5, 1, 2), nn.Conv2d(128, 256, 5, 1, 2)
        self.prelu1, self.prelu2, self.prelu3, self.prelu4 = nn.PReLU(64), nn.PReLU(128), nn.PReLU(256), nn.PReLU(1024)
        self.fc1, self.fc2 = nn.Linear(256 * 49, 1024), nn.Linear(1024, 200)

    def forward(self, x):
        for conv, prelu in (self.conv1, self.prelu1), (self.conv2, self.prelu2), (self.conv3, self.prelu3):
            x = f.max_pool2d(prelu(conv(x)), 2)
        return self.fc2(self.prelu4(self.fc1(x.flatten(1))))


class HEDSide(nn.Module):
    def __init__(self, inputs, factor):
        super().__init__()
        self.score = nn.Conv2d(inputs, 1, 1)
        self.upsample = nn.ConvTranspose2d(1, 1, 2 * factor, factor, bias=False) if factor > 1 else nn.Identity()

    def forward(self, x):
        return self.upsample(self.score(x))


class HED(nn.Module):
    """Xie and Tu 2015. Sides are cut where their Caffe model cuts them."""

    STAGES = ((2, 64, 34), (2, 128, 35), (3, 256, 36), (3, 512, 38), (3, 512, 42))

    def __init__(self):
        super().__init__()
        inputs = 3
        for stage, (depth, width, _) in enumerate(self.STAGES, 1):
            for i in range(1, depth + 1):
                self.add_module(f"conv{stage}_{i}", nn.Conv2d(inputs, width, 3, 1, 35 if inputs == 3 else 1))
                inputs = width
            self.add_module(f"side{stage}", HEDSide(width, 1 << (stage - 1)))
        self.fuse = nn.Conv2d(5, 1, 1)

    def forward(self, image):
        h, w, x, sides = *image.shape[2:], image, []
        for stage, (depth, _, cut) in enumerate(self.STAGES, 1):
            x = f.max_pool2d(x, 2, ceil_mode=True) if stage > 1 else x
            for i in range(1, depth + 1):
                x = torch.relu(getattr(self, f"conv{stage}_{i}")(x))
            sides.append(getattr(self, f"side{stage}")(x)[:, :, cut : cut + h, cut : cut + w])
        fused = self.fuse(torch.cat(sides, 1))
        return [torch.sigmoid(y) for y in [fused] + sides]


class CBAM(nn.Module):
    """Woo et al. 2018, in the residual branch behind its last normalization."""

    def __init__(self, norm):
        super().__init__()
        width = norm.num_features
        self.norm, self.fc1, self.fc2 = norm, nn.Conv2d(width, width // 16, 1), nn.Conv2d(width // 16, width, 1)
        self.conv, self.bn = nn.Conv2d(2, 1, 7, 1, 3, bias=False), nn.BatchNorm2d(1)

    def forward(self, x):
        x = self.norm(x)
        perceptron = lambda y: self.fc2(torch.relu(self.fc1(y)))
        x = x * torch.sigmoid(perceptron(f.adaptive_avg_pool2d(x, 1)) + perceptron(f.adaptive_max_pool2d(x, 1)))
        planes = torch.stack([x.max(1).values, x.mean(1)], 1)
        return x * torch.sigmoid(self.bn(self.conv(planes)))


class CBAMResNet50(nn.Module):
    NAMES = {"bn3.norm": "bn3", "bn3.fc1": "channel.fc1", "bn3.fc2": "channel.fc2", "bn3.conv": "spatial.conv", "bn3.bn": "spatial.bn"}

    def __init__(self):
        super().__init__()
        self.network = torchvision.models.resnet50()
        for stage in range(1, 5):
            for unit in getattr(self.network, f"layer{stage}"):
                unit.bn3 = CBAM(unit.bn3)

    def state_dict(self):
        def renamed(name):
            for old, new in self.NAMES.items():
                name = name.replace(f".{old}.", f".{new}.")
            return name

        return {renamed(name): t for name, t in self.network.state_dict().items()}

    def forward(self, x):
        return self.network(x)


class SatelliteEnsemble(nn.Module):
    def __init__(self):
        super().__init__()
        for name in "resnet18", "resnet50", "densenet121":
            self.add_module(name, getattr(torchvision.models, name)(num_classes=17))

    def forward(self, x):
        return sum(torch.sigmoid(network(x)) for network in self.children()) / 3


# name: the model, the size of its image (a pair where it is open), the parameters that the paper gives
NETWORKS = {
    "alexnet_lrn": (AlexNet, 224, "60 M"),
    "zf5": (ZF5, 224, ""),
    "sppnet": (lambda: ZF5((6, 3, 2, 1)), (180, 251), ""),
    "prelunet_a": (lambda: PReLUNet(5, (256, 512, 512)), 224, ""),
    "prelunet_b": (lambda: PReLUNet(6, (256, 512, 512)), 224, ""),
    "prelunet_c": (lambda: PReLUNet(6, (384, 768, 896)), 224, ""),
    "tiny_imagenet_prelu": (TinyPReLUNet, 56, ""),
    "hed": (HED, (150, 101), ""),
    "cbam_resnet50": (CBAMResNet50, 224, "28.09 M"),
    "satellite_ensemble": (SatelliteEnsemble, 224, ""),
}
