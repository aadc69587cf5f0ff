/* Minimal filtering algorithms F(m, r): m outputs of a correlation with r taps from n = m + r - 1 products,
 *
 *     y = AT ((G g) * (BT d)),   y_i = sum over k of g_k d_(stride*i+k)
 *
 * by Cook and Toom's interpolation at n - 1 rational points and infinity (Winograd, "Arithmetic complexity of
 * computations", 1980; for convolutional networks Lavin & Gray, 2016). A correlation of stride s is the sum of s of stride
 * 1, each on every s-th input and tap (polyphase). Exact: the matrices are rationals. */
#ifndef CNNC_KERNELS_COOK_TOOM_H
#define CNNC_KERNELS_COOK_TOOM_H

#include <stdbool.h>
#include <stdint.h>

enum { COOK_TOOM_MAX = 10 };

typedef struct rational {
    int64_t num, den; /* den > 0, lowest terms */
} rational;

typedef struct cook_toom {
    int m, r, stride, n; /* n: products and inputs */
    rational at[COOK_TOOM_MAX][COOK_TOOM_MAX]; /* m x n */
    rational g[COOK_TOOM_MAX][COOK_TOOM_MAX];  /* n x r */
    rational bt[COOK_TOOM_MAX][COOK_TOOM_MAX]; /* n x n */
} cook_toom;

/* r >= stride. False when it needs more products or points than there are. */
bool cook_toom_make(int m, int r, int stride, cook_toom *f);
double rational_value(rational x);
/* How many times as large the rounding errors of a sum of such correlations are as those of a plain sum of the same products:
 * of the worst output, in the mean square, where taps and inputs have independent signs. */
double cook_toom_growth(const cook_toom *f);

#endif
