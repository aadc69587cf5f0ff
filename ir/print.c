/* The textual form of a graph: what read.c reads back to the same graph. */
#include "ir/print.h"

#include <stdlib.h>
#include <string.h>

void print_quoted(FILE *f, const char *bytes, size_t size) {
    fputc('"', f);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f) fprintf(f, "\\x%02x", c);
        else fputc(c, f);
    }
    fputc('"', f);
}

static void print_name(FILE *f, const char *name) { print_quoted(f, name, strlen(name)); }

static void print_value(printer *p, const value *v) {
    if (!v) {
        fputc('_', p->file);
        return;
    }
    if (!p->numbers[v->id]) p->numbers[v->id] = ++p->next_number;
    fprintf(p->file, "%%%d", p->numbers[v->id] - 1);
}

/* ---- types ---- */

static void print_type(printer *p, const value_type *t);

static void print_parameter(printer *p, const constant *c) {
    if (!c) {
        fputc('_', p->file);
        return;
    }
    print_type(p, &c->type);
    fputc(' ', p->file);
    print_data(p, c);
}

static void print_type(printer *p, const value_type *t) {
    type_print(p->file, t);
    if (!t->quant) return;
    fprintf(p->file, " quant(%d, ", t->quant->axis);
    print_parameter(p, t->quant->scale);
    fputs(", ", p->file);
    print_parameter(p, t->quant->zero_point);
    fputc(')', p->file);
}

/* ---- attributes and expressions ---- */

/* The model's own ones say of what kind they are: ops.def does not. */
static void print_attr(printer *p, op_code op, const attr *a) {
    FILE *f = p->file;
    fprintf(f, "%s=", a->name);
    if (!op_attr(op, a->name)) fprintf(f, "%s ", attr_kind_names[a->kind]);
    switch (a->kind) {
    case ATTR_INT: fprintf(f, "%lld", (long long)a->i); return;
    case ATTR_FLOAT: print_double(f, a->f); return;
    case ATTR_STRING: print_quoted(f, a->s.bytes, a->s.size); return;
    case ATTR_TYPE: print_type(p, &a->type); return;
    case ATTR_TENSOR: print_parameter(p, a->tensor); return;
    default: break;
    }
    fputc('[', f);
    for (int i = 0; i < a->n; i++) {
        fputs(i ? "," : "", f);
        if (a->kind == ATTR_INTS) fprintf(f, "%lld", (long long)a->ints[i]);
        else if (a->kind == ATTR_FLOATS) print_double(f, a->floats[i]);
        else print_quoted(f, a->strings[i].bytes, a->strings[i].size);
    }
    fputc(']', f);
}

/* Types go without saying where they are f32 (acc), the input's, or that of an operator's first operand. */
static void print_expr(printer *p, const expr *e) {
    FILE *f = p->file;
    const char *type = dtype_of(e->dtype)->name;
    switch (e->kind) {
    case EXPR_ACC: fprintf(f, "acc%s%s", e->dtype == DT_F32 ? "" : ":", e->dtype == DT_F32 ? "" : type); return;
    case EXPR_INPUT: fprintf(f, "in%d", e->input); return;
    case EXPR_CONST: fprintf(f, "%s(", type), print_double(f, e->value), fputc(')', f); return;
    case EXPR_OP: break;
    }
    fprintf(f, "%s(", op_of((op_code)e->op)->name);
    for (int i = 0; i < e->n_args; i++) {
        if (i) fputs(", ", f);
        print_expr(p, e->args[i]);
    }
    for (int i = 0; e->attrs && i < e->attrs->n_attrs; i++) {
        fputs(", ", f);
        print_attr(p, (op_code)e->op, &e->attrs->attrs[i]);
    }
    fputc(')', f);
    if (!e->n_args || e->dtype != e->args[0]->dtype) fprintf(f, ":%s", type);
}

/* ---- nodes and regions ---- */

static void print_constant(printer *p, const value *v, int depth) {
    if (!v || !v->constant || p->printed[v->id]) return;
    FILE *f = p->file;
    p->printed[v->id] = true;
    fprintf(f, "%*sconst ", 2 * depth, "");
    print_value(p, v);
    fputc(' ', f);
    print_name(f, v->name);
    if (strcmp(v->constant->origin, v->name) != 0) fputs(" from ", f), print_name(f, v->constant->origin);
    fputs(" : ", f);
    print_type(p, &v->type);
    fputc(' ', f);
    print_data(p, v->constant);
    fputc('\n', f);
}

/* As node_new names an output. */
static bool has_usual_name(const value *v, const node *n, arena *a) {
    return !strcmp(v->name, v->output ? arena_printf(a, "%s.%d", n->name, v->output) : n->name);
}

static void print_results(printer *p, const node *n) {
    for (int i = 0; i < n->n_outputs; i++) {
        const value *v = n->outputs[i];
        fputs(i ? ", " : "", p->file);
        print_value(p, v);
        if (v && !has_usual_name(v, n, p->arena)) fputc(' ', p->file), print_name(p->file, v->name);
    }
}

/* Behind a semicolon: what only the expressions read. */
static void print_inputs(printer *p, const node *n) {
    fputc('(', p->file);
    for (int i = 0; i < n->n_inputs; i++) {
        bool first_extra = i == n->n_core_inputs && n->op != OP_fused;
        fputs(first_extra ? "; " : i ? ", " : "", p->file);
        print_value(p, n->inputs[i]);
    }
    fputc(')', p->file);
}

static void print_region(printer *p, const region *r, int depth);

static void print_node(printer *p, const node *n, int depth) {
    FILE *f = p->file;
    for (int i = 0; i < n->n_inputs; i++) print_constant(p, n->inputs[i], depth);
    fprintf(f, "%*s", 2 * depth, "");
    print_results(p, n);
    fprintf(f, " = %s", op_of(n->op)->name);
    print_inputs(p, n);
    for (int i = 0; i < n->n_attrs; i++) fputs(i ? ", " : " {", f), print_attr(p, n->op, &n->attrs[i]);
    fputs(n->n_attrs ? "} " : " ", f);
    print_name(f, n->name);
    for (int i = 0; i < n->n_outputs; i++) {
        fputs(i ? ", " : " : ", f);
        if (n->outputs[i]) print_type(p, &n->outputs[i]->type);
        else fputc('_', f);
    }
    if (n->prologue) fputs(" prologue ", f), print_expr(p, n->prologue);
    if (n->epilogue) fputs(" epilogue ", f), print_expr(p, n->epilogue);
    for (int i = 0; i < n->n_regions; i++) {
        fputs(" {\n", f);
        print_region(p, n->regions[i], depth + 1);
        fprintf(f, "%*s}", 2 * depth, "");
    }
    fputc('\n', f);
}

static void print_kind(printer *p, const value *v) {
    if (!v) fputc('_', p->file);
    else fputs(v->constant ? "const " : "", p->file), print_type(p, &v->type);
}

void node_print_signature(FILE *f, const node *n) {
    printer p = {.file = f, .arena = arena_new()};
    fputs(op_of(n->op)->name, f);
    for (int i = 0; i < n->n_inputs; i++) {
        fputs(!i ? "(" : i == n->n_core_inputs ? "; " : ", ", f);
        print_kind(&p, n->inputs[i]);
    }
    fputc(')', f);
    for (int i = 0; i < n->n_attrs; i++) fputs(i ? ", " : " {", f), print_attr(&p, n->op, &n->attrs[i]);
    fputs(n->n_attrs ? "}" : "", f);
    for (int i = 0; i < n->n_outputs; i++) fputs(i ? ", " : " : ", f), print_kind(&p, n->outputs[i]);
    if (n->prologue) fputs(" prologue ", f), print_expr(&p, n->prologue);
    if (n->epilogue) fputs(" epilogue ", f), print_expr(&p, n->epilogue);
    arena_free(p.arena);
}

static void print_region(printer *p, const region *r, int depth) {
    FILE *f = p->file;
    for (int i = 0; i < r->n_inputs; i++) {
        fprintf(f, "%*sinput ", 2 * depth, "");
        print_value(p, r->inputs[i]);
        fputc(' ', f);
        print_name(f, r->inputs[i]->name);
        fputs(" : ", f);
        print_type(p, &r->inputs[i]->type);
        if (r->inputs[i]->fallback) fputs(" = ", f), print_data(p, r->inputs[i]->fallback);
        fputc('\n', f);
    }
    for (const node *n = r->first; n; n = n->next) print_node(p, n, depth);
    for (int i = 0; i < r->n_outputs; i++) print_constant(p, r->outputs[i], depth);
    fprintf(f, "%*sreturn", 2 * depth, "");
    for (int i = 0; i < r->n_outputs; i++) fputs(i ? ", " : " ", f), print_value(p, r->outputs[i]);
    fputc('\n', f);
}

static void print_symbol(FILE *f, const symbol *s) {
    fputs("  dim ", f);
    dim_print(f, (dim){.size = -1, .expr = &(dim_expr){.op = DIM_SYMBOL, .symbol = &(symbol){.name = s->name, .multiple = 1}}});
    fprintf(f, " in %lld..", (long long)s->min);
    if (s->max > 0) fprintf(f, "%lld", (long long)s->max);
    if (s->multiple > 1) fprintf(f, " by %lld", (long long)s->multiple);
    fputc('\n', f);
}

void graph_print(FILE *f, const graph *g) {
    printer p = {.file = f, .arena = arena_new()};
    p.numbers = ARENA_ARRAY(p.arena, int, g->next_value);
    p.printed = ARENA_ARRAY(p.arena, bool, g->next_value);
    fputs("graph ", f);
    print_name(f, g->name);
    fputs(" {\n", f);
    for (int i = 0; i < g->n_symbols; i++) print_symbol(f, g->symbols[i]);
    print_region(&p, g->body, 1);
    fputs("}\n", f);
    print_blobs(&p);
    arena_free(p.arena);
}

char *graph_text(arena *a, const graph *g) {
    char *bytes = NULL;
    size_t size;
    FILE *f = open_memstream(&bytes, &size);
    if (!f) return arena_strdup(a, "");
    graph_print(f, g);
    fclose(f);
    char *text = arena_strndup(a, bytes, size);
    free(bytes);
    return text;
}
