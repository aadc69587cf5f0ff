#include "ir/fourier.h"

#include <math.h>

static int64_t product(const value_type *t, int from, int to) {
    int64_t n = 1;
    for (int k = from; k < to; k++) n *= type_size(t, k);
    return n;
}

dft_node dft_of(const node *n) {
    const value_type *x = &n->inputs[0]->type, *y = &n->outputs[0]->type;
    int axis = (int)constant_int(n->inputs[2]->constant, 0);
    axis += axis < 0 ? x->rank : 0;
    bool inverse = node_int(n, "inverse"), half = inverse && node_int(n, "onesided");
    int64_t points = half ? type_size(y, axis) : type_size(x, axis);
    if (node_input(n, 1)) points = constant_int(n->inputs[1]->constant, 0);
    return (dft_node){
        .outer = product(x, 0, axis), .in = type_size(x, axis), .inner = product(x, axis + 1, x->rank - 1), .parts = type_size(x, -1),
        .points = points, .out = type_size(y, axis), .out_parts = type_size(y, -1), .inverse = inverse, .half = half};
}

/* In eighths of 1/n turn, an angle is reflected into the first octant, where both functions are at their best. */
void root_of_unity(int64_t k, int64_t n, double *cosine, double *sine) {
    int64_t a = 8 * (k % n);
    bool below = a > 4 * n;
    if (below) a = 8 * n - a;
    bool left = a > 2 * n;
    if (left) a = 4 * n - a;
    bool steep = a > n;
    if (steep) a = 2 * n - a;
    double angle = 3.14159265358979323846 / 4 * (double)a / (double)n, c = cos(angle), s = sin(angle);
    *cosine = left ? -(steep ? s : c) : steep ? s : c;
    *sine = below ? -(steep ? c : s) : steep ? c : s;
}
