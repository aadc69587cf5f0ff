#include "compiler/proof/form.h"

#include <string.h>

/* How many sums with constraints one question may try. */
enum { ATTEMPTS = 400, DEPTH = 5 };

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

/* ---- products ---- */

static const symbol_product *product_of(const facts *k, int symbol) {
    int from = 0, to = k->n_products; /* ascending by symbol */
    while (from < to) {
        int middle = (from + to) / 2;
        if (k->products[middle].symbol == symbol) return &k->products[middle];
        if (k->products[middle].symbol < symbol) from = middle + 1;
        else to = middle;
    }
    return NULL;
}

static symbol_product factors_of(const facts *k, int symbol) {
    const symbol_product *known = product_of(k, symbol);
    return known ? *known : (symbol_product){symbol, 1, {symbol}};
}

/* x * y of bounds, which the largest and smallest numbers stand for where there is none. */
static int64_t times(int64_t x, int64_t y) {
    int64_t r;
    if (!x || !y) return 0;
    bool negative = (x < 0) != (y < 0), endless = x == INT64_MIN || x == INT64_MAX || y == INT64_MIN || y == INT64_MAX;
    return endless || __builtin_mul_overflow(x, y, &r) ? negative ? INT64_MIN : INT64_MAX : r;
}

range range_product(range x, range y) {
    const int64_t corners[] = {times(x.lo, y.lo), times(x.lo, y.hi), times(x.hi, y.lo), times(x.hi, y.hi)};
    range r = {corners[0], corners[0]};
    for (int i = 1; i < 4; i++) {
        if (corners[i] < r.lo) r.lo = corners[i];
        if (corners[i] > r.hi) r.hi = corners[i];
    }
    return r;
}

/* Of a product also what its factors say. */
static range range_of(const facts *k, int symbol) {
    range r = k->symbols[symbol], all = {1, 1};
    const symbol_product *p = product_of(k, symbol);
    if (!p) return r;
    for (int i = 0; i < p->n; i++) all = range_product(all, k->symbols[p->factors[i]]);
    return (range){all.lo > r.lo ? all.lo : r.lo, all.hi < r.hi ? all.hi : r.hi};
}

/* The symbol that is the product of two. */
static bool multiply_symbols(facts *k, int a, int b, int *out) {
    const symbol_product x = factors_of(k, a), y = factors_of(k, b);
    symbol_product both = {.n = 0};
    if (x.n + y.n > PRODUCT_FACTORS || a == FACTS_SYMBOLS - 1 || b == FACTS_SYMBOLS - 1) return false;
    for (int i = 0, j = 0; i < x.n || j < y.n;) both.factors[both.n++] = j == y.n || (i < x.n && x.factors[i] <= y.factors[j]) ? x.factors[i++] : y.factors[j++];
    for (int i = 0; i < k->n_products; i++) {
        const symbol_product *known = &k->products[i];
        *out = known->symbol;
        if (known->n == both.n && !memcmp(known->factors, both.factors, sizeof *both.factors * (size_t)both.n)) return true;
    }
    if (k->n_products == FACTS_PRODUCTS || k->n_symbols >= FACTS_SYMBOLS - 1) return false;
    *out = both.symbol = k->n_symbols++;
    k->symbols[both.symbol] = (range){INT64_MIN, INT64_MAX};
    k->products[k->n_products++] = both;
    return true;
}

bool facts_multiply(facts *k, const form *a, const form *b, form *out) {
    form r = {.n = 0}, one = {.n = 1};
    if (!form_add(&r, b->constant, a, &r)) return false;
    for (int j = 0; j < b->n; j++) {
        one.terms[0] = (term){b->terms[j].symbol, 1};
        int64_t factor;
        if (__builtin_mul_overflow(a->constant, b->terms[j].factor, &factor) || !form_add(&r, factor, &one, &r)) return false;
        for (int i = 0; i < a->n; i++) {
            form both = {.n = 1, .terms = {{0, 1}}};
            if (!multiply_symbols(k, a->terms[i].symbol, b->terms[j].symbol, &both.terms[0].symbol)) return false;
            if (__builtin_mul_overflow(a->terms[i].factor, b->terms[j].factor, &factor) || !form_add(&r, factor, &both, &r)) return false;
        }
    }
    *out = r;
    return true;
}

/* The symbol as a form in which factors of one value are numbers. */
static bool fold_symbol(facts *k, int symbol, form *out) {
    const symbol_product p = factors_of(k, symbol);
    bool fixed = false;
    *out = form_constant(1);
    for (int i = 0; i < p.n; i++) {
        range r = k->symbols[p.factors[i]];
        fixed = fixed || r.lo == r.hi;
        const form factor = r.lo == r.hi ? form_constant(r.lo) : (form){.n = 1, .terms = {{p.factors[i], 1}}};
        if (!facts_multiply(k, out, &factor, out)) return false;
    }
    return fixed;
}

form facts_fold(facts *k, const form *a) {
    form r = *a;
    for (int i = 0; i < a->n; i++) {
        form symbol = {.n = 1, .terms = {{a->terms[i].symbol, 1}}}, known, less, folded;
        if (!fold_symbol(k, a->terms[i].symbol, &known)) continue;
        if (form_add(&r, -a->terms[i].factor, &symbol, &less) && form_add(&less, a->terms[i].factor, &known, &folded)) r = folded;
    }
    return r;
}

/* ---- bounds ---- */

/* factor * bound + sum, where INT64_MIN means no bound. */
static int64_t lower_sum(int64_t sum, int64_t factor, range r) {
    int64_t bound = factor > 0 ? r.lo : r.hi, product;
    if (sum == INT64_MIN || bound == INT64_MIN || bound == INT64_MAX) return INT64_MIN;
    if (__builtin_mul_overflow(factor, bound, &product) || __builtin_add_overflow(sum, product, &sum)) return INT64_MIN;
    return sum;
}

static int64_t box_lower(const facts *k, const form *a) {
    int64_t sum = a->constant;
    for (int i = 0; i < a->n; i++) sum = lower_sum(sum, a->terms[i].factor, range_of(k, a->terms[i].symbol));
    return sum;
}

static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

/* A question that is put to the constraints: how many sums it may still try, and from which bound on no better one is needed. */
typedef struct search {
    int64_t enough;
    int depth, *attempts;
} search;

static int64_t lower(facts *k, const form *a, search how);

/* What a less the multiple of a constraint that removes the terms `mine` of a and `its` of the constraint says of a. */
static int64_t lower_without(facts *k, const form *a, int64_t mine, const form *constraint, int64_t its, search how) {
    form scaled, rest, zero = form_constant(0);
    int64_t scale = magnitude(its), product;
    if ((mine > 0) != (its > 0) || --*how.attempts < 0) return INT64_MIN;
    if (!form_add(&zero, scale, a, &scaled) || !form_add(&scaled, -magnitude(mine), constraint, &rest)) return INT64_MIN;
    int64_t enough = __builtin_mul_overflow(how.enough, scale, &product) ? INT64_MAX : product;
    int64_t bound = lower(k, &rest, (search){enough, how.depth - 1, how.attempts});
    return bound == INT64_MIN ? bound : bound / scale + (bound % scale > 0); /* rounded up: a is whole */
}

/* Likewise with a constraint that has a factor of the product, times the others, if they are not negative. */
static int64_t lower_by_factor(facts *k, const form *a, const term *t, const form *constraint, search how) {
    const symbol_product p = factors_of(k, t->symbol);
    int64_t best = INT64_MIN;
    for (int f = 0; f < p.n && best < how.enough; f++) {
        int64_t its = 0;
        for (int i = 0; i < constraint->n; i++)
            if (constraint->terms[i].symbol == p.factors[f]) its = constraint->terms[i].factor;
        if (!its || (its > 0) != (t->factor > 0)) continue;
        form others = form_constant(1), multiplied;
        bool fits = true;
        for (int i = 0; i < p.n && fits; i++) {
            const form other = {.n = 1, .terms = {{p.factors[i], 1}}};
            if (i != f) fits = k->symbols[p.factors[i]].lo >= 0 && facts_multiply(k, &others, &other, &others);
        }
        if (!fits || !facts_multiply(k, constraint, &others, &multiplied)) continue;
        int64_t bound = lower_without(k, a, t->factor, &multiplied, its, how);
        if (bound > best) best = bound;
    }
    return best;
}

/* The symbol without one factor; false: it is none of its factors. */
static bool without_factor(facts *k, int symbol, int factor, form *out) {
    const symbol_product p = factors_of(k, symbol);
    bool found = false;
    *out = form_constant(1);
    for (int i = 0; i < p.n; i++) {
        const form other = {.n = 1, .terms = {{p.factors[i], 1}}};
        if (p.factors[i] == factor && !found) found = true;
        else if (!facts_multiply(k, out, &other, out)) return false;
    }
    return found;
}

/* What is left of a where all that has the factor becomes the factor, which is not negative, times the least that it is multiplied by. */
static int64_t lower_by_multiple(facts *k, const form *a, int factor, search how) {
    form multiple = form_constant(0), rest = form_constant(a->constant), other;
    const form alone = {.n = 1, .terms = {{factor, 1}}};
    for (int i = 0; i < a->n; i++) {
        const bool mine = without_factor(k, a->terms[i].symbol, factor, &other);
        if (!mine) other = (form){.n = 1, .terms = {{a->terms[i].symbol, 1}}};
        form *to = mine ? &multiple : &rest;
        if (!form_add(to, a->terms[i].factor, &other, to)) return INT64_MIN;
    }
    const int64_t least = box_lower(k, &multiple);
    if (!multiple.n || least == INT64_MIN || --*how.attempts < 0 || !form_add(&rest, least, &alone, &rest)) return INT64_MIN;
    how.depth--;
    return lower(k, &rest, how);
}

/* The best that the factors of the products in a say. */
static int64_t lower_by_multiples(facts *k, const form *a, search how) {
    int64_t best = INT64_MIN, bound;
    for (int s = 0; s < a->n; s++) {
        const symbol_product p = factors_of(k, a->terms[s].symbol);
        for (int i = 0; i < p.n && p.n > 1 && best < how.enough; i++)
            if (k->symbols[p.factors[i]].lo >= 0 && (bound = lower_by_multiple(k, a, p.factors[i], how)) > best) best = bound;
    }
    return best;
}

/* The best lower bound that is found: a itself, or a less multiples of constraints, each of which removes a symbol. */
static int64_t lower(facts *k, const form *a, search how) {
    int64_t best = box_lower(k, a), bound;
    if (how.depth > 0 && best < how.enough && (bound = lower_by_multiples(k, a, how)) > best) best = bound;
    bool products[FORM_TERMS];
    for (int s = 0; s < a->n; s++) products[s] = how.depth > 0 && product_of(k, a->terms[s].symbol);
    for (int i = k->n_constraints - 1; i >= 0 && how.depth > 0; i--) {
        const form *c = &k->constraints[i];
        for (int s = 0, t = 0; s < a->n && best < how.enough; s++) {
            while (t < c->n && c->terms[t].symbol < a->terms[s].symbol) t++;
            bool common = t < c->n && c->terms[t].symbol == a->terms[s].symbol;
            if (common && (bound = lower_without(k, a, a->terms[s].factor, c, c->terms[t].factor, how)) > best) best = bound;
            if (products[s] && (bound = lower_by_factor(k, a, &a->terms[s], c, how)) > best) best = bound;
        }
    }
    return best;
}

bool facts_at_least(facts *k, const form *a, int64_t bound) {
    for (int depth = 0; depth <= DEPTH; depth += depth ? 2 : 1) { /* 0, 1, 3, 5 */
        int attempts = depth < DEPTH ? ATTEMPTS : 10 * ATTEMPTS;
        if (lower(k, a, (search){bound, depth, &attempts}) >= bound) return true;
    }
    return false;
}

range facts_range(facts *k, const form *a) {
    form zero = form_constant(0), negative;
    int attempts = ATTEMPTS;
    range r = {lower(k, a, (search){INT64_MAX, 2, &attempts}), INT64_MAX};
    attempts = ATTEMPTS;
    if (!form_add(&zero, -1, a, &negative)) return r;
    int64_t lo = lower(k, &negative, (search){INT64_MAX, 2, &attempts});
    if (lo != INT64_MIN) r.hi = -lo;
    return r;
}

bool facts_relate(facts *k, const form *a) {
    form zero = form_constant(0), negative;
    const range r = facts_range(k, a);
    return form_add(&zero, -1, a, &negative) && (r.lo > box_lower(k, a) || (r.hi < INT64_MAX && -r.hi > box_lower(k, &negative)));
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
    if (form_add(&zero, -1, &a, &negative) && lower(k, &negative, (search){1, 1, &attempts}) >= 1) return false;
    if (a.n == 1 && a.terms[0].symbol < FACTS_SYMBOLS - 1)
        return narrow(k, a.terms[0].symbol,
                      a.terms[0].factor > 0 ? (range){-a.constant, INT64_MAX} : (range){INT64_MIN, a.constant});
    if (k->n_constraints < FACTS_CONSTRAINTS) k->constraints[k->n_constraints++] = a;
    return true;
}

bool facts_assume_zero(facts *k, form a) {
    form zero = form_constant(0), negative;
    return !form_add(&zero, -1, &a, &negative) || (facts_assume(k, a) && facts_assume(k, negative));
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

static bool known_division(const facts *k, const form *a, const form *by, form *quotient, form *rest) {
    for (int i = 0; i < k->n_divisions; i++) {
        const division *d = &k->divisions[i];
        if (!form_equal(&d->by, by) || !form_equal(&d->of, a)) continue;
        *quotient = d->quotient, *rest = d->rest;
        return true;
    }
    return false;
}

bool facts_divide(facts *k, const form *a, int64_t by, form *quotient, form *rest) {
    form multiple, left, relation, part;
    if (!facts_at_least(k, a, 0) || !split(a, by, &multiple, &left)) return false;
    const form divisor = form_constant(by);
    range r = facts_range(k, &left);
    if (r.lo < 0) multiple = form_constant(0), left = *a, r = facts_range(k, a);
    if (known_division(k, &left, &divisor, &part, rest)) return form_add(&multiple, 1, &part, quotient);
    range q = {r.lo / by, r.hi == INT64_MAX ? INT64_MAX : r.hi / by};
    part = facts_symbol(k, q);
    if (!form_add(&multiple, 1, &part, quotient)) return false;
    if (!part.n) return form_add(&left, -by, &part, rest);
    *rest = facts_symbol(k, (range){0, r.hi < by - 1 ? r.hi : by - 1});
    /* left = by * part + rest */
    if (form_add(&left, -by, &part, &relation) && form_add(&relation, -1, rest, &relation)) facts_assume_zero(k, relation);
    if (k->n_divisions < FACTS_DIVISIONS) k->divisions[k->n_divisions++] = (division){left, divisor, part, *rest};
    return true;
}

/* That the quotient is at most `most`, or less by one, if that can be shown: a < (most + 1) * by. */
static bool bound_quotient(facts *k, const form *a, const form *by, const form *quotient, const form *most) {
    form room, less;
    if (!facts_multiply(k, most, by, &room) || !form_add(&room, -1, a, &room)) return false;
    const bool below = facts_at_least(k, &room, 1);
    if (!below && (!form_add(&room, 1, by, &room) || !facts_at_least(k, &room, 1))) return false;
    if (!form_add(most, -1, quotient, &less)) return false;
    less.constant -= below;
    facts_assume(k, less);
    return true;
}

/* symbol / by, if by is one of its factors. */
static bool divide_symbol(facts *k, int symbol, int by, form *out) {
    symbol_product p = factors_of(k, symbol), d = factors_of(k, by);
    *out = form_constant(1);
    for (int i = 0, j = 0; i < p.n; i++) {
        if (j < d.n && p.factors[i] == d.factors[j]) {
            j++, d.n = j < d.n ? d.n : -1;
            continue;
        }
        const form factor = {.n = 1, .terms = {{p.factors[i], 1}}};
        if (!facts_multiply(k, out, &factor, out)) return false;
    }
    return d.n < 0;
}

/* Bounds that a quotient may have: a's own symbols, and what those are bounded by, divided by the divisor's last term. */
static void bound_by_symbols(facts *k, const form *a, const form *by, const form *quotient) {
    const int last = by->terms[by->n - 1].symbol;
    for (int i = 0; i < a->n; i++) {
        const symbol_product p = factors_of(k, a->terms[i].symbol);
        for (int f = 0; f < p.n; f++) {
            const form most = {.n = 1, .terms = {{p.factors[f], 1}}};
            if (bound_quotient(k, a, by, quotient, &most)) return;
        }
    }
    for (int i = k->n_constraints - 1; i >= 0; i--) {
        const form c = k->constraints[i];
        bool bounds = false;
        for (int s = 0; s < c.n; s++)
            for (int t = 0; t < a->n; t++) bounds = bounds || (c.terms[s].symbol == a->terms[t].symbol && (c.terms[s].factor < 0) == (a->terms[t].factor > 0));
        for (int s = 0; s < c.n && bounds; s++) {
            form most;
            if (!divide_symbol(k, c.terms[s].symbol, last, &most)) continue;
            if (bound_quotient(k, a, by, quotient, &most)) return;
        }
    }
}

/* x <= factor * y. */
static bool at_most(facts *k, const form *x, int64_t factor, const form *y) {
    form zero = form_constant(0), d;
    return form_add(&zero, factor, y, &d) && form_add(&d, -1, x, &d) && facts_at_least(k, &d, 0);
}

/* How far two quotients by the same divisor are apart: at most n where what was divided is n divisors apart, for n of 0 and those that
 * constraints multiply the divisor with. */
static void relate_quotients(facts *k, const form *a, const form *quotient, const division *other) {
    form difference, apart, zero = form_constant(0);
    if (!form_add(a, -1, &other->of, &difference) || !form_add(quotient, -1, &other->quotient, &apart)) return;
    const int n_constraints = k->n_constraints;
    for (int sign = 1; sign >= -1; sign -= 2) {
        form d, below;
        int64_t most = INT64_MAX;
        if (!form_add(&zero, sign, &difference, &d)) return;
        if (at_most(k, &d, 0, &other->by)) most = 0;
        for (int i = 0; i < n_constraints && most; i++)
            for (int t = 0; t < k->constraints[i].n && other->by.n == 1; t++) {
                const term *m = &k->constraints[i].terms[t];
                const int64_t n = magnitude(m->factor);
                if (m->symbol == other->by.terms[0].symbol && n < most && at_most(k, &d, n, &other->by)) most = n;
            }
        if (most < INT64_MAX && form_add(&zero, -sign, &apart, &below)) below.constant += most, facts_assume(k, below);
    }
}

bool facts_divide_by(facts *k, const form *a, const form *by, form *quotient, form *rest) {
    if (!facts_at_least(k, a, 0) || !facts_at_least(k, by, 1)) return false;
    if (known_division(k, a, by, quotient, rest)) return true;
    const range r = facts_range(k, a), d = facts_range(k, by);
    if (r.hi == INT64_MAX || d.hi == INT64_MAX) return false;
    form relation, below;
    *quotient = facts_symbol(k, (range){r.lo / d.hi, r.hi / d.lo});
    *rest = facts_symbol(k, (range){0, r.hi < d.hi - 1 ? r.hi : d.hi - 1});
    if (form_add(by, -1, rest, &below)) below.constant--, facts_assume(k, below);
    /* a = by * quotient + rest */
    if (facts_multiply(k, by, quotient, &relation) && form_add(&relation, 1, rest, &relation) && form_add(a, -1, &relation, &relation))
        facts_assume_zero(k, relation);
    const form likely = form_constant(r.hi / d.hi);
    if (!bound_quotient(k, a, by, quotient, &likely)) bound_by_symbols(k, a, by, quotient);
    for (int i = 0; i < k->n_divisions; i++)
        if (form_equal(&k->divisions[i].by, by)) relate_quotients(k, a, quotient, &k->divisions[i]);
    if (k->n_divisions < FACTS_DIVISIONS) k->divisions[k->n_divisions++] = (division){*a, *by, *quotient, *rest};
    return true;
}

facts_mark facts_here(const facts *k) { return (facts_mark){k->n_symbols, k->n_constraints, k->n_divisions, k->n_trail, k->n_products}; }

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
    k->n_products = m.n_products;
}
