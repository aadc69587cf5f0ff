#include "backend/emit/number.h"

#include <string.h>

number number_known(int64_t n) { return (number){.n = n}; }

number number_open(const char *text) { return (number){.text = text}; }

bool number_is(number x, int64_t n) { return !x.text && x.n == n; }

bool number_equal(number x, number y) {
    if (!x.text || !y.text) return !x.text && !y.text && x.n == y.n;
    return !strcmp(x.text, y.text);
}

static int64_t compute(const char *op, int64_t x, int64_t y) {
    switch (op[0]) {
    case '|': return x || y;
    case '&': return x && y;
    case '=': return x == y;
    case '!': return x != y;
    case '<': return op[1] ? x <= y : x < y;
    case '>': return op[1] ? x >= y : x > y;
    case '+': return x + y;
    case '-': return x - y;
    case '*': return x * y;
    case '/': return x / y;
    default: return x % y;
    }
}

/* What follows from one side alone: 0 * x, x + 0, false && x… */
static bool is_settled(const char *op, number x, number y, number *result) {
    switch (op[0]) {
    case '*': *result = number_is(x, 0) || number_is(y, 0) ? number_known(0) : number_is(x, 1) ? y : x; return number_is(x, 0) || number_is(y, 0) || number_is(x, 1) || number_is(y, 1);
    case '+': *result = number_is(x, 0) ? y : x; return number_is(x, 0) || number_is(y, 0);
    case '-': *result = x; return number_is(y, 0);
    case '/': *result = x; return number_is(y, 1);
    case '%': *result = number_known(0); return number_is(y, 1);
    case '&':
    case '|': { /* the known side decides, or leaves it to the other */
        if (x.text && y.text) return false;
        number known = x.text ? y : x, open = x.text ? x : y;
        *result = (known.n != 0) == (op[0] == '|') ? number_known(op[0] == '|') : open;
        return true;
    }
    default: return false;
    }
}

number number_apply(arena *a, const char *op, number x, number y) {
    number settled;
    if (!x.text && !y.text) return number_known(compute(op, x.n, y.n));
    if (is_settled(op, x, y, &settled)) return settled;
    if (op[0] == '+' && !y.text && y.n < 0) op = "-", y.n = -y.n;
    return number_open(arena_printf(a, "(%s %s %s)", number_text(a, x), op, number_text(a, y)));
}

number number_add(arena *a, number x, number y) { return number_apply(a, "+", x, y); }
number number_mul(arena *a, number x, number y) { return number_apply(a, "*", x, y); }
number number_ceil_div(arena *a, number x, int64_t y) { return number_apply(a, "/", number_add(a, x, number_known(y - 1)), number_known(y)); }

const char *number_text(arena *a, number x) { return x.text ? x.text : arena_printf(a, "%lld", (long long)x.n); }

const char *number_as_double(arena *a, number x) { return arena_printf(a, x.text ? "(double)%s" : "%s.0", number_text(a, x)); }
