/* A graph as a .cnn file: a line for each node, operators by their own names, weights beside it. */
#include "frontend/dsl/dsl.h"
#include "frontend/dsl/words.h"
#include "frontend/onnx/names.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = 8, LARGEST_LITERAL = 1 << 20 };

typedef struct writer {
    FILE *out;
    arena *arena;
    diagnostics *diags;
    const char **names; /* of values by id; NULL: not written yet */
    names identifiers, weights;
    parameter *parameters;
    int n_parameters;
    int exits; /* written so far */
} writer;

/* ---- names ---- */

/* Letters, digits and _; no word of the language, none that is taken. */
static const char *identifier(writer *w, const char *wish) {
    char *name = arena_printf(w->arena, "%s%.60s", isalpha((unsigned char)*wish) || *wish == '_' ? "" : "v", wish);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c)) *c = '_';
    bool reserved = is_keyword(name) || dtype_from_name(name) != DT_NONE || !strcmp(name, "op") || !strcmp(name, "parameter") || !strcmp(name, "constant");
    const char *made = reserved ? arena_printf(w->arena, "%s_", name) : name;
    for (int n = 2; !names_add(&w->identifiers, made, NULL); n++) made = arena_printf(w->arena, "%s_%d", name, n);
    return made;
}

static const char *name_of(writer *w, const value *v) {
    if (!v) return "none";
    if (!w->names[v->id]) w->names[v->id] = identifier(w, v->name);
    return w->names[v->id];
}

/* Control characters become spaces; strings end on their line. */
static void put_string(FILE *f, const char *s, size_t size) {
    fputc('"', f);
    for (size_t i = 0; i < size; i++) {
        if (strchr("\"\\{}", s[i]) && s[i]) fputc('\\', f);
        fputc((unsigned char)s[i] < 0x20 || s[i] == 0x7f ? ' ' : s[i], f);
    }
    fputc('"', f);
}

/* ---- numbers ---- */

static void put_int(FILE *f, int64_t i) {
    if (i == INT64_MIN) fputs("(-9223372036854775807 - 1)", f);
    else fprintf(f, "%lld", (long long)i);
}

/* As few digits as give the same number in its type. */
static void put_float(FILE *f, double x, bool single) {
    char text[40];
    if (isnan(x)) fputs("(0 * 1e999)", f);
    else if (isinf(x)) fputs(x < 0 ? "-1e999" : "1e999", f);
    if (!isfinite(x)) return;
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        double back = strtod(text, NULL);
        if (single ? (float)back == (float)x : back == x) break;
    }
    fputs(text, f);
    if (signbit(x) && x == 0) fputs(".0", f); /* -0 is a whole number, -0.0 none */
}

static void put_type(const writer *w, const value_type *t) {
    fputs(dtype_of(t->elem)->name, w->out);
    for (int i = 0; i < t->rank; i++) {
        fputs(i ? "," : "[", w->out);
        const dim_expr *e = t->dims[i].expr;
        if (!e) fprintf(w->out, "%lld", (long long)t->dims[i].size);
        else if (e->symbol->max > 0) fprintf(w->out, "%s in %lld..=%lld", e->symbol->name, (long long)e->symbol->min, (long long)e->symbol->max);
        else fputs(e->symbol->name, w->out);
    }
    if (t->rank) fputc(']', w->out);
}

/* ---- constants ---- */

static bool put_literal(writer *w, const value *v) {
    const constant *c = v->constant;
    const dtype_info *info = dtype_of(c->type.elem);
    int64_t count = type_count(&c->type);
    if (info->kind == CLASS_STRING || info->kind == CLASS_COMPLEX || count > LARGEST_LITERAL)
        return diag_error(w->diags, "", "compile the model itself", "the constant '%.80s' (%s, %lld elements) cannot be written as text", v->name, info->name, (long long)count);
    fprintf(w->out, "    let %s = constant(", name_of(w, v));
    put_type(w, &c->type);
    fputs(c->type.rank ? ", [" : ", ", w->out);
    for (int64_t i = 0; i < count; i++) {
        if (i) fputs(", ", w->out);
        if (info->kind == CLASS_FLOAT) put_float(w->out, constant_float(c, i), c->type.elem != DT_F64);
        else put_int(w->out, constant_int(c, i));
    }
    fputs(c->type.rank ? "])\n" : ")\n", w->out);
    return true;
}

static void put_parameter(writer *w, value *v) {
    char *name = arena_strdup(w->arena, *v->name ? v->name : "weight");
    for (char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f) *c = '_';
    const char *unique = name;
    for (int n = 2; !names_add(&w->weights, unique, NULL); n++) unique = arena_printf(w->arena, "%s.%d", name, n);
    w->parameters[w->n_parameters++] = (parameter){.name = unique, .v = v};
    fprintf(w->out, "    let %s = parameter(", name_of(w, v));
    put_string(w->out, unique, strlen(unique));
    fputs(", ", w->out);
    put_type(w, &v->type);
    fputs(")\n", w->out);
}

/* Before the first that reads it. */
static bool put_constant(writer *w, value *v) {
    if (!v || !v->constant || w->names[v->id]) return true;
    if (v->type.elem != DT_F32 || type_count(&v->type) <= SMALL) return put_literal(w, v);
    put_parameter(w, v);
    return true;
}

/* ---- nodes ---- */

static bool put_attribute(const writer *w, const node *n, const attr *a) {
    FILE *f = w->out;
    fprintf(f, ", %s=", a->name);
    switch (a->kind) {
    case ATTR_INT: put_int(f, a->i); return true;
    case ATTR_FLOAT: put_float(f, a->f, true); return true;
    case ATTR_STRING: put_string(f, a->s.bytes, a->s.size); return true;
    case ATTR_INTS:
    case ATTR_FLOATS:
        fputc('[', f);
        for (int i = 0; i < a->n; i++) {
            if (i) fputs(", ", f);
            if (a->kind == ATTR_INTS) put_int(f, a->ints[i]);
            else put_float(f, a->floats[i], true);
        }
        fputc(']', f);
        return true;
    default: return node_error(w->diags, n, "compile the model itself", "its attribute '%s' cannot be written in cnnc's language", a->name);
    }
}

static bool put_operator(writer *w, const node *n) {
    for (int i = 0; i < n->n_inputs; i++)
        if (!put_constant(w, n->inputs[i])) return false;
    fputs("    let ", w->out);
    for (int i = 0; i < n->n_outputs; i++)
        fprintf(w->out, "%s%s", i ? ", " : "", n->outputs[i] ? name_of(w, n->outputs[i]) : identifier(w, "unused"));
    fputs(" = ", w->out);
    if (*n->name) put_string(w->out, n->name, strlen(n->name) < 200 ? strlen(n->name) : 200), fputs(": ", w->out);
    fprintf(w->out, "op.%s(", op_of(n->op)->name);
    for (int i = 0; i < n->n_inputs; i++) fprintf(w->out, "%s%s", i ? ", " : "", name_of(w, n->inputs[i]));
    for (int i = 0; i < n->n_attrs; i++)
        if (!put_attribute(w, n, &n->attrs[i])) return false;
    if (n->n_outputs > 1) fprintf(w->out, ", outputs=%d", n->n_outputs);
    fputs(")\n", w->out);
    return true;
}

/* ---- branches ---- */

static bool put_nodes(writer *w, const region *r);

static const region *then_of(const node *choice) { return choice->regions[0]; }
static const region *else_of(const node *choice) { return choice->regions[1]; }

static bool is_number(const value *v, int number) {
    return v->constant && dtype_of(v->type.elem)->kind == CLASS_INT && type_count(&v->type) == 1 && constant_int(v->constant, 0) == number;
}

/* An If is the exit `number` when its results are those of its region, the last of them, "exit", counts exits, and what follows it
 * is its other branch: the end of the network, or the next exit. */
static bool is_exit(const node *n, int number) {
    const region *r = n->parent;
    if (n->op != OP_if || n->next || n->n_outputs < 2 || r->n_outputs != n->n_outputs) return false;
    if (!r->owner && strcmp(r->outputs[n->n_outputs - 1]->name, "exit")) return false;
    for (int i = 0; i < r->n_outputs; i++)
        if (r->outputs[i] != n->outputs[i]) return false;
    const region *other = else_of(n);
    int last = n->n_outputs - 1;
    if (!is_number(then_of(n)->outputs[last], number)) return false;
    return is_number(other->outputs[last], number + 1) || (other->last && is_exit(other->last, number + 1));
}

static bool put_values(writer *w, value *const *values, int n) {
    for (int i = 0; i < n; i++)
        if (!put_constant(w, values[i])) return false;
    return true;
}

/* exit when …. The language has no room for lines in front of what an exit gives: they are computed before. */
static bool put_exit(writer *w, const node *n) {
    const region *taken = then_of(n);
    int results = n->n_outputs - 1;
    w->exits++;
    if (!put_nodes(w, taken) || !put_values(w, taken->outputs, results) || !put_constant(w, n->inputs[0])) return false;
    fprintf(w->out, "    exit when %s -> ", name_of(w, n->inputs[0]));
    for (int i = 0; i < results; i++) fprintf(w->out, "%s%s", i ? ", " : "", name_of(w, taken->outputs[i]));
    fputc('\n', w->out);
    return put_nodes(w, else_of(n));
}

static bool same_tensors(const value_type *a, const value_type *b) {
    bool same = a->kind == TYPE_TENSOR && b->kind == TYPE_TENSOR && a->elem == b->elem && a->rank >= 0 && a->rank == b->rank;
    return same && type_is_static(a) && type_is_static(b) && type_count(a) == type_count(b);
}

/* Nothing that an operator does can be seen but its results, so both branches are computed, and then one is chosen. */
static bool put_choice(writer *w, const node *n) {
    const value *condition = n->inputs[0];
    const region *yes = then_of(n), *no = else_of(n);
    for (int i = 0; i < n->n_outputs; i++)
        if (!same_tensors(&yes->outputs[i]->type, &no->outputs[i]->type) || condition->type.rank > yes->outputs[i]->type.rank)
            return node_error(w->diags, n, "compile the model itself",
                              "branches that give tensors of different types cannot be written in cnnc's language");
    if (!put_nodes(w, yes) || !put_nodes(w, no)) return false;
    if (!put_values(w, yes->outputs, n->n_outputs) || !put_values(w, no->outputs, n->n_outputs) || !put_constant(w, n->inputs[0])) return false;
    for (int i = 0; i < n->n_outputs; i++)
        fprintf(w->out, "    let %s = op.where(%s, %s, %s)\n", name_of(w, n->outputs[i]), name_of(w, condition),
                name_of(w, yes->outputs[i]), name_of(w, no->outputs[i]));
    return true;
}

static bool put_node(writer *w, const node *n) {
    if (!n->n_regions) return put_operator(w, n);
    if (is_exit(n, w->exits + 1)) return put_exit(w, n);
    if (n->op == OP_if) return put_choice(w, n);
    return node_error(w->diags, n, "compile the model itself", "loops cannot be written in cnnc's language");
}

static bool put_nodes(writer *w, const region *r) {
    for (const node *n = r->first; n; n = n->next)
        if (!put_node(w, n)) return false;
    return true;
}

/* ---- the network ---- */

/* Symbols are named as the model does, which may be no name here. */
static void name_symbols(writer *w, const graph *g) {
    for (int i = 0; i < g->n_symbols; i++) g->symbols[i]->name = identifier(w, g->symbols[i]->name);
}

static bool put_inputs(writer *w, const graph *g) {
    fprintf(w->out, "network %s(", identifier(w, *g->name ? g->name : "network"));
    for (int i = 0; i < g->body->n_inputs; i++) {
        const value *v = g->body->inputs[i];
        bool fits = v->type.kind == TYPE_TENSOR && v->type.rank >= 0;
        for (int k = 0; fits && k < v->type.rank; k++) fits = dim_is_number(v->type.dims[k]) || v->type.dims[k].expr->op == DIM_SYMBOL;
        if (!fits) return diag_error(w->diags, "", "compile the model itself", "the type of the input '%.80s' cannot be written in cnnc's language", v->name);
        fprintf(w->out, "%s%s: ", i ? ", " : "", name_of(w, v));
        put_type(w, &v->type);
    }
    fputs(") {\n", w->out);
    return true;
}

/* Behind exits, the other branch of the last one is the end of the network; their number is an output of itself. */
static bool put_outputs(writer *w, const region *body) {
    const region *r = body;
    for (int i = 0; i < w->exits; i++) r = else_of(r->last);
    int n = r->n_outputs - (w->exits > 0);
    if (!put_values(w, r->outputs, n)) return false;
    fputs("    return ", w->out);
    for (int i = 0; i < n; i++) {
        if (i) fputs(", ", w->out);
        if (w->exits) fprintf(w->out, "%s = ", name_of(w, body->outputs[i]));
        fputs(name_of(w, r->outputs[i]), w->out);
    }
    fputs("\n}\n", w->out);
    return true;
}

bool dsl_write(const graph *g, FILE *text, FILE *weights, arena *a, diagnostics *d) {
    writer w = {.out = text, .arena = a, .diags = d, .identifiers.arena = a, .weights.arena = a};
    w.names = ARENA_ARRAY(a, const char *, g->next_value);
    w.parameters = ARENA_ARRAY(a, parameter, g->next_value);
    name_symbols(&w, g);
    for (int i = 0; i < g->body->n_outputs; i++)
        if (!g->body->outputs[i]->constant) name_of(&w, g->body->outputs[i]); /* outputs keep their names */
    if (!put_inputs(&w, g)) return false;
    return put_nodes(&w, g->body) && put_outputs(&w, g->body) &&
           weights_write(weights, w.parameters, w.n_parameters, d);
}
