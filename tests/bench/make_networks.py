"""Write the networks that the benchmark times, each with an input and a reference output.

    python make_networks.py OUT [NAME ...]

OUT/NAME.onnx          the network: seeded random weights, batch 1, opset 17
OUT/NAME.input.npy     a seeded normal input
OUT/NAME.output.npy    what ONNX Runtime says with its optimisations off, on one thread

Needs the environment that environment.sh makes. What is already there is kept.
"""
import argparse
import io
import pathlib
import sys
import warnings

import timm
import torch
import torchvision

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import is_complete, reference_session, seed_of, write_case, write_whole  # noqa: E402

OPSET = 17

# How much of a channel's mean its BatchNormalization takes away. With none of it, all images give nearly the same
# output (densenet121: within 0.8 %). With all of it, each layer magnifies small differences: a change of 1e-5 in the
# input becomes 8e-4 in inception_v3's output, and float32 itself is off by 3e-5. Trained networks lie between.
CENTRING = 0.15

# name: (how to build it, side of the image, whether the exporter may fold BatchNormalization into Conv)
# The compiler has to show that it folds BatchNormalization, so the exporter may do it once only.
NETWORKS = {
    "resnet50": (lambda: torchvision.models.resnet50(), 224, False),
    "resnet18": (lambda: torchvision.models.resnet18(), 224, False),
    "vgg16": (lambda: torchvision.models.vgg16(), 224, False),
    "mobilenet_v2": (lambda: torchvision.models.mobilenet_v2(), 224, False),
    "squeezenet1_1": (lambda: torchvision.models.squeezenet1_1(), 224, False),
    "densenet121": (lambda: torchvision.models.densenet121(), 224, False),
    "googlenet": (
        lambda: torchvision.models.googlenet(transform_input=False, aux_logits=False, init_weights=False), 224, True),
    "inception_v3": (
        lambda: torchvision.models.inception_v3(transform_input=False, aux_logits=False, init_weights=False), 299, False),
    "xception": (lambda: timm.create_model("legacy_xception", pretrained=False), 299, False),
    "se_resnet50": (lambda: timm.create_model("legacy_seresnet50", pretrained=False), 224, False),
}


def encoder():
    """The layers of BERT-base, of tokens that are already vectors."""
    layer = torch.nn.TransformerEncoderLayer(768, 12, 3072, activation="gelu", batch_first=True)
    return torch.nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)


# Transformers, beside those that the mean is over: name: (how to build it, shape of an input without the batch, as above)
TRANSFORMERS = {
    "vit_b_16": (lambda: torchvision.models.vit_b_16(), (3, 224, 224), True),
    "bert_base": (encoder, (128, 768), True),
}


def recipe(name):
    if name in TRANSFORMERS:
        return TRANSFORMERS[name]
    build, side, fold = NETWORKS[name]
    return build, (3, side, side), fold


def randomise_weights(model, generator):
    """He initialisation: it keeps the mean square of activations through any depth of Conv and ReLU."""
    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            fan_in = module.weight[0].numel()
            module.weight.data.normal_(0, (2 / fan_in) ** 0.5, generator=generator)
            if module.bias is not None:
                module.bias.data.normal_(0, 0.1, generator=generator)


def randomise_batchnorm(model, image, generator):
    """Give each BatchNormalization its own statistics, scaled to what reaches it so that nothing blows up or vanishes."""
    def set_statistics(module, inputs):
        centre = CENTRING * inputs[0].mean((0, 2, 3))
        rms = (inputs[0] - centre[None, :, None, None]).square().mean().sqrt().item()
        module.running_mean.normal_(0, 0.1 * rms, generator=generator).add_(centre)
        module.running_var.uniform_(0.5 * rms**2, 1.5 * rms**2, generator=generator)
        module.weight.data.uniform_(0.5, 1.5, generator=generator)
        module.bias.data.normal_(0, 0.1, generator=generator)

    hooks = [m.register_forward_pre_hook(set_statistics)
             for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    model(image)
    for hook in hooks:
        hook.remove()


def randomise_attention(model, generator):
    """The projections of attention, as Xavier has them: scores of unit size, of which a softmax makes neither one nor all equal."""
    for module in model.modules():
        if isinstance(module, torch.nn.MultiheadAttention):
            module.in_proj_weight.data.normal_(0, module.embed_dim ** -0.5, generator=generator)
            module.in_proj_bias.data.normal_(0, 0.1, generator=generator)


def export(model, image, fold, path):
    mode = torch.onnx.TrainingMode.EVAL if fold else torch.onnx.TrainingMode.PRESERVE
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.enable_grad():  # without gradients attention is an operator that ONNX has not
        warnings.simplefilter("ignore")  # PRESERVE warns about models in training mode, which this one is not in
        torch.onnx.export(model, image, buffer, opset_version=OPSET, training=mode, do_constant_folding=True,
                          input_names=["input"], output_names=["output"])
    write_whole(path, lambda file: file.write(buffer.getbuffer()))


def make(name, out):
    build, shape, fold = recipe(name)
    path = out / f"{name}.onnx"
    generator = torch.Generator().manual_seed(seed_of(name))
    image, other = torch.randn(2, 1, *shape, generator=generator)
    model = build().eval()
    with torch.no_grad():
        randomise_weights(model, generator)
        randomise_attention(model, generator)
        randomise_batchnorm(model, image, generator)
        export(model, image, fold, path)
    write_case(out / name, reference_session(path), image.numpy(), other.numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join([*NETWORKS, *TRANSFORMERS])} (default: all but the last two)")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NETWORKS) - set(TRANSFORMERS)
    if unknown:
        parser.error(f"no such network: {', '.join(sorted(unknown))}")
    torch.set_num_threads(1)  # the calibration sums in one order only, so the weights are the same everywhere
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or NETWORKS:
        if is_complete(arguments.out / name):
            print(f"{name}: already there", flush=True)
        else:
            make(name, arguments.out)


if __name__ == "__main__":
    main()
