# What shells offer for each subcommand is what its --help names; words of options are words that cnnc takes.
source "$(dirname "$0")/common.sh"
for shell in bash zsh fish; do "$CNNC" completion $shell >cnnc.$shell; done

# Each prints the long options that its shell offers after `cnnc NAME --`.
offers_bash() {
    bash -euc 'source ./cnnc.bash; COMP_WORDS=(cnnc $1 --); COMP_CWORD=2; _cnnc; printf "%s\n" "${COMPREPLY[@]}"' - "$1"
}
offers_zsh() { # the specifications that completion gets
    zsh -fc 'compdef() { }; _arguments() { print -rl -- "$@" }; _describe() { }; source ./cnnc.zsh; words=(cnnc $1 ""); CURRENT=3; _cnnc' - "$1" |
        grep -oE '^\*?--[a-z-]+' | tr -d '*'
}
offers_fish() { HOME=$scratch fish -c 'source cnnc.fish; complete -C "cnnc $argv[1] --"' "$1" | cut -f1 | sed 's/=$//'; }

names=$("$CNNC" --help | sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p')
for shell in bash zsh fish; do
    command -v $shell >/dev/null || { echo "no $shell"; continue; }
    $shell -n cnnc.$shell
    for name in $names; do
        "$CNNC" "$name" --help | grep -oE '^ +(-., |    )--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vx -- --usage | sort -u >help
        diff help <(offers_$shell "$name" | sort -u) || fail "$shell, cnnc $name: --help (<) and what is offered (>) differ"
    done
done
first=$(bash -euc 'source ./cnnc.bash; COMP_WORDS=(cnnc ""); COMP_CWORD=1; _cnnc; echo "${COMPREPLY[@]}"')
[ "$first" = "$(xargs <<<"$names")" ] || fail "subcommands are offered as: $first"

# words OPTION
words() { bash -euc 'source ./cnnc.bash; COMP_WORDS=(cnnc net.onnx "$1" = ""); COMP_CWORD=4; _cnnc; echo "${COMPREPLY[@]}"' - "$1"; }
for option in --target --accuracy --weights-type --compute --dump-ir; do
    n=0
    for word in $(words $option); do
        "$CNNC" "$digits/digits_resnet.onnx" $option "$word" --report >log 2>&1 || { cat log >&2; fail "$option $word is offered"; }
        n=$((n + 1))
    done
    [ $n -ge 2 ] || fail "$option: $n words"
done
expect 2 "bash, zsh and fish" "$CNNC" completion csh
