#include "frontend/onnx/convert/convert.h"
#include "frontend/onnx/import.h"

#include <string.h>

enum { SHOWN_NODES = 3, SHOWN_OPERATORS = 50 };

/* An operator nobody knows. */
typedef struct missing {
    const char *domain, *op_type;
    size_t count;
    const char *nodes[SHOWN_NODES];
    struct missing *next;
} missing;

typedef enum visit { UNSEEN, OPEN, CLOSED } visit;

typedef struct survey {
    const importer *imp;
    arena *scratch;
    names known;     /* "domain.op" -> missing, or NULL when all is well */
    missing *first, **last;
    size_t nodes;    /* that use them */
    visit *functions; /* by find_function */
    bool *custom;     /* by find_custom: some node is of it */
    int depth;
} survey;

static bool survey_nodes(survey *s, size_t n, Onnx__NodeProto *const *nodes);

static bool survey_function(survey *s, const Onnx__NodeProto *n, int index) {
    const Onnx__FunctionProto *f = s->imp->functions[index];
    visit *v = &s->functions[index];
    context bare = {.imp = (importer *)s->imp, .prefix = ""};
    if (*v == CLOSED) return true;
    if (*v == OPEN || s->depth == ONNX_CALL_DEPTH)
        return diag_error(s->imp->diags, proto_place(&bare, n), "export the model without functions",
                          *v == OPEN ? "function '%.80s' calls itself" : "function '%.80s' is called too deep", f->name);
    *v = OPEN;
    s->depth++;
    bool ok = survey_nodes(s, f->n_node, f->node);
    s->depth--;
    *v = CLOSED;
    return ok;
}

static void note_operator(survey *s, const Onnx__NodeProto *n) {
    char *key = arena_printf(s->scratch, "%s.%s", standard_domain(n->domain) ? "" : n->domain, n->op_type);
    void *thing;
    if (!names_find(&s->known, key, &thing)) {
        missing *m = NULL;
        bool known = op_from_onnx(n->domain, n->op_type) != OP_NONE || converter_knows(n->domain, n->op_type);
        if (!known && !(standard_domain(n->domain) && always_unrolled(n->op_type))) {
            m = ARENA_NEW(s->scratch, missing);
            *m = (missing){.domain = n->domain, .op_type = n->op_type};
            *s->last = m;
            s->last = &m->next;
        }
        thing = m;
        names_add(&s->known, key, thing);
    }
    missing *m = thing;
    if (!m) return;
    s->nodes++;
    if (m->count < SHOWN_NODES) m->nodes[m->count] = *n->name ? n->name : n->n_output ? n->output[0] : "";
    m->count++;
}

static bool survey_nodes(survey *s, size_t n, Onnx__NodeProto *const *nodes) {
    for (size_t i = 0; i < n; i++) {
        int function = find_function(s->imp, nodes[i]), custom = find_custom(s->imp, nodes[i]);
        if (function >= 0 && !survey_function(s, nodes[i], function)) return false;
        if (custom >= 0) s->custom[custom] = true;
        else if (function < 0) note_operator(s, nodes[i]);
        for (size_t k = 0; k < nodes[i]->n_attribute; k++) {
            const Onnx__GraphProto *g = nodes[i]->attribute[k]->g;
            if (g && !survey_nodes(s, g->n_node, g->node)) return false;
        }
    }
    return true;
}

/* ---- the report ---- */

typedef struct guess {
    const char *spelling;
    int distance; /* no better one is wanted than this many edits away */
} guess;

static void consider(guess *g, const char *op_type, const char *known) {
    int d = known ? edit_distance(op_type, known, g->distance) : g->distance + 1;
    if (d > g->distance || (g->spelling && d == g->distance)) return;
    *g = (guess){known, d};
}

/* The known operator that is spelt most alike, with its domain if it is another than the standard; NULL: none is. */
static const char *nearest(const char *domain, const char *op_type, arena *scratch) {
    guess g = {.distance = strlen(op_type) < 6 ? 1 : 2};
    for (int op = OP_NONE + 1; op < OP_COUNT; op++) consider(&g, op_type, op_of((op_code)op)->onnx);
    const char *row;
    for (int i = 0; (row = converter_operator(i)); i++) {
        const char *dot = strrchr(row, '.');
        size_t n = dot ? (size_t)(dot - row) : 0;
        bool same_domain = dot ? !strncmp(domain, row, n) && !domain[n] : standard_domain(domain);
        guess better = {.distance = g.distance};
        consider(&better, op_type, dot ? dot + 1 : row);
        if (better.spelling && (!g.spelling || better.distance < g.distance || same_domain)) g = (guess){row, better.distance};
    }
    return g.spelling ? arena_strdup(scratch, g.spelling) : NULL;
}

static void report_missing(const survey *s, const missing *m) {
    char place[128], list[256] = "";
    size_t used = 0;
    snprintf(place, sizeof place, "operator %.40s%s%.60s", m->domain, *m->domain ? "." : "", m->op_type);
    for (size_t i = 0; i < m->count && i < SHOWN_NODES; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s'%.60s'", i ? ", " : "", m->nodes[i]);
    const char *like = nearest(m->domain, m->op_type, s->scratch);
    const char *hint = like ? arena_printf(s->scratch, "did you mean %s?", like) : NULL; /* the summary has another */
    diag_error(s->imp->diags, place, hint, "is not supported; %zu node%s it: %s%s", m->count, m->count == 1 ? " uses" : "s use",
               list, m->count > SHOWN_NODES ? ", ..." : "");
}

static bool check_custom(const survey *s) {
    for (int i = 0; i < s->imp->options->n_custom; i++)
        if (!s->custom[i] && !s->imp->options->custom_optional)
            return diag_error(s->imp->diags, "", "`cnnc MODEL -o OUT.c` without the option lists the operators that are not known",
                              "--custom-op %.100s: no node of the model has that operator", s->imp->options->custom[i]);
    return true;
}

bool check_operators(const importer *imp) {
    survey s = {.imp = imp, .scratch = arena_new()};
    s.custom = ARENA_ARRAY(s.scratch, bool, imp->options->n_custom);
    s.known.arena = s.scratch;
    s.last = &s.first;
    s.functions = ARENA_ARRAY(s.scratch, visit, imp->model->n_functions);
    bool ok = survey_nodes(&s, imp->model->graph->n_node, imp->model->graph->node);
    size_t operators = 0;
    for (const missing *m = s.first; m; m = m->next)
        if (operators++ < SHOWN_OPERATORS) report_missing(&s, m);
    if (operators)
        ok = diag_error(imp->diags, "", "`cnnc ops` lists the operators that cnnc knows; --custom-op NAME=FILE.c adds one",
                        "%zu operator%s (%zu node%s) not supported", operators, operators == 1 ? "" : "s", s.nodes,
                        s.nodes == 1 ? " is" : "s are");
    ok = ok && check_custom(&s);
    arena_free(s.scratch);
    return ok;
}
