"""Do the tests notice a changed operator? Changes one at a time, in a copy of the tree, and runs tests that should fail.

    mutation.py FILE... --count 30 --tests '^(unit|passes)[.]'

Prints a line for each change that no test noticed: the place, the line as it was, and as it became. Exits with 1 if there is one.
"""

import argparse
import os
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build/mutation/source"
BUILD = ROOT / "build/mutation/build"

# What an operator becomes. Spaces around it, as clang-format puts them, tell a * b from *p.
CHANGES = {
    " < ": [" <= "], " <= ": [" < "], " > ": [" >= "], " >= ": [" > "], " == ": [" != "], " != ": [" == "],
    " + ": [" - "], " - ": [" + "], " * ": [" + "], " / ": [" * "], " % ": [" / "],
    " && ": [" || "], " || ": [" && "], "++": ["--"], " += ": [" -= "], " -= ": [" += "],
    "true": ["false"], "false": ["true"], "return 0;": ["return 1;"], "if (!": ["if ("], "continue;": ["break;"],
}
OPERATOR = re.compile("|".join(re.escape(o) for o in sorted(CHANGES, key=len, reverse=True)))
IGNORED = re.compile(r"""/\*[\s\S]*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|^#(?:.*\\\n)*.*""", re.M)


def places(text):
    """(from, to, replacement) of each change that can be made."""
    bare = IGNORED.sub(lambda m: re.sub(r"[^\n]", "_", m.group()), text)
    return [(m.start(), m.end(), to) for m in OPERATOR.finditer(bare) for to in CHANGES[m.group()]]


def run(command, seconds):
    """Whether it succeeds in time; a change may make a loop endless."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False


def build():
    return run(["cmake", "--build", BUILD, "--parallel", str(os.cpu_count())], 1800)


def prepare():
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        source, copy = ROOT / name, COPY / name
        if source.is_file() and (not copy.exists() or copy.read_bytes() != source.read_bytes()):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
            copy.chmod(source.stat().st_mode)
    subprocess.run(["cmake", "-S", COPY, "-B", BUILD, "-DCMAKE_BUILD_TYPE=Debug", "--log-level=WARNING"], check=True, stdout=subprocess.DEVNULL)
    return build()


def survives(path, text, change, tests):
    """None: it does not compile. The file is as before when it returns."""
    start, end, to = change
    try:
        path.write_text(text[:start] + to + text[end:])
        return run(tests, 300) if build() else None
    finally:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--count", type=int, default=30, help="changes in all (30)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", default="^(unit|passes)[.]", help="of ctest, which ones run")
    options = parser.parse_args()
    tests = ["ctest", "--test-dir", BUILD, "-R", options.tests, "--stop-on-failure", "--parallel", str(os.cpu_count()), "--timeout", "60"]
    if not prepare() or not run(tests, 1800):
        sys.exit("the tests fail without a change")
    texts = {name: (COPY / name).read_text() for name in options.files}
    choices = [(name, change) for name, text in texts.items() for change in places(text)]
    if not choices:
        sys.exit("there is nothing to change in " + " ".join(options.files))
    chosen = random.Random(options.seed).sample(choices, min(options.count, len(choices)))
    survivors = noticed = 0
    for name, change in chosen:
        text, (start, end, to) = texts[name], change
        result = survives(COPY / name, text, change, tests)
        noticed += result is False
        if not result:
            continue
        survivors += 1
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        print(f"{name}:{text.count(chr(10), 0, start) + 1}: {text[first:last].strip()}\n    {text[first:start].lstrip()}{to}{text[end:last]}", flush=True)
    print(f"{noticed} of {noticed + survivors} changes noticed, {len(chosen) - noticed - survivors} did not compile")
    sys.exit(survivors > 0)


if __name__ == "__main__":
    main()
