#include "ir/shape/shape.h"

#include <string.h>

shape_fn shape_conv;

bool shape_conv_max_pool(node *n, diagnostics *d) {
    int count;
    const int64_t *pool = node_ints(n, "pool", &count);
    if (!shape_conv(n, d)) return false;
    const value_type *t = &n->outputs[0]->type;
    if (t->rank != 4 || count != 2 || pool[0] < 1 || pool[1] < 1) return node_error(d, n, NULL, "its pool windows do not fit");
    dim dims[4];
    memcpy(dims, t->dims, sizeof dims);
    for (int i = 0; i < 2; i++) dims[2 + i] = dim_floordiv(node_arena(n), dims[2 + i], dim_number(pool[i]));
    set_output(n, 0, t->elem, 4, dims);
    return true;
}
