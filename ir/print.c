/* The textual form of a graph. Constants of at most 16 numbers are printed in full; larger ones as `data(hash)`. */
#include "ir/ir.h"

#include <string.h>

enum { FULL = 16 };

static void print_quoted(FILE *f, const char *s) {
    fputc('"', f);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f) fprintf(f, "\\x%02x", c);
        else fputc(c, f);
    }
    fputc('"', f);
}

static void print_number(FILE *f, const constant *c, int64_t i) {
    if (dtype_of(c->type.elem)->kind == CLASS_FLOAT) fprintf(f, "%.17g", constant_float(c, i));
    else fprintf(f, "%lld", (long long)constant_int(c, i));
}

static uint64_t hash_bytes(const void *data, size_t n) { /* FNV-1a: a fingerprint for people, not a key */
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < n; i++) h = (h ^ ((const unsigned char *)data)[i]) * 1099511628211u;
    return h;
}

static void print_data(FILE *f, const constant *c) {
    int64_t n = type_count(&c->type);
    dtype_class kind = dtype_of(c->type.elem)->kind;
    if (kind == CLASS_STRING) {
        const ir_string *s = c->data;
        for (int64_t i = 0; i < n; i++) fputs(i ? ", " : "", f), print_quoted(f, s[i].bytes);
    } else if (n <= FULL && kind != CLASS_COMPLEX) {
        for (int64_t i = 0; i < n; i++) fputs(i ? ", " : "", f), print_number(f, c, i);
    } else {
        fprintf(f, "data(%016llx)", (unsigned long long)hash_bytes(c->data, dtype_bytes(c->type.elem, n)));
    }
}

static void print_value(FILE *f, const value *v) {
    if (v) fprintf(f, "%%%d", v->id);
    else fputc('_', f);
}

static void print_attr(FILE *f, const attr *a) {
    fprintf(f, "%s=", a->name);
    switch (a->kind) {
    case ATTR_INT: fprintf(f, "%lld", (long long)a->i); return;
    case ATTR_FLOAT: fprintf(f, "%.17gf", a->f); return;
    case ATTR_STRING: print_quoted(f, a->s.bytes); return;
    case ATTR_TYPE: type_print(f, &a->type); return;
    case ATTR_TENSOR:
        type_print(f, &a->tensor->type);
        fputs(" {", f);
        print_data(f, a->tensor);
        fputc('}', f);
        return;
    default: break;
    }
    fputc('[', f);
    for (int i = 0; i < a->n; i++) {
        fputs(i ? "," : "", f);
        if (a->kind == ATTR_INTS) fprintf(f, "%lld", (long long)a->ints[i]);
        else if (a->kind == ATTR_FLOATS) fprintf(f, "%.17gf", a->floats[i]);
        else print_quoted(f, a->strings[i].bytes);
    }
    fputc(']', f);
}

static void print_region(FILE *f, const region *r, int depth, bool *printed);

static void print_constants(FILE *f, const node *n, int depth, bool *printed) {
    for (int i = 0; i < n->n_inputs; i++) {
        const value *v = n->inputs[i];
        if (!v || !v->constant || printed[v->id]) continue;
        printed[v->id] = true;
        fprintf(f, "%*sconst %%%d ", 2 * depth, "", v->id);
        print_quoted(f, v->name);
        fputs(" : ", f);
        type_print(f, &v->type);
        fputs(" {", f);
        print_data(f, v->constant);
        fputs("}\n", f);
    }
}

static void print_node(FILE *f, const node *n, int depth, bool *printed) {
    print_constants(f, n, depth, printed);
    fprintf(f, "%*s", 2 * depth, "");
    for (int i = 0; i < n->n_outputs; i++) fputs(i ? ", " : "", f), print_value(f, n->outputs[i]);
    fprintf(f, " = %s(", op_of(n->op)->name);
    for (int i = 0; i < n->n_inputs; i++) {
        fputs(!i ? "" : i == n->n_core_inputs ? "; " : ", ", f);
        print_value(f, n->inputs[i]);
    }
    fputc(')', f);
    for (int i = 0; i < n->n_attrs; i++) fputs(i ? ", " : " {", f), print_attr(f, &n->attrs[i]);
    fputs(n->n_attrs ? "} " : " ", f);
    print_quoted(f, n->name);
    for (int i = 0; i < n->n_outputs; i++) {
        fputs(i ? ", " : " : ", f);
        if (n->outputs[i]) type_print(f, &n->outputs[i]->type);
    }
    if (n->prologue) fputs(" prologue ", f), expr_print(f, n->prologue);
    if (n->epilogue) fputs(" epilogue ", f), expr_print(f, n->epilogue);
    for (int i = 0; i < n->n_regions; i++) {
        fputs(" {\n", f);
        print_region(f, n->regions[i], depth + 1, printed);
        fprintf(f, "%*s}", 2 * depth, "");
    }
    fputc('\n', f);
}

static void print_region(FILE *f, const region *r, int depth, bool *printed) {
    for (int i = 0; i < r->n_inputs; i++) {
        fprintf(f, "%*sinput %%%d ", 2 * depth, "", r->inputs[i]->id);
        print_quoted(f, r->inputs[i]->name);
        fputs(" : ", f);
        type_print(f, &r->inputs[i]->type);
        fputc('\n', f);
    }
    for (const node *n = r->first; n; n = n->next) print_node(f, n, depth, printed);
    fprintf(f, "%*sreturn", 2 * depth, "");
    for (int i = 0; i < r->n_outputs; i++) {
        fputs(i ? ", " : " ", f);
        print_value(f, r->outputs[i]);
        fputc(' ', f);
        print_quoted(f, r->outputs[i]->name);
    }
    fputc('\n', f);
}

void graph_print(FILE *f, const graph *g) {
    arena *scratch = arena_new();
    bool *printed = ARENA_ARRAY(scratch, bool, g->next_value);
    fputs("graph ", f);
    print_quoted(f, g->name);
    fputs(" {\n", f);
    for (int i = 0; i < g->n_symbols; i++)
        fprintf(f, "  dim %s in %lld..%lld\n", g->symbols[i]->name, (long long)g->symbols[i]->min, (long long)g->symbols[i]->max);
    print_region(f, g->body, 1, printed);
    fputs("}\n", f);
    arena_free(scratch);
}
