/* Windows over three spatial axes, for the row-major kernels: missing leading axes have size 1. */
#ifndef CNNC_KERNELS_SPATIAL_H
#define CNNC_KERNELS_SPATIAL_H

#include "backend/kernels/row_major.h"

typedef struct spatial {
    int64_t in[3], out[3], kernel[3], stride[3], dilation[3], begin[3], end[3];
} spatial;

/* Of a conv, conv_transpose or pool node. Global pooling: one window over the
 * plane; adaptive pooling: kernel_ is the most that a bin can have. False after an error. */
bool spatial_of(const node *n, spatial *g, diagnostics *d);

/* Defines in_0 … out_2, kernel_, stride_, dilation_, pad_, pad_end_ and in_plane, out_plane, taps. */
void spatial_define(template_env *e, const spatial *g);
/* Then sizes that are open, of tensors of one to three spatial axes; global pools see one axis. */
void spatial_define_open(template_env *e, arena *a, const operand *x, const operand *y, bool global);

#endif
