/* What is certain of library operators only where sizes are numbers, for passes/open_sizes.c to ask. */
#ifndef CNNC_SHAPE_LIBRARY_H
#define CNNC_SHAPE_LIBRARY_H

#include "ir/ir.h"

/* The axes behind the first that the image of n, a Col2Im, takes its input to have. False: its image or its block is not known. */
bool columns_of_image(const node *n, dim *rows, dim *columns);

#endif
