/* A folder for intermediate files, gone when cnnc ends. */
#ifndef CNNC_TEMPORARY_H
#define CNNC_TEMPORARY_H

#include "ir/ir.h"

/* A new one under $TMPDIR (else /tmp); NULL after an error. */
const char *temporary_folder(arena *a, diagnostics *d);
/* The path of a file in it, which need not exist (yet). */
const char *temporary_file(arena *a, const char *folder, const char *name);
void temporary_remove(const char *folder); /* with all that is in it */

#endif
