#include "compiler/proof/proof.h"

#include <string.h>

static const tree_node *table(const proof *p, const char *name) {
    for (int i = 0; i < p->tree->n_globals; i++)
        if (!strcmp(p->tree->globals[i]->name, name)) return p->tree->globals[i]->initial;
    return NULL;
}

/* The number in a row of a table; -1: there is none. */
static int64_t entry(const tree_node *list, int64_t row, int column) {
    const tree_node *line = list && row >= 0 && row < list->n_kids ? list->kids[row] : NULL,
                    *n = line && column < line->n_kids ? line->kids[column] : NULL;
    while (n && n->kind == NODE_CAST) n = n->kids[0];
    return n && n->kind == NODE_NUMBER ? n->value : -1;
}

/* Bytes from its start that are read of an output of this shape (runtime/self_test/layers.c); -1: cannot tell. */
static int64_t shape_bytes(const tree_node *shapes, int64_t row) {
    enum { N, C, Y, X, LANES, ORIGIN, BATCH, BLOCK, ROW, TYPE, COLUMNS };
    int64_t s[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        if ((s[i] = entry(shapes, row, i)) < 0 || s[i] > UINT32_MAX) return -1;
    if (!s[N] || !s[C] || !s[Y] || !s[X]) return 0;
    if (!s[LANES] || s[TYPE] <= DT_NONE || s[TYPE] >= DT_COUNT) return -1;
    const int64_t terms[][2] = {{1, s[ORIGIN]},
                                {s[N] - 1, s[BATCH]},
                                {(s[C] - 1) / s[LANES], s[BLOCK]},
                                {s[Y] - 1, s[ROW]},
                                {s[X] - 1, s[LANES]}};
    int64_t last = s[C] < s[LANES] ? s[C] - 1 : s[LANES] - 1;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        int64_t far;
        if (__builtin_mul_overflow(terms[i][0], terms[i][1], &far) || __builtin_add_overflow(last, far, &last))
            return -1;
    }
    return last < INT64_MAX / 16 ? (int64_t)dtype_bytes((dtype)s[TYPE], last + 1) : -1;
}

/* The checks of one step. */
static void check_layer(proof *p, const tree_node *n, const c_value *out) {
    const tree_node *checks = table(p, "self_test_checks"), *shapes = table(p, "self_test_shapes");
    for (bool last = false; !last;) {
        int64_t row = p->next_check++, shape = entry(checks, row, 2), output = entry(checks, row, 3),
                bytes = shape_bytes(shapes, shape);
        bool listed = out->kind == VALUE_POINTER && out->object && out->object->contents && output >= 0 &&
                      output < out->object->n_contents;
        last = entry(checks, row, 4) != 0;
        if (!listed || bytes < 0) {
            proof_fail(p, n, "cannot show what the self-test reads here");
            return;
        }
        form whole = form_constant(bytes);
        check_access(p, n, &out->object->contents[output], &whole, false);
    }
}

void call_self_test(proof *p, const tree_node *n, const char *name, const c_value *arguments, int count) {
    if (p->probing) return;
    if (!strcmp(name, "self_test_step") && count == 6) check_layer(p, n, &arguments[3]);
    if (!strcmp(name, "self_test_layer") && count == 2) check_layer(p, n, &arguments[1]);
    if (strcmp(name, "self_test_fill") != 0 || count != 6) return;
    bool numbers = arguments[2].kind == VALUE_INTEGER && arguments[3].kind == VALUE_INTEGER && !arguments[2].form.n &&
                   !arguments[3].form.n;
    int64_t bytes;
    if (!numbers || __builtin_mul_overflow(arguments[2].form.constant, arguments[3].form.constant, &bytes)) {
        proof_fail(p, n, "cannot show how many bytes this fills");
        return;
    }
    form whole = form_constant(bytes);
    check_access(p, n, &arguments[1], &whole, true);
}
