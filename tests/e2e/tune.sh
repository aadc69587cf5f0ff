# cnnc tune on a network of two kernels: what it finds is used, whatever the candidate the result is right, it goes on where
# it was stopped, shards merge with cat; files that are damaged or for another target or compiler.
source "$(dirname "$0")/common.sh"
cat >net.cir <<'END'
graph "net" {
  input %x : f32[1,16,12,12]
  const %w : f32[32,16,3,3] {0.5, -0.25, 0.125, 1, -0.75, 0.375, -0.5, ...}
  const %v : f32[32,32,1,1] {0.25, -0.5, 0.625, -0.125, 0.75, ...}
  %a = conv(%x, %w) {pads=[1,1,1,1]}
  %b = relu(%a)
  %c = conv(%b, %v)
  return %c
}
END
mkdir tmp
export TMPDIR=$PWD/tmp
tune() { "$CNNC" tune net.cir --cflags -O0 "$@" >tune.log 2>&1 || { cat tune.log >&2; fail "tune $*"; }; }
# The candidates a tuning file has times of for kernel $2, one a line.
timed() { awk -F'"' -v kernel="$2" '/^time/ && index($6, kernel) { print $8 }' "$1"; }
plan() { "$CNNC" net.cir --explain-schedule "$@"; }

# Every kernel is measured and decided; there is nothing left to do then.
tune -o net.tune
[ "$(grep -c ^use net.tune)" = 2 ] || fail "not two kernels: $(cat net.tune)"
for kernel in 'f32[32,16,3,3]' 'f32[32,32,1,1]'; do
    [ "$(timed net.tune "$kernel" | sort -u | wc -l)" -ge 3 ] || fail "fewer than 3 candidates for $kernel"
done
grep -q "^tuned 2 of 2:" tune.log || fail "no line for each kernel where stderr is no terminal"
cp net.tune before.tune
tune -o net.tune
cmp net.tune before.tune || fail "measured again"

# It is used, and says so.
plan --tune net.tune >tuned.plan
[ "$(grep -c 'from net.tune' tuned.plan)" = 2 ] || fail "not used: $(cat tuned.plan)"
awk -F'"' '/^use/ { print $8 }' net.tune | while read -r name; do
    grep -qF "$name, estimated" tuned.plan || fail "$name is not in the plan"
done
expect 0 "estimated" "$CNNC" bench net.cir --runs 5 --tune net.tune --cflags -O0

# Whatever a file says is taken, and computes the same.
for i in 1 2 3 4; do
    cp net.tune forced.tune
    for kernel in 'f32[32,16,3,3]' 'f32[32,32,1,1]'; do
        name=$(timed net.tune "$kernel" | sort -u | sed -n "${i}p")
        [ -n "$name" ] || continue
        awk -F'"' -v OFS='"' -v kernel="$kernel" -v name="$name" '/^use/ && index($6, kernel) { $8 = name; print }' net.tune >>forced.tune
        plan --tune forced.tune | grep -qF "$name, estimated" || fail "$name is not taken"
    done
    expect 0 "output .*: ok" "$CNNC" verify net.cir --tune forced.tune --cflags -O0
done

# Stopped in the midst of it; what was found is not measured again.
"$CNNC" tune net.cir --cflags -O0 -o stopped.tune >log 2>&1 &
for ((i = 0; i < 600; i++)); do
    if grep -q ^time stopped.tune 2>/dev/null; then break; fi
    sleep 0.05
done
kill -INT $! 2>/dev/null || kill -TERM $! 2>/dev/null || fail "tune was over: $(cat log)"
wait $! && [ "$(grep -c ^use stopped.tune)" != 2 ] && fail "tune ended well without all kernels"
nothing_left tmp
cp stopped.tune before.tune
tune -o stopped.tune
cmp <(head -c "$(stat -c %s before.tune)" stopped.tune) before.tune || fail "what was there has changed"
[ "$(grep -c ^use stopped.tune)" = 2 ] || fail "not finished: $(cat stopped.tune)"
for kernel in 'f32[32,16,3,3]' 'f32[32,32,1,1]'; do
    [ -z "$(timed stopped.tune "$kernel" | sort | uniq -d)" ] || fail "a candidate was measured twice"
done

# Shards, each with a kernel of its own.
tune -o one.tune --shard 1/2
tune -o two.tune --shard 2/2
[ "$(grep -c ^use one.tune)$(grep -c ^use two.tune)" = 11 ] || fail "shards are not of one kernel each"
cat one.tune two.tune >both.tune
[ "$(plan --tune both.tune | grep -c 'from both.tune')" = 2 ] || fail "shards do not merge"

# No more than the time given.
tune -o short.tune --budget 1
grep -q . short.tune || fail "nothing was written"

# What was found for others does not count.
plan --tune net.tune --target generic | grep -q 'from net.tune' && fail "used for another target"
plan --tune net.tune --tune-cc "${CC:-cc}" | grep -q 'from net.tune' || fail "not used for this compiler"
sed 's/"\(gcc\|clang\) [0-9.]*"/"\1 1.2.3"/' net.tune >other.tune
plan --tune other.tune --tune-cc "${CC:-cc}" | grep -q 'from other.tune' && fail "used for another compiler"
plan --tune net.tune --accuracy strict | grep -q 'from net.tune' && fail "used for another accuracy"

# Damaged ones: the place, and nothing is written.
mkdir out
printf 'cnnc-tune 1\nuse "x86-64-v3" gcc\n' >bad.tune
cp bad.tune kept.tune
expect 1 "bad.tune:2:17: " "$CNNC" net.cir -o out/net.c --tune bad.tune
expect 1 "^      \| +\^" "$CNNC" net.cir -o out/net.c --tune bad.tune
expect 1 "bad.tune:2:17: " "$CNNC" tune net.cir -o bad.tune
cmp bad.tune kept.tune || fail "a damaged file was changed"
expect 1 "cannot be opened" "$CNNC" net.cir -o out/net.c --tune no.tune
expect 1 "cannot be written" "$CNNC" tune net.cir -o no/such/folder.tune
expect 1 "for one target" "$CNNC" tune net.cir -o out/net.tune --target x86-64-v3,generic
expect 2 "no MODEL" "$CNNC" tune -o out/net.tune
expect 2 "-o FILE" "$CNNC" tune net.cir
expect 2 "I from 1 to N" "$CNNC" tune net.cir -o out/net.tune --shard 3/2
expect 2 "I from 1 to N" "$CNNC" tune net.cir -o out/net.tune --shard 1
expect 2 "no --tune here" "$CNNC" tune net.cir -o out/net.tune --tune net.tune
nothing_left out
