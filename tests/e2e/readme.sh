# What README.md and the pages of docs/ show works as written: files after `<!-- file: NAME -->` are there, commands after
# `<!-- test -->` succeed one after the other, and the last of them printed what follows `<!-- output -->`. Each page starts in
# an empty folder.
source "$(dirname "$0")/common.sh"
root=$(cd "$here/../.." && pwd)
cmake --install "$BUILD" --prefix "$scratch/prefix" >/dev/null
export PATH=$scratch/prefix/bin:$PATH CMAKE_PREFIX_PATH=$scratch/prefix PKG_CONFIG_PATH=$scratch/prefix/share/pkgconfig

# Splits a page into numbered blocks: N.file (and N.name), N.test, N.output. Lines of shell blocks without a mark go to unmarked.
split_page() {
    mkdir blocks
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
         inside { print > path; next }
         /^```sh$/ { print NR > "unmarked" }' "$1"
}

run_page() {
    local page=$1 block commands=0
    mkdir "$scratch/$(basename "$page")"
    cd "$scratch/$(basename "$page")"
    ln -s "$(cd "$DATA/.." && pwd)" tests
    split_page "$page"
    for block in blocks/*; do
        case $block in
            *.file) cp "$block" "$(cat "${block%.file}.name")" ;;
            *.test)
                bash -euo pipefail -x "$block" >printed || fail "the commands in $page: $(cat "$block")"
                commands=$((commands + $(wc -l <"$block")))
                ;;
            *.output) diff "$block" <(tail -n "$(wc -l <"$block")" printed) || fail "$page shows another output" ;;
        esac
    done
    [ $commands -ge "$2" ] || fail "only $commands commands found in $page"
}

run_page "$root/README.md" 10
for page in "$root"/docs/*.md; do
    run_page "$page" 2
    [ ! -e unmarked ] || fail "$page: no <!-- test --> before the commands of line $(xargs <unmarked)"
    grep -q "](docs/$(basename "$page"))" "$root/README.md" || fail "README.md has no link to $page"
done
# Those it lists are those there are.
for name in $("$CNNC" --help | sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    grep -q "cnnc $name\|\`$name\`" "$root/README.md" || [ "$name" = compile ] || fail "README.md does not mention cnnc $name"
done
# Each option has words somewhere.
for option in $("$CNNC" --help | sed -n 's/^ *\(-[a-z], \)\{0,1\}\(--[a-z-]*\).*/\2/p' | grep -vx -e --help -e --usage -e --version); do
    grep -q -e "$option\b" "$root"/README.md "$root"/docs/*.md || fail "neither README.md nor docs/ tells of $option"
done
