#include "backend/plan/plan.h"

#include <stddef.h>

#define FAMILY(name) extern const kernel_family kernel_##name;
#include "backend/schedule/families.def"
#undef FAMILY

const kernel_family *const kernel_families[] = {
#define FAMILY(name) &kernel_##name,
#include "backend/schedule/families.def"
#undef FAMILY
    NULL,
};
