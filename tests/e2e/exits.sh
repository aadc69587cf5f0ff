# `cnnc bench --data`: accuracy and share of each exit are those of ONNX Runtime's outputs, and early exits save time.
source "$(dirname "$0")/common.sh"
branchy=("$digits/digits_branchy.cnn" --weights "$digits/digits_branchy.onnx")
data=(--data image="$digits/test_images.npy" --labels "$digits/test_labels.npy")

# The data of an array, behind a header of 128 bytes: bytes an element, their type for od, elements a row.
rows() { tail -c +129 "$1" | od -An -v -t "$3" -w$(($2 * $4)); }
early=$(rows "$digits/digits_branchy_exit.npy" 8 d8 1 | awk '$1 == 1 { n++ } END { printf "%.2f", n / NR * 100 }')
right=$(paste <(rows "$digits/digits_branchy_logits.npy" 4 f4 10) <(rows "$digits/test_labels.npy" 8 d8 1) |
    awk '{ best = 1; for (i = 2; i <= 10; i++) if ($i > $best) best = i; if (best - 1 == $11) n++ } END { printf "%.2f", n / NR * 100 }')

"$CNNC" bench "${branchy[@]}" "${data[@]}" --runs 2 >own
grep -qE "^ +0\.5 +$right % .* $early % " own || { cat own >&2; fail "not accuracy $right % and $early % leaving early"; }
"$CNNC" bench "${branchy[@]}" "${data[@]}" --runs 5 --thresholds 0,0.5,99 --svg exits.svg >table
cat table
tail -n 3 table | awk 'NR == 1 && $5 != "0.00" { exit 1 } NR == 2 && $2 != '"$right"' { exit 1 } NR == 3 && $5 != "100.00" { exit 1 }' || fail "wrong shares"
tail -n 3 table | awk '{ us[NR] = $4 } END { exit !(us[2] < us[1] && us[3] < us[2]) }' || fail "leaving early takes longer"
[ "$(grep -c '<circle' exits.svg)" = 3 ] || fail "not three points"
"$CNNC" bench "${branchy[@]}" "${data[@]}" --runs 1 --thresholds 0.1:0.5:0.1 | awk 'END { exit !(NR == 7 && $1 == 0.5) }' || fail "a sweep ends at B"
# Without exits, without labels.
"$CNNC" bench "$digits/digits_resnet.onnx" --data "$digits/test_images.npy" --runs 1 | grep -qE '100\.00 %' || fail "no plain network"

mkdir out
expect 1 "no input 'threshold'" "$CNNC" bench "$digits/digits_resnet.onnx" "${data[@]}" --thresholds 1 --svg out/x.svg
expect 1 "not one class for each of the 400" "$CNNC" bench "${branchy[@]}" --data "$digits/test_images.npy" --labels "$digits/test_images.npy" --svg out/x.svg
expect 1 "No such file" "$CNNC" bench "${branchy[@]}" --data none.npy
expect 2 "need --data" "$CNNC" bench "${branchy[@]}" --svg out/x.svg
for list in 1:2 1:0:1 1:2:0 1,x '' 0:1:0.0001; do expect 2 "thresholds" "$CNNC" bench "${branchy[@]}" "${data[@]}" --thresholds "$list"; done
nothing_left out
