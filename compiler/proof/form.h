/* Integers that are not known to the digit: sums of multiples of symbols, and what is known of the symbols. A product of symbols is
 * a symbol as well, whose factors are known. */
#ifndef CNNC_FORM_H
#define CNNC_FORM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct range {
    int64_t lo, hi; /* both included; INT64_MIN and INT64_MAX: no bound */
} range;

enum { FORM_TERMS = 16, FACTS_SYMBOLS = 1 << 16, FACTS_CONSTRAINTS = 256, FACTS_DIVISIONS = 64, FACTS_PRODUCTS = 1024, PRODUCT_FACTORS = 4 };

range range_product(range x, range y); /* of what is in x and what is in y */

typedef struct term {
    int symbol;
    int64_t factor; /* not 0 */
} term;

typedef struct form {
    int64_t constant;
    int n;
    term terms[FORM_TERMS]; /* by symbol, ascending */
} form;

typedef struct division {
    form of, by, quotient, rest;
} division;

typedef struct symbol_product {
    int symbol; /* which it is */
    int n, factors[PRODUCT_FACTORS]; /* ascending, no products themselves */
} symbol_product;

typedef struct facts {
    range symbols[FACTS_SYMBOLS];
    int n_symbols;
    form constraints[FACTS_CONSTRAINTS]; /* each is known to be >= 0 */
    int n_constraints;
    division divisions[FACTS_DIVISIONS]; /* so that x / 4 and x % 4 know of each other */
    int n_divisions;
    symbol_product products[FACTS_PRODUCTS];
    int n_products;
    struct {
        int symbol;
        range before;
    } trail[FACTS_SYMBOLS]; /* ranges that assumptions have narrowed */
    int n_trail;
} facts;

typedef struct facts_mark {
    int n_symbols, n_constraints, n_divisions, n_trail, n_products;
} facts_mark;

form form_constant(int64_t c);
/* a + factor * b; false where numbers or terms do not fit. */
bool form_add(const form *a, int64_t factor, const form *b, form *out);
bool form_equal(const form *a, const form *b);

/* A new symbol; of a range of one number, that number. */
form facts_symbol(facts *k, range r);
form facts_fold(facts *k, const form *a); /* symbols of one value replaced by it */
bool facts_multiply(facts *k, const form *a, const form *b, form *out); /* false where numbers or terms do not fit */
range facts_range(facts *k, const form *a); /* bounds, by what is known of symbols and by constraints */
bool facts_relate(facts *k, const form *a); /* constraints bound it more closely than its symbols do */
bool facts_at_least(facts *k, const form *a, int64_t bound); /* shown that a >= bound */
bool facts_assume(facts *k, form a); /* a >= 0 from now on; false: that cannot be */
bool facts_assume_zero(facts *k, form a); /* a == 0, likewise */
/* a / by and a % by, as C computes them, for by > 0; false where a may be negative. */
bool facts_divide(facts *k, const form *a, int64_t by, form *quotient, form *rest);
bool facts_divide_by(facts *k, const form *a, const form *by, form *quotient, form *rest); /* likewise by what is not a number */

facts_mark facts_here(const facts *k);
void facts_return(facts *k, facts_mark m); /* to what was known then; younger symbols are gone */
void facts_forget(facts *k, facts_mark m); /* likewise, but younger symbols stay */

#endif
