/* The discrete Fourier transform by its definition, in double precision. */
#include "ir/fourier.h"

#include "ir/eval/eval.h"

typedef struct transform {
    dft_node d;
    const double *x;
    const double *cosines, *sines; /* of t/points of a turn */
} transform;

/* Point t of the line at (i, j), as far as it is given. */
static void point(const transform *f, int64_t i, int64_t j, int64_t t, double *real, double *imaginary) {
    const dft_node *d = &f->d;
    bool mirrored = d->half && t > d->points / 2;
    int64_t from = mirrored ? d->points - t : t;
    *real = *imaginary = 0;
    if (from >= d->in) return;
    const double *at = f->x + ((i * d->in + from) * d->inner + j) * d->parts;
    *real = at[0];
    if (d->parts > 1) *imaginary = mirrored ? -at[1] : at[1];
}

static void bin(const transform *f, int64_t i, int64_t j, int64_t k, double *to) {
    const dft_node *d = &f->d;
    double real = 0, imaginary = 0, scale = d->inverse ? 1 / (double)d->points : 1;
    for (int64_t t = 0, turn = 0; t < d->points; t++, turn = (turn + k) % d->points) {
        double a, b, c = f->cosines[turn], s = d->inverse ? f->sines[turn] : -f->sines[turn];
        point(f, i, j, t, &a, &b);
        real += a * c - b * s;
        imaginary += a * s + b * c;
    }
    to[0] = real * scale;
    if (d->out_parts > 1) to[1] = imaginary * scale;
}

bool eval_dft(const node *n, const tensor *const *in, tensor *out, arena *mem, diagnostics *diags) {
    (void)diags;
    const dft_node d = dft_of(n);
    double *cosines = ARENA_ARRAY(mem, double, d.points), *sines = ARENA_ARRAY(mem, double, d.points);
    for (int64_t k = 0; k < d.points; k++) root_of_unity(k, d.points, &cosines[k], &sines[k]);
    const transform f = {d, load_floats(in[0], mem), cosines, sines};
    double *y = ARENA_ARRAY(mem, double, tensor_count(out));
    for (int64_t i = 0; i < d.outer; i++)
        for (int64_t k = 0; k < d.out; k++)
            for (int64_t j = 0; j < d.inner; j++) bin(&f, i, j, k, y + ((i * d.out + k) * d.inner + j) * d.out_parts);
    store_floats(out, y);
    return true;
}
