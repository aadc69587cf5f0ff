# Where sizes are open, the scratch of all steps is in one place, a second one of a step in another; tiles are worked on in as many
# blocks as there must be, and weights fetched by however many tiles there are.
source "$(dirname "$0")/common.sh"

cat >net.cnn <<'END'
network net(image: f32[1,3,H in 4..=96,W in 4..=96]) {
    let x = image |> conv(64, 3, pad=1) |> relu |> conv(64, 3, pad=1) |> relu |> maxpool(2) |> conv(64, 3, pad=1) |> relu
    x |> conv(64, 3, pad=1) |> relu |> conv(2064, 1) |> relu |> global_avgpool |> flatten
}
END
"$CNNC" net.cnn --init he -o net.c --target x86-64-v4 --dim H=4..96 --dim W=4..96 --explain-schedule >plan.txt
grep -E 'conv_winograd \[' plan.txt | sed -E 's/.*(arena\+[0-9]+)  "[^"]*"$/\1/' >scratch.txt
[ "$(wc -l <scratch.txt)" -ge 2 ] || fail "not two convolutions by minimal filtering: $(cat plan.txt)"
[ "$(sort -u scratch.txt | wc -l)" = 1 ] || fail "scratch in several places: $(cat scratch.txt)"
grep -q "CNNC_PREFETCH(next" net.c || fail "no weights are fetched"
grep -q "lines = others" net.c || fail "weights are not shared out among tiles"

for size in 4x4 50x61; do
    expect 0 "output output: ok" "$CNNC" verify net.cnn --init he --cflags -O1 --dim "H=4..96@${size%x*}" --dim "W=4..96@${size#*x}"
done

cat >net.cir <<'END'
graph "g" {
  dim H in 1..64
  input %x "x" : f32[1,1021,1]
  input %z "z" : f32[1,3,H]
  const %n : i64[] {1021}
  const %a : i64[] {1}
  %y "y" = dft(%x, %n, %a)
  %w "w" = neg(%z)
  return %y, %w
}
END
expect 0 "output y: ok" "$CNNC" verify net.cir --cflags -O1 --dim H=2..64
