/* Names of layers: dotted paths of the labels of the blocks around them, as PyTorch names the entries of a state_dict. */
#include "frontend/dsl/lower.h"

#include <string.h>

const char *joined(lowering *l, const char *path, const char *name) {
    if (!*path) return name;
    return *name ? arena_printf(l->arena, "%s.%s", path, name) : path;
}

const char *layer_name(lowering *l, const char *kind) {
    if (l->label) {
        const char *name = joined(l, l->path, l->label);
        names_add(&l->labels, name, NULL);
        return name;
    }
    const char *base = joined(l, l->path, kind);
    void *found = NULL;
    if (!names_find(&l->numbers, base, &found)) names_add(&l->numbers, base, found = ARENA_NEW(l->arena, int));
    int *last = found;
    for (;;) {
        const char *name = arena_printf(l->arena, "%s%d", base, ++*last);
        void *taken;
        if (!names_find(&l->labels, name, &taken)) return name;
    }
}
