/* Files as bytes in memory. */
#ifndef CNNC_MAP_FILE_H
#define CNNC_MAP_FILE_H

#include "ir/ir.h"

/* Maps a regular file for reading; an empty one has no bytes. */
bool map_file(int fd, const char *place, const uint8_t **bytes, size_t *size, diagnostics *d);
/* The same by its name, without waiting for the other end of a pipe. */
bool map_path(const char *path, const char *place, const uint8_t **bytes, size_t *size, diagnostics *d);

#endif
