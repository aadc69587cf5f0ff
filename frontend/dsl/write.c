/* A graph as a .cnn file: a line for each node, operators by their own names, weights beside it. */
#include "frontend/dsl/dsl.h"
#include "frontend/dsl/words.h"
#include "frontend/dsl/write.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = 8, LARGEST_LITERAL = 1 << 20 };

/* ---- names ---- */

/* Letters, digits and _; no word of the language, none that is taken. */
const char *identifier(writer *w, const char *wish) {
    char *name = arena_printf(w->arena, "%s%.60s", isalpha((unsigned char)*wish) || *wish == '_' ? "" : "v", wish);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c)) *c = '_';
    bool reserved = is_keyword(name) || dtype_from_name(name) != DT_NONE || !strcmp(name, "op") || !strcmp(name, "parameter") || !strcmp(name, "constant") || !strcmp(name, "repeat");
    const char *made = reserved ? arena_printf(w->arena, "%s_", name) : name;
    for (int n = 2; !names_add(&w->identifiers, made, NULL); n++) made = arena_printf(w->arena, "%s_%d", name, n);
    return made;
}

const char *name_of(writer *w, const value *v) {
    if (!v) return "none";
    if (!w->names[v->id]) w->names[v->id] = identifier(w, v->name);
    return w->names[v->id];
}

void put_names(writer *w, value *const *values, int n, const char *before) {
    for (int i = 0; i < n; i++) fprintf(w->out, "%s%s", i ? ", " : before, name_of(w, values[i]));
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
bool put_constant(writer *w, value *v) {
    if (!v || !v->constant || w->names[v->id]) return true;
    if (v->type.elem != DT_F32 || type_count(&v->type) <= SMALL) return put_literal(w, v);
    put_parameter(w, v);
    return true;
}

bool put_values(writer *w, value *const *values, int n) {
    for (int i = 0; i < n; i++)
        if (!put_constant(w, values[i])) return false;
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

void put_results(writer *w, const node *n, int count) {
    fputs("    let ", w->out);
    for (int i = 0; i < count; i++)
        fprintf(w->out, "%s%s", i ? ", " : "", n->outputs[i] ? name_of(w, n->outputs[i]) : identifier(w, "unused"));
    fputs(" = ", w->out);
}

bool put_operator(writer *w, const node *n) {
    for (int i = 0; i < n->n_inputs; i++)
        if (!put_constant(w, n->inputs[i])) return false;
    put_results(w, n, n->n_outputs);
    if (*n->name) put_string(w->out, n->name, strlen(n->name) < 200 ? strlen(n->name) : 200), fputs(": ", w->out);
    fprintf(w->out, "op.%s(", op_of(n->op)->name);
    for (int i = 0; i < n->n_inputs; i++) fprintf(w->out, "%s%s", i ? ", " : "", name_of(w, n->inputs[i]));
    for (int i = 0; i < n->n_attrs; i++)
        if (!put_attribute(w, n, &n->attrs[i])) return false;
    if (n->n_outputs > 1) fprintf(w->out, ", outputs=%d", n->n_outputs);
    fputs(")\n", w->out);
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

/* Exits are an output of themselves: it has no name here. */
static bool put_outputs(writer *w, const region *body, const region *end) {
    int n = end->n_outputs - (w->exits > 0);
    if (!put_values(w, end->outputs, n)) return false;
    fputs("    return ", w->out);
    for (int i = 0; i < n; i++) {
        if (i) fputs(", ", w->out);
        if (w->exits) fprintf(w->out, "%s = ", name_of(w, body->outputs[i]));
        fputs(name_of(w, end->outputs[i]), w->out);
    }
    fputs("\n}\n", w->out);
    return true;
}

static bool write_graph(writer *w, const graph *g) {
    name_symbols(w, g);
    for (int i = 0; i < g->body->n_outputs; i++)
        if (!g->body->outputs[i]->constant) name_of(w, g->body->outputs[i]); /* outputs keep their names */
    if (!put_inputs(w, g)) return false;
    const region *end = put_network(w, g->body);
    return end && put_outputs(w, g->body, end);
}

bool dsl_write(const graph *g, FILE *text, FILE *weights, arena *a, diagnostics *d) {
    writer w = {.blocks = text, .arena = a, .diags = d, .identifiers.arena = a, .weights.arena = a, .n_values = g->next_value};
    w.names = ARENA_ARRAY(a, const char *, w.n_values);
    w.parameters = ARENA_ARRAY(a, parameter, w.n_values);
    char *network = NULL;
    size_t size;
    w.out = open_memstream(&network, &size);
    if (!w.out) return diag_error(d, "", NULL, "no memory for the text of the network");
    bool ok = write_graph(&w, g);
    ok = !fclose(w.out) && ok;
    if (ok) fputs(network, text);
    free(network);
    return ok && weights_write(weights, w.parameters, w.n_parameters, d);
}
