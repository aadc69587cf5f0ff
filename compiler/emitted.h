/* Looking into what cnnc has written. */
#ifndef CNNC_EMITTED_H
#define CNNC_EMITTED_H

#include "ir/ir.h"

bool emitted_name(const char *path, const char *end); /* "net.c" ends with ".c", and has something before it */
/* A file as a string; NULL after an error. */
const char *emitted_text(const char *path, arena *a, diagnostics *d);
/* What a header defines NAME_SUFFIX as; 0: nothing. */
int64_t emitted_number(const char *header, const char *suffix);
/* Of input `i` there is one for each sample of an open batch, as the header says where it declares it. */
bool emitted_per_sample(const char *header, int i);
/* NAME in capitals, as the header's macros begin. */
const char *emitted_prefix(const char *header, arena *a);

#endif
