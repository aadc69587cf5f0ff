# The emitted object calls nothing that allocates or prints, and has no data that could change.
source "$(dirname "$0")/common.sh"
allowed='^(memcpy|memset|memmove|__stack_chk_fail|__cpu_model|__cpu_features2|__cpu_indicator_init|_GLOBAL_OFFSET_TABLE_)$'
math='^(l?l?r(ound|int)|floor|ceil|trunc|nearbyint|roundeven|exp2?|expm1|log|log1p|log2|pow|sqrt|cbrt|fabs|fmod|fma|f(max|min)|erf|t?gamma|lgamma|copysign|a?(sin|cos|tan)h?|atan2|hypot|remainder)f?$'
for model in "$digits"/*.onnx; do
    for target in generic native; do
        "$CNNC" "$model" -o net.c --target $target
        for cc in $(compilers); do
            $cc -std=c11 -O2 -c net.c -o net.o
            calls=$(nm -u net.o | awk '{print $NF}' | grep -vE "$allowed" | grep -vE "$math" || true)
            [ -z "$calls" ] || fail "$cc, $target: calls $calls"
            # .data.rel.ro holds constants with addresses in them, read-only once the program is loaded.
            variables=$(nm --format=sysv net.o | tr -d ' ' | awk -F'|' '$4 == "OBJECT" && $7 !~ /^\.(rodata|data\.rel\.ro)/ {print $1}')
            [ -z "$variables" ] || fail "$cc, $target: variables $variables"
            if nm net.o | awk '$(NF-1) ~ /^[A-Z]$/ && $(NF-1) != "U" {print $NF}' | grep -vE '^net_'; then
                fail "$cc, $target: exports names without the prefix"
            fi
        done
    done
done
