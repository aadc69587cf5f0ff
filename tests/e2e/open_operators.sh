# --dim NAME=MIN..MAX of any axis: operators that move, reduce, choose and recur, one model each.
source "$(dirname "$0")/common.sh"

if [ ! -x "$PYTHON" ]; then
    echo "skipped: no Python environment (make check makes it)"
    exit 77
fi
"$PYTHON" "$here/check_open_operators.py" "$CNNC"
