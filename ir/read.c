/* Reads the textual form of a graph: the counterpart of print.c.
 *
 *     graph "name" {
 *       dim N in 1..8                                                   a symbol with its bounds; 1.. has no upper one;
 *                                                                       by 4 behind them: a multiple of 4
 *       input %0 "x" : f32[N,3,8,8]                                     = {0.5} behind it: where the caller gives none
 *       const %1 "w" from "net.onnx:w" : f32[16,3,3,3] {data 0}         or {1, 2}; {0, ...} repeats
 *       %2 "y" = conv(%0, %1; %9) {pads=[1,1,1,1]} "layer" : f32[N,16,8,8] epilogue relu(add(acc, in2))
 *       %3, _ = if(%7) "choice" : f32[2], _ { … return %4 } { … return %5 }
 *       return %2, %3
 *     }
 *     data 0 { base64, little endian }
 *
 * Inputs behind a semicolon are read by the expressions only; _ stands for what is left out. Names, in quotes, may be
 * left out where the value's own (%y) does, and types of results where they can be inferred. # begins a comment.
 *
 * The sections of data behind the graph come first, so that
 * one walk over the graph has all it needs, and can infer the types that the text leaves out. */
#include "ir/read.h"

#include <string.h>

enum { DEEPEST = 100, MOST_REGIONS = 16, MOST_RESULTS = 1 << 16 };

bool read_deeper(reader *r) {
    return ++r->depth <= DEEPEST || scan_error(&r->scan, NULL, "this is nested too deeply");
}

/* ---- values by key ---- */

static size_t hash_key(const char *key) {
    uint64_t h = 1469598103934665603u; /* FNV-1a */
    for (; *key; key++) h = (h ^ (unsigned char)*key) * 1099511628211u;
    return (size_t)h;
}

/* The place of key, or the empty one where it belongs. */
static binding *find(binding *table, size_t capacity, const char *key) {
    size_t i = hash_key(key) & (capacity - 1);
    while (table[i].key && strcmp(table[i].key, key) != 0) i = (i + 1) & (capacity - 1);
    return &table[i];
}

static void bind(reader *r, const char *key, value *v) {
    if (2 * r->n_bindings >= r->max_bindings) {
        size_t more = r->max_bindings ? 2 * r->max_bindings : 64;
        binding *table = ARENA_ARRAY(r->arena, binding, more);
        for (size_t i = 0; i < r->max_bindings; i++)
            if (r->bindings[i].key) *find(table, more, r->bindings[i].key) = r->bindings[i];
        r->bindings = table;
        r->max_bindings = more;
    }
    *find(r->bindings, r->max_bindings, key) = (binding){key, v};
    r->n_bindings++;
}

static value *lookup(const reader *r, const char *key) {
    return r->max_bindings ? find(r->bindings, r->max_bindings, key)->value : NULL;
}

static bool is_visible(const value *v, const region *from) {
    if (v->constant) return true;
    for (const region *r = from; r; r = r->owner ? r->owner->parent : NULL)
        if (v->parent == r) return true;
    return false;
}

/* %3 or %name */
static bool read_key(reader *r, const char **key) {
    scanner *s = &r->scan;
    *key = NULL;
    if (!scan_accept(s, "%")) return scan_error(s, NULL, "a value is expected here: %% and a number or name");
    *key = scan_word(s);
    return *key || scan_error(s, NULL, "a number or name is expected behind %%");
}

/* A key that is not taken yet. */
static bool read_new_key(reader *r, const char **key) {
    size_t place = scan_place(&r->scan);
    if (!read_key(r, key)) return false;
    return !lookup(r, *key) || diag_error_at(r->scan.diags, &r->scan.source, place, NULL, "%%%.80s is defined a second time", *key);
}

static bool read_value(reader *r, const region *in, value **v) {
    scanner *s = &r->scan;
    size_t place = scan_place(s);
    const char *key;
    if (!read_key(r, &key)) return false;
    *v = lookup(r, key);
    if (!*v) return diag_error_at(s->diags, &s->source, place, "definitions stand before uses", "%%%.80s is not defined", key);
    return is_visible(*v, in) || diag_error_at(s->diags, &s->source, place, NULL, "%%%.80s belongs to another region", key);
}

/* The quoted name of what has `key`, which is its name if there is none. */
static bool read_label(reader *r, const char *key, const char **name) {
    *name = key;
    return scan_peek(&r->scan) != '"' || scan_name(&r->scan, name);
}

/* ---- lines ---- */

/* Behind `const`. */
static bool read_constant(reader *r) {
    const char *key, *name, *origin = NULL;
    if (!read_new_key(r, &key) || !read_label(r, key, &name)) return false;
    if (scan_accept(&r->scan, "from") && !scan_name(&r->scan, &origin)) return false;
    value *v = value_constant(r->graph, name, (value_type){.kind = TYPE_UNKNOWN}, NULL, origin);
    constant *c = (constant *)v->constant;
    if (!scan_expect(&r->scan, ":") || !read_type(r, &c->type) || !read_data(r, c)) return false;
    v->type = c->type;
    bind(r, key, v);
    return true;
}

/* Behind an input's type and `=`. */
static bool read_fallback(reader *r, value *v) {
    constant *c = ARENA_NEW(r->arena, constant);
    *c = (constant){.type = v->type, .origin = v->name};
    v->fallback = c;
    return read_data(r, c);
}

/* Behind `input`. */
static bool read_region_input(reader *r, region *in) {
    const char *key, *name;
    value_type t;
    if (!read_new_key(r, &key) || !read_label(r, key, &name) || !scan_expect(&r->scan, ":") || !read_type(r, &t)) return false;
    value *v = region_add_input(in, name, t);
    bind(r, key, v);
    return !scan_accept(&r->scan, "=") || read_fallback(r, v);
}

/* Results on the left of a node: their keys (NULL: not wanted) and names (NULL: as usual). */
typedef struct results {
    const char **keys, **names;
    int count, room;
} results;

static bool read_result(reader *r, results *to) {
    if (to->count == to->room) {
        int more = 2 * to->room + 2;
        const char **keys = ARENA_ARRAY(r->arena, const char *, more), **names = ARENA_ARRAY(r->arena, const char *, more);
        for (int i = 0; i < to->count; i++) keys[i] = to->keys[i], names[i] = to->names[i];
        to->keys = keys, to->names = names, to->room = more;
    }
    int i = to->count++;
    if (scan_accept(&r->scan, "_")) return true;
    return read_new_key(r, &to->keys[i]) && read_label(r, NULL, &to->names[i]);
}

static bool read_results(reader *r, results *to) {
    *to = (results){0};
    do {
        if (to->count == MOST_RESULTS) return scan_error(&r->scan, NULL, "a node has at most %d results", MOST_RESULTS);
        if (!read_result(r, to)) return false;
    } while (scan_accept(&r->scan, ","));
    return scan_expect(&r->scan, "=");
}

static bool read_op(reader *r, op_code *op) {
    size_t place = scan_place(&r->scan);
    const char *name = scan_word(&r->scan);
    *op = name ? op_from_name(name) : OP_NONE;
    if (*op != OP_NONE) return true;
    r->scan.at = place;
    if (!name) return scan_error(&r->scan, NULL, "an operator is expected here");
    return scan_error(&r->scan, "'cnnc ops' lists operators", "there is no operator '%.80s'", name);
}

static bool read_inputs(reader *r, node *n) {
    scanner *s = &r->scan;
    bool extras = false;
    if (!scan_expect(s, "(")) return false;
    while (scan_peek(s) != ')') {
        bool semicolon = !extras && scan_accept(s, ";");
        extras |= semicolon;
        if (!semicolon && n->n_inputs && !scan_expect(s, ",")) return false;
        value *v = NULL;
        if (!scan_accept(s, "_") && !read_value(r, n->parent, &v)) return false;
        node_add_input(n, v);
        if (!extras && n->op != OP_fused) n->n_core_inputs = n->n_inputs;
    }
    return scan_expect(s, ")");
}

/* Braces may also begin a region. */
static bool attrs_follow(scanner ahead) {
    return scan_accept(&ahead, "{") && scan_peek(&ahead) != '_' && attr_follows(ahead);
}

static bool read_attrs(reader *r, node *n) {
    if (!attrs_follow(r->scan)) return true;
    scan_accept(&r->scan, "{");
    do {
        if (!read_attr(r, n)) return false;
    } while (scan_accept(&r->scan, ","));
    return scan_expect(&r->scan, "}");
}

/* place: of the operator, for the errors. */
static bool name_results(reader *r, node *n, const results *as, size_t place) {
    for (int i = 0; i < n->n_outputs; i++) {
        if (!n->outputs[i]) continue;
        if (lookup(r, as->keys[i])) /* among its own results, or in its regions */
            return diag_error_at(r->scan.diags, &r->scan.source, place, NULL, "its result %%%.80s is defined a second time", as->keys[i]);
        n->outputs[i]->name = as->names[i] ? as->names[i] : i ? arena_printf(r->arena, "%s.%d", n->name, i) : n->name;
        bind(r, as->keys[i], n->outputs[i]);
    }
    return true;
}

static bool read_types(reader *r, node *n) {
    for (int i = 0; i < n->n_outputs; i++) {
        if (i && !scan_expect(&r->scan, ",")) return false;
        if (!n->outputs[i] ? !scan_expect(&r->scan, "_") : !read_type(r, &n->outputs[i]->type)) return false;
    }
    return true;
}

static bool infer_types(reader *r, node *n, size_t place) {
    diagnostics silent = {0};
    return infer_node(n, &silent) || diag_error_at(r->scan.diags, &r->scan.source, place, NULL, "%s", silent.first);
}

static bool read_region(reader *r, region *in);

static bool read_regions(reader *r, node *n) {
    while (scan_peek(&r->scan) == '{') {
        if (!(op_of(n->op)->props & PROP_CONTROL)) return scan_error(&r->scan, NULL, "%s has no regions", op_of(n->op)->name);
        scan_accept(&r->scan, "{");
        if (n->n_regions == MOST_REGIONS) return scan_error(&r->scan, NULL, "a node has at most %d regions", MOST_REGIONS);
        if (!n->regions) n->regions = ARENA_ARRAY(r->arena, region *, MOST_REGIONS);
        region *in = n->regions[n->n_regions++] = region_new(r->graph, n);
        bool ok = read_deeper(r) && read_region(r, in) && scan_expect(&r->scan, "}");
        r->depth--;
        if (!ok) return false;
    }
    return true;
}

static bool read_expressions(reader *r, node *n) {
    if (scan_accept(&r->scan, "prologue") && !read_expr(r, n, &n->prologue)) return false;
    return !scan_accept(&r->scan, "epilogue") || read_expr(r, n, &n->epilogue);
}

static bool read_node(reader *r, region *in) {
    results to;
    op_code op;
    if (!read_results(r, &to)) return false;
    size_t place = scan_place(&r->scan);
    if (!read_op(r, &op)) return false;
    node *n = node_new(in, NULL, op, to.keys[0] ? to.keys[0] : "", 0, NULL, to.count);
    for (int i = 0; i < n->n_outputs; i++)
        if (!to.keys[i]) n->outputs[i] = NULL;
    if (!read_inputs(r, n) || !read_attrs(r, n) || !read_label(r, n->name, &n->name)) return false;
    bool typed = scan_accept(&r->scan, ":");
    if (typed && !read_types(r, n)) return false;
    if (!read_expressions(r, n) || !read_regions(r, n) || !name_results(r, n, &to, place)) return false;
    return typed || infer_types(r, n, place);
}

/* Behind `return`. */
static bool read_return(reader *r, region *in) {
    if (scan_peek(&r->scan) != '%') return true;
    do {
        value *v;
        if (!read_value(r, in, &v)) return false;
        region_add_output(in, v);
    } while (scan_accept(&r->scan, ","));
    return true;
}

static bool read_region(reader *r, region *in) {
    scanner *s = &r->scan;
    while (!scan_accept(s, "return")) {
        bool ok;
        if (scan_accept(s, "const")) ok = read_constant(r);
        else if (scan_accept(s, "input")) ok = read_region_input(r, in);
        else if (scan_peek(s) == '%' || scan_peek(s) == '_') ok = read_node(r, in);
        else ok = scan_error(s, NULL, "input, const, return or a node (%%x = …) is expected here");
        if (!ok) return false;
    }
    return read_return(r, in);
}

/* ---- the whole ---- */

/* dim NAME in MIN..MAX, or MIN.., and by MULTIPLE */
static bool read_symbol(reader *r) {
    scanner *s = &r->scan;
    const char *name;
    if (scan_peek(s) == '"') {
        if (!scan_name(s, &name)) return false;
    } else if (!(name = scan_word(s))) {
        return scan_error(s, NULL, "the name of a dimension is expected here");
    }
    symbol *made = graph_symbol(r->graph, name);
    if (!scan_expect(s, "in") || !scan_int_between(s, 0, INT64_MAX, &made->min) || !scan_expect(s, "..")) return false;
    char c = scan_peek(s);
    if (c >= '0' && c <= '9' && !scan_int_between(s, made->min, INT64_MAX, &made->max)) return false;
    return !scan_accept(s, "by") || scan_int_between(s, 1, INT32_MAX, &made->multiple);
}

static bool read_text(reader *r) {
    scanner *s = &r->scan;
    if (!scan_expect(s, "graph") || !scan_name(s, &r->graph->name) || !scan_expect(s, "{")) return false;
    while (scan_accept(s, "dim"))
        if (!read_symbol(r)) return false;
    if (!read_region(r, r->graph->body) || !scan_expect(s, "}")) return false;
    return !scan_peek(s) || scan_error(s, NULL, "the graph has ended before this");
}

graph *graph_read(arena *a, diagnostics *d, const char *file, const char *text, size_t size) {
    reader r = {.scan = {.source = {file, text, size}, .arena = a, .diags = d}, .arena = a};
    r.graph = graph_new(a, d, "");
    r.detached = region_new(r.graph, NULL);
    return read_sections(&r) && read_text(&r) && check_sections(&r) && graph_verify_untyped(r.graph, d) ? r.graph : NULL;
}
