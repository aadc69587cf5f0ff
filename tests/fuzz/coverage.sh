#!/usr/bin/env bash
# coverage.sh BUILD SEEDS CORPUS MOST: lines of the readers that fuzzers reach, from BUILD, where `mutate` was built with
# --coverage: each file of SEEDS/FORMAT (tests/fuzz/seeds.sh) and of CORPUS/FORMAT (`make fuzz`; need not be there), at most MOST
# a format, as it is and damaged thirty times. Prints a line a file, least first, and the sum. No sanitizers: findings are not looked for.
# What protobuf-c generates is not counted.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
build=$(realpath "$1") seeds=$2 corpus=$3 most=$4
find "$build" -name '*.gcda' -delete
for format in onnx cir cnn npz safetensors tune; do
    { find "$seeds/$format" "$corpus/$format" -type f -size -256k 2>/dev/null || true; } | sort | sed "$most q" >"$build/files"
    mkdir -p "$build/inputs"
    # What `mutate` does with a file its ending says.
    awk -v format="$format" -v to="$build/inputs/" '{ name = $0; sub(/.*\//, "", name); sub("[.]" format "$", "", name)
        printf "%s%c%s%s.%s%c", $0, 0, to, name, format, 0 }' "$build/files" | xargs -0 -r -n 2 ln -f
    find "$build/inputs" -type f -print0 | xargs -0 -r -n 50 "$build/tests/fuzz/mutate" -n 30 >/dev/null
    rm -r "$build/inputs"
done
cd "$build"
find . -name '*.gcda' -print0 | xargs -0 gcov -n 2>/dev/null | awk -F "['%: ]" -v root="$root" '
    /^File / { file = $3; sub("^" root "/", "", file); sub(/^(\.\.\/)+/, "", file) }
    /^Lines executed:/ { if (!(file in lines) || $3 * $6 > hit[file] * 100) { lines[file] = $6; hit[file] = $3 * $6 / 100 } }
    END { for (file in lines) print file, hit[file], lines[file] }' |
    grep -E '^(frontend/(onnx|dsl|weights)/|frontend/[a-z_]+\.c|ir/(read|scan)[a-z_]*\.c|backend/schedule/tune_file\.c)' |
    grep -vE '/(write|writer|format|write_[a-z]+|init|onnx\.pb-c)\.[ch] ' | sort |
    awk '{ hit += $2; lines += $3; printf "%5.1f %% of %4d lines  %s\n", 100 * $2 / $3, $3, $1 | "sort -n" }
        END { close("sort -n"); printf "%5.1f %% of %d lines of the readers\n", 100 * hit / lines, lines }'
