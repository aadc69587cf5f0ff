/* Matrices [rows][columns] brought to reduced row echelon form by Gauss and Jordan, with the largest pivot of a column: what
 * was [A I] becomes [I A^-1], or has infinities and NaNs where A cannot be inverted. columns >= rows. */
CNNC_INLINE void row_reduce(double *y, const double *x, ptrdiff_t matrices, ptrdiff_t rows, ptrdiff_t columns) {
    memcpy(y, x, (size_t)(matrices * rows * columns) * sizeof *y);
    for (ptrdiff_t m = 0; m < matrices; m++) {
        double *a = y + m * rows * columns;
        for (ptrdiff_t k = 0; k < rows; k++) {
            ptrdiff_t best = k;
            for (ptrdiff_t i = k + 1; i < rows; i++)
                if (fabs(a[i * columns + k]) > fabs(a[best * columns + k])) best = i;
            for (ptrdiff_t j = 0; j < columns; j++) {
                const double t = a[best * columns + j];
                a[best * columns + j] = a[k * columns + j];
                a[k * columns + j] = t;
            }
            const double pivot = 1.0 / a[k * columns + k];
            for (ptrdiff_t j = 0; j < columns; j++) a[k * columns + j] *= pivot;
            for (ptrdiff_t i = 0; i < rows; i++) {
                const double factor = i == k ? 0.0 : a[i * columns + k];
                for (ptrdiff_t j = k; j < columns && i != k; j++) a[i * columns + j] -= factor * a[k * columns + j];
            }
        }
    }
}
