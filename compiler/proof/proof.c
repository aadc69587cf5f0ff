#include "compiler/proof/proof.h"
#include "compiler/emitted.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SHOWN = 20 };

void proof_fail(proof *p, const tree_node *at, const char *format, ...) {
    if (p->failed) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->message, sizeof p->message, format, arguments);
    va_end(arguments);
    p->failed = true;
    p->line = at->line;
}

void proof_report(proof *p) {
    if (!p->failed) return;
    p->failed = false;
    p->ok = false;
    if (++p->n_failures <= MAX_SHOWN) diag_error(p->diags, arena_printf(p->arena, "%s:%d", p->path, p->line), NULL, "%s", p->message);
}

/* ---- what functions are given from outside ---- */

/* An array of pointers to tensors. */
static object *tensors(proof *p, const char *what, const int64_t *bytes, const bool *per_sample, int n, bool fixed) {
    object *r = object_new(p, arena_printf(p->arena, "%ss", what), 8 * (int64_t)n);
    r->contents = ARENA_ARRAY(p->arena, c_value, n);
    r->element = 8;
    r->n_contents = n;
    r->constant = true;
    for (int i = 0; i < n; i++) {
        object *t = object_new(p, arena_printf(p->arena, "%s %d", what, i), bytes[i]);
        t->constant = fixed;
        t->optional = true;
        if (p->sizes.batch && (!per_sample || per_sample[i])) {
            const form nothing = form_constant(0);
            form_add(&nothing, bytes[i], &p->batch, &t->size);
        }
        r->contents[i] = pointer_value(t, 0);
    }
    return r;
}

/* NAME_step_start is given this, which it keeps for NAME_step. */
static bool slices_keep(const proof *p, const char *parameter) {
    for (const function *f = p->tree->functions; f; f = f->next)
        for (int i = 0; i < f->n_parameters && emitted_name(f->name, "_step_start"); i++)
            if (!strcmp(f->parameters[i]->name, parameter)) return true;
    return false;
}

/* NAME_slices: pointers to inputs, outputs, workspace and, where they are a file, weights, and the open batch, as NAME_step_start
 * put them there. */
static object *slices_object(proof *p, int64_t size) {
    const object *in = p->inputs_object, *out = p->outputs_object;
    int64_t at = in->n_contents ? in->n_contents : 1, n = at + (out->n_contents ? out->n_contents : 1);
    object *r = object_new(p, "slice", size);
    r->contents = ARENA_ARRAY(p->arena, c_value, n + 3);
    r->element = 8;
    for (int64_t i = 0; i < in->n_contents; i++) r->contents[i] = in->contents[i];
    for (int64_t i = 0; i < out->n_contents; i++) r->contents[at + i] = out->contents[i];
    r->contents[n++] = pointer_value(p->arena_object, 0);
    if (slices_keep(p, "weights")) r->contents[n++] = pointer_value(p->weights_object, 0);
    if (slices_keep(p, "batch")) r->contents[n++] = integer_value(p->batch);
    r->n_contents = n;
    return r;
}

/* The header says what the parameters of public functions are, by their names. */
static c_value given(proof *p, const variable *v) {
    const struct {
        const char *name;
        object *what;
    } known[] = {{"inputs", p->inputs_object}, {"in", p->inputs_object}, {"outputs", p->outputs_object}, {"out", p->outputs_object},
                 {"workspace", p->arena_object}, {"weights", p->weights_object}};
    if (v->type.kind == TYPE_INTEGER && !strcmp(v->name, "batch")) return integer_value(p->batch);
    if (v->type.kind != TYPE_POINTER) return unknown_value(p, &v->type);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(v->name, known[i].name)) return pointer_value(known[i].what, 0);
    if (!strcmp(v->name, "slice")) return pointer_value(slices_object(p, v->type.element), 0);
    int64_t size = !strcmp(v->name, "seconds") ? 8 * p->sizes.steps : !strcmp(v->name, "memory") ? p->sizes.self_test : v->type.element;
    return pointer_value(object_new(p, v->name, size), 0);
}

static void walk_public(proof *p) {
    for (function *f = p->tree->functions; f; f = f->next) {
        if (!f->body || f->is_static) continue;
        c_value arguments[16];
        for (int i = 0; i < f->n_parameters && i < 16; i++) arguments[i] = given(p, f->parameters[i]);
        p->work = 0;
        walk_function(p, f, arguments, f->n_parameters < 16 ? f->n_parameters : 16);
        proof_report(p);
    }
}

static void prepare_globals(proof *p) {
    const tree *t = p->tree;
    for (int i = 0; i < t->n_globals; i++) {
        variable *v = t->globals[i];
        if (v->type.size < 0) v->memory = p->weights_object; /* NAME_weights, which the assembler defines */
        if (v->type.constant) continue;
        proof_fail(p, &(tree_node){.line = v->line}, "%s can change and outlives a call", v->name);
        proof_report(p);
    }
}

bool proof_of(const char *path, tree *t, const memory_sizes *sizes, arena *a, diagnostics *d) {
    facts *k = calloc(1, sizeof *k);
    if (!k) return diag_error(d, path, NULL, "out of memory");
    proof p = {.path = path, .tree = t, .sizes = *sizes, .arena = a, .diags = d, .facts = k, .ok = true};
    function outside = {.name = "outside"};
    c_value nothing;
    p.function = &outside;
    p.variables = &nothing;
    p.arena_object = object_new(&p, "the workspace", sizes->workspace);
    p.weights_object = object_new(&p, "the weights", sizes->weights);
    p.weights_object->constant = true;
    p.batch = facts_symbol(k, (range){INT64_MIN, INT64_MAX});
    p.inputs_object = tensors(&p, "input", sizes->inputs, sizes->per_sample, sizes->n_inputs, true);
    p.outputs_object = tensors(&p, "output", sizes->outputs, NULL, sizes->n_outputs, false);
    prepare_globals(&p);
    check_calls(&p);
    walk_public(&p);
    if (p.n_failures > MAX_SHOWN) diag_error(d, path, NULL, "and %d more", p.n_failures - MAX_SHOWN);
    if (p.ok) printf("%s: %d different kernel calls, %d accesses within their buffers; no recursion, no allocation, every loop ends (%s)\n", path, p.n_kernels,
                     p.n_accesses, t->machine);
    free(k);
    return p.ok;
}
