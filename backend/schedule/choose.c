/* The kernel families, best first: lowering takes the first that accepts a node. */
#include "backend/plan/plan.h"

#include <stddef.h>

const kernel_family *const kernel_families[] = {
    NULL,
};
