# The manual page names every option that --help names, and no other, for each subcommand.
source "$(dirname "$0")/common.sh"
manual=$here/../../compiler/cnnc.1

# Long options, one a line, of the text on standard input.
options_of_help() { grep -oE '^ +(-., |    )--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vxE -- '--(help|usage)' | sort -u; }
options_of_manual() { grep '^\.It' | grep -oE '(Fl|,) -[a-z-]+' | sed 's,.* -,--,' | sort -u; }
# The part of the manual below the subheading that matches.
section() { awk -v name="$1" '/^\.S[sh] / { inside = $0 ~ name } inside' "$manual"; }

for name in compile run verify bench tune check certify quantize inspect zoo export import fmt ops layers passes completion; do
    heading="^[.]Ss cnnc.* ?$name"
    if [ $name = compile ]; then heading="^[.]Ss cnnc MODEL"; fi
    help=$("$CNNC" $name --help | options_of_help || true)
    {
        section "$heading"
        if [ $name = zoo ]; then section "^[.]Ss cnnc MODEL"; fi
        if grep -qx -- --target <<<"$help"; then section "^[.]Ss Options of all"; fi
        if grep -qx -- --cc <<<"$help"; then section "^[.]Ss The C compiler"; fi
    } >text
    grep -q . text || fail "the manual has no section on cnnc $name"
    diff <(echo "$help" | grep . || true) <(options_of_manual <text || true) || fail "cnnc $name: --help (<) and the manual (>) differ"
done
