/* Random damage to files, the same for the same seed. */
#ifndef CNNC_TESTS_MUTATIONS_H
#define CNNC_TESTS_MUTATIONS_H

#include <stddef.h>
#include <stdint.h>

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

/* A damaged copy, from malloc: of exactly its size, so that ASan sees each byte read behind it. `head` (at most size)
 * is the part that most damage hits: with models, what lies before the weights decides more than they do. */
bytes mutate(const bytes *original, size_t head, uint64_t seed);

/* The same for a text in cnnc's language: words, numbers and marks change places with others of it and of the language. */
bytes mutate_text(const bytes *original, uint64_t seed);

#endif
