"""BranchyNet (Teerapittayanon et al. 2016) in PyTorch. Outputs: the exit taken, from 1 on, and its logits."""

import torch
from torch import nn
from torch.nn import functional as f

from cifar import Basic, ResNet, conv


class Branchy(nn.Module):
    """Stages and the branches behind all but the last: a sample leaves where its entropy is below the threshold."""

    channels = 3

    def forward(self, x, **thresholds):
        if self.training:
            thresholds = self.cases[-1]
        for number, threshold in enumerate(thresholds.values(), 1):
            x = self.stage(number, x)
            logits = self.branch(number, x)
            p = logits.softmax(1)
            if not self.training and -(p * p.log()).sum() < threshold:
                return torch.tensor([number], dtype=torch.int32), logits
        number = len(thresholds) + 1
        return torch.tensor([number], dtype=torch.int32), self.stage(number, x)


class LeNet(Branchy):
    """As in the authors' code: padding of 3, and poolings whose last window may be cut."""

    channels = 1
    cases = [{"threshold": 9}, {"threshold": 0}]

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 5, 5, 1, 3), nn.Conv2d(5, 10, 5, 1, 3), nn.Conv2d(10, 20, 5, 1, 3)
        self.fc1, self.fc2 = nn.Linear(720, 84), nn.Linear(84, 10)
        self.branch1 = nn.ModuleDict({"conv": conv(5, 10, 3, bias=True), "fc": nn.Linear(640, 10)})

    def stage(self, number, x):
        pooled = lambda layer, x: torch.relu(f.max_pool2d(layer(x), 2, ceil_mode=True))
        if number == 1:
            return pooled(self.conv1, x)
        return self.fc2(self.fc1(pooled(self.conv3, pooled(self.conv2, x)).flatten(1)))

    def branch(self, number, x):
        return self.branch1["fc"](torch.relu(f.max_pool2d(self.branch1["conv"](x), 2, ceil_mode=True)).flatten(1))


TWO_EXITS = [{"threshold1": 9, "threshold2": 0}, {"threshold1": 0, "threshold2": 9}, {"threshold1": 0, "threshold2": 0}]


class AlexNet(Branchy):
    """As in the authors' code. Chainer's normalization adds squares; PyTorch divides alpha by the size."""

    cases = TWO_EXITS

    def __init__(self):
        super().__init__()
        for i, (inputs, width, kernel) in enumerate([(3, 32, 5), (32, 64, 5), (64, 96, 3), (96, 96, 3), (96, 64, 3)], 1):
            self.add_module(f"conv{i}", conv(inputs, width, kernel, bias=True))
        self.fc1, self.fc2, self.fc3 = nn.Linear(1024, 256), nn.Linear(256, 128), nn.Linear(128, 10)
        self.branch1 = nn.ModuleDict({"conv1": conv(64, 32, 3, bias=True), "conv2": conv(32, 32, 3, bias=True), "fc": nn.Linear(512, 10)})
        self.branch2 = nn.ModuleDict({"conv": conv(96, 32, 3, bias=True), "fc": nn.Linear(128, 10)})
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)

    def normalized(self, x):
        return f.local_response_norm(self.pool(torch.relu(x)), 3, 3 * 5e-5, 0.75, 2)

    def stage(self, number, x):
        if number == 1:
            return self.normalized(self.conv2(self.normalized(self.conv1(x))))
        if number == 2:
            return self.conv3(x)
        x = self.pool(torch.relu(self.conv5(torch.relu(self.conv4(torch.relu(x))))))
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1))))))

    def branch(self, number, x):
        branch, x = getattr(self, f"branch{number}"), self.normalized(x) if number == 2 else x
        for name in [name for name in branch if name != "fc"]:
            x = torch.relu(branch[name](x))
        return branch["fc"](self.pool(x).flatten(1))


class ResNet110(Branchy):
    cases = TWO_EXITS

    def __init__(self):
        super().__init__()
        for name, part in ResNet(18).named_children():
            self.add_module(name, part)
        self.branch1 = nn.ModuleDict({"0": Basic(16, 16, 1), "conv": conv(16, 32, 3, 2, bias=True), "fc": nn.Linear(32, 10)})
        self.branch2 = nn.ModuleDict({"0": Basic(16, 16, 1), "fc": nn.Linear(16, 10)})

    def stage(self, number, x):
        if number == 1:
            return self.layer1[0](torch.relu(self.bn1(self.conv1(x))))
        if number == 2:
            return self.layer1[1:](x)
        return self.fc(self.layer3(self.layer2(x)).mean((2, 3)))

    def branch(self, number, x):
        branch = getattr(self, f"branch{number}")
        x = branch["0"](x)
        if number == 1:
            x = torch.relu(branch["conv"](x))
        return branch["fc"](x.mean((2, 3)))


# name: the model, the size of its image, the parameters that the paper gives
NETWORKS = {
    "branchynet_lenet": (LeNet, 28, ""),
    "branchynet_alexnet": (AlexNet, 32, ""),
    "branchynet_resnet110": (ResNet110, 32, ""),
}
