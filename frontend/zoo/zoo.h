/* Networks that come with cnnc: the .cnn files of this folder, built in. Their paths are "zoo:resnet50", and "zoo:resnet.cnn"
 * for what they include. */
#ifndef CNNC_ZOO_H
#define CNNC_ZOO_H

#include <stdbool.h>

typedef struct zoo_file {
    const char *name; /* "resnet50.cnn" */
    const char *text; /* NUL-terminated; the ## lines at its head: what it is, the paper */
} zoo_file;

extern const zoo_file zoo_files[]; /* ends with name NULL; made by cmake/embed.cmake */

#define ZOO_PREFIX "zoo:"

bool zoo_is_path(const char *path);
const zoo_file *zoo_find(const char *path); /* NULL if there is none */
bool zoo_has_network(const zoo_file *f);    /* others have blocks that networks share */

#endif
