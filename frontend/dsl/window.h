/* Attributes of sliding windows, for convolutions and pools. */
#ifndef CNNC_DSL_WINDOW_H
#define CNNC_DSL_WINDOW_H

#include "frontend/dsl/layer.h"

/* pads or auto_pad, from the slot `pad`. */
bool set_pads(const layer_call *c, node *n, int axes);
/* An attribute of one number an axis. */
bool set_sizes(const layer_call *c, node *n, const char *slot, const char *attribute, int axes, int64_t least);

#endif
