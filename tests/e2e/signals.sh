# SIGTERM in the midst of work: no temporary file stays behind.
source "$(dirname "$0")/common.sh"
mkdir out tmp
for delay in 0.02 0.2 0.6; do
    TMPDIR=$PWD/tmp "$CNNC" bench "$digits/digits_resnet.onnx" >log 2>&1 &
    sleep $delay
    kill -TERM $! 2>/dev/null || fail "bench was over after $delay s: $(cat log)"
    wait $! && fail "bench ended well in spite of SIGTERM"
    nothing_left tmp
done
