#include "backend/plan/custom.h"

#include <string.h>

#include "backend/backend.h"

const custom_function *custom_find(const custom_function *functions, int count, const node *n) {
    const char *operator = node_string(n, "custom_operator");
    for (int i = 0; i < count; i++)
        if (!strcmp(functions[i].operator, operator)) return &functions[i];
    return NULL;
}

bool custom_is_own_attr(const attr *a) { return op_attr(OP_custom, a->name) != NULL; }

const attr *custom_attr(const node *n, const char *name, arena *a) {
    for (int i = 0; i < n->n_attrs; i++)
        if (!custom_is_own_attr(&n->attrs[i]) && !strcmp(identifier_from(a, n->attrs[i].name), name)) return &n->attrs[i];
    return NULL;
}
