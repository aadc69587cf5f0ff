#include "backend/schedule/schedule.h"

#include <stdlib.h>

char *schedule_signature(const plan *p, const node *n) {
    char *bytes = NULL;
    size_t size;
    FILE *f = open_memstream(&bytes, &size);
    if (!f) return arena_strdup(p->arena, "");
    node_print_signature(f, n);
    fprintf(f, ", %s, %s, threads %d", accuracy_names[p->options.accuracy], p->cold ? "cold" : "warm", schedule_threads(p));
    dtype weights = p->options.weights_type;
    if (weights != DT_NONE && weights != DT_F32) fprintf(f, ", weights %s", dtype_of(weights)->name);
    if (p->options.slice) fprintf(f, ", slices of %lld", (long long)p->options.slice);
    fclose(f);
    char *s = arena_strdup(p->arena, bytes);
    free(bytes);
    return s;
}
