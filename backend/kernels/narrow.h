/* Weights stored in fewer bits than they are computed with (--weights-type). Kernels that wait for memory read fewer bytes
 * and widen them as they load; all others keep float32. */
#ifndef CNNC_KERNELS_NARROW_H
#define CNNC_KERNELS_NARROW_H

#include "backend/emit/template.h"
#include "backend/plan/plan.h"

typedef struct narrow_weights {
    dtype elem;
    const constant *scale; /* by output channel: a weight is its number times that; NULL: numbers are the weights */
    const constant *groups; /* a scale for each `group` weights of a channel, [channels][groups]; NULL: none */
    const constant *zeros; /* what is added to the numbers of a group before they are scaled, likewise; NULL: nothing */
    dtype group_scale;     /* the narrowest type that holds those scales */
    int64_t group;
    bool pairs;            /* bf16, of which two input channels are multiplied at once */
    double change;         /* narrow_change */
} narrow_weights;

/* Where in a constant the weights of an output channel lie. */
typedef struct weight_channels {
    int64_t channels, count;  /* of weights each */
    int64_t channel, between; /* elements from one channel, one weight to the next */
    bool groups;              /* the kernel takes weights in groups */
} weight_channels;

/* The type that weights get each number of which is used for `positions` results, if it can hold them; int8 instead of 4 bits. */
dtype narrow_type(const plan *p, int64_t positions);
/* How to store w: as float32 unless the plan's options say otherwise, memory is the limit there, and the type can hold the
 * weights. */
narrow_weights narrow_choose(const plan *p, const constant *w, const weight_channels *c, int64_t positions);

/* In groups of 4 bits, with scales that change them little. */
narrow_weights narrow_to_groups(const plan *p, const constant *w, const weight_channels *c);
/* In groups of I4 or I8 if they are such numbers times scales, without a change; else float32. */
narrow_weights narrow_exact_groups(const plan *p, const constant *w, const weight_channels *c, dtype elem);
/* Weight i of a channel, x, as the number that is stored, and what that stands for. */
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
