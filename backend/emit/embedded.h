/* Text files built into cnnc (kernel templates, the runtime that ends up in emitted files), made by cmake/embed.cmake. */
#ifndef CNNC_EMBEDDED_H
#define CNNC_EMBEDDED_H

typedef struct embedded_text {
    const char *path; /* "backend/kernels/conv_direct.c.in" */
    const char *text; /* NUL-terminated */
} embedded_text;

extern const embedded_text embedded_texts[]; /* ends with path NULL */

const char *embedded_find(const char *path); /* NULL if there is none */

#endif
