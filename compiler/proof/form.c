#include "compiler/proof/form.h"

/* How many sums with constraints one question may try. */
enum { ATTEMPTS = 400, DEPTH = 3 };

form form_constant(int64_t c) { return (form){.constant = c}; }

bool form_add(const form *a, int64_t factor, const form *b, form *out) {
    form r = {.n = 0};
    int64_t product;
    if (__builtin_mul_overflow(b->constant, factor, &product) || __builtin_add_overflow(a->constant, product, &r.constant)) return false;
    for (int i = 0, j = 0; i < a->n || j < b->n;) {
        bool left = j == b->n || (i < a->n && a->terms[i].symbol <= b->terms[j].symbol);
        bool right = i == a->n || (j < b->n && b->terms[j].symbol <= a->terms[i].symbol);
        term t = {left ? a->terms[i].symbol : b->terms[j].symbol, left ? a->terms[i].factor : 0};
        if (right && (__builtin_mul_overflow(b->terms[j].factor, factor, &product) || __builtin_add_overflow(t.factor, product, &t.factor)))
            return false;
        i += left, j += right;
        if (!t.factor) continue;
        if (r.n == FORM_TERMS) return false;
        r.terms[r.n++] = t;
    }
    *out = r;
    return true;
}

bool form_equal(const form *a, const form *b) {
    form d;
    return form_add(a, -1, b, &d) && !d.n && !d.constant;
}

form facts_symbol(facts *k, range r) {
    if (r.lo == r.hi) return form_constant(r.lo);
    /* Without room for one more the last stands for all, of which nothing is known. */
    int s = k->n_symbols < FACTS_SYMBOLS ? k->n_symbols++ : FACTS_SYMBOLS - 1;
    k->symbols[s] = s == FACTS_SYMBOLS - 1 ? (range){INT64_MIN, INT64_MAX} : r;
    return (form){.n = 1, .terms = {{s, 1}}};
}

form facts_fold(const facts *k, const form *a) {
    form r = *a;
    for (int i = 0; i < a->n; i++) {
        range s = k->symbols[a->terms[i].symbol];
        form known = {.constant = s.lo}, symbol = {.n = 1, .terms = {{a->terms[i].symbol, 1}}}, less, folded;
        if (s.lo == s.hi && form_add(&r, -a->terms[i].factor, &symbol, &less) && form_add(&less, a->terms[i].factor, &known, &folded)) r = folded;
    }
    return r;
}

/* factor * bound + sum, where INT64_MIN means no bound. */
static int64_t lower_sum(int64_t sum, int64_t factor, range r) {
    int64_t bound = factor > 0 ? r.lo : r.hi, product;
    if (sum == INT64_MIN || bound == INT64_MIN || bound == INT64_MAX) return INT64_MIN;
    if (__builtin_mul_overflow(factor, bound, &product) || __builtin_add_overflow(sum, product, &sum)) return INT64_MIN;
    return sum;
}

static int64_t box_lower(const facts *k, const form *a) {
    int64_t sum = a->constant;
    for (int i = 0; i < a->n; i++) sum = lower_sum(sum, a->terms[i].factor, k->symbols[a->terms[i].symbol]);
    return sum;
}

static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

/* The best lower bound that is found: a itself, or a less multiples of constraints, each of which removes a symbol.
 * Stops at `enough`. */
static int64_t lower(const facts *k, const form *a, int64_t enough, int depth, int *attempts) {
    int64_t best = box_lower(k, a);
    for (int i = k->n_constraints - 1; i >= 0 && depth > 0; i--) {
        const form *c = &k->constraints[i];
        for (int s = 0, t = 0; s < a->n && t < c->n && best < enough;) {
            int order = (a->terms[s].symbol > c->terms[t].symbol) - (a->terms[s].symbol < c->terms[t].symbol);
            int64_t mine = a->terms[s].factor, its = c->terms[t].factor;
            s += order <= 0, t += order >= 0;
            if (order || (mine > 0) != (its > 0) || --*attempts < 0) continue;
            form scaled, rest, zero = form_constant(0);
            int64_t scale = magnitude(its);
            if (!form_add(&zero, scale, a, &scaled) || !form_add(&scaled, -magnitude(mine), c, &rest)) continue;
            int64_t product, bound = lower(k, &rest, __builtin_mul_overflow(enough, scale, &product) ? INT64_MAX : product, depth - 1, attempts);
            if (bound == INT64_MIN) continue;
            bound = bound / scale + (bound % scale > 0); /* rounded up: a is whole */
            if (bound > best) best = bound;
        }
    }
    return best;
}

bool facts_at_least(const facts *k, const form *a, int64_t bound) {
    for (int depth = 0; depth <= DEPTH; depth += depth ? 2 : 1) { /* 0, 1, 3 */
        int attempts = ATTEMPTS;
        if (lower(k, a, bound, depth, &attempts) >= bound) return true;
    }
    return false;
}

range facts_range(const facts *k, const form *a) {
    form zero = form_constant(0), negative;
    int attempts = ATTEMPTS;
    range r = {lower(k, a, INT64_MAX, 2, &attempts), INT64_MAX};
    attempts = ATTEMPTS;
    if (!form_add(&zero, -1, a, &negative)) return r;
    int64_t lo = lower(k, &negative, INT64_MAX, 2, &attempts);
    if (lo != INT64_MIN) r.hi = -lo;
    return r;
}

static int64_t gcd(int64_t a, int64_t b) {
    while (b) {
        int64_t r = a % b;
        a = b, b = r;
    }
    return magnitude(a);
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

static bool narrow(facts *k, int symbol, range r) {
    range *known = &k->symbols[symbol];
    if (r.lo <= known->lo && r.hi >= known->hi) return true;
    if (k->n_trail == FACTS_SYMBOLS) return true;
    k->trail[k->n_trail].symbol = symbol;
    k->trail[k->n_trail++].before = *known;
    if (r.lo > known->lo) known->lo = r.lo;
    if (r.hi < known->hi) known->hi = r.hi;
    return known->lo <= known->hi;
}

bool facts_assume(facts *k, form a) {
    a = facts_fold(k, &a);
    if (!a.n) return a.constant >= 0;
    int64_t divisor = 0;
    for (int i = 0; i < a.n; i++) divisor = gcd(divisor, a.terms[i].factor);
    for (int i = 0; i < a.n; i++) a.terms[i].factor /= divisor;
    a.constant = floor_div(a.constant, divisor); /* the rest is a multiple of the divisor */
    form zero = form_constant(0), negative;
    int attempts = ATTEMPTS; /* a contradiction that is not seen costs time, no more */
    if (form_add(&zero, -1, &a, &negative) && lower(k, &negative, 1, 1, &attempts) >= 1) return false;
    if (a.n == 1 && a.terms[0].symbol < FACTS_SYMBOLS - 1)
        return narrow(k, a.terms[0].symbol,
                      a.terms[0].factor > 0 ? (range){-a.constant, INT64_MAX} : (range){INT64_MIN, a.constant});
    if (k->n_constraints < FACTS_CONSTRAINTS) k->constraints[k->n_constraints++] = a;
    return true;
}

/* What multiples of `by` contribute to a, and what is left. */
static bool split(const form *a, int64_t by, form *multiple, form *left) {
    *multiple = form_constant(floor_div(a->constant, by));
    *left = form_constant(a->constant - by * multiple->constant);
    for (int i = 0; i < a->n; i++) {
        form *to = a->terms[i].factor % by ? left : multiple;
        to->terms[to->n++] = (term){a->terms[i].symbol, to == left ? a->terms[i].factor : a->terms[i].factor / by};
    }
    return true;
}

static bool known_division(const facts *k, const form *a, int64_t by, form *quotient, form *rest) {
    for (int i = 0; i < k->n_divisions; i++) {
        const division *d = &k->divisions[i];
        if (d->by != by || !form_equal(&d->of, a)) continue;
        *quotient = d->quotient, *rest = d->rest;
        return true;
    }
    return false;
}

bool facts_divide(facts *k, const form *a, int64_t by, form *quotient, form *rest) {
    form multiple, left, relation;
    if (!facts_at_least(k, a, 0) || !split(a, by, &multiple, &left)) return false;
    if (known_division(k, a, by, quotient, rest)) return true;
    range r = facts_range(k, &left);
    if (r.lo < 0) multiple = form_constant(0), left = *a, r = facts_range(k, a);
    range q = {r.lo / by, r.hi == INT64_MAX ? INT64_MAX : r.hi / by};
    form part = facts_symbol(k, q);
    if (!form_add(&multiple, 1, &part, quotient)) return false;
    if (!part.n) return form_add(&left, -by, &part, rest);
    *rest = facts_symbol(k, (range){0, r.hi < by - 1 ? r.hi : by - 1});
    /* left = by * part + rest */
    form zero = form_constant(0), negative;
    if (form_add(&left, -by, &part, &relation) && form_add(&relation, -1, rest, &relation) && form_add(&zero, -1, &relation, &negative))
        facts_assume(k, relation), facts_assume(k, negative);
    if (k->n_divisions < FACTS_DIVISIONS) k->divisions[k->n_divisions++] = (division){*a, *quotient, *rest, by};
    return true;
}

facts_mark facts_here(const facts *k) { return (facts_mark){k->n_symbols, k->n_constraints, k->n_divisions, k->n_trail}; }

void facts_forget(facts *k, facts_mark m) {
    while (k->n_trail > m.n_trail) {
        k->n_trail--;
        k->symbols[k->trail[k->n_trail].symbol] = k->trail[k->n_trail].before;
    }
    k->n_constraints = m.n_constraints;
    k->n_divisions = m.n_divisions;
}

void facts_return(facts *k, facts_mark m) {
    facts_forget(k, m);
    k->n_symbols = m.n_symbols;
}
