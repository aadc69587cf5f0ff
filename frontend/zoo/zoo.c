#include "frontend/zoo/zoo.h"

#include <string.h>

bool zoo_is_path(const char *path) { return !strncmp(path, ZOO_PREFIX, strlen(ZOO_PREFIX)); }

const zoo_file *zoo_find(const char *path) {
    const char *name = path + strlen(ZOO_PREFIX);
    size_t n = strlen(name);
    for (const zoo_file *f = zoo_files; f->name; f++)
        if (!strcmp(f->name, name) || (!strncmp(f->name, name, n) && !strcmp(f->name + n, ".cnn"))) return f;
    return NULL;
}

bool zoo_has_network(const zoo_file *f) { return strstr(f->text, "\nnetwork ") != NULL; }
