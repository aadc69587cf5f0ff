/* The kernel families, best first: lowering takes the first that accepts a node. */
#include "backend/plan/plan.h"

#include <stddef.h>

extern const kernel_family kernel_conv_direct, kernel_depthwise, kernel_pool_c16, kernel_elementwise_c16, kernel_layout, kernel_strided_copy;

const kernel_family *const kernel_families[] = {
    &kernel_depthwise,       /* NCHW16c */
    &kernel_conv_direct,
    &kernel_pool_c16,
    &kernel_elementwise_c16,
    &kernel_layout,
    &kernel_strided_copy,    /* row-major */
    NULL,
};
