#include "frontend/onnx/import.h"

#include <string.h>

/* Which nodes of a graph another one waits for: directly, or through what its nested graphs read. */
typedef struct edges {
    int *targets;
    size_t count, capacity;
} edges;

typedef struct sorter {
    arena *scratch;
    names producers; /* name -> node index + 1 */
    size_t n;
    Onnx__NodeProto *const *nodes;
    edges all;
    size_t *first; /* node i waits for all.targets[first[i]] up to first[i + 1] */
} sorter;

static void add_edge(sorter *s, const char *name, const names *local) {
    void *thing;
    if (!*name || (local && names_find(local, name, &thing)) || !names_find(&s->producers, name, &thing)) return;
    if (s->all.count == s->all.capacity) {
        size_t capacity = s->all.capacity ? 2 * s->all.capacity : 64;
        int *grown = ARENA_ARRAY(s->scratch, int, capacity);
        if (s->all.count) memcpy(grown, s->all.targets, s->all.count * sizeof *grown);
        s->all.targets = grown;
        s->all.capacity = capacity;
    }
    s->all.targets[s->all.count++] = (int)(intptr_t)thing - 1;
}

static void add_reads(sorter *s, const Onnx__NodeProto *n, const names *local);

/* What a nested graph defines hides the names outside. Depth is bounded by wire_scan. */
static void add_subgraph(sorter *s, const Onnx__GraphProto *g, const names *outer) {
    names local = {.outer = outer, .arena = s->scratch};
    for (size_t i = 0; i < g->n_input; i++) names_add(&local, g->input[i]->name, NULL);
    for (size_t i = 0; i < g->n_initializer; i++) names_add(&local, g->initializer[i]->name, NULL);
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_output; k++) names_add(&local, g->node[i]->output[k], NULL);
    for (size_t i = 0; i < g->n_node; i++) add_reads(s, g->node[i], &local);
    for (size_t i = 0; i < g->n_output; i++) add_edge(s, g->output[i]->name, &local);
}

static void add_reads(sorter *s, const Onnx__NodeProto *n, const names *local) {
    for (size_t i = 0; i < n->n_input; i++) add_edge(s, n->input[i], local);
    for (size_t i = 0; i < n->n_attribute; i++)
        if (n->attribute[i]->g) add_subgraph(s, n->attribute[i]->g, local);
}

/* Depth first, without recursion: `state` counts the edges followed so far, -1 when done. */
static size_t sort(sorter *s, Onnx__NodeProto **sorted, size_t *cycle) {
    enum { DONE = -1, FRESH = 0 };
    int64_t *state = ARENA_ARRAY(s->scratch, int64_t, s->n); /* 1 + edges followed while on the stack */
    size_t *stack = ARENA_ARRAY(s->scratch, size_t, s->n), n_sorted = 0;
    for (size_t root = 0; root < s->n; root++) {
        size_t depth = 0;
        if (state[root] != DONE) {
            stack[depth++] = root;
            state[root] = 1;
        }
        while (depth) {
            size_t i = stack[depth - 1], edge = s->first[i] + (size_t)state[i] - 1;
            if (edge == s->first[i + 1]) {
                state[i] = DONE;
                sorted[n_sorted++] = s->nodes[i];
                depth--;
                continue;
            }
            state[i]++;
            size_t next = (size_t)s->all.targets[edge];
            if (state[next] == DONE) continue;
            if (state[next] != FRESH) {
                *cycle = next;
                return n_sorted;
            }
            state[next] = 1;
            stack[depth++] = next;
        }
    }
    return n_sorted;
}

Onnx__NodeProto **sort_nodes(const importer *imp, size_t n, Onnx__NodeProto *const *nodes) {
    sorter s = {.scratch = arena_new(), .n = n, .nodes = nodes};
    s.producers.arena = s.scratch;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < nodes[i]->n_output; k++)
            if (*nodes[i]->output[k]) names_add(&s.producers, nodes[i]->output[k], (void *)(intptr_t)(i + 1));
    s.first = ARENA_ARRAY(s.scratch, size_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        add_reads(&s, nodes[i], NULL);
        s.first[i + 1] = s.all.count;
    }
    Onnx__NodeProto **sorted = ARENA_ARRAY(imp->arena, Onnx__NodeProto *, n);
    size_t cycle = 0;
    if (sort(&s, sorted, &cycle) < n) {
        context bare = {.imp = (importer *)imp, .prefix = ""};
        diag_error(imp->diags, proto_place(&bare, nodes[cycle]), "export the model again",
                   "lies on a cycle: what it computes is needed to compute its inputs");
        sorted = NULL;
    }
    arena_free(s.scratch);
    return sorted;
}
