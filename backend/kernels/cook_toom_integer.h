/* Minimal filtering of bytes, exactly. The matrices of F(m, r) times common denominators are whole numbers; transformed bytes
 * and weights fit 16 bits, products and their sums are taken modulo 2^32, and what comes out is the sum of the operator times
 * `scale`, of which the inverse modulo 2^32 of its odd part and a shift leave the sum. Nothing is rounded: results are those of
 * the operator's own sums, as long as these are not too large (cook_toom_integer_holds). */
#ifndef CNNC_KERNELS_COOK_TOOM_INTEGER_H
#define CNNC_KERNELS_COOK_TOOM_INTEGER_H

#include "backend/kernels/cook_toom.h"

typedef struct cook_toom_integer {
    cook_toom filter; /* its numbers are whole */
    int64_t scale;    /* AT ((G g) * (BT d)) is so many times the correlation */
} cook_toom_integer;

/* f with whole numbers, as small as they can be. */
cook_toom_integer cook_toom_to_integers(const cook_toom *f);

/* A shift of a sum's scale, down and across, and what undoes the rest of it modulo 2^32. */
typedef struct integer_scale {
    int shift;
    uint32_t inverse;
} integer_scale;
integer_scale cook_toom_unscale(const cook_toom_integer f[2]);

/* Do unsigned bytes and signed ones fit 16 bits once they are transformed, and sums of up to `largest`, either sign, the 32
 * bits of the products'? f: down and across. */
bool cook_toom_integer_holds(const cook_toom_integer f[2], int64_t largest);

#endif
