/* Every tensor row-major again: conversions become identities. */
#include "ir/ir.h"

static void drop(value *v) {
    if (v) v->type.layout = (layout){.kind = LAYOUT_ROW_MAJOR};
}

static void drop_region(region *r) {
    for (int i = 0; i < r->n_inputs; i++) drop(r->inputs[i]);
    for (node *n = r->first; n; n = n->next) {
        if (n->op == OP_to_c16 || n->op == OP_from_c16) n->op = OP_identity;
        if (n->op == OP_nhwc_to_c16 || n->op == OP_c16_to_nhwc) n->op = OP_transpose;
        for (int i = 0; i < n->n_outputs; i++) drop(n->outputs[i]);
        for (int i = 0; i < n->n_regions; i++) drop_region(n->regions[i]);
    }
}

void graph_drop_layouts(graph *g) { drop_region(g->body); }
