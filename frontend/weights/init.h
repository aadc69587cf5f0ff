/* Parameters drawn at random, the same on every machine. */
#ifndef CNNC_WEIGHTS_INIT_H
#define CNNC_WEIGHTS_INIT_H

#include "frontend/weights/weights.h"

typedef enum init_kind { INIT_NONE, INIT_HE, INIT_XAVIER, INIT_MSRA } init_kind;

/* INIT_NONE if there is none of that name. */
init_kind init_find(const char *name);

/* Weights are uniform in [-b, b), where b makes their variance that of the kind:
 *     he      2 / fan_in                      (He et al. 2015, before ReLU)
 *     xavier  2 / (fan_in + fan_out)          (Glorot and Bengio 2010)
 *     msra    2 / ((1 + 0.25^2) fan_in)       (He et al. 2015, before PReLU of slope 0.25)
 * Biases, shifts and means are 0, scales and variances 1, slopes 0.25. Element i of the parameter `name` is
 *     k = mix(seed ^ fnv1a(name));  b * (((mix(k + (i + 1) * 0x9e3779b97f4a7c15) >> 40) + 0.5) / 2^23 - 1)
 * in double precision, rounded once; mix is the last step of splitmix64, fnv1a the 64-bit hash of the name's bytes. No
 * element depends on another, or on a mathematical library: tests/zoo/init.py draws the same bits. */
const void *init_draw(const parameter *p, init_kind kind, uint64_t seed, arena *a);

#endif
