/* The discrete Fourier transform of n points along an axis: x [outer][in][inner][parts] to y [outer][out][inner][out_parts].
 * What x lacks is zero, or (half: only half of a symmetric spectrum is given) the conjugate of what it has. */
CNNC_INLINE void dft(float *y, const float *x, ptrdiff_t outer, ptrdiff_t in, ptrdiff_t inner, ptrdiff_t parts, ptrdiff_t n, ptrdiff_t out,
                     ptrdiff_t out_parts, int inverse, int half) {
    const double turn = (inverse ? 2.0 : -2.0) * 3.14159265358979323846 / (double)n;
    for (ptrdiff_t i = 0; i < outer; i++)
        for (ptrdiff_t j = 0; j < inner; j++)
            for (ptrdiff_t k = 0; k < out; k++) {
                double real = 0.0, imaginary = 0.0;
                for (ptrdiff_t t = 0; t < n; t++) {
                    const ptrdiff_t from = t < in ? t : half ? n - t : in;
                    if (from >= in) continue;
                    const float *at = x + ((i * in + from) * inner + j) * parts;
                    const double angle = turn * (double)(t * k % n), c = cos(angle), s = sin(angle);
                    const double a = (double)at[0], b = parts > 1 ? (t < in ? (double)at[1] : -(double)at[1]) : 0.0;
                    real += a * c - b * s;
                    imaginary += a * s + b * c;
                }
                float *to = y + ((i * out + k) * inner + j) * out_parts;
                to[0] = (float)(inverse ? real / (double)n : real);
                if (out_parts > 1) to[1] = (float)(inverse ? imaginary / (double)n : imaginary);
            }
}
