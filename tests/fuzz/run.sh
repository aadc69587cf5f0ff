#!/usr/bin/env bash
# run.sh FORMAT SECONDS FOLDER [OPTION...]: libFuzzer on one format, in the folder that `make fuzz` has built.
set -euo pipefail
format=$1 seconds=$2
cd "$3"
mkdir -p "corpus/$format"
options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -malloc_limit_mb=1024 -print_final_stats=1)
case $format in
    onnx) options+=(-max_len=131072) ;;
    *) options+=(-max_len=4096) ;;
esac
if [ -f "seeds/$format.dict" ]; then options+=(-dict="seeds/$format.dict"); fi
export ASAN_OPTIONS=allocator_may_return_null=1
exec "tests/fuzz/fuzz_$format" "${options[@]}" "${@:4}" "corpus/$format" "seeds/$format"
