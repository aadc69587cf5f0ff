# Models, networks and graphs that ask for more than anybody's time or memory: compiled or refused, within seconds and four
# gigabytes, by an error that says why.
source "$(dirname "$0")/common.sh"
[ -x "$PYTHON" ] || { echo "skipped: no Python environment (make check makes it)"; exit 77; }
"$PYTHON" "$here/make_hostile.py"
repeat() { awk -v text="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", text }'; }
network() { printf 'network t(x: f32[1,4]) {\n%s\n}\n' "$1" >"$2.cnn"; }
network "let y = $(repeat '(' 30000)x$(repeat ')' 30000)
return y" parentheses
network "x $(repeat '|> relu ' 20000)" pipes
network "for i in [0..1000000000000] { x = x |> relu }
x" iterations
network "$(repeat 'if yes { ' 5000)" braces
printf 'block b0(x) { x |> relu }\n' >blocks.cnn
for i in {1..40}; do printf 'block b%d(x) { x |> b%d |> b%d }\n' $i $((i - 1)) $((i - 1)); done >>blocks.cnn
printf 'network t(x: f32[1,4]) { x |> b40 }\n' >>blocks.cnn
printf 'graph "g" {\n  input %%x : f32[1,4]\n  %%y = relu(%%x) epilogue %s' "$(repeat 'relu(' 30000)" >expression.cir
printf 'graph "g" {\n%s' "$(printf 'input %%c : bool[]\n'; repeat '%y = if(%c) {\n' 5000)" >regions.cir
for file in *.onnx *.cnn *.cir; do
    code=0
    start=$SECONDS
    (ulimit -t 30 -v 4000000 && exec "$CNNC" "$file" -o out.c --target generic) >log 2>&1 || code=$?
    [ $code = 0 ] || [ $code = 1 ] || { tail -n 3 log >&2; fail "$file: exit code $code"; }
    [ $code = 0 ] || grep -q "cnnc: error: " log || fail "$file: no reason given"
    printf '%s: %s, %d s: %s\n' "$file" "$code" $((SECONDS - start)) "$(head -n 1 log | cut -c 1-150)"
    verdict+="$file:$code "
    rm -f out.*
done
# Limits of the system are errors too, and leave nothing behind.
limited() { # PATTERN ULIMIT-OPTION...
    local pattern=$1
    shift
    (ulimit "$@" && expect 1 "$pattern" "$CNNC" convolutions.onnx -o limited.c --target generic)
    [ -z "$(find . -name "limited*")" ] || fail "ulimit $*: it left $(find . -name "limited*")"
}
limited "error: out of processor time" -S -t 1
limited "error: out of memory" -v 500000
# What is merely large is compiled.
for file in chain readers convolutions outputs dead wide long_list nested endless_loop; do grep -q "$file.onnx:0 " <<<"$verdict" || fail "$file.onnx is refused"; done
for file in doubling huge_constant functions; do grep -q "$file.onnx:1 " <<<"$verdict" || fail "$file.onnx is not refused"; done
