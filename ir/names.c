#include "ir/names.h"

#include <string.h>
#include <xxhash.h>

typedef struct name_entry {
    const char *name;
    void *thing;
} name_entry;

names *names_new(arena *a, const names *outer) {
    names *n = ARENA_NEW(a, names);
    *n = (names){.outer = outer, .arena = a};
    return n;
}

/* Where `name` is or would go. The table is never full. */
static name_entry *slot(const names *n, const char *name) {
    size_t i = (size_t)XXH3_64bits(name, strlen(name)) & (n->capacity - 1);
    while (n->entries[i].name && strcmp(n->entries[i].name, name)) i = (i + 1) & (n->capacity - 1);
    return &n->entries[i];
}

static void grow(names *n) {
    names bigger = {.outer = n->outer, .arena = n->arena, .capacity = n->capacity ? 2 * n->capacity : 16, .count = n->count};
    bigger.entries = ARENA_ARRAY(n->arena, name_entry, bigger.capacity);
    for (size_t i = 0; i < n->capacity; i++)
        if (n->entries[i].name) *slot(&bigger, n->entries[i].name) = n->entries[i];
    *n = bigger;
}

bool names_add(names *n, const char *name, void *thing) {
    if (2 * n->count >= n->capacity) grow(n);
    name_entry *e = slot(n, name);
    if (e->name) return false;
    *e = (name_entry){name, thing};
    n->count++;
    return true;
}

bool names_find(const names *n, const char *name, void **thing) {
    for (; n; n = n->outer) {
        const name_entry *e = n->capacity ? slot(n, name) : NULL;
        if (!e || !e->name) continue;
        *thing = e->thing;
        return true;
    }
    return false;
}
