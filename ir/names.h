/* Names to things, in nested scopes: the values of a graph and of the graphs around it, say. Each step takes constant time. */
#ifndef CNNC_IR_NAMES_H
#define CNNC_IR_NAMES_H

#include "ir/ir.h"

typedef struct names {
    const struct names *outer; /* looked into when a name is not here; NULL: nothing outside */
    arena *arena;
    struct name_entry *entries;
    size_t capacity, count;
} names;

names *names_new(arena *a, const names *outer);
/* False if the name is already in this very scope. `name` must outlive the table. */
bool names_add(names *n, const char *name, void *thing);
/* True if found, here or further out; the thing itself may be NULL. */
bool names_find(const names *n, const char *name, void **thing);

#endif
