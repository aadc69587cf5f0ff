# SIGTERM in the midst of work: no temporary file stays behind.
source "$(dirname "$0")/common.sh"
mkdir out tmp
# begins compiling to out, in the background. A signal must not find bash, which between fork and exec may take it for its own and
# go on with this script.
begin() {
    (trap - INT && exec "$CNNC" "$digits/digits_resnet.onnx" -o out/net.c --weights file) &
    local name=bash
    while [ "$name" = bash ]; do read -r name 2>/dev/null </proc/$!/comm || name=; done
}
for delay in 0.02 0.2 0.6; do
    TMPDIR=$PWD/tmp "$CNNC" bench "$digits/digits_resnet.onnx" >log 2>&1 &
    sleep $delay
    kill -TERM $! 2>/dev/null || fail "bench was over after $delay s: $(cat log)"
    wait $! && fail "bench ended well in spite of SIGTERM"
    nothing_left tmp
done
# While a model is compiled: all files or none, and no temporary one. After SIGKILL temporary ones may stay; the source,
# which comes last, is never there without the others.
mkdir whole
"$CNNC" "$digits/digits_resnet.onnx" -o whole/net.c --weights file
for signal in TERM INT KILL; do
    for delay in 0 0.005 0.01 0.015 0.02 0.025 0.03 0.04 0.05 0.06 0.08 0.1; do
        begin
        sleep $delay
        kill -$signal $! 2>/dev/null || true
        wait $! 2>/dev/null || true
        n=$(find out -mindepth 1 | wc -l)
        if [ -e out/net.c ]; then
            for file in c h weights; do cmp out/net.$file whole/net.$file || fail "$signal after $delay s: net.$file"; done
        elif [ $signal != KILL ] && [ "$n" -gt 0 ]; then
            fail "$signal after $delay s leaves $(find out -mindepth 1)"
        fi
        find out -mindepth 1 -delete
    done
done
# Over an older output, at 100 random moments: each file is the old one or the new one, never half of one, and all are
# of the same age unless SIGKILL, which nobody can hold back, fell between two renames.
RANDOM=8
start=$(date +%s%3N)
"$CNNC" "$digits/digits_resnet.onnx" -o whole/net.c --weights file
span=$((($(date +%s%3N) - start) * 3 / 2 + 1)) # ms
for moment in {1..100}; do
    signals=(TERM INT KILL) signal=${signals[moment % 3]}
    for file in c h weights; do echo "old $file" >out/net.$file; done
    begin
    ms=$((RANDOM % span))
    delay=$((ms / 1000)).$(printf %03d $((ms % 1000)))
    sleep $delay
    kill -$signal $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    old=0
    for file in c h weights; do
        if [ "$(head -c 4 out/net.$file)" = "old " ]; then
            old=$((old + 1))
        else
            cmp out/net.$file whole/net.$file || fail "$signal after $delay s: half of net.$file"
        fi
    done
    if [ $signal != KILL ]; then
        [ $old = 0 ] || [ $old = 3 ] || fail "$signal after $delay s: $old of 3 files are old"
        [ "$(find out -mindepth 1 | wc -l)" = 3 ] || fail "$signal after $delay s leaves $(find out -mindepth 1)"
    fi
    ages[old]=$((${ages[old]:-0} + 1))
    find out -mindepth 1 -delete
done
[ "${ages[0]:-0}" -gt 0 ] && [ "${ages[3]:-0}" -gt 0 ] || fail "no signal fell before, or none after, the renames: ${!ages[*]}"
