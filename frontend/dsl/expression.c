#include "frontend/dsl/lower.h"

#include "dsl/cnn.tab.h"

#include <string.h>

static datum text_of_string(lowering *l, const ast *e) {
    const char *text = "";
    for (const ast *part = e->a; part; part = part->next) {
        datum d = part->kind == AST_TEXT ? datum_string(part->name) : evaluate(l, part);
        if (d.kind == DATUM_ERROR) return d;
        if (d.kind > DATUM_LIST || d.kind == DATUM_NOTHING) {
            lower_error(l, part, "numbers, yes, no, strings and lists have a text", "%s has no text", datum_noun(d));
            return datum_error();
        }
        if (!charge(l, part, 10)) return datum_error();
        text = *text ? arena_printf(l->arena, "%s%s", text, datum_text(l->arena, d)) : datum_text(l->arena, d);
        if (strlen(text) > LOWER_MAX_STRING) {
            lower_error(l, e, NULL, "this string is longer than %d bytes", LOWER_MAX_STRING);
            return datum_error();
        }
    }
    return datum_string(text);
}

static datum list_of(lowering *l, const ast *e) {
    int n = ast_count(e->a), i = 0;
    datum *items = ARENA_ARRAY(l->arena, datum, n);
    for (const ast *item = e->a; item; item = item->next) {
        items[i] = evaluate(l, item);
        if (items[i++].kind == DATUM_ERROR) return datum_error();
    }
    return datum_list(items, n);
}

typedef struct gathered {
    const ast *element;
    datum *items;
    int count, room;
    bool ok;
} gathered;

static bool gather(lowering *l, void *context) {
    gathered *g = context;
    if (g->count == g->room) {
        int room = 2 * g->room + 8;
        datum *more = ARENA_ARRAY(l->arena, datum, room);
        if (g->count) memcpy(more, g->items, sizeof *more * (size_t)g->count);
        g->items = more;
        g->room = room;
    }
    datum d = evaluate(l, g->element);
    g->ok = d.kind != DATUM_ERROR;
    g->items[g->count++] = d;
    return g->ok;
}

static datum comprehension(lowering *l, const ast *e) {
    gathered g = {.element = e->a, .ok = true};
    variable *before = l->frame ? l->frame->variables : l->globals;
    bool ok = run_loop(l, e->b, gather, &g) && g.ok;
    *(l->frame ? &l->frame->variables : &l->globals) = before;
    return ok ? datum_list(g.items, g.count) : datum_error();
}

static datum range_of(lowering *l, const ast *e) {
    int64_t from, to;
    if (!evaluate_int(l, e->a, &from) || !evaluate_int(l, e->b, &to)) return datum_error();
    if (e->op == THROUGH && to < INT64_MAX) to++;
    if (to > from && (uint64_t)to - (uint64_t)from > LOWER_MAX_LIST) {
        lower_error(l, e, NULL, "this range has more than %d numbers", LOWER_MAX_LIST);
        return datum_error();
    }
    int n = to > from ? (int)(to - from) : 0;
    if (!charge(l, e, n)) return datum_error();
    datum *items = ARENA_ARRAY(l->arena, datum, n);
    for (int i = 0; i < n; i++) items[i] = datum_int(from + i);
    return datum_list(items, n);
}

bool elements_of(lowering *l, const ast *at, datum d, const datum **items, int *n) {
    *items = d.items;
    *n = d.count;
    if (d.kind == DATUM_LIST) return true;
    return d.kind != DATUM_ERROR && lower_error(l, at, NULL, "a list is needed here, not %s", datum_noun(d));
}

static datum index_of(lowering *l, const ast *e) {
    datum list = evaluate(l, e->a);
    const datum *items;
    int n;
    int64_t i;
    if (!elements_of(l, e, list, &items, &n) || !evaluate_int(l, e->b, &i)) return datum_error();
    if (i >= -n && i < n) return items[i < 0 ? i + n : i];
    lower_error(l, e->b, "the first one is 0; -1 is the last", "a list of %d has no element %lld", n, (long long)i);
    return datum_error();
}

/* ---- what is known of a tensor ---- */

static datum size_of_axis(lowering *l, const ast *e, const value *v, int axis) {
    const value_type *t = &v->type;
    if (axis >= t->rank) {
        lower_error(l, e, NULL, "%s has no %s", shape_text(l->arena, t), e->name);
        return datum_error();
    }
    return datum_size(t->dims[axis]);
}

static datum shape_of(lowering *l, const value *v) {
    datum *sizes = ARENA_ARRAY(l->arena, datum, v->type.rank);
    for (int i = 0; i < v->type.rank; i++) sizes[i] = datum_size(v->type.dims[i]);
    return datum_list(sizes, v->type.rank);
}

static datum member_of(lowering *l, const ast *e) {
    static const char *const axes[] = {"batch", "channels", "height", "width"};
    if (e->a->kind == AST_NAME && !strcmp(e->a->name, "op") && !find_variable(l, "op")) {
        op_code op = op_from_name(e->name);
        if (op != OP_NONE && !(op_of(op)->props & PROP_CONTROL)) return (datum){.kind = DATUM_OP, .op = op};
        lower_error(l, e, "'cnnc ops' lists them", "there is no operator '%s'", e->name);
        return datum_error();
    }
    datum d = evaluate(l, e->a);
    if (d.kind == DATUM_ERROR) return d;
    if (d.kind == DATUM_TENSOR) {
        const value *v = d.tensor;
        for (int i = 0; i < 4; i++)
            if (!strcmp(e->name, axes[i])) return size_of_axis(l, e, v, i);
        if (!strcmp(e->name, "rank")) return datum_int(v->type.rank);
        if (!strcmp(e->name, "shape")) return shape_of(l, v);
    }
    lower_error(l, e, "tensors have batch, channels, height, width, shape and rank", "%s has no '%s'", datum_noun(d), e->name);
    return datum_error();
}

/* ---- all kinds ---- */

static datum choice_of(lowering *l, const ast *e) {
    bool yes;
    return evaluate_bool(l, e->a, &yes) ? evaluate(l, yes ? e->b : e->c) : datum_error();
}

static datum binary_of(lowering *l, const ast *e) {
    datum x = evaluate(l, e->a);
    if (x.kind == DATUM_BOOL && (e->op == AND || e->op == OR) && !x.integer == (e->op == AND)) return x; /* decided */
    datum y = evaluate(l, e->b);
    if (x.kind == DATUM_ERROR || y.kind == DATUM_ERROR) return datum_error();
    return evaluate_binary(l, e, x, y);
}

static datum pipe_of(lowering *l, const ast *e) {
    datum x = evaluate(l, e->a);
    return evaluate_call(l, e->b, &x, e->a);
}

static datum evaluate_kind(lowering *l, const ast *e) {
    switch (e->kind) {
    case AST_INT: return datum_int(e->integer);
    case AST_FLOAT: return datum_float(e->number);
    case AST_BOOL: return datum_bool(e->integer);
    case AST_NONE: return datum_nothing();
    case AST_STRING: return text_of_string(l, e);
    case AST_NAME: return look_up(l, e, e->name);
    case AST_LIST: return list_of(l, e);
    case AST_COMPREHENSION: return comprehension(l, e);
    case AST_RANGE: return range_of(l, e);
    case AST_UNARY: return evaluate_unary(l, e, evaluate(l, e->a));
    case AST_BINARY: return binary_of(l, e);
    case AST_CHOICE: return choice_of(l, e);
    case AST_CALL:
    case AST_LABEL: return evaluate_call(l, e, NULL, NULL);
    case AST_INDEX: return index_of(l, e);
    case AST_MEMBER: return member_of(l, e);
    case AST_PIPE: return pipe_of(l, e);
    case AST_TYPE: return (datum){.kind = DATUM_TYPE, .type = e};
    default: return datum_error(); /* what the parser could not make out */
    }
}

bool charge(lowering *l, const ast *at, int64_t steps) {
    if (l->steps > LOWER_MAX_STEPS) return false;
    l->steps += steps;
    return l->steps <= LOWER_MAX_STEPS ||
           lower_error(l, at, "does a loop or a block call itself without end?", "the network takes more than %d steps to build", LOWER_MAX_STEPS);
}

datum evaluate(lowering *l, const ast *e) {
    if (!charge(l, e, 1)) return datum_error();
    if (l->depth >= LOWER_MAX_DEPTH) {
        lower_error(l, e, "does a block call itself without end?", "this is nested too deeply");
        return datum_error();
    }
    l->depth++;
    datum d = evaluate_kind(l, e);
    l->depth--;
    return d;
}

bool evaluate_int(lowering *l, const ast *e, int64_t *x) {
    datum d = evaluate(l, e);
    *x = d.integer;
    if (d.kind == DATUM_INT) return true;
    const char *hint = d.kind == DATUM_SIZE ? OPEN_SIZE_HINT : NULL;
    return d.kind != DATUM_ERROR && lower_error(l, e, hint, "a whole number is needed here, not %s", datum_noun(d));
}

bool evaluate_bool(lowering *l, const ast *e, bool *b) {
    datum d = evaluate(l, e);
    *b = d.integer != 0;
    if (d.kind == DATUM_BOOL) return true;
    if (d.kind == DATUM_ERROR) return false;
    const char *hint = d.kind == DATUM_TENSOR ? "only 'exit when' decides while the network runs" : NULL;
    return lower_error(l, e, hint, "yes or no is needed here, not %s", datum_noun(d));
}
