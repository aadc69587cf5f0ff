# --depfile names every file that went into the output: what a network includes, weights, external data, a tuning file.
source "$(dirname "$0")/common.sh"
mkdir -p 'a $b' parts
cat >parts/head.cnn <<'END'
block head(x) { x |> flatten |> dense(10) }
END
cat >'a $b/net.cnn' <<'END'
include "../parts/head.cnn"
network net(image: f32[1,1,8,8]) { image |> conv(4, 3) |> relu |> head() }
END
"$CNNC" tune 'a $b/net.cnn' --init he -o own.tune --budget 1 >/dev/null
"$CNNC" export "a \$b/net.cnn" --init he -o weights.onnx


"$CNNC" parts/../'a $b/net.cnn' --weights weights.onnx --tune own.tune -o out.c --cxx --depfile out.d
cat out.d
head -n 1 out.d | grep -qx 'out.c: .' || fail "for another output"
for file in 'parts/../a\\ \$\$b/net.cnn' 'a\\ \$\$b/../parts/head.cnn' weights.onnx own.tune; do
    grep -q "^ $scratch/.*$file" out.d || grep -q "^ $scratch/$file" out.d || fail "$file is missing"
done
[ "$(grep -c '^ ' out.d)" = 4 ] || fail "not four files"
[ "$(grep -c '^/.*:$' out.d)" = 3 ] || fail "no rules for files that may go"

# Nothing of it after an error.
rm -f out.*
expect 1 "No such file" "$CNNC" 'a $b/net.cnn' --weights none.npz -o out.c --depfile out.d
[ -z "$(ls out.* 2>/dev/null)" ] || fail "left behind: $(ls out.*)"
expect 2 "depfile needs -o" "$CNNC" 'a $b/net.cnn' --report --depfile out.d
