#include "backend/emit/embedded.h"

#include <stddef.h>
#include <string.h>

const char *embedded_find(const char *path) {
    for (const embedded_text *t = embedded_texts; t->path; t++)
        if (!strcmp(t->path, path)) return t->text;
    return NULL;
}
