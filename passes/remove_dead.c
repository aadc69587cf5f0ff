/* Nodes nobody reads go, and trailing outputs nobody reads (the mask of a dropout, the indices of a max pool). */
#include "passes/rewrite.h"

static void sweep(region *r) {
    for (node *n = r->last, *prev; n; n = prev) {
        prev = n->prev;
        bool used = false;
        for (int i = 0; i < n->n_outputs; i++) used |= n->outputs[i] && n->outputs[i]->uses;
        if (!used) {
            node_remove(n);
            continue;
        }
        for (int i = 0; i < n->n_regions; i++) sweep(n->regions[i]);
        if (n->n_regions) continue;
        while (n->n_outputs > op_of(n->op)->min_out && n->n_outputs > 1 &&
               !(n->outputs[n->n_outputs - 1] && n->outputs[n->n_outputs - 1]->uses))
            n->n_outputs--;
    }
}

bool pass_remove_dead(graph *g, const pass_options *o) {
    (void)o;
    sweep(g->body);
    return true;
}
