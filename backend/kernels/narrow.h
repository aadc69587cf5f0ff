/* Weights stored in fewer bits than they are computed with (--weights-type). Kernels that wait for memory read fewer bytes
 * and widen them as they load; all others keep float32. */
#ifndef CNNC_KERNELS_NARROW_H
#define CNNC_KERNELS_NARROW_H

#include "backend/emit/template.h"
#include "backend/plan/plan.h"

enum { NARROW_GROUP = 32 };

typedef struct narrow_weights {
    dtype elem;
    const constant *scale; /* by output channel: a weight is its number times that; NULL: numbers are the weights */
    const constant *groups; /* of 4 bits: a scale for each NARROW_GROUP weights of a channel, [channels][groups]; else NULL */
    const constant *zeros; /* what is added to the numbers of a group before they are scaled, likewise; NULL: nothing */
    dtype group_scale;     /* the narrowest type that holds those */
    bool pairs;            /* bf16, of which two input channels are multiplied at once */
    double change;         /* narrow_change */
} narrow_weights;

/* Where in a constant the weights of an output channel lie. */
typedef struct weight_channels {
    int64_t channels, count;  /* of weights each */
    int64_t channel, between; /* elements from one channel, one weight to the next */
    bool groups;              /* the kernel takes weights of 4 bits */
} weight_channels;

/* The type that weights get each number of which is used for `positions` results, if it can hold them; int8 instead of 4 bits. */
dtype narrow_type(const plan *p, int64_t positions);
/* How to store w: as float32 unless the plan's options say otherwise, memory is the limit there, and the type can hold the
 * weights. */
narrow_weights narrow_choose(const plan *p, const constant *w, const weight_channels *c, int64_t positions);

/* As 4 bits: `exact`, if they are of so few without a change, else float32; otherwise with scales that change them little. */
narrow_weights narrow_in_groups(const plan *p, const constant *w, const weight_channels *c, bool exact);
/* Weight i of a channel, x, as a number from -8 to 7, and what that number stands for. */
int64_t narrow_number(const narrow_weights *n, int64_t channel, int64_t i, float x);
float narrow_grouped(const narrow_weights *n, int64_t channel, int64_t i, float x);

/* As bf16 in pairs. */
narrow_weights narrow_pairs(const constant *w, const weight_channels *c);

/* The largest change of a weight, over the largest weight; NaN where one does not fit. */
double narrow_change(const narrow_weights *n, const constant *w, const weight_channels *c);

/* Weight x of an output channel as element `at` of packed weights. */
void narrow_store(const narrow_weights *n, void *to, int64_t at, int64_t channel, float x);

/* Variables weight (the C type), load_weights (the function of the SIMD vocabulary) and scaled. */
void narrow_define(const narrow_weights *n, template_env *e);

#endif
