"""All-CNN-C (Springenberg et al. 2015), every layer an eighth as wide, with saliency maps by PyTorch's autograd: plain, and
with the guided rule as a hook on each ReLU. Needs PyTorch; none of it is needed to run the tests."""
import os

import numpy as np
import torch

LAYERS = [(12, 3, 1, 1), (12, 3, 1, 1), (12, 3, 2, 1), (24, 3, 1, 1), (24, 3, 1, 1), (24, 3, 2, 1), (24, 3, 1, 0), (24, 1, 1, 0), (10, 1, 1, 0)]


class AllCnn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        depth = 3
        for i, (channels, kernel, stride, pad) in enumerate(LAYERS, 1):
            self.add_module(f"conv{i}", torch.nn.Conv2d(depth, channels, kernel, stride, pad))
            depth = channels

    def forward(self, x, guided):
        for layer in self.children():
            x = torch.relu(layer(x))
            if guided:
                x.register_hook(lambda g: g.clamp(min=0))
        return x.mean((2, 3))


torch.manual_seed(7)
net, here = AllCnn(), os.path.dirname(os.path.abspath(__file__))
for p in net.parameters():
    torch.nn.init.kaiming_normal_(p) if p.dim() > 1 else torch.nn.init.normal_(p, 0.1, 0.1)
np.savez(f"{here}/all_cnn_c.npz", **{k: v.numpy().astype(np.float32) for k, v in net.state_dict().items()})
image = torch.randn(2, 3, 32, 32)
np.save(f"{here}/image.npy", image.numpy())
for name, guided, choice in (("gradient", False, 3), ("guided", True, 3), ("guided_largest", True, None)):
    x = image.clone().requires_grad_()
    logits = net(x, guided)
    chosen = logits.max(1).values if choice is None else logits[:, choice]
    chosen.sum().backward()
    assert x.grad.abs().max() > 0
    np.save(f"{here}/{name}.npy", x.grad.numpy())
    np.save(f"{here}/logits.npy", logits.detach().numpy())
    print(name, logits.argmax(1), x.grad.abs().amax((1, 2, 3)))
