# The results of cnnc bench as a table, a page and a file: what is saved can be compared with, what is no such file is refused.
source "$(dirname "$0")/common.sh"
model=$digits/digits_resnet.onnx
expect 0 "peaks of a core: [1-9][0-9.]* GFLOP/s, [0-9.]*[1-9][0-9.]* GB/s" "$CNNC" bench "$model" --runs 3 --save old.json --html new.html
[ "$(grep -c '"kernel"' old.json)" = "$(grep -c '^<rect' new.html)" ] || fail "the page has not a box for each layer"
for word in "Where the time goes" "Roofline" "conv_" "</html>"; do grep -q "$word" new.html || fail "no '$word' on the page"; done
if grep -q -- 'before' new.html; then fail "nothing was compared, but the page says so"; fi

# Twice the time of one layer and half of the whole show in the comparison.
sed -i 's/^ "seconds": .*/ "seconds": 1000.0,/; s/"name": "[^"]*"/"name": "renamed"/' old.json
"$CNNC" bench "$model" --runs 3 --compare old.json --html new.html >table
grep -q '^whole network .* 1000000000.0 [ 0-9.]*x' table || fail "the old time of the network is not shown"
[ "$(grep -c '^renamed ' table)" = "$(grep -c '"kernel"' old.json)" ] || fail "layers that are gone are not shown"
grep -q '>before<' new.html || fail "the page does not compare"

# Bytes of names that are no text do not get into the files.
long=$(printf 'n%.0s' $(seq 300))
sed "s/@LONG@/$long/g" "$here/models/hostile_names.txtpb" >model.txtpb
encode model.txtpb hostile.onnx
"$CNNC" bench hostile.onnx --runs 3 --save hostile.json --html hostile.html >table
"$CNNC" bench hostile.onnx --runs 3 --compare hostile.json >table
if LC_ALL=C grep -q '[^[:print:][:space:]]' <(tr -d '\200-\377' <hostile.html); then fail "control characters on the page"; fi
if grep -q '^renamed\|-  *[0-9.]*$' <(sed -n '/^whole/q;p' table | cut -c1-74); then fail "layers of the same model are not recognised"; fi

mkdir out
head -c 200 old.json >damaged.json
echo '{"model": 3}' >other.json
expect 1 "damaged.json.*line" "$CNNC" bench "$model" --compare damaged.json --save out/new.json
expect 1 "other.json" "$CNNC" bench "$model" --compare other.json --save out/new.json
expect 1 "missing.json" "$CNNC" bench "$model" --compare missing.json --save out/new.json
expect 1 "not a regular file" "$CNNC" bench "$model" --runs 3 --save /dev/full --html out/new.html
"$CNNC" bench "$model" --threads 2 --runs 3 --html out/two.html >table
grep -q "conv_" table || fail "no layers on two threads"
grep -q "peaks of 2 cores" table && [ -s out/two.html ] || fail "two threads are not told"
rm out/two.html
nothing_left out
