"""Write int8 versions of the networks that make_networks.py wrote, as QDQ models.

    python make_quantized.py NETWORKS OUT [NAME ...]

OUT/NAME.onnx          unsigned activations, signed weights with a scale for each channel, ONNX Runtime's static quantisation
OUT/NAME.input.npy     the input of the float network
OUT/NAME.output.npy    what ONNX Runtime says with its optimisations off, that is, in float32 between Q and DQ
Calibrated on seeded normal images: what matters here is speed and agreement, and the weights are random anyway.
What is already there is kept.
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import is_complete, reference_session, seed_of, write_case  # noqa: E402

NETWORKS = ["resnet18", "resnet50", "mobilenet_v2", "vgg16", "squeezenet1_1", "googlenet", "densenet121", "inception_v3", "se_resnet50", "xception"]
CALIBRATION_IMAGES = 4


class Images(CalibrationDataReader):
    def __init__(self, name, input_name, shape):
        generator = np.random.default_rng(seed_of(name))
        self.images = iter([{input_name: generator.standard_normal(shape).astype(np.float32)} for _ in range(CALIBRATION_IMAGES)])

    def get_next(self):
        return next(self.images, None)


def make(name, source, out):
    image = np.load(source / f"{name}.input.npy")
    with tempfile.TemporaryDirectory() as scratch:
        folded = pathlib.Path(scratch) / "folded.onnx"  # BatchNormalization is in the convolutions
        quant_pre_process(str(source / f"{name}.onnx"), str(folded), skip_symbolic_shape=True)
        input_name = reference_session(folded).get_inputs()[0].name
        quantize_static(str(folded), str(out / f"{name}.onnx"), Images(name, input_name, image.shape), quant_format=QuantFormat.QDQ,
                        per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    other = np.random.default_rng(seed_of(name) + 1).standard_normal(image.shape).astype(np.float32)
    write_case(out / name, reference_session(out / f"{name}.onnx"), image, other)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", default=NETWORKS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or NETWORKS:
        if not is_complete(arguments.out / name):
            make(name, arguments.networks, arguments.out)


if __name__ == "__main__":
    main()
