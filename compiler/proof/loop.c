/* Loops: how often, and what a round finds. */
#include "compiler/proof/proof.h"

#include <stdlib.h>
#include <string.h>

enum { WORK = 20000000, MAX_ROUNDS = 1 << 17, MAX_CHANGED = 16, MAX_DRIFT = 1 << 20 };

/* A variable that a round changes: by the same step each time, which may be open, by one between two numbers, or so that nothing is
 * known at the start of a round. */
typedef struct carried {
    variable *variable;
    c_value start;
    bool steady, bounded;
    form step;
    range steps; /* if bounded */
} carried;

typedef struct loop {
    const tree_node *node;
    int n_symbols; /* those older than the loop, which mean the same in each round */
    carried counter;
    int64_t step; /* the counter's, a number */
    const tree_node *test; /* the comparison that bounds it */
    form span;             /* rounds = ceil(span / |step|), if positive */
    int64_t least, most;   /* rounds */
    carried others[MAX_CHANGED];
    int n_others;
} loop;

/* ---- the counter ---- */

static const tree_node *step_in(const tree_node *n, const variable *v) {
    if (!n) return NULL;
    if ((n->kind == NODE_STEP || n->kind == NODE_ASSIGN) && n->kids[0]->kind == NODE_REFERENCE && n->kids[0]->variable == v) return n;
    if (n->kind != NODE_BINARY || n->op[0] != ',') return NULL;
    const tree_node *left = step_in(n->kids[0], v);
    return left ? left : step_in(n->kids[1], v);
}

static bool mentions(const tree_node *n, const variable *v) {
    if (!n) return false;
    if (n->kind == NODE_REFERENCE && n->variable == v) return true;
    for (int i = 0; i < n->n_kids; i++)
        if (mentions(n->kids[i], v)) return true;
    return false;
}

static bool mentions_changed(const tree_node *n, const tree_node *of_loop) {
    for (int i = 0; i < of_loop->n_changed; i++)
        if (mentions(n, of_loop->changed[i])) return true;
    return false;
}

static bool changes_in_body(const tree_node *n, const variable *v) {
    if (!n) return false;
    if ((n->kind == NODE_STEP || n->kind == NODE_ASSIGN) && n->kids[0]->kind == NODE_REFERENCE && n->kids[0]->variable == v) return true;
    for (int i = 0; i < n->n_kids; i++)
        if (changes_in_body(n->kids[i], v)) return true;
    return false;
}

static bool constant_step(proof *p, const tree_node *n, int64_t *step) {
    if (n->kind == NODE_ASSIGN && n->op[0] != '+' && n->op[0] != '-') return false;
    c_value by = integer_value(form_constant(1));
    if (n->kind == NODE_ASSIGN) by = walk_expression(p, n->kids[1]);
    if (by.kind != VALUE_INTEGER || by.form.n || !by.form.constant) return false;
    *step = n->op[0] == '-' ? -by.form.constant : by.form.constant;
    return true;
}

/* The variable on the left of a comparison that only the loop's end steps, always by the same. */
static bool counts(proof *p, loop *l, const tree_node *test) {
    for (int i = 0; i < l->node->n_changed; i++) {
        variable *v = l->node->changed[i];
        const tree_node *by = step_in(l->node->kids[2], v);
        if (!by || v->taken || v->type.kind != TYPE_INTEGER || !mentions(test->kids[0], v) || changes_in_body(l->node->kids[3], v)) continue;
        if (mentions_changed(test->kids[1], l->node) || !constant_step(p, by, &l->step)) continue;
        l->counter.variable = v;
        l->counter.start = p->variables[v->slot];
        l->counter.steady = true;
        l->counter.step = form_constant(l->step);
        l->test = test;
        return l->counter.start.kind == VALUE_INTEGER;
    }
    return false;
}

/* ceil(n / by), towards minus infinity where that is meant by it; INT64_MIN and MAX stay. */
static int64_t rounds_of(int64_t n, int64_t by) {
    if (n == INT64_MIN || n == INT64_MAX) return n;
    return n > 0 ? (n - 1) / by + 1 : 0;
}

/* Rounds by one comparison. */
static bool bounded_by(proof *p, loop *l, const tree_node *test) {
    if (test->kind != NODE_BINARY || (test->op[0] != '<' && test->op[0] != '>') || !counts(p, l, test)) return false;
    bool up = test->op[0] == '<';
    if (up != (l->step > 0)) return false;
    c_value left = walk_expression(p, test->kids[0]), right = walk_expression(p, test->kids[1]);
    /* The left side is the counter and something that stays: its factor must be 1. */
    c_value more = l->counter.start;
    more.form.constant++;
    p->variables[l->counter.variable->slot] = more;
    c_value next = walk_expression(p, test->kids[0]);
    p->variables[l->counter.variable->slot] = l->counter.start;
    form difference, one = form_constant(test->op[1] ? 1 : 0);
    if (left.kind != VALUE_INTEGER || right.kind != VALUE_INTEGER || next.kind != VALUE_INTEGER) return false;
    if (!form_add(&next.form, -1, &left.form, &difference) || difference.n || difference.constant != 1) return false;
    const form *to = up ? &right.form : &left.form, *from = up ? &left.form : &right.form;
    if (!form_add(to, -1, from, &l->span) || !form_add(&l->span, 1, &one, &l->span)) return false;
    int64_t by = l->step > 0 ? l->step : -l->step;
    range r = facts_range(p->facts, &l->span);
    l->most = rounds_of(r.hi, by);
    l->least = r.lo <= 0 ? 0 : rounds_of(r.lo, by);
    return l->most < INT64_MAX;
}

/* By any of the comparisons that must hold for another round. */
static bool find_bound(proof *p, loop *l, const tree_node *test, bool *alone) {
    if (test && test->kind == NODE_BINARY && !strcmp(test->op, "&&")) {
        *alone = false;
        return find_bound(p, l, test->kids[0], alone) || find_bound(p, l, test->kids[1], alone);
    }
    return test && bounded_by(p, l, test);
}

/* ---- a round ---- */

static c_value stepped(proof *p, const carried *c, const form *round, bool *ok) {
    c_value v = c->start;
    form all;
    if (!facts_multiply(p->facts, &c->step, round, &all) || !form_add(&c->start.form, 1, &all, &v.form)) *ok = false;
    return v;
}

/* The lesser and the greater of nothing and so many rounds of a step. */
static int64_t step_extreme(int64_t step, int64_t rounds, int sign) { return step * sign > 0 ? step * rounds : 0; }

/* After so many rounds of steps between two numbers. */
static c_value drifted(proof *p, const loop *l, const carried *c, const form *rounds, bool *ok) {
    const range all = {step_extreme(c->steps.lo, l->most, -1), step_extreme(c->steps.hi, l->most, 1)};
    const form drift = facts_symbol(p->facts, all), zero = form_constant(0);
    form above, below;
    c_value v = c->start;
    if (form_add(&drift, -c->steps.lo, rounds, &above)) facts_assume(p->facts, above);
    if (form_add(&zero, c->steps.hi, rounds, &below) && form_add(&below, -1, &drift, &below)) facts_assume(p->facts, below);
    if (!form_add(&c->start.form, 1, &drift, &v.form)) *ok = false;
    return v;
}

static c_value carried_value(proof *p, const loop *l, const carried *c, const form *rounds, bool *ok) {
    if (c->steady) return stepped(p, c, rounds, ok);
    return c->bounded ? drifted(p, l, c, rounds, ok) : unknown_value(p, &c->variable->type);
}

/* Sets the variables to what they are in round `t`, and assumes that there is such a round. */
static bool begin_round(proof *p, loop *l, const form *t) {
    bool ok = true;
    p->variables[l->counter.variable->slot] = stepped(p, &l->counter, t, &ok);
    for (int i = 0; i < l->n_others; i++) p->variables[l->others[i].variable->slot] = carried_value(p, l, &l->others[i], t, &ok);
    if (!ok) proof_fail(p, l->node, "cannot show what this loop does: its numbers are too large");
    return assume_condition(p, l->node->kids[1], true);
}

static flow walk_body(proof *p, const loop *l) {
    if (p->work > WORK) proof_fail(p, l->node, "cannot show what this loop does: it takes too long to find out");
    return walk_statement(p, l->node->kids[3]);
}

/* The same in each round. */
static bool stays_in(const loop *l, const form *f) { return !f->n || f->terms[f->n - 1].symbol < l->n_symbols; }

/* What the others are after a round, each having been a symbol before. */
static void probe(proof *p, loop *l, const form *t) {
    facts_mark here = facts_here(p->facts);
    c_value *before = variables_copy(p);
    bool was_probing = p->probing, ok = true;
    p->probing = true;
    form symbols[MAX_CHANGED];
    p->variables[l->counter.variable->slot] = stepped(p, &l->counter, t, &ok);
    for (int i = 0; i < l->n_others; i++) {
        c_value *v = &p->variables[l->others[i].variable->slot];
        symbols[i] = facts_symbol(p->facts, (range){INT64_MIN, INT64_MAX});
        v->form = symbols[i];
    }
    bool possible = assume_condition(p, l->node->kids[1], true);
    flow f = possible ? walk_body(p, l) : FLOW_NEXT;
    if (f == FLOW_NEXT || f == FLOW_CONTINUE)
        if (l->node->kids[2]) walk_expression(p, l->node->kids[2]);
    for (int i = 0; i < l->n_others; i++) {
        carried *c = &l->others[i];
        const c_value *v = &p->variables[c->variable->slot];
        form step;
        bool follows = v->kind == c->start.kind && v->object == c->start.object && form_add(&v->form, -1, &symbols[i], &step);
        if (follows) step = facts_fold(p->facts, &step);
        form all;
        follows = follows && ok && possible && !p->failed && f == FLOW_NEXT;
        c->steady = follows && stays_in(l, &step) && facts_multiply(p->facts, &step, t, &all);
        c->step = step;
        if (follows) c->steps = facts_range(p->facts, &step);
        c->bounded = follows && v->kind == VALUE_INTEGER && c->steps.lo >= -MAX_DRIFT && c->steps.hi <= MAX_DRIFT && l->most <= MAX_ROUNDS;
    }
    p->failed = false;
    p->probing = was_probing;
    variables_restore(p, before);
    facts_return(p->facts, here);
}

static void find_others(proof *p, loop *l, const form *t) {
    bool forms = true;
    for (int i = 0; i < l->node->n_changed; i++) {
        variable *v = l->node->changed[i];
        if (v == l->counter.variable || v->taken) continue;
        if (l->n_others == MAX_CHANGED) {
            proof_fail(p, l->node, "cannot show what this loop does: it changes too many variables");
            return;
        }
        const c_value *start = &p->variables[v->slot];
        l->others[l->n_others++] = (carried){.variable = v, .start = *start};
        forms = forms && (start->kind == VALUE_INTEGER || (start->kind == VALUE_POINTER && start->object));
    }
    if (l->n_others && forms && !l->node->continues && !l->node->breaks) probe(p, l, t);
}

/* ---- all rounds ---- */

/* All at once: `t` stands for every round. */
static void walk_once(proof *p, loop *l, const form *t) {
    facts_mark here = facts_here(p->facts);
    if (begin_round(p, l, t)) {
        walk_body(p, l);
        if (l->node->kids[2] && !p->failed) walk_expression(p, l->node->kids[2]);
    }
    facts_return(p->facts, here);
}

/* One after the other, each with its number; what they carry must be known without the ones before. */
static void walk_each(proof *p, loop *l, const form *t) {
    form counter, by = *t; /* the counter, if the round is told by it */
    if (t->n > 1 && form_add(t, 1, &l->counter.start.form, &counter)) by = counter;
    range r = facts_range(p->facts, &by);
    if (by.n != 1 || r.lo == INT64_MIN || r.hi == INT64_MAX || r.hi - r.lo > MAX_ROUNDS) {
        proof_fail(p, l->node, "cannot show what this loop does in each round");
        return;
    }
    c_value *before = variables_copy(p);
    for (int64_t i = r.lo; i <= r.hi && !p->failed; i++) {
        facts_mark here = facts_here(p->facts);
        form is = by, is_not, zero = form_constant(0);
        is.constant -= i;
        if (form_add(&zero, -1, &is, &is_not) && facts_assume(p->facts, is) && facts_assume(p->facts, is_not)) {
            form number = facts_fold(p->facts, t);
            walk_once(p, l, &number);
        }
        facts_return(p->facts, here);
        memcpy(p->variables, before, (size_t)p->function->n_slots * sizeof(c_value));
    }
    free(before);
}

/* As a computer would. */
static void walk_in_order(proof *p, const loop *l) {
    for (int64_t i = 0; !p->failed; i++) {
        truth t = walk_condition(p, l->node->kids[1]);
        if (t == TRUTH_NO || p->failed) return;
        if (t == TRUTH_MAYBE || i > MAX_ROUNDS) proof_fail(p, l->node, "cannot show how often this loop goes round");
        flow f = walk_body(p, l);
        if (f == FLOW_BREAK || f == FLOW_RETURN) return;
        if (l->node->kids[2]) walk_expression(p, l->node->kids[2]);
    }
}

/* Variables behind the loop. */
static void leave(proof *p, loop *l, bool alone) {
    int64_t by = l->step > 0 ? l->step : -l->step;
    form rounds, end, zero = form_constant(0);
    bool exact = alone && !l->node->breaks, all = exact && by == 1 && facts_at_least(p->facts, &l->span, 0), ok = true;
    if (all) rounds = l->span;
    else rounds = facts_symbol(p->facts, (range){exact ? l->least : 0, l->most});
    p->variables[l->counter.variable->slot] = stepped(p, &l->counter, &rounds, &ok);
    for (int i = 0; i < l->n_others; i++) {
        const carried *c = &l->others[i];
        bool whole = !l->node->breaks || !changes_in_body(l->node->kids[3], c->variable);
        p->variables[c->variable->slot] = whole ? carried_value(p, l, c, &rounds, &ok) : unknown_value(p, &c->variable->type);
    }
    if (!ok) proof_fail(p, l->node, "cannot show what this loop does: its numbers are too large");
    if (all || !exact) return;
    /* by * rounds >= span, and where the span is not far below 0, by * rounds < span + by */
    if (form_add(&zero, by, &rounds, &end) && form_add(&end, -1, &l->span, &end)) {
        facts_assume(p->facts, end);
        form least = l->span, below;
        least.constant += by - 1;
        if (facts_at_least(p->facts, &least, 0) && form_add(&zero, -1, &end, &below)) {
            below.constant += by - 1;
            facts_assume(p->facts, below);
        }
    }
}

/* The round as a form: where the counter goes up by one, by the counter, so that bounds on it are plain. */
static form round_symbol(proof *p, const loop *l) {
    const form *start = &l->counter.start.form;
    if (l->step != 1 || !start->n) return facts_symbol(p->facts, (range){0, l->most - 1});
    form end, t;
    range from = facts_range(p->facts, start), to = {0, INT64_MAX};
    if (form_add(start, 1, &l->span, &end)) to = facts_range(p->facts, &end);
    if (from.lo == INT64_MIN || to.hi == INT64_MAX) return facts_symbol(p->facts, (range){0, l->most - 1});
    form counter = facts_symbol(p->facts, (range){from.lo, to.hi - 1});
    bool fits = form_add(&counter, -1, start, &t);
    if (fits) facts_assume(p->facts, t);
    return fits ? t : facts_symbol(p->facts, (range){0, l->most - 1});
}

static bool all_known(const loop *l) {
    for (int i = 0; i < l->n_others; i++)
        if (!l->others[i].steady && !l->others[i].bounded) return false;
    return true;
}

/* The variables are as before the loop. Tries the quick way, then the others. */
static bool walk_rounds(proof *p, loop *l) {
    l->n_symbols = p->facts->n_symbols;
    form t = round_symbol(p, l);
    find_others(p, l, &t);
    if (p->failed) return false;
    c_value *before = variables_copy(p), *again = variables_copy(p);
    walk_once(p, l, &t);
    variables_restore(p, before);
    bool in_order = false, apart = all_known(l) && l->most <= MAX_ROUNDS;
    if (p->failed && p->work <= WORK && apart && t.n) {
        p->failed = false;
        walk_each(p, l, &t);
    } else if (p->failed && p->work <= WORK && !apart) {
        p->failed = false;
        walk_in_order(p, l);
        in_order = true;
    }
    if (in_order) free(again);
    else variables_restore(p, again);
    return !in_order;
}

/* ---- a counter that a round moves on by what it has found out ---- */

/* for (x = from; x < to; x += step): each round in one walk, x being any number between, and the step is shown to be positive. */
static bool creeps(const tree_node *n) {
    const tree_node *test = n->kids[1], *next = n->kids[2];
    if (!test || !next || test->kind != NODE_BINARY || strcmp(test->op, "<") || test->kids[0]->kind != NODE_REFERENCE) return false;
    const variable *x = test->kids[0]->variable;
    bool adds = next->kind == NODE_ASSIGN && next->op[0] == '+' && next->kids[0]->kind == NODE_REFERENCE && next->kids[0]->variable == x;
    return x && adds && x->slot >= 0 && !x->taken && x->type.kind == TYPE_INTEGER && !n->breaks && !n->continues && !mentions_changed(test->kids[1], n) &&
           !changes_in_body(n->kids[3], x);
}

static void forget_changed(proof *p, const tree_node *n) {
    for (int i = 0; i < n->n_changed; i++)
        if (n->changed[i]->slot >= 0) p->variables[n->changed[i]->slot] = unknown_value(p, &n->changed[i]->type);
}

static flow walk_creeping(proof *p, const tree_node *n) {
    const tree_node *test = n->kids[1];
    const int slot = test->kids[0]->variable->slot;
    const c_value start = p->variables[slot], to = walk_expression(p, test->kids[1]);
    form above, x;
    if (start.kind != VALUE_INTEGER || to.kind != VALUE_INTEGER) {
        proof_fail(p, n, "cannot show that this loop ends");
        return FLOW_NEXT;
    }
    const range from = facts_range(p->facts, &start.form), end = facts_range(p->facts, &to.form);
    facts_mark here = facts_here(p->facts);
    forget_changed(p, n);
    x = facts_symbol(p->facts, (range){from.lo, end.hi == INT64_MAX ? INT64_MAX : end.hi - 1});
    p->variables[slot] = integer_value(x);
    bool possible = form_add(&x, -1, &start.form, &above) && facts_assume(p->facts, above) && assume_condition(p, test, true);
    if (possible && walk_body(p, &(loop){.node = n}) == FLOW_NEXT && !p->failed) {
        const c_value step = walk_expression(p, n->kids[2]->kids[1]);
        if (step.kind != VALUE_INTEGER || !facts_at_least(p->facts, &step.form, 1)) proof_fail(p, n, "cannot show that this loop ends");
    }
    facts_forget(p->facts, here);
    forget_changed(p, n);
    return FLOW_NEXT;
}

flow walk_for(proof *p, const tree_node *n) {
    if (n->kids[0]) walk_statement(p, n->kids[0]);
    loop l = {.node = n};
    bool alone = true;
    truth enters = walk_condition(p, n->kids[1]);
    if (enters == TRUTH_NO || p->failed) return FLOW_NEXT;
    if (!find_bound(p, &l, n->kids[1], &alone)) {
        if (creeps(n)) return walk_creeping(p, n);
        proof_fail(p, n, "cannot show that this loop ends");
        return FLOW_NEXT;
    }
    if (l.most <= 0) return FLOW_NEXT;
    facts_mark here = facts_here(p->facts);
    bool behind = walk_rounds(p, &l);
    facts_forget(p->facts, here);
    if (behind && !p->failed) leave(p, &l, alone);
    return FLOW_NEXT;
}
