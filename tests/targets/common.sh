# Sourced by the tests of foreign machines. write_digits N: digits.h with N images and their logits, as decimal numbers.
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/common.sh"
targets=$here/../targets

numbers() { # FILE.npy COUNT: the array behind a header of 128 bytes
    od -An -v -tfF -w4 -j128 -N$(($2 * 4)) "$1" | awk '{ print $1 ($1 ~ /[.e]/ ? "" : ".0") "f," }'
}
write_digits() {
    {
        echo "static const float images[] = {" && numbers "$digits/test_images.npy" $(($1 * 64)) && echo "};"
        echo "static const float expected[] = {" && numbers "$digits/digits_resnet_logits.npy" $(($1 * 10)) && echo "};"
    } >digits.h
}

needs() { # COMMAND...
    local c
    for c in "$@"; do
        command -v "$c" >/dev/null || { echo "skipped: no $c"; exit 77; }
    done
}
