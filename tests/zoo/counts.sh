# Parameters and multiply-adds of every network are those that PyTorch counts (parameters.txt).
source "$(dirname "$0")/../e2e/common.sh"
diff <("$CNNC" zoo | tail -n +2 | awk '{print $1, $2, $3}' | sort) <(sort "$here/../zoo/parameters.txt") || fail "cnnc zoo (<) and PyTorch (>) differ"
