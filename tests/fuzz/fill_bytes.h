/* The readers of weights as a function of bytes, for fuzzers. */
#ifndef CNNC_TESTS_FILL_BYTES_H
#define CNNC_TESTS_FILL_BYTES_H

#include <stdbool.h>
#include <stddef.h>

/* Fills the parameters of tests/data/weights from a file of this name's format. True when all are filled; when not, `why`
 * (of `room` bytes) is the first error. */
bool fill_bytes(const char *name, const void *bytes, size_t size, char *why, size_t room);

#endif
