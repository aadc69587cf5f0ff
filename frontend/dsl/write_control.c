/* Branches, loops and exits of a graph as a .cnn file. */
#include "frontend/dsl/write.h"

#include <stdlib.h>
#include <string.h>

/* ---- branches ---- */

static bool put_nodes(writer *w, const region *r);

static const region *then_of(const node *choice) { return choice->regions[0]; }
static const region *else_of(const node *choice) { return choice->regions[1]; }

static bool same_tensors(const value_type *a, const value_type *b) {
    return a->kind == TYPE_TENSOR && type_is_static(a) && type_equal(a, b);
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
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        fprintf(w->out, "    let %s = op.where(%s, %s, %s)\n", name_of(w, n->outputs[i]), name_of(w, condition),
                name_of(w, yes->outputs[i]), name_of(w, no->outputs[i]));
    }
    return true;
}

/* ---- loops ---- */

typedef struct value_list {
    value **all;
    int n;
} value_list;

static void add_once(value_list *list, value *v) {
    for (int i = 0; i < list->n; i++)
        if (list->all[i] == v) return;
    list->all[list->n++] = v;
}

/* The constants that a region reads; they may be parameters, which are declared once. */
static void collect_constants(const region *r, value_list *list) {
    for (const node *n = r->first; n; n = n->next) {
        for (int i = 0; i < n->n_inputs; i++)
            if (n->inputs[i] && n->inputs[i]->constant) add_once(list, n->inputs[i]);
        for (int i = 0; i < n->n_regions; i++) collect_constants(n->regions[i], list);
    }
    for (int i = 0; i < r->n_outputs; i++)
        if (r->outputs[i]->constant) add_once(list, r->outputs[i]);
}

/* What the body of a loop reads from outside. */
static value_list reads_of(const writer *w, const node *loop) {
    int n;
    value *const *captures = node_captures(loop, w->arena, &n);
    value_list list = {.all = ARENA_ARRAY(w->arena, value *, w->n_values)};
    for (int i = 0; i < n; i++) add_once(&list, captures[i]);
    collect_constants(loop->regions[0], &list);
    return list;
}

/* block NAME(turn, x, given) { … return go_on, x }. Values have other names inside. */
static bool put_body(writer *w, const char *name, const region *r, const value_list *reads) {
    const char **outside = w->names;
    FILE *out = w->out;
    char *text = NULL;
    size_t size;
    FILE *body = open_memstream(&text, &size);
    if (!body) return diag_error(w->diags, "", NULL, "no memory for the text of '%s'", name);
    w->names = ARENA_ARRAY(w->arena, const char *, w->n_values);
    w->out = body;
    fprintf(body, "block %s(%s", name, name_of(w, r->inputs[0]));
    if (r->n_inputs > 2) put_names(w, r->inputs + 2, r->n_inputs - 2, ", ");
    if (reads->n) put_names(w, reads->all, reads->n, ", ");
    fprintf(body, ") {\n    let %s = constant(bool, 1)\n", name_of(w, r->inputs[1]));
    bool ok = put_nodes(w, r);
    put_names(w, r->outputs, r->n_outputs, "    return ");
    fputs("\n}\n\n", body);
    w->names = outside;
    w->out = out;
    ok = !fclose(body) && ok;
    if (ok) fputs(text, w->blocks);
    free(text);
    return ok;
}

static bool put_loop(writer *w, const node *n) {
    const region *r = n->regions[0];
    int carried = n->n_core_inputs - 2;
    if (carried < 1 || r->n_outputs != carried + 1)
        return node_error(w->diags, n, "compile the model itself", "a loop that carries nothing, or collects results, cannot be written in cnnc's language");
    value_list reads = reads_of(w, n);
    if (!put_values(w, n->inputs, n->n_core_inputs) || !put_values(w, reads.all, reads.n)) return false;
    const char *body = identifier(w, *n->name ? n->name : "body");
    if (!put_body(w, body, r, &reads)) return false;
    put_results(w, n, carried);
    put_names(w, n->inputs + 2, carried, "repeat(");
    fprintf(w->out, ", %s", body);
    if (reads.n) put_names(w, reads.all, reads.n, ", given=["), fputc(']', w->out);
    if (n->inputs[0]) fprintf(w->out, ", most=%s", name_of(w, n->inputs[0]));
    if (n->inputs[1]) fprintf(w->out, ", first=%s", name_of(w, n->inputs[1]));
    fputs(")\n", w->out);
    return true;
}

static bool put_node(writer *w, const node *n) {
    if (!n->n_regions) return put_operator(w, n);
    if (n->op == OP_if) return put_choice(w, n);
    if (n->op == OP_loop) return put_loop(w, n);
    return node_error(w->diags, n, "compile the model itself", "this loop cannot be written in cnnc's language");
}

static bool put_nodes(writer *w, const region *r) {
    for (const node *n = r->first; n; n = n->next)
        if (!put_node(w, n)) return false;
    return true;
}

/* ---- exits ---- */

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

/* exit when …. The language has no room for lines in front of what an exit gives: they are computed before. */
static bool put_exit(writer *w, const node *n) {
    const region *taken = then_of(n);
    int results = n->n_outputs - 1;
    if (!put_nodes(w, taken) || !put_values(w, taken->outputs, results) || !put_constant(w, n->inputs[0])) return false;
    fprintf(w->out, "    exit when %s", name_of(w, n->inputs[0]));
    put_names(w, taken->outputs, results, " -> ");
    fputc('\n', w->out);
    w->exits++;
    return true;
}

const region *put_network(writer *w, const region *r) {
    for (const node *n = r->first; n; n = n->next) {
        bool exits = is_exit(n, w->exits + 1);
        if (!(exits ? put_exit(w, n) : put_node(w, n))) return NULL;
        if (exits) return put_network(w, else_of(n));
    }
    return r;
}
