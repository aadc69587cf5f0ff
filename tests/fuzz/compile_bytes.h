/* The compiler as a function of bytes, for fuzzers. */
#ifndef CNNC_TESTS_COMPILE_BYTES_H
#define CNNC_TESTS_COMPILE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a model, runs all passes, plans and emits for several targets, all output thrown away. True when it compiled;
 * when not, `why` (of `room` bytes) is the first error. */
bool compile_bytes(const void *bytes, size_t size, char *why, size_t room);

#endif
