# What README.md shows works as written: files after `<!-- file: NAME -->` are there, commands after `<!-- test -->` succeed one
# after the other, and the last of them printed what follows `<!-- output -->`.
source "$(dirname "$0")/common.sh"
ln -s "$(cd "$DATA/.." && pwd)" tests
export PATH=$(dirname "$CNNC"):$PATH

mkdir blocks
# Splits README.md into numbered blocks: N.file (and N.name), N.test, N.output.
awk '/^<!-- (file: .*|test|output) -->$/ {
         kind = $2; sub(":", "", kind)
         path = sprintf("blocks/%03d", ++n)
         if (kind == "file") print $3 > (path ".name")
         path = path "." kind
         pending = 1
         next
     }
     pending && /^```/ { inside = 1; pending = 0; next }
     inside && /^```$/ { inside = 0; close(path); next }
     inside { print > path }' "$here/../../README.md"
commands=0
for block in blocks/*; do
    case $block in
        *.file) cp "$block" "$(cat "${block%.file}.name")" ;;
        *.test)
            bash -euo pipefail -x "$block" >printed || fail "the commands in $(cat "$block")"
            commands=$((commands + $(wc -l <"$block")))
            ;;
        *.output) diff "$block" <(tail -n "$(wc -l <"$block")" printed) || fail "README.md shows another output" ;;
    esac
done
[ $commands -ge 10 ] || fail "only $commands commands found"
# Those it lists are those there are.
for name in $("$CNNC" --help | sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    grep -q "cnnc $name\|\`$name\`" "$here/../../README.md" || [ "$name" = compile ] || fail "README.md does not mention cnnc $name"
done
