#include "compiler/depfile.h"

#include <string.h>
#include <unistd.h>

void file_list_add(void *context, const char *path) {
    file_list *l = context;
    char folder[4096];
    if (*path != '/' && getcwd(folder, sizeof folder)) path = arena_printf(l->arena, "%s/%s", folder, path);
    for (int i = 0; i < l->n; i++)
        if (!strcmp(l->paths[i], path)) return;
    if (l->n == l->capacity) {
        l->capacity = 2 * l->capacity + 8;
        const char **more = ARENA_ARRAY(l->arena, const char *, l->capacity);
        if (l->n) memcpy(more, l->paths, (size_t)l->n * sizeof *more);
        l->paths = more;
    }
    l->paths[l->n++] = arena_strdup(l->arena, path);
}

static void put_path(FILE *f, const char *path) {
    for (; *path; path++) {
        if (strchr(" #\\", *path)) fputc('\\', f);
        if (*path == '$') fputc('$', f);
        fputc(*path, f);
    }
}

void depfile_write(FILE *f, const char *output, const file_list *inputs) {
    put_path(f, output);
    fputc(':', f);
    for (int i = 0; i < inputs->n; i++) fputs(" \\\n ", f), put_path(f, inputs->paths[i]);
    fputc('\n', f);
    for (int i = 1; i < inputs->n; i++) fputc('\n', f), put_path(f, inputs->paths[i]), fputs(":\n", f);
}
