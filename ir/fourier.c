#include "ir/fourier.h"

#include <math.h>

static int64_t product(const value_type *t, int from, int to) {
    int64_t n = 1;
    for (int k = from; k < to; k++) n *= type_size(t, k);
    return n;
}

int dft_axis(const node *n) {
    const int64_t axis = constant_int(n->inputs[2]->constant, 0);
    return (int)(axis < 0 ? axis + n->inputs[0]->type.rank : axis);
}

dim dft_points(const node *n) {
    arena *a = n->parent->graph->arena;
    const dim in = n->inputs[0]->type.dims[dft_axis(n)];
    int count;
    const dim *given = value_sizes(a, node_input(n, 1), &count);
    if (node_input(n, 1)) return given && count == 1 ? *given : dim_unknown(a);
    const bool half = node_int(n, "inverse") && node_int(n, "onesided");
    return half ? dim_mul(a, dim_add(a, in, dim_number(-1)), dim_number(2)) : in;
}

bool dft_is_fixed(const node *n) { return dim_is_number(n->inputs[0]->type.dims[dft_axis(n)]) && dim_is_number(dft_points(n)); }

dft_node dft_of(const node *n) {
    const value_type *x = &n->inputs[0]->type, *y = &n->outputs[0]->type;
    const int axis = dft_axis(n);
    const bool inverse = node_int(n, "inverse"), half = inverse && node_int(n, "onesided");
    const int64_t points = dft_points(n).size;
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
