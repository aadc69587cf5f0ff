/* The language as a function of bytes, for fuzzers. */
#ifndef CNNC_TESTS_BUILD_TEXT_H
#define CNNC_TESTS_BUILD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Prints the text of a file (path: where it includes others from) in canonical form, twice, and builds its network. True
 * when there is one; when not, `why` (of `room` bytes) is the first error. Ends the process where the two disagree, or a
 * network is none. */
bool build_text(const char *path, const void *bytes, size_t size, char *why, size_t room);

#endif
