#include "ir/shape/shape.h"

/* The layout itself is on the output's type, where the pass that made the node has put it. */
bool shape_layout(node *n, diagnostics *d) {
    const value_type *t = input_type(n, 0, 1, IR_MAX_RANK, d);
    if (!t) return false;
    set_output(n, 0, t->elem, t->rank, t->dims);
    return true;
}
