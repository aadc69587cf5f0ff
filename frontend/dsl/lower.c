/* A file becomes a graph: what it includes, its network, inputs and outputs. */
#include "frontend/dsl/dsl.h"
#include "frontend/dsl/lower.h"
#include "frontend/dsl/parse.h"
#include "frontend/zoo/zoo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- errors ---- */

static int line_of(const ast *e) {
    int line = 1;
    for (size_t i = 0; i < e->at; i++) line += e->text->text[i] == '\n';
    return line;
}

bool lower_error(lowering *l, const ast *at, const char *hint, const char *format, ...) {
    if (l->errors++ >= PARSE_MAX_ERRORS) return false;
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const frame *f = l->frame;
    if (!hint && f && f->call) hint = arena_printf(l->arena, "%s is called at %s:%d", f->block->name, f->call->text->file, line_of(f->call));
    return diag_error_at(l->diags, at->text, at->at, hint, "%s", message);
}

/* ---- files ---- */

typedef struct loaded {
    const char *path; /* as the system resolves it */
    struct loaded *next;
} loaded;

typedef struct program {
    lowering *l;
    loaded *files;
    ast_list lets;
    const ast *network, *second; /* of the main file */
    bool ok;
} program;

static bool is_loaded(program *p, const char *path) {
    char *real = realpath(path, NULL);
    const char *key = arena_strdup(p->l->arena, real ? real : path);
    free(real);
    for (const loaded *f = p->files; f; f = f->next)
        if (!strcmp(f->path, key)) return true;
    loaded *f = ARENA_NEW(p->l->arena, loaded);
    *f = (loaded){.path = key, .next = p->files};
    p->files = f;
    return false;
}

static const char *beside(arena *a, const char *file, const char *path) {
    const char *slash = strrchr(file, '/');
    if (zoo_is_path(path)) return path;
    if (zoo_is_path(file)) return arena_printf(a, ZOO_PREFIX "%s", path);
    return *path == '/' || !slash ? path : arena_printf(a, "%.*s%s", (int)(slash - file) + 1, file, path);
}

static void add_file(program *p, const source_text *source, int depth);

static void include(program *p, const ast *item, int depth) {
    enum { DEEPEST = 20 };
    const ast *part = item->a->a;
    lowering *l = p->l;
    if (!part || part->kind != AST_TEXT || part->next || depth > DEEPEST) {
        lower_error(l, item, NULL, depth > DEEPEST ? "files include each other too deeply" : "include \"file.cnn\" needs the name as it is");
        return;
    }
    const char *path = beside(l->arena, item->text->file, part->name);
    if (is_loaded(p, path)) return;
    source_text *source = dsl_load(path, l->arena);
    if (source) add_file(p, source, depth + 1);
    else lower_error(l, item, "names are relative to the file that includes", "'%s' cannot be read: %s", path, strerror(errno));
}

static void declare_block(program *p, const ast *block) {
    lowering *l = p->l;
    const variable *before = find_variable(l, block->name);
    if (before) {
        lower_error(l, block, "another name would do", "'%s' is declared a second time", block->name);
        return;
    }
    declare(l, block->name, (datum){.kind = DATUM_BLOCK, .block = block});
}

static void add_file(program *p, const source_text *source, int depth) {
    if (!zoo_is_path(source->file)) diag_read(p->l->diags, source->file);
    bool ok;
    const ast *next, *items = parse_text(source, p->l->arena, p->l->diags, &ok);
    p->ok = p->ok && ok;
    for (const ast *item = items; item; item = next) {
        next = item->next;
        if (item->kind == AST_INCLUDE) include(p, item, depth);
        else if (item->kind == AST_LET) declare_pattern(p->l, item->a, ok ? evaluate(p->l, item->b) : datum_error());
        else declare_block(p, item);
        if (depth || item->kind != AST_BLOCK || item->op != BLOCK_NETWORK) continue;
        if (p->network) p->second = item;
        else p->network = item;
    }
}

/* ---- the network ---- */

/* image: f32[...] = 0: what the input is where the caller gives none. */
static const value *fallback_of(lowering *l, const ast *p, const value_type *t) {
    datum d = evaluate(l, p->b);
    if (d.kind == DATUM_ERROR) return NULL;
    if (type_is_static(t) && dtype_of(t->elem)->bits >= 8) return constant_list(l, p->b, p->a, d);
    lower_error(l, p, NULL, "an input of %s cannot have a default", shape_text(l->arena, t));
    return NULL;
}

static bool add_input(lowering *l, const ast *p) {
    value_type t;
    if (!type_of_ast(l, p->a, &t, true)) return false;
    const value *initial = p->b ? fallback_of(l, p, &t) : NULL;
    if (p->b && !initial) return false;
    value *v = region_add_input(l->graph->body, p->name, t);
    if (initial) v->fallback = initial->constant;
    variable *x = ARENA_NEW(l->arena, variable);
    *x = (variable){.name = p->name, .value = datum_tensor(v), .next = l->frame->variables};
    l->frame->variables = x;
    return true;
}

static bool add_inputs(lowering *l, const ast *network) {
    bool ok = true;
    for (const ast *p = network->a; p; p = p->next) {
        if (p->a) {
            ok = add_input(l, p) && ok;
        } else if (p->b) {
            datum d = evaluate(l, p->b);
            ok = ok && d.kind != DATUM_ERROR;
            declare(l, p->name, d);
        } else {
            ok = lower_error(l, p, "image: f32[1,3,224,224]", "the input '%s' of the network has no type", p->name);
        }
    }
    if (ok && !l->graph->body->n_inputs) ok = lower_error(l, network, "network name(image: f32[1,3,224,224])", "the network has no input");
    return ok;
}

/* Names of outputs: given in `return logits = x`, or the variable's, or "output". */
static const char *output_name(lowering *l, const ast *result, int i, int n) {
    if (result && result->kind == AST_ARGUMENT && result->name) return result->name;
    const ast *e = result && (result->kind == AST_ARGUMENT || result->kind == AST_EVALUATE) ? result->a : NULL;
    if (e && e->kind == AST_LIST) {
        e = e->a;
        for (int k = 0; k < i && e; k++) e = e->next;
    }
    if (e && e->kind == AST_NAME) return e->name;
    return n == 1 ? "output" : arena_printf(l->arena, "output%d", i + 1);
}

static value *output_of(lowering *l, const ast *network, datum d) {
    if (d.kind != DATUM_TENSOR) {
        lower_error(l, network, "its last line is its output", "the network '%s' gives %s instead of a tensor", network->name, datum_noun(d));
        return NULL;
    }
    bool own = d.tensor->producer && d.tensor->producer->parent == l->region;
    return own ? d.tensor : build(l, network, OP_identity, "output", 1, &d.tensor);
}

/* The results leave the branch of the last exit, then each If around it. */
static void close_exits(lowering *l, int n) {
    if (!l->exits) return;
    region_add_output(l->region, exit_number(l, l->exits + 1));
    for (; l->region->owner; l->region = l->region->owner->parent) {
        node *choice = l->region->owner;
        if (!infer_built(l, l->frame->block, choice)) return;
        for (int i = 0; i <= n; i++) {
            choice->outputs[i]->name = l->region->outputs[i]->name;
            region_add_output(choice->parent, choice->outputs[i]);
        }
    }
    l->graph->body->outputs[n]->name = "exit";
}

static bool add_outputs(lowering *l, const ast *network) {
    datum result = l->frame->result;
    const ast *results = l->frame->results;
    const datum *items = result.kind == DATUM_LIST ? result.items : &result;
    int n = result.kind == DATUM_LIST ? result.count : 1;
    if (result.kind == DATUM_ERROR) return false;
    if (!n) return lower_error(l, network, NULL, "the network has no output");
    if (l->exits && n != l->exit_results) return lower_error(l, network, NULL, "the network gives %d results, its exits %d", n, l->exit_results);
    for (int i = 0; i < n; i++) {
        value *v = output_of(l, network, items[i]);
        if (!v) return false;
        for (int k = 0; k < i; k++)
            if (l->region->outputs[k] == v && !(v = build(l, network, OP_identity, "output", 1, &v))) return false;
        v->name = output_name(l, results, i, n);
        region_add_output(l->region, v);
        if (results && results->kind == AST_ARGUMENT && results->next) results = results->next;
    }
    close_exits(l, n);
    return true;
}

/* Each --dim is for one of the network's open sizes. */
static bool check_dims(const lowering *l, const ast *network) {
    for (int i = 0; i < l->options->n_dims; i++) {
        const char *name = l->options->dim_names[i], *hint = "it has none that is open";
        bool found = false;
        for (int k = 0; k < l->graph->n_symbols; k++) {
            found = found || !strcmp(l->graph->symbols[k]->name, name);
            hint = arena_printf(l->arena, "one is '%s'", l->graph->symbols[k]->name);
        }
        if (!found) return diag_error_at(l->diags, network->text, network->at, hint, "--dim: the network has no size '%s'", name);
    }
    return true;
}

static bool lower_network(lowering *l, const ast *network) {
    frame f = {.block = network, .result = datum_nothing()};
    l->frame = &f;
    if (!add_inputs(l, network) || !check_dims(l, network)) return false;
    run_statements(l, network->b);
    if (!l->errors && add_outputs(l, network)) check_names(l);
    return !l->errors;
}

static bool check_program(program *p, const source_text *source) {
    lowering *l = p->l;
    if (!p->ok || l->errors) return false;
    if (!p->network) return diag_error_at(l->diags, source, 0, "files of blocks are for others to include; network name(image: f32[1,3,224,224]) { … } is one", "there is no network in this file");
    if (p->second) return lower_error(l, p->second, "a block, or another file, takes the rest", "a file has one network: '%s' is the second", p->second->name);
    return true;
}

graph *dsl_lower(const source_text *source, const frontend_options *o, arena *a, diagnostics *d, dsl_parameters *parameters) {
    lowering l = {.arena = a, .diags = d, .options = o, .path = "", .numbers.arena = a, .labels.arena = a, .taken.arena = a};
    program p = {.l = &l, .ok = true};
    l.graph = graph_new(a, d, "");
    l.region = l.graph->body;
    is_loaded(&p, source->file);
    add_file(&p, source, 0);
    if (!check_program(&p, source)) return NULL;
    l.graph->name = p.network->name;
    if (!lower_network(&l, p.network)) {
        if (!d->errors) diag_error_at(d, source, p.network->at, NULL, "the network cannot be built");
        return NULL;
    }
    *parameters = (dsl_parameters){l.parameters, l.n_parameters};
    return l.graph;
}
