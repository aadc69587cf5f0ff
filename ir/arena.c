#include "ir/ir.h"

#include <stdlib.h>
#include <string.h>

typedef struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(64) unsigned char data[];
} chunk;

struct arena {
    chunk *chunks; /* the first one is being filled */
};

enum { CHUNK_SIZE = 1 << 16, BIG_ALIGN = 64, SMALL_ALIGN = 16 };

static void *checked(void *p) {
    if (!p) {
        fputs("cnnc: error: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

arena *arena_new(void) { return checked(calloc(1, sizeof(arena))); }

void arena_free(arena *a) {
    if (!a) return;
    for (chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

static chunk *chunk_new(size_t size) {
    if (size > SIZE_MAX - sizeof(chunk) - BIG_ALIGN) checked(NULL);
    size_t bytes = (sizeof(chunk) + size + BIG_ALIGN - 1) / BIG_ALIGN * BIG_ALIGN;
    chunk *c = checked(aligned_alloc(BIG_ALIGN, bytes));
    c->next = NULL;
    c->used = 0;
    c->size = size;
    return c;
}

void *arena_alloc(arena *a, size_t size) {
    size_t align = size >= BIG_ALIGN ? BIG_ALIGN : SMALL_ALIGN;
    chunk *c = a->chunks;
    size_t at = c ? (c->used + align - 1) / align * align : 0;
    if (!c || at > c->size || size > c->size - at) {
        bool big = size > CHUNK_SIZE / 4;
        c = chunk_new(big ? size : CHUNK_SIZE);
        if (big && a->chunks) { /* keep filling the current chunk */
            c->next = a->chunks->next;
            a->chunks->next = c;
        } else {
            c->next = a->chunks;
            a->chunks = c;
        }
        at = 0;
    }
    c->used = at + size;
    return memset(c->data + at, 0, size);
}

void *arena_copy(arena *a, const void *data, size_t size) {
    void *p = arena_alloc(a, size);
    if (size) memcpy(p, data, size);
    return p;
}

char *arena_strndup(arena *a, const char *s, size_t n) {
    char *p = arena_alloc(a, n + 1);
    if (n) memcpy(p, s, n);
    return p;
}

char *arena_strdup(arena *a, const char *s) { return arena_strndup(a, s, strlen(s)); }

char *arena_printf(arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return p;
}
