# The textual IR as a model: written by hand, printed by cnnc, and wrong.
source "$(dirname "$0")/common.sh"
cat >scale.cir <<'END'
# A comment first: the name need not end in .cir then.
graph "scale" {
  dim N in 1..8
  input %x "image" : f32[N,3]
  const %s : f32[3] {1, 2, 3}
  %y "result" = mul(%x, %s)
  return %y
}
END
cp scale.cir scale.txt
for model in scale.cir scale.txt; do
    expect 0 "output result: ok" "$CNNC" verify $model --dim N=2
    expect 1 "dimension 0, named 'N', is open" "$CNNC" verify $model
    expect 1 "dimension 'N' cannot be 9" "$CNNC" verify $model --dim N=9
    expect 1 "there is no dimension 'M'" "$CNNC" verify $model --dim M=9
done

# What the last pass leaves, layouts and expressions in it, compiles to the same network again.
"$CNNC" "$digits/digits_branchy.onnx" --dump-ir=after:assign_layout >printed.cir
expect 0 "output logits: ok" "$CNNC" verify printed.cir --target generic

# Mistakes are shown where they are, and nothing is written.
mkdir out
sed 's/mul(/mull(/' scale.cir >wrong.cir
expect 1 "wrong.cir:6:17: there is no operator 'mull'" "$CNNC" wrong.cir -o out/net.c
expect 1 "\| +%y \"result\" = mull\(%x, %s\)" "$CNNC" wrong.cir -o out/net.c
head -c 100 scale.cir >cut.cir
expect 1 "cut.cir:[0-9]+:[0-9]+: " "$CNNC" cut.cir -o out/net.c
: >empty.cir
expect 1 "is empty" "$CNNC" empty.cir -o out/net.c
nothing_left out
