/* Minimal filtering algorithms F(m, r): m outputs of a correlation with r taps from n = m + r - 1 products,
 *
 *     y = AT ((G g) * (BT d)),   y_i = sum over k of g_k d_(i+k)
 *
 * by Cook and Toom's interpolation at n - 1 rational points and infinity (Winograd, "Arithmetic complexity of
 * computations", 1980; for convolutional networks Lavin & Gray, 2016). Exact: the matrices are rationals. */
#ifndef CNNC_KERNELS_COOK_TOOM_H
#define CNNC_KERNELS_COOK_TOOM_H

#include <stdint.h>

enum { COOK_TOOM_MAX = 8 };

typedef struct rational {
    int64_t num, den; /* den > 0, lowest terms */
} rational;

typedef struct cook_toom {
    int m, r, n;
    rational at[COOK_TOOM_MAX][COOK_TOOM_MAX]; /* m x n */
    rational g[COOK_TOOM_MAX][COOK_TOOM_MAX];  /* n x r */
    rational bt[COOK_TOOM_MAX][COOK_TOOM_MAX]; /* n x n */
} cook_toom;

/* m + r - 1 <= COOK_TOOM_MAX. */
cook_toom cook_toom_make(int m, int r);
double rational_value(rational x);

#endif
