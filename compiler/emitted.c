#include "compiler/emitted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool emitted_name(const char *path, const char *end) {
    size_t n = strlen(path), m = strlen(end);
    return n > m && !strcmp(path + n - m, end);
}

const char *emitted_text(const char *path, arena *a, diagnostics *d) {
    FILE *f = fopen(path, "rb");
    char *bytes = NULL;
    size_t size = 0;
    FILE *copy = f ? open_memstream(&bytes, &size) : NULL;
    if (copy) {
        char piece[1 << 16];
        for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) fwrite(piece, 1, n, copy);
    }
    bool ok = copy && !ferror(f);
    const int why = errno;
    if (f) fclose(f);
    if (copy) fclose(copy);
    const char *whole = ok ? arena_strndup(a, bytes, size) : NULL;
    free(bytes);
    if (!ok) diag_error(d, path, NULL, "cannot be read: %s", strerror(why));
    return whole;
}

/* The line "#define NAME_SUFFIX 123"; NULL: there is none. */
static const char *definition(const char *header, const char *suffix) {
    for (const char *at = header; (at = strstr(at, suffix)); at += strlen(suffix)) {
        const char *line = at;
        while (line > header && line[-1] != '\n') line--;
        if (!strncmp(line, "#define ", 8) && at[strlen(suffix)] == ' ') return line;
    }
    return NULL;
}

int64_t emitted_number(const char *header, const char *suffix) {
    const char *line = definition(header, suffix);
    return line ? (int64_t)strtoull(strstr(line, suffix) + strlen(suffix), NULL, 0) : 0; /* hashes have 64 bits */
}

bool emitted_per_sample(const char *header, int i) {
    const char *line = strstr(header, "_inputs {\n"), *end = NULL;
    for (int k = 0; line && k <= i; k++) {
        line = strchr(line, '\n');
        if (line) line++;
    }
    if (line) end = strchr(line, '\n');
    const char *said = line ? strstr(line, " a sample") : NULL;
    return said && end && said < end;
}

const char *emitted_prefix(const char *header, arena *a) {
    static const char last[] = "_WORKSPACE_SIZE";
    const char *line = definition(header, last);
    return line ? arena_strndup(a, line + 8, (size_t)(strstr(line, last) - line - 8)) : NULL;
}
