#include "ir/shape/shape.h"

#include <string.h>

shape_fn shape_conv, shape_conv_integer;

/* What the convolution computed, in windows of `pool`. */
static bool pooled(node *n, const int64_t *pool, int count, diagnostics *d) {
    const value_type *t = &n->outputs[0]->type;
    if (t->rank != 4 || count != 2 || pool[0] < 1 || pool[1] < 1) return node_error(d, n, NULL, "its pool windows do not fit");
    dim dims[4];
    memcpy(dims, t->dims, sizeof dims);
    for (int i = 0; i < 2; i++) dims[2 + i] = dim_floordiv(node_arena(n), dims[2 + i], dim_number(pool[i]));
    set_output(n, 0, t->elem, 4, dims);
    return true;
}

bool shape_conv_max_pool(node *n, diagnostics *d) {
    int count;
    const int64_t *pool = node_ints(n, "pool", &count);
    return shape_conv(n, d) && pooled(n, pool, count, d);
}

bool shape_conv_integer_max_pool(node *n, diagnostics *d) {
    int count;
    const int64_t *pool = node_ints(n, "pool", &count);
    return shape_conv_integer(n, d) && (!count || pooled(n, pool, count, d));
}
