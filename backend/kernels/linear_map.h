/* A small constant matrix applied to named vectors, as C: what the transforms of minimal filtering are made of. */
#ifndef CNNC_KERNELS_LINEAR_MAP_H
#define CNNC_KERNELS_LINEAR_MAP_H

#include "backend/emit/text.h"
#include "backend/kernels/cook_toom.h"

/* Statements that compute `to`0… from `from`0…, which are in scope: to_i = sum over j of matrix[i][j] from_j. All are `vector`s:
 * v16, or w16 or v16i, and then the matrix has whole numbers only. Rows that differ only in signs share their even and odd
 * parts, columns likewise their sums and differences. Helpers are named after `to`. */
void linear_map_emit(text *out, const rational matrix[COOK_TOOM_MAX][COOK_TOOM_MAX], int rows, int cols, const char *vector,
                     const char *from, const char *to);

#endif
