#include "compiler/certify/certify.h"

#include <stdlib.h>
#include <string.h>

static bool starts(const char *s, const char *with) { return !strncmp(s, with, strlen(with)); }

/* " .text   0x0000   0x12 net.o": what is behind the first blanks; a long name has the numbers on the next line. */
int64_t map_bytes(const char *map, const char *object, const char *section, const char *except) {
    const char *at = strstr(map, "Linker script and memory map");
    int64_t bytes = 0;
    bool counts = false; /* the name on the line before */
    for (; at && *at; at = strchr(at, '\n'), at += at != NULL) {
        size_t n = strcspn(at, "\n");
        bool named = *at == ' ' && at[1] == '.';
        if (named) counts = starts(at + 1, section) && !(except && starts(at + 1, except));
        const char *number = at + strspn(at, " ");
        if (named) number += strcspn(number, " \n");
        char *end;
        if (!counts || (number += strspn(number, " "), !starts(number, "0x"))) continue;
        strtoull(number, &end, 16);
        int64_t size = (int64_t)strtoull(end, &end, 16);
        end += strspn(end, " ");
        if (end + strlen(object) == at + n && starts(end, object)) bytes += size;
    }
    return bytes;
}
