"""Networks for CIFAR-10 in PyTorch, written from their papers."""

import torch
from torch import nn
from torch.nn import functional as f


def conv(inputs, outputs, kernel, stride=1, bias=False):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=bias)


def option_a(x, width, stride):
    """He et al. 2016: every other pixel, zeros for new channels."""
    return f.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, width - x.shape[1]))


class Basic(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.width, self.stride, self.survival = width, stride, 1
        self.conv1, self.bn1 = conv(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(option_a(x, self.width, self.stride) + y * self.survival)


class PreBasic(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.width, self.stride = width, stride
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, width, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(width), conv(width, width, 3)

    def forward(self, x):
        y = self.conv1(torch.relu(self.bn1(x)))
        return option_a(x, self.width, self.stride) + self.conv2(torch.relu(self.bn2(y)))


class PreBottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        out = width * 4
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, width, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(width), conv(width, width, 3, stride)
        self.bn3, self.conv3 = nn.BatchNorm2d(width), conv(width, out, 1)
        self.shortcut = conv(inputs, out, 1, stride) if inputs != out else None

    def forward(self, x):
        active = torch.relu(self.bn1(x))
        y = self.conv2(torch.relu(self.bn2(self.conv1(active))))
        return self.conv3(torch.relu(self.bn3(y))) + (self.shortcut(active) if self.shortcut else x)


class ResNet(nn.Module):
    """Three stages of `depth` units; of unit l of L, 1 - l / L (1 - survival) is kept (Huang et al. 2016)."""

    def __init__(self, depth, unit=Basic, expansion=1, preactivation=False, survival=1):
        super().__init__()
        self.conv1, width = conv(3, 16, 3), 16
        self.preactivation = preactivation
        for stage in range(3):
            units = []
            for i in range(depth):
                units.append(unit(width, 16 << stage, 2 if stage and not i else 1))
                units[-1].survival = 1 - (stage * depth + i + 1) / (3 * depth) * (1 - survival)
                width = expansion * 16 << stage
            self.add_module(f"layer{stage + 1}", nn.Sequential(*units))
        self.bn1 = nn.BatchNorm2d(width if preactivation else 16)
        self.fc = nn.Linear(width, 10)

    def forward(self, x):
        x = self.conv1(x)
        x = x if self.preactivation else torch.relu(self.bn1(x))
        x = self.layer3(self.layer2(self.layer1(x)))
        x = torch.relu(self.bn1(x)) if self.preactivation else x
        return self.fc(x.mean((2, 3)))


class PyramidUnit(nn.Module):
    """Han et al. 2017, figure 6 d: no ReLU before the first convolution, a normalization behind the last."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.bn1, self.conv1, self.bn2 = nn.BatchNorm2d(inputs), conv(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn3, self.pool = conv(width, width, 3), nn.BatchNorm2d(width), nn.AvgPool2d(stride)

    def forward(self, x):
        y = self.bn3(self.conv2(torch.relu(self.bn2(self.conv1(self.bn1(x))))))
        return y + f.pad(self.pool(x), (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))


class PyramidNet(nn.Module):
    def __init__(self, depth, alpha):
        super().__init__()
        self.conv1, self.bn1, width = conv(3, 16, 3), nn.BatchNorm2d(16), 16
        for stage in range(3):
            units = []
            for i in range(depth):
                out = 16 + alpha * (stage * depth + i + 1) // (3 * depth)
                units.append(PyramidUnit(width, out, 2 if stage and not i else 1))
                width = out
            self.add_module(f"layer{stage + 1}", nn.Sequential(*units))
        self.bn2, self.fc = nn.BatchNorm2d(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)))))
        return self.fc(torch.relu(self.bn2(x)).mean((2, 3)))


class ShakeShortcut(nn.Module):
    """Half of the channels from the pixels at even places, half from those left and above."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.stride, self.conv1, self.conv2 = stride, conv(inputs, width // 2, 1), conv(inputs, width // 2, 1)
        self.bn = nn.BatchNorm2d(width)

    def forward(self, x):
        moved = f.pad(x, (1, -1, 1, -1))
        s = self.stride
        return self.bn(torch.cat([self.conv1(x[:, :, ::s, ::s]), self.conv2(moved[:, :, ::s, ::s])], 1))


class ShakeBranch(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)

    def forward(self, x):
        return self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(torch.relu(x))))))


class ShakeUnit(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.branch1, self.branch2 = ShakeBranch(inputs, width, stride), ShakeBranch(inputs, width, stride)
        self.shortcut = ShakeShortcut(inputs, width, stride) if inputs != width else None

    def forward(self, x):
        shortcut = self.shortcut(torch.relu(x)) if self.shortcut else x
        return shortcut + (self.branch1(x) + self.branch2(x)) / 2


class ShakeShake(nn.Module):
    """Gastaldi 2017, once trained: 2 branches of 2 * 3 * depth convolutions, and 2 layers."""

    def __init__(self, depth, width):
        super().__init__()
        self.conv1, self.bn1, inputs = conv(3, 16, 3), nn.BatchNorm2d(16), 16
        for stage in range(3):
            units = []
            for i in range(depth):
                units.append(ShakeUnit(inputs, width << stage, 2 if stage and not i else 1))
                inputs = width << stage
            self.add_module(f"layer{stage + 1}", nn.Sequential(*units))
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.bn1(self.conv1(x)))))
        return self.fc(torch.relu(x).mean((2, 3)))


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, 4 * growth, 1)
        self.norm2, self.conv2 = nn.BatchNorm2d(4 * growth), conv(4 * growth, growth, 3)

    def forward(self, x):
        y = self.conv1(torch.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(torch.relu(self.norm2(y)))], 1)


class DenseNetBC(nn.Module):
    """Huang et al. 2017: bottlenecks, and transitions that halve the channels."""

    def __init__(self, layers=100, growth=12):
        super().__init__()
        self.features, width = nn.Sequential(), 2 * growth
        self.features.add_module("conv0", conv(3, width, 3))
        for block in range(1, 4):
            dense = nn.Sequential()
            for i in range((layers - 4) // 6):
                dense.add_module(f"denselayer{i + 1}", DenseLayer(width, growth))
                width += growth
            self.features.add_module(f"denseblock{block}", dense)
            if block < 3:
                parts = {"norm": nn.BatchNorm2d(width), "relu": nn.ReLU(), "conv": conv(width, width // 2, 1), "pool": nn.AvgPool2d(2)}
                transition, width = nn.Sequential(), width // 2
                for name, part in parts.items():
                    transition.add_module(name, part)
                self.features.add_module(f"transition{block}", transition)
        self.features.add_module("norm4", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, 10)

    def forward(self, x):
        return self.classifier(torch.relu(self.features(x)).mean((2, 3)))


class AllCNN(nn.Module):
    """Springenberg et al. 2015, tables 1 and 2: the layers of models A, B and C; /2 is a stride, - no padding."""

    MODELS = {
        "A": "96x5 96x3/2 192x5 192x3/2 192x3- 192x1 10x1",
        "B": "96x5 96x1 96x3/2 192x5 192x1 192x3/2 192x3- 192x1 10x1",
        "C": "96x3 96x3 96x3/2 192x3 192x3 192x3/2 192x3- 192x1 10x1",
    }

    def __init__(self, model):
        super().__init__()
        layers, inputs = [], 3
        for layer in self.MODELS[model].split():
            stride = 2 if layer.endswith("/2") else 1
            width, kernel = (int(n) for n in layer.rstrip("-").split("/")[0].split("x"))
            layers += [nn.Conv2d(inputs, width, kernel, stride, 0 if layer.endswith("-") else kernel // 2), nn.ReLU()]
            layers += [nn.Dropout()] if stride == 2 else []
            inputs = width
        self.features = nn.Sequential(*layers)

    def forward(self, x):
        return self.features(x).mean((2, 3))


# name: the model, the size of its image (a pair where it is open), the parameters that the paper gives
NETWORKS = {
    "resnet20": (lambda: ResNet(3), 32, "0.27 M"),
    "resnet56": (lambda: ResNet(9), 32, "0.85 M"),
    "resnet110": (lambda: ResNet(18), 32, "1.7 M"),
    "resnet1202": (lambda: ResNet(200), 32, "19.4 M"),
    "stochastic_resnet110": (lambda: ResNet(18, survival=0.5), 32, "1.7 M"),
    "stochastic_resnet1202": (lambda: ResNet(200, survival=0.5), 32, "19.4 M"),
    "preresnet110": (lambda: ResNet(18, PreBasic, 1, True), 32, "1.7 M"),
    "preresnet164": (lambda: ResNet(18, PreBottleneck, 4, True), 32, "1.7 M"),
    "pyramidnet110": (lambda: PyramidNet(18, 84), 32, "3.8 M"),
    "shake_shake26_2x32d": (lambda: ShakeShake(4, 32), 32, "2.9 M"),
    "densenet_bc": (DenseNetBC, 32, "0.8 M"),
    "all_cnn_a": (lambda: AllCNN("A"), 32, "1.28 M"),
    "all_cnn_b": (lambda: AllCNN("B"), 32, "1.35 M"),
    "all_cnn_c": (lambda: AllCNN("C"), 32, "1.4 M"),
}
