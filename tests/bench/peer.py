"""One inference engine in a process of its own, timed on request by bench.py.

    python peer.py ENGINE MODEL.onnx IMAGE.npy OUTPUT.npy THREADS CACHE [PRECISION]

Writes OUTPUT.npy, prints `ready VERSION`, and then answers each line `K` with the microseconds of K runs, so that
bench.py can interleave the engines. CACHE keeps models converted to an engine's own format.
Every engine runs in float32, as its makers recommend for latency on a CPU; OpenVINO in bf16 if that is the PRECISION.
"""
import os
import pathlib
import subprocess
import sys
import time
import typing

import numpy as np


class Engine(typing.NamedTuple):
    version: str
    run: typing.Callable  # what is timed
    result: typing.Callable
    before: typing.Callable = lambda: None  # needed before each run, not timed


def open_onnxruntime(model, image, threads, cache):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_cpu_input(session.get_inputs()[0].name, image)
    binding.bind_output(session.get_outputs()[0].name)
    return Engine(onnxruntime.__version__, lambda: session.run_with_iobinding(binding),
                  lambda: binding.copy_outputs_to_cpu()[0])


def open_openvino(model, image, threads, cache, precision="f32"):
    import openvino
    compiled = openvino.Core().compile_model(str(model), "CPU", {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision,
    })
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(image, shared_memory=True))
    return Engine(openvino.__version__.split("-")[0], request.infer, lambda: request.get_output_tensor().data.copy())


def converted(target, convert):
    """Convert under another name first, so that an interrupted conversion is not taken for a model."""
    if not target.exists():
        unfinished = target.with_name("part-" + target.name)
        convert(unfinished)
        os.replace(unfinished, target)
    return target


def open_mnn(model, image, threads, cache):
    import _tools  # MNN's converter itself: its `mnnconvert` command reports home and runs pip unasked
    import MNN

    def convert(target):
        _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", str(model), "--MNNModel", str(target),
                           "--bizCode", "bench"])

    path = converted(cache / f"{model.parent.name}-{model.stem}.mnn", convert)
    # On x86 "normal" is float32 throughout and as fast as "high"; "low" would be half precision or bfloat16.
    interpreter = MNN.Interpreter(str(path))
    session = interpreter.createSession({"backend": "CPU", "numThread": threads, "precision": "normal"})
    source = MNN.Tensor(image.shape, MNN.Halide_Type_Float, image, MNN.Tensor_DimensionType_Caffe)
    output = interpreter.getSessionOutput(session)

    def set_input():
        """MNN reuses the input's memory once the first layers have read it, so it is gone after each run."""
        interpreter.getSessionInput(session).copyFrom(source)

    def result():
        shape = output.getShape()
        host = MNN.Tensor(shape, MNN.Halide_Type_Float, np.zeros(shape, np.float32), MNN.Tensor_DimensionType_Caffe)
        output.copyToHostTensor(host)
        return np.array(host.getData(), np.float32).reshape(shape)

    return Engine(MNN.version(), lambda: interpreter.runSession(session), result, set_input)


def convert_for_ncnn(model, image, cache):
    import pnnx

    def convert(target):
        """pnnx writes a dozen files beside the model it reads, so it reads one in the folder that keeps them."""
        target.mkdir(parents=True, exist_ok=True)
        copy = target / "net.onnx"
        copy.unlink(missing_ok=True)
        copy.symlink_to(model.resolve())
        shape = ",".join(str(side) for side in image.shape)
        subprocess.run([pathlib.Path(pnnx.__file__).parent / "pnnx", copy.name, f"inputshape=[{shape}]f32", "fp16=0"],
                       cwd=target, check=True, stdout=subprocess.DEVNULL)

    return converted(cache / f"{model.parent.name}-{model.stem}.ncnn", convert)


def open_ncnn(model, image, threads, cache):
    import ncnn
    folder = convert_for_ncnn(model, image, cache)
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_winograd_convolution = True
    net.opt.use_sgemm_convolution = True
    net.opt.use_packing_layout = True
    for half in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_packed", "use_bf16_storage",
                 "use_int8_inference"):
        setattr(net.opt, half, False)
    if net.load_param(str(folder / "net.ncnn.param")) or net.load_model(str(folder / "net.ncnn.bin")):
        raise SystemExit("ncnn cannot load what pnnx made")
    planes = ncnn.Mat(image[0])  # ncnn knows no batch
    last = []

    def run():
        extractor = net.create_extractor()
        extractor.input("in0", planes)
        last[:] = extractor.extract("out0")
        if last[0]:
            raise SystemExit("ncnn cannot run what pnnx made")

    return Engine(ncnn.__version__, run, lambda: np.array(last[1]))


ENGINES = {"onnxruntime": open_onnxruntime, "openvino": open_openvino, "mnn": open_mnn, "ncnn": open_ncnn}


def run_once(engine):
    """Microseconds of one run."""
    engine.before()
    start = time.perf_counter_ns()
    engine.run()
    return (time.perf_counter_ns() - start) / 1000


def main():
    name, model, image, output, threads, cache, *precision = sys.argv[1:]
    # The engines chat on stdout; keep that stream for the answers alone.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    pathlib.Path(cache).mkdir(parents=True, exist_ok=True)
    pixels = np.load(image)  # a name of its own: engines keep the address, not the array
    engine = ENGINES[name](pathlib.Path(model), pixels, int(threads), pathlib.Path(cache), *precision)
    for _ in range(2):  # the second one shows whether a run spoils the next
        run_once(engine)
    np.save(output, np.asarray(engine.result(), np.float32))
    print("ready", engine.version, file=answers, flush=True)
    for line in sys.stdin:
        print(*(run_once(engine) for _ in range(int(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
