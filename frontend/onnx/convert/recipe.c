#include "frontend/onnx/convert/recipe.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ITEMS = 32 };

/* A value, or numbers: `n` whole ones (list: written in brackets), which may be sizes that are open, or a float. */
typedef struct recipe_binding {
    const char *name;
    value *value;
    bool number, real, list;
    int n;
    dim items[MAX_ITEMS];
    double f;
    struct recipe_binding *next;
} binding_t;

static arena *mem(const recipe *r) { return r->draft->context->imp->arena; }

recipe recipe_new(draft *d) { return (recipe){.draft = d}; }

/* ---- names ---- */

static binding_t *bind_name(recipe *r, const char *name, size_t n) {
    binding_t *b = ARENA_NEW(mem(r), binding_t);
    b->name = arena_strndup(mem(r), name, n);
    b->next = r->bindings;
    return r->bindings = b;
}

void recipe_value(recipe *r, const char *name, value *v) { bind_name(r, name, strlen(name))->value = v; }

/* What numbers of recipes are called, and sizes that are open. */
static const char *size_label(const char *name, int n, const dim *sizes) {
    bool open = false;
    for (int k = 0; k < n; k++) open = open || !dim_is_number(sizes[k]);
    return open ? name : "constant";
}

void recipe_size(recipe *r, const char *name, dim size) {
    const draft *d = r->draft;
    const char *label = arena_printf(mem(r), "%s.%s", d->name, size_label(name, 1, &size));
    recipe_value(r, name, draft_size(d, d->context->region, NULL, label, size));
}

void recipe_sizes(recipe *r, const char *name, int n, const dim *sizes) { recipe_value(r, name, draft_sizes(r->draft, size_label(name, n, sizes), n, sizes)); }

void recipe_dims(recipe *r, const char *name, int n, const dim *sizes) {
    binding_t *b = bind_name(r, name, strlen(name));
    b->number = b->list = true;
    b->n = n < MAX_ITEMS ? n : MAX_ITEMS;
    for (int i = 0; i < b->n; i++) b->items[i] = sizes[i];
}

void recipe_dim(recipe *r, const char *name, dim size) {
    recipe_dims(r, name, 1, &size);
    r->bindings->list = false;
}

void recipe_ints(recipe *r, const char *name, int n, const int64_t *ints) {
    dim sizes[MAX_ITEMS];
    for (int i = 0; i < n && i < MAX_ITEMS; i++) sizes[i] = dim_number(ints[i]);
    recipe_dims(r, name, n, sizes);
}

void recipe_int(recipe *r, const char *name, int64_t i) { recipe_dim(r, name, dim_number(i)); }

void recipe_float(recipe *r, const char *name, double f) {
    binding_t *b = bind_name(r, name, strlen(name));
    b->number = b->real = true;
    b->f = f;
}

static const binding_t *find(const recipe *r, const char *name, size_t n) {
    for (const binding_t *b = r->bindings; b; b = b->next)
        if (strlen(b->name) == n && !strncmp(b->name, name, n)) return b;
    return NULL;
}

value *recipe_get(const recipe *r, const char *name) {
    const binding_t *b = find(r, name, strlen(name));
    return b ? b->value : NULL;
}

/* ---- reading ---- */

static size_t word(const char *s) {
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

static void skip(const char **s) {
    while (**s == ' ' || **s == '\n') ++*s;
}

static bool take(const char **s, char c) {
    skip(s);
    if (**s != c) return false;
    ++*s;
    return true;
}

static value *fail(recipe *r, const char *at) {
    if (!r->failed) draft_error(r->draft, "this is a defect of cnnc: please report it", "cannot be expanded at '%.40s'", at);
    r->failed = true;
    return NULL;
}

static void read_literal(const char **s, binding_t *out) {
    size_t n = strspn(*s, "+-.0123456789e");
    bool infinite = !strncmp(*s, "inf", 3) || !strncmp(*s, "-inf", 4);
    out->number = true;
    if (infinite || memchr(*s, '.', n)) {
        char *end;
        out->real = true;
        out->f = strtod(*s, &end);
        *s = end;
    } else {
        char *end;
        out->n = 1;
        out->items[0] = dim_number(strtoll(*s, &end, 10));
        *s = end;
    }
}

/* A number, $name or [list of them]. */
static bool read_numbers(recipe *r, const char **s, binding_t *out) {
    *out = (binding_t){.number = true};
    skip(s);
    if (**s == '$') {
        size_t n = word(++*s);
        const binding_t *b = find(r, *s, n);
        if (!b || !b->number) return fail(r, *s), false;
        *out = *b;
        *s += n;
        return true;
    }
    if (!take(s, '[')) {
        const char *before = *s;
        read_literal(s, out);
        return *s != before || (fail(r, *s), false);
    }
    out->list = true;
    while (!take(s, ']')) {
        binding_t item;
        if (!read_numbers(r, s, &item)) return false;
        for (int i = 0; i < item.n && out->n < MAX_ITEMS; i++) out->items[out->n++] = item.items[i];
        take(s, ',');
    }
    return true;
}

static bool is_open(const binding_t *b) {
    for (int i = 0; i < b->n; i++)
        if (!dim_is_number(b->items[i])) return true;
    return false;
}

static int64_t *ints_of(recipe *r, const binding_t *b) {
    int64_t *ints = ARENA_ARRAY(mem(r), int64_t, MAX_ITEMS);
    for (int i = 0; i < b->n; i++) ints[i] = b->items[i].size;
    return ints;
}

static value *constant_of(recipe *r, const binding_t *b) {
    graph *g = r->draft->context->imp->graph;
    const char *name = arena_printf(mem(r), "%s.constant", r->draft->name);
    if (is_open(b))
        return sizes_value(r->draft->context->imp, r->draft->context->region, NULL, arena_printf(mem(r), "%s.sizes", r->draft->name), b->n, b->items,
                           !b->list);
    if (b->real) {
        float f = (float)b->f;
        return value_constant(g, name, type_tensor(mem(r), DT_F32, 0, NULL), arena_copy(mem(r), &f, sizeof f), name);
    }
    int64_t n = b->n;
    value_type t = type_tensor(mem(r), DT_I64, b->list, &n);
    return value_constant(g, name, t, ints_of(r, b), name);
}

static void apply_op(recipe *r, const char **s, int n_outputs, value **outputs);

static value *read_argument(recipe *r, const char **s) {
    skip(s);
    size_t n = word(*s);
    if (n == 1 && **s == '_') return ++*s, NULL;
    bool named = n && isalpha((unsigned char)**s) && strncmp(*s, "inf", 3) != 0;
    value *v = NULL;
    if (named && (*s)[n] == '(') {
        apply_op(r, s, 1, &v);
        return v;
    }
    if (named) {
        const binding_t *b = find(r, *s, n);
        if (!b) return fail(r, *s);
        *s += n;
        return b->value;
    }
    binding_t literal;
    if (!read_numbers(r, s, &literal)) return NULL;
    v = constant_of(r, &literal);
    if (**s != ':') return v;
    n = word(++*s);
    const binding_t *like = find(r, *s, n);
    if (!like || !like->value) return fail(r, *s);
    *s += n;
    if (like->value->type.kind == TYPE_TENSOR && !literal.list && !is_open(&literal))
        return draft_scalar_like(r->draft, "constant", literal.real ? literal.f : (double)literal.items[0].size, like->value);
    value *pair[] = {v, like->value};
    return draft_emit(r->draft, "CastLike", "constant", 2, pair, 0, NULL);
}

static bool read_attribute(recipe *r, const char **s, attr *a) {
    skip(s);
    size_t n = word(*s);
    *a = (attr){.name = arena_strndup(mem(r), *s, n)};
    *s += n;
    if (!take(s, '=')) return fail(r, *s), false;
    if (take(s, '"')) {
        size_t length = strcspn(*s, "\"");
        a->kind = ATTR_STRING;
        a->s = (ir_string){arena_strndup(mem(r), *s, length), length};
        *s += length + 1;
        return true;
    }
    binding_t b;
    const char *before = *s;
    if (!read_numbers(r, s, &b)) return false;
    if (is_open(&b)) return fail(r, before), false;
    a->kind = b.real ? ATTR_FLOAT : b.list ? ATTR_INTS : ATTR_INT;
    a->n = b.n;
    a->i = b.items[0].size;
    a->f = b.f;
    a->ints = ints_of(r, &b);
    return true;
}

/* Name(arguments; attributes) with that many results. */
static void apply_op(recipe *r, const char **s, int n_outputs, value **outputs) {
    value *inputs[MAX_ITEMS];
    attr attrs[MAX_ITEMS];
    bool wanted[MAX_ITEMS];
    size_t n = word(*s);
    draft d = {.context = r->draft->context, .place = r->draft->place, .domain = "", .version = ONNX_OPSET_MAX};
    d.op_type = arena_strndup(mem(r), *s, n);
    d.name = arena_printf(mem(r), "%s.%s%d", r->draft->name, d.op_type, r->n_made++);
    *s += n + 1;
    while (!r->failed && !take(s, ')')) {
        if (take(s, ';')) {
            while (!r->failed && d.n_attrs < MAX_ITEMS && read_attribute(r, s, &attrs[d.n_attrs])) {
                d.n_attrs++;
                if (!take(s, ',')) break;
            }
        } else {
            if (d.n_inputs == MAX_ITEMS) fail(r, *s);
            else inputs[d.n_inputs++] = read_argument(r, s);
            take(s, ',');
        }
    }
    if (r->failed) return;
    for (int i = 0; i < n_outputs; i++) wanted[i] = true;
    d.inputs = arena_copy(mem(r), inputs, sizeof inputs);
    d.attrs = arena_copy(mem(r), attrs, sizeof *attrs * (size_t)(d.n_attrs + 1));
    d.wanted = arena_copy(mem(r), wanted, sizeof wanted);
    d.n_outputs = n_outputs;
    if (!convert(&d)) r->failed = true;
    for (int i = 0; i < n_outputs; i++) outputs[i] = r->failed ? NULL : d.outputs[i];
}

static void statement(recipe *r, const char **s) {
    const char *labels[MAX_ITEMS];
    size_t lengths[MAX_ITEMS];
    value *results[MAX_ITEMS] = {NULL};
    int n = 0;
    do {
        skip(s);
        labels[n] = *s;
        lengths[n] = word(*s);
        *s += lengths[n++];
    } while (n < MAX_ITEMS && take(s, ','));
    if (!take(s, '=')) {
        fail(r, *s);
        return;
    }
    skip(s);
    if (n > 1) apply_op(r, s, n, results);
    else results[0] = read_argument(r, s);
    for (int i = 0; i < n && !r->failed; i++) bind_name(r, labels[i], lengths[i])->value = results[i];
}

void recipe_run(recipe *r, const char *text) {
    for (skip(&text); *text && !r->failed; skip(&text)) statement(r, &text);
}

void recipe_call(recipe *r, const char *result, const char *op_type, const char *arguments) {
    static const bool wanted[] = {true};
    value **inputs = ARENA_ARRAY(mem(r), value *, strlen(arguments) / 2 + 1);
    draft d = *r->draft;
    d.domain = "";
    d.op_type = op_type;
    d.version = ONNX_OPSET_MAX;
    d.name = arena_printf(mem(r), "%s.%s%d", r->draft->name, op_type, r->n_made++);
    d.n_inputs = 0;
    for (const char *s = arguments; *s && !r->failed; skip(&s)) inputs[d.n_inputs++] = read_argument(r, &s);
    if (r->failed) return;
    d.inputs = inputs;
    d.wanted = wanted;
    d.n_outputs = 1;
    d.outputs = NULL;
    if (convert(&d)) recipe_value(r, result, d.outputs[0]);
    else r->failed = true;
}

void recipe_move_channels(recipe *r, const char *name, int rank, bool to_second) {
    int64_t perm[IR_MAX_RANK] = {0};
    for (int i = 1; i < rank; i++) perm[i] = to_second ? (i == 1 ? rank - 1 : i - 1) : (i == rank - 1 ? 1 : i + 1);
    recipe_ints(r, "channels", rank, perm);
    recipe_run(r, arena_printf(mem(r), "%s = Transpose(%s; perm=$channels)", name, name));
}

/* ---- the node's own ends ---- */

void recipe_inputs(recipe *r, const char *words) {
    for (int i = 0; *words; i++) {
        size_t n = word(words);
        bind_name(r, words, n)->value = draft_input(r->draft, i);
        words += n + strspn(words + n, " ");
    }
}

bool recipe_return(recipe *r, const char *words) {
    draft *d = r->draft;
    value **outputs = ARENA_ARRAY(mem(r), value *, d->n_outputs);
    if (r->failed) return false;
    for (int i = 0; i < d->n_outputs; i++) {
        size_t n = word(words);
        const binding_t *b = n ? find(r, words, n) : NULL;
        outputs[i] = b ? b->value : NULL;
        if (d->wanted[i] && !outputs[i]) return draft_error(d, NULL, "has no output %d", i);
        /* a result of its own: what only passes an input on, or is a constant, would lose its name */
        if (outputs[i] && !outputs[i]->constant) {
            bool own = outputs[i]->producer != NULL;
            for (int k = 0; k < d->n_inputs; k++) own = own && outputs[i] != d->inputs[k];
            if (!own) outputs[i] = draft_emit(d, "Identity", "result", 1, &outputs[i], 0, NULL);
        }
        words += n + strspn(words + n, " ");
    }
    d->outputs = outputs;
    return true;
}

bool expand_by_text(draft *d, const conversion *row) {
    recipe r = recipe_new(d);
    int known = 1;
    for (const char *c = row->attr; *c; c++) known += *c == ' ';
    if (!draft_ends(d, known)) return false;
    recipe_inputs(&r, row->attr);
    recipe_run(&r, row->text);
    return recipe_return(&r, "y");
}
