/* Functions of numbers, strings and lists, computed while the network is built. */
#ifndef CNNC_DSL_FUNCTION_H
#define CNNC_DSL_FUNCTION_H

#include "frontend/dsl/lower.h"
#include "frontend/dsl/words.h"

typedef struct function_info {
    const char *name, *usage;
    int min, max; /* arguments */
    datum (*apply)(lowering *l, const ast *at, const datum *args, int n); /* NOTHING: not for such arguments */
} function_info;

const function_info *functions_all(int *count);
const function_info *function_find(const char *name);
void functions_offer(guess *g);

#endif
