#include "ir/shape/einsum.h"

#include <ctype.h>
#include <string.h>

#include "ir/shape/shape.h"

/* While parsing, labels are: letters by their character, axis i of an ellipsis (counted from its end) ELLIPSIS + i. */
enum { ELLIPSIS = 128, RAW_LABELS = ELLIPSIS + IR_MAX_RANK };

typedef struct parser {
    const node *node;
    diagnostics *diags;
    const char *at;
    int ellipsis;            /* axes that "..." stands for, the most of any operand */
    int uses[RAW_LABELS];    /* in the operands */
    dim size[RAW_LABELS];
} parser;

static char peek(parser *p) {
    while (*p->at == ' ') p->at++;
    return *p->at;
}

static bool push(parser *p, einsum_term *t, int label) {
    if (t->rank == IR_MAX_RANK) return node_error(p->diags, p->node, NULL, "a term of its equation has too many axes");
    t->labels[t->rank++] = label;
    return true;
}

/* One term up to ',', '-' or the end. `ellipsis`: how many axes "..." stands for in it. */
static bool parse_term(parser *p, einsum_term *t, int ellipsis) {
    bool seen = false;
    for (char c; (c = peek(p)) && c != ',' && c != '-';) {
        if (!strncmp(p->at, "...", 3) && !seen) {
            for (int i = ellipsis - 1; i >= 0; i--)
                if (!push(p, t, ELLIPSIS + i)) return false;
            seen = true;
            p->at += 3;
        } else if (isalpha((unsigned char)c)) {
            if (!push(p, t, c)) return false;
            p->at++;
        } else {
            return node_error(p->diags, p->node, NULL, "its equation has a stray '%c'", c);
        }
    }
    return true;
}

/* Letters of the term at hand. */
static int letters_ahead(parser *p) {
    int count = 0;
    for (const char *s = p->at; *s && *s != ',' && *s != '-'; s++) count += isalpha((unsigned char)*s) != 0;
    return count;
}

static bool parse_operand(parser *p, int i, einsum_term *t) {
    const value_type *x = input_type(p->node, i, 0, IR_MAX_RANK, p->diags);
    if (!x) return false;
    int ellipsis = x->rank - letters_ahead(p);
    if (!parse_term(p, t, ellipsis > 0 ? ellipsis : 0)) return false;
    if (t->rank != x->rank)
        return node_error(p->diags, p->node, NULL, "its equation gives input %d %d axes, it has %d", i, t->rank, x->rank);
    if (ellipsis > p->ellipsis) p->ellipsis = ellipsis;
    for (int k = 0; k < t->rank; k++) {
        int label = t->labels[k];
        value_type have = {.rank = 1, .dims = &p->size[label]}, more = {.rank = 1, .dims = &x->dims[k]};
        dim both;
        int rank;
        if (!p->uses[label]++) p->size[label] = x->dims[k];
        else if (broadcast_dims(node_arena(p->node), 2, (const value_type *[]){&have, &more}, &rank, &both))
            p->size[label] = both;
        else return node_error(p->diags, p->node, NULL, "axis %d of input %d has a size that its label does not have", k, i);
    }
    return true;
}

/* Without "->": the ellipsis, then all letters used once, in alphabetical order. */
static bool implicit_output(parser *p, einsum_term *t) {
    for (int i = p->ellipsis - 1; i >= 0; i--)
        if (!push(p, t, ELLIPSIS + i)) return false;
    for (int c = 'A'; c <= 'z'; c++)
        if (p->uses[c] == 1 && !push(p, t, c)) return false;
    return true;
}

static bool check_output(parser *p, const einsum_term *t) {
    for (int k = 0; k < t->rank; k++) {
        if (!p->uses[t->labels[k]]) return node_error(p->diags, p->node, NULL, "its result has an axis that no input has");
        for (int i = 0; i < k; i++)
            if (t->labels[i] == t->labels[k]) return node_error(p->diags, p->node, NULL, "its result repeats an axis");
    }
    return true;
}

/* Raw labels to consecutive ones, those of the result first. */
static void number_labels(const parser *p, einsum *e, int n_inputs) {
    int number[RAW_LABELS];
    memset(number, -1, sizeof number);
    for (int i = -1; i < n_inputs; i++) {
        einsum_term *t = i < 0 ? &e->output : &e->inputs[i];
        for (int k = 0; k < t->rank; k++) {
            int raw = t->labels[k];
            if (number[raw] < 0) {
                e->size[e->n_labels] = p->size[raw];
                number[raw] = e->n_labels++;
            }
            t->labels[k] = number[raw];
        }
    }
}

bool einsum_parse(const node *n, einsum *e, diagnostics *d) {
    parser p = {.node = n, .diags = d, .at = node_string(n, "equation")};
    *e = (einsum){.inputs = ARENA_ARRAY(node_arena(n), einsum_term, n->n_core_inputs)};
    for (int i = 0; i < n->n_core_inputs; i++) {
        if (!n->inputs[i]) return node_error(d, n, NULL, "lacks input %d", i);
        if (!parse_operand(&p, i, &e->inputs[i])) return false;
        bool last = i == n->n_core_inputs - 1;
        if ((peek(&p) == ',') == last) return node_error(d, n, NULL, "its equation is not one of %d inputs", n->n_core_inputs);
        if (!last) p.at++;
    }
    bool explicit = !strncmp(p.at, "->", 2);
    if (explicit) p.at += 2;
    if (explicit ? !parse_term(&p, &e->output, p.ellipsis) : !implicit_output(&p, &e->output)) return false;
    if (peek(&p)) return node_error(d, n, NULL, "its equation goes on after the result");
    if (!check_output(&p, &e->output)) return false;
    number_labels(&p, e, n->n_core_inputs);
    return true;
}

bool shape_einsum(node *n, diagnostics *d) {
    einsum e;
    if (!same_elements(n, d) || !einsum_parse(n, &e, d)) return false;
    set_output(n, 0, n->inputs[0]->type.elem, e.output.rank, e.size); /* the result's labels are 0, 1… */
    return true;
}
