"""The zoo's networks in PyTorch: torchvision's and timm's, and short models written from the papers where they have none."""

import timm
import torch
import torchvision
from torch import nn

import attention
import branchynet
import cifar
import heads
import imagenet

vision = torchvision.models


def torchvision_model(name, **options):
    return lambda: getattr(vision, name)(**options)


def timm_model(name):
    return lambda: timm.create_model(name)


class WithHeads(nn.Module):
    """A network and its auxiliary heads, which torchvision runs in training only: {attribute of the head: layer it reads}."""

    def __init__(self, network, heads):
        super().__init__()
        self.network, self.heads, self.read = network, heads, {}
        for head, layer in heads.items():
            getattr(network, layer).register_forward_hook(lambda module, x, y, head=head: self.read.update({head: y}))

    def state_dict(self):
        return self.network.state_dict()

    def forward(self, x):
        y = self.network(x)
        return y if self.training else [y] + [getattr(self.network, head)(self.read[head]) for head in self.heads]


def with_heads(make, heads):
    return lambda: WithHeads(make(), heads)


class BNInception(nn.Module):
    """Ioffe and Szegedy 2015, figure 5: 1x1, 3x3 (reduce, out), double 3x3 (reduce, out), pooling."""

    MODULES = {
        "3a": (64, (64, 64), (64, 96), ("avg", 32)),
        "3b": (64, (64, 96), (64, 96), ("avg", 64)),
        "3c": (0, (128, 160), (64, 96), ("max", 0)),
        "4a": (224, (64, 96), (96, 128), ("avg", 128)),
        "4b": (192, (96, 128), (96, 128), ("avg", 128)),
        "4c": (160, (128, 160), (128, 160), ("avg", 128)),
        "4d": (96, (128, 192), (160, 192), ("avg", 128)),
        "4e": (0, (128, 192), (192, 256), ("max", 0)),
        "5a": (352, (192, 320), (160, 224), ("avg", 128)),
        "5b": (352, (192, 320), (192, 224), ("max", 128)),
    }

    def __init__(self):
        super().__init__()
        self.add("conv1_7x7_s2", 3, 64, 7)
        self.add("conv2_3x3_reduce", 64, 64, 1)
        self.add("conv2_3x3", 64, 192, 3)
        width = 192
        for name, (one, three, double, (_, projection)) in self.MODULES.items():
            p = f"inception_{name}_"
            if one:
                self.add(p + "1x1", width, one, 1)
            self.add(p + "3x3_reduce", width, three[0], 1)
            self.add(p + "3x3", *three, 3)
            self.add(p + "double_3x3_reduce", width, double[0], 1)
            self.add(p + "double_3x3_1", *double, 3)
            self.add(p + "double_3x3_2", double[1], double[1], 3)
            if projection:
                self.add(p + "pool_proj", width, projection, 1)
            width = one + three[1] + double[1] + (projection or width)
        self.last_linear = nn.Linear(width, 1000)

    def add(self, name, inputs, outputs, kernel):
        self.add_module(name, nn.Conv2d(inputs, outputs, kernel))
        self.add_module(name + "_bn", nn.BatchNorm2d(outputs))

    def run(self, name, x, stride=1):
        conv = getattr(self, name)
        y = nn.functional.conv2d(x, conv.weight, conv.bias, stride, conv.kernel_size[0] // 2)
        return torch.relu(getattr(self, name + "_bn")(y))

    def module(self, name, x):
        one, _, _, (pool, projection) = self.MODULES[name]
        p, stride, f = f"inception_{name}_", 1 if projection else 2, nn.functional
        parts = [self.run(p + "1x1", x)] if one else []
        parts.append(self.run(p + "3x3", self.run(p + "3x3_reduce", x), stride))
        double = self.run(p + "double_3x3_1", self.run(p + "double_3x3_reduce", x))
        parts.append(self.run(p + "double_3x3_2", double, stride))
        if not projection:
            parts.append(f.max_pool2d(x, 3, 2, ceil_mode=True))
        else:
            pooled = f.avg_pool2d(x, 3, 1, 1) if pool == "avg" else f.max_pool2d(x, 3, 1, 1)
            parts.append(self.run(p + "pool_proj", pooled))
        return torch.cat(parts, 1)

    def forward(self, x):
        shrink = nn.MaxPool2d(3, 2, ceil_mode=True)
        x = shrink(self.run("conv1_7x7_s2", x, 2))
        x = shrink(self.run("conv2_3x3", self.run("conv2_3x3_reduce", x)))
        for name in self.MODULES:
            x = self.module(name, x)
        return self.last_linear(x.mean((2, 3)))


class VGG16C(nn.Module):
    """Simonyan and Zisserman 2015, table 1, column C."""

    def __init__(self):
        super().__init__()
        layers, width = [], 3
        for stage in ("64 64", "128 128", "256 256 256/1", "512 512 512/1", "512 512 512/1"):
            for layer in stage.split():
                out, kernel = (int(n) for n in (layer + "/3").split("/")[:2])
                layers += [nn.Conv2d(width, out, kernel, padding=kernel // 2), nn.ReLU()]
                width = out
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        dense = lambda i, o: [nn.Linear(i, o), nn.ReLU(), nn.Dropout()]
        self.classifier = nn.Sequential(*dense(512 * 49, 4096), *dense(4096, 4096), nn.Linear(4096, 1000))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class WideUnit(nn.Module):
    """Zagoruyko and Komodakis 2016: B(3,3), normalization and ReLU before each convolution."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(inputs), nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(inputs, width, 1, stride, bias=False) if inputs != width or stride != 1 else None

    def forward(self, x):
        active = torch.relu(self.bn1(x))
        y = self.conv2(torch.relu(self.bn2(self.conv1(active))))
        return y + (self.shortcut(active) if self.shortcut else x)


class WideResNet(nn.Module):
    def __init__(self, depth, factor):
        super().__init__()
        self.conv1, width = nn.Conv2d(3, 16, 3, 1, 1, bias=False), 16
        for group in range(3):
            units = []
            for i in range((depth - 4) // 6):
                out = 16 * factor * 2**group
                units.append(WideUnit(width, out, 2 if group and not i else 1))
                width = out
            self.add_module(f"layer{group + 1}", nn.Sequential(*units))
        self.bn1, self.fc = nn.BatchNorm2d(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        return self.fc(torch.relu(self.bn1(x)).mean((2, 3)))


googlenet = torchvision_model("googlenet", init_weights=False)
inception = torchvision_model("inception_v3", init_weights=False)

# name: the model, the size of its image (a pair where it is open), the parameters that the paper gives
NETWORKS = {
    "alexnet": (torchvision_model("alexnet"), 224, ""),
    "vgg11": (torchvision_model("vgg11"), 224, "133 M"),
    "vgg13": (torchvision_model("vgg13"), 224, "133 M"),
    "vgg16c": (VGG16C, 224, "134 M"),
    "vgg16": (torchvision_model("vgg16"), 224, "138 M"),
    "vgg19": (torchvision_model("vgg19"), 224, "144 M"),
    "googlenet": (torchvision_model("googlenet", init_weights=False, aux_logits=False), 224, ""),
    "googlenet_aux": (with_heads(googlenet, {"aux1": "inception4a", "aux2": "inception4d"}), 224, ""),
    "bn_inception": (BNInception, 224, ""),
    "inception_v3": (torchvision_model("inception_v3", init_weights=False, aux_logits=False), 299, ""),
    "inception_v3_aux": (with_heads(inception, {"AuxLogits": "Mixed_6e"}), 299, ""),
    "resnet18": (torchvision_model("resnet18"), 224, ""),
    "resnet34": (torchvision_model("resnet34"), 224, ""),
    "resnet50": (torchvision_model("resnet50"), 224, ""),
    "resnet101": (torchvision_model("resnet101"), 224, ""),
    "resnet152": (torchvision_model("resnet152"), 224, ""),
    "resnetv2_50": (timm_model("resnetv2_50"), 224, ""),
    "resnetv2_101": (timm_model("resnetv2_101"), 224, ""),
    "resnetv2_152": (timm_model("resnetv2_152"), 224, ""),
    "densenet121": (torchvision_model("densenet121"), 224, ""),
    "densenet161": (torchvision_model("densenet161"), 224, ""),
    "densenet169": (torchvision_model("densenet169"), 224, ""),
    "densenet201": (torchvision_model("densenet201"), 224, "20 M"),
    "squeezenet1_0": (torchvision_model("squeezenet1_0"), 224, "1.2 M"),
    "squeezenet1_1": (torchvision_model("squeezenet1_1"), 224, ""),
    "mobilenet_v1": (timm_model("mobilenetv1_100"), 224, "4.2 M"),
    "mobilenet_v2": (torchvision_model("mobilenet_v2"), 224, "3.4 M"),
    "xception": (timm_model("legacy_xception"), 299, "22.9 M"),
    "se_resnet50": (timm_model("legacy_seresnet50"), 224, ""),
    "senet154": (timm_model("legacy_senet154"), 224, ""),
    "wide_resnet28_10": (lambda: WideResNet(28, 10), 32, "36.5 M"),
    **attention.NETWORKS,
    **branchynet.NETWORKS,
    **cifar.NETWORKS,
    **heads.NETWORKS,
    **imagenet.NETWORKS,
}
