/* Calls: into functions of the file, of cnnc's runtime, which is known, and of the C library. */
#include "compiler/proof/proof.h"

#include <stdlib.h>
#include <string.h>

/* Functions of the C library that touch memory, and those of compilers and systems that touch none but variables. */
typedef struct library_function {
    const char *name;
    int written, read; /* argument, or -1 */
    int bytes;         /* argument that says how many */
} library_function;

static const library_function library[] = {
    {"memcpy", 0, 1, 2},        {"memmove", 0, 1, 2},          {"memset", 0, -1, 2},          {"memcmp", -1, 0, 2},
    {"__builtin_prefetch", -1, -1, -1}, {"__builtin_cpu_supports", -1, -1, -1}, {"__builtin_inff", -1, -1, -1}, {"__builtin_nanf", -1, -1, -1},
    {"__builtin_inf", -1, -1, -1}, {"__builtin_isnan", -1, -1, -1}, {"__builtin_isinf_sign", -1, -1, -1}, {"__builtin_signbit", -1, -1, -1},
    {"__get_cpuid_count", -1, -1, -1}, {"getauxval", -1, -1, -1},
};

/* Functions of the vector vocabulary that touch memory; all others compute. Longer names first: several targets in one file
 * have suffixes. */
static const struct {
    const char *name;
    int bytes; /* 0: four for each of as many lanes as the last argument says */
    bool writes;
} vocabulary[] = {
    {"v16_load_bf16", 32, false}, {"v16_load_f16", 32, false}, {"v16_load_i8", 16, false}, {"v16_load_u8", 16, false}, {"v16_store_u8", 16, true},
    {"v16_store_bf16", 32, true}, {"v16_load_n", 0, false},    {"v16_store_n", 0, true},   {"v16_load", 64, false},    {"v16_store", 64, true},
    {"v16i_load", 64, false},     {"v16i_store", 64, true},    {"b64_load", 64, false},    {"b64_repeat", 4, false},   {"b64_columns", 64, false},
    {"h32_load", 64, false},      {"h32_repeat", 4, false},    {"q128_load", 64, false},   {"w16_load_u8", 16, false}, {"w16_load", 32, false},
    {"w16_store", 32, true},      {"w32_load", 64, false},     {"w32_repeat", 4, false},   {"b16_load", 16, false},    {"b16_store", 16, true},
};

static const library_function *find_library(const char *name) {
    for (size_t i = 0; i < sizeof library / sizeof *library; i++)
        if (!strcmp(library[i].name, name)) return &library[i];
    return NULL;
}

/* ---- whom functions call ---- */

static bool allocates(const char *name) {
    static const char *const names[] = {"malloc", "calloc", "realloc", "free", "aligned_alloc", "alloca", "__builtin_alloca", "posix_memalign"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

static void check_callee(proof *p, const tree_node *n) {
    const function *f = n->kids[0]->kind == NODE_REFERENCE ? n->kids[0]->function : NULL;
    if (!f) proof_fail(p, n, "cannot show which function this calls");
    else if (f->body || f->known || f->harmless || find_library(f->name)) return;
    else if (allocates(f->name)) proof_fail(p, n, "this calls %s: emitted code allocates nothing", f->name);
    else proof_fail(p, n, "cannot show what %s does: it is neither in this file nor one of the functions that emitted code may call", f->name);
    proof_report(p);
}

/* Conditions and what depends on them are walked several times, or both ways one after the other: they must change nothing. */
static bool is_conditional(const tree_node *n, int kid) {
    bool logical = n->kind == NODE_BINARY && (!strcmp(n->op, "&&") || !strcmp(n->op, "||"));
    return logical || n->kind == NODE_CONDITIONAL || (n->kind == NODE_IF && kid == 0) || (n->kind == NODE_FOR && kid == 1);
}

static void check_tree(proof *p, const tree_node *n, bool conditional) {
    if (!n) return;
    if (n->kind == NODE_CALL) check_callee(p, n);
    if (conditional && (n->kind == NODE_ASSIGN || n->kind == NODE_STEP)) {
        proof_fail(p, n, "cannot show what this changes: it depends on a condition within the expression");
        proof_report(p);
    }
    for (int i = 0; i < n->n_kids; i++) check_tree(p, n->kids[i], conditional || is_conditional(n, i));
}

static bool reaches(const tree_node *n, function *to);

static bool calls_back(function *f, function *to) {
    if (f == to) return true;
    if (!f->body || f->running) return false;
    f->running = true;
    bool found = reaches(f->body, to);
    f->running = false;
    return found;
}

static bool reaches(const tree_node *n, function *to) {
    if (!n) return false;
    if (n->kind == NODE_REFERENCE && n->function && calls_back(n->function, to)) return true;
    for (int i = 0; i < n->n_kids; i++)
        if (reaches(n->kids[i], to)) return true;
    return false;
}

void check_calls(proof *p) {
    for (function *f = p->tree->functions; f; f = f->next) {
        check_tree(p, f->body, false);
        if (!f->body || !reaches(f->body, f)) continue;
        proof_fail(p, &(tree_node){.line = f->line}, "%s calls itself", f->name);
        proof_report(p);
    }
}

/* ---- what has been shown already ---- */

static bool same_argument(const c_value *a, const c_value *b) {
    if (a->kind != b->kind) return false;
    if (a->kind == VALUE_DATA) return true;
    if (a->kind == VALUE_FUNCTION) return a->function == b->function;
    if (a->form.n || b->form.n || a->form.constant != b->form.constant) return false;
    if (a->kind == VALUE_INTEGER || a->object == b->object) return true;
    /* Spans of one size are alike to whom they are given. */
    const object *x = a->object, *y = b->object;
    return x && y && x->part_of && y->part_of && form_equal(&x->size, &y->size) && x->constant == y->constant;
}

static known_call *find_known(const function *f, const c_value *arguments, int n) {
    for (known_call *k = f->calls; k; k = k->next) {
        bool same = k->n == n;
        for (int i = 0; same && i < n; i++) same = same_argument(&k->arguments[i], &arguments[i]);
        if (same) return k;
    }
    return NULL;
}

static void remember(proof *p, function *f, const c_value *arguments, int n, const c_value *result) {
    known_call *k = ARENA_NEW(p->arena, known_call);
    *k = (known_call){arena_copy(p->arena, arguments, sizeof *arguments * (size_t)(n ? n : 1)), n, *result, f->calls};
    f->calls = k;
}

/* ---- calls ---- */

/* A local array of pointers may hold others next time. */
static bool is_repeatable(const proof *p, const c_value *argument) {
    const object *o = argument->kind == VALUE_POINTER ? argument->object : NULL;
    if (o && o->contents && o != p->inputs_object && o != p->outputs_object) return false;
    return argument->kind == VALUE_DATA || !argument->form.n;
}

c_value walk_function(proof *p, function *f, const c_value *arguments, int n) {
    bool repeatable = !p->probing;
    for (int i = 0; i < n; i++) repeatable = repeatable && is_repeatable(p, &arguments[i]);
    known_call *known = repeatable ? find_known(f, arguments, n) : NULL;
    if (known) return known->result;
    function *caller = p->function;
    c_value *variables = p->variables, result = p->result;
    bool returned = p->returned;
    p->function = f;
    p->variables = calloc((size_t)f->n_slots + 1, sizeof(c_value));
    if (!p->variables) abort();
    p->result = (c_value){.kind = VALUE_DATA};
    p->returned = false;
    if (!strncmp(f->name, "run", 3)) p->next_check = 0; /* run, run_x86_64_v4...: the steps of a target */
    for (int i = 0; i < n && i < f->n_parameters; i++) {
        const variable *v = f->parameters[i];
        if (v->slot >= 0) p->variables[v->slot] = convert_value(p, &arguments[i], &v->type);
    }
    facts_mark here = facts_here(p->facts);
    walk_statement(p, f->body);
    facts_forget(p->facts, here);
    free(p->variables);
    c_value r = p->result;
    p->function = caller, p->variables = variables, p->result = result, p->returned = returned;
    bool plain = r.kind == VALUE_DATA || (r.kind == VALUE_INTEGER && !r.form.n);
    if (repeatable && plain && !p->failed) remember(p, f, arguments, n, &r);
    return r;
}

static c_value call_vocabulary(proof *p, const tree_node *n, const char *name, const c_value *arguments, int count) {
    for (size_t i = 0; i < sizeof vocabulary / sizeof *vocabulary; i++) {
        if (strncmp(name, vocabulary[i].name, strlen(vocabulary[i].name))) continue;
        form bytes = form_constant(vocabulary[i].bytes), zero = form_constant(0);
        const c_value *lanes = &arguments[count - 1];
        if (!vocabulary[i].bytes) {
            form above = form_constant(16);
            bool fits = lanes->kind == VALUE_INTEGER && form_add(&above, -1, &lanes->form, &above) &&
                        facts_at_least(p->facts, &lanes->form, 0) && facts_at_least(p->facts, &above, 0);
            if (!fits && !p->probing) proof_fail(p, n, "cannot show that this means 0 to 16 lanes");
            if (!fits || !form_add(&zero, 4, &lanes->form, &bytes)) return unknown_value(p, &n->type);
        }
        check_access(p, n, &arguments[0], &bytes, vocabulary[i].writes);
        return unknown_value(p, &n->type);
    }
    for (int i = 0; i < count; i++)
        if (arguments[i].kind == VALUE_POINTER) proof_fail(p, n, "cannot show what %s touches", name);
    return unknown_value(p, &n->type);
}

static bool is_vocabulary(const char *name) {
    static const char *const begins[] = {"v16_", "v16i_", "b64_", "h32_", "q128_", "w16_", "w32_", "b16_"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (!strncmp(name, begins[i], strlen(begins[i]))) return true;
    return false;
}

static void call_library(proof *p, const tree_node *n, const library_function *f, const c_value *arguments) {
    if (f->bytes < 0) return;
    const c_value *bytes = &arguments[f->bytes];
    if (bytes->kind != VALUE_INTEGER || (!p->probing && !facts_at_least(p->facts, &bytes->form, 0))) {
        proof_fail(p, n, "cannot show how many bytes %s is to touch", f->name);
        return;
    }
    if (f->written >= 0) check_access(p, n, &arguments[f->written], &bytes->form, true);
    if (f->read >= 0) check_access(p, n, &arguments[f->read], &bytes->form, false);
    if (!strcmp(f->name, "memcmp")) check_access(p, n, &arguments[1], &bytes->form, false);
}

/* One kernel, for any part [begin, end) of its iterations. */
static void call_kernel(proof *p, const tree_node *n, function *f, const c_value *in, const c_value *out, const form *iterations) {
    facts_mark here = facts_here(p->facts);
    const int64_t most = facts_range(p->facts, iterations).hi;
    form begin = facts_symbol(p->facts, (range){0, most - 1}), end = facts_symbol(p->facts, (range){1, most}), some;
    if (form_add(&end, -1, &begin, &some)) some.constant--, facts_assume(p->facts, some);
    if (iterations->n && form_add(iterations, -1, &end, &some)) facts_assume(p->facts, some);
    const c_value arguments[] = {*in, *out, integer_value(begin), integer_value(end)};
    p->work = 0;
    p->n_kernels++;
    (void)n;
    walk_function(p, f, arguments, 4);
    facts_return(p->facts, here);
}

/* What a kernel is given, as one list, to find it again. */
static int kernel_key(proof *p, const c_value *in, const c_value *out, const form *iterations, c_value **key) {
    int n = 0;
    int64_t n_in = in->object->n_contents, n_out = out->object->n_contents;
    *key = ARENA_ARRAY(p->arena, c_value, n_in + n_out + 2);
    for (int64_t i = 0; i < n_in; i++) (*key)[n++] = in->object->contents[i];
    (*key)[n++] = integer_value(form_constant(n_in));
    for (int64_t i = 0; i < n_out; i++) (*key)[n++] = out->object->contents[i];
    (*key)[n++] = integer_value(*iterations);
    return n;
}

/* Of known sizes all that is shown of a kernel holds for the next call of it. */
static bool sizes_are_known(const c_value *in) {
    for (int64_t i = 0; i < in->object->n_contents; i++) {
        const object *sizes = in->object->contents[i].object;
        for (int64_t k = 0; sizes && sizes->contents && k < sizes->n_contents; k++)
            if (sizes->contents[k].form.n) return false;
    }
    return true;
}

/* step_run(parallel, kernel, in, out, extent, phases) */
static void run_step(proof *p, const tree_node *n, const c_value *arguments, int count) {
    bool plain = count == 6 && arguments[1].kind == VALUE_FUNCTION && arguments[1].function->body;
    for (int i = 2; i < 4 && plain; i++) plain = arguments[i].kind == VALUE_POINTER && arguments[i].object && arguments[i].object->contents;
    for (int i = 4; i < 6 && plain; i++) plain = arguments[i].kind == VALUE_INTEGER && facts_at_least(p->facts, &arguments[i].form, 1);
    form iterations;
    plain = plain && facts_multiply(p->facts, &arguments[4].form, &arguments[5].form, &iterations) && facts_range(p->facts, &iterations).hi < INT32_MAX;
    if (!plain) {
        proof_fail(p, n, "cannot show which kernel this runs, or on what");
        return;
    }
    function *f = arguments[1].function;
    c_value *key, nothing = {.kind = VALUE_DATA};
    int n_key = kernel_key(p, &arguments[2], &arguments[3], &iterations, &key);
    const bool known = !iterations.n && sizes_are_known(&arguments[2]);
    if (known && find_known(f, key, n_key)) return;
    if (p->probing) return;
    call_kernel(p, n, f, &arguments[2], &arguments[3], &iterations);
    proof_report(p);
    if (known) remember(p, f, key, n_key, &nothing);
}

/* slice_step(slice, parallel, step, work, kernel, in, out, extent, phases): any part of the same iterations */
static void run_slice(proof *p, const tree_node *n, const c_value *arguments, int count) {
    if (count != 9) proof_fail(p, n, "cannot show which kernel this runs");
    else run_step(p, n, (const c_value[]){arguments[1], arguments[4], arguments[5], arguments[6], arguments[7], arguments[8]}, 6);
}

c_value walk_call(proof *p, const tree_node *n) {
    enum { MAX_ARGUMENTS = 24 };
    c_value arguments[MAX_ARGUMENTS];
    int count = n->n_kids - 1;
    function *f = n->kids[0]->kind == NODE_REFERENCE ? n->kids[0]->function : NULL;
    if (count > MAX_ARGUMENTS || !f) {
        proof_fail(p, n, "cannot show what this calls");
        return unknown_value(p, &n->type);
    }
    for (int i = 0; i < count; i++) arguments[i] = walk_expression(p, n->kids[i + 1]);
    if (p->failed) return unknown_value(p, &n->type);
    const library_function *known = find_library(f->name);
    if (f->known && (!strcmp(f->name, "reads") || !strcmp(f->name, "writes")))
        return span_of(p, n, &arguments[0], arguments[1].form.constant, *f->name == 'w');
    if (f->known && !strncmp(f->name, "self_test_", 10)) call_self_test(p, n, f->name, arguments, count);
    if (f->known && (!strcmp(f->name, "step_run") || !strcmp(f->name, "self_test_step"))) run_step(p, n, arguments, count);
    else if (f->known && !strcmp(f->name, "slice_step")) run_slice(p, n, arguments, count);
    else if (f->known && (!strcmp(f->name, "slice_enter") || !strcmp(f->name, "slice_samples"))) return integer_value(facts_symbol(p->facts, (range){0, INT64_MAX})); /* a count */
    else if (f->known && is_vocabulary(f->name)) return call_vocabulary(p, n, f->name, arguments, count);
    else if (f->body) return walk_function(p, f, arguments, count);
    else if (known) call_library(p, n, known, arguments);
    return unknown_value(p, &n->type);
}
