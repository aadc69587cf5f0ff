/* Running other programs. Never through a shell. */
#ifndef CNNC_PROCESS_H
#define CNNC_PROCESS_H

#include "ir/ir.h"

/* Runs argv (looked up in PATH; ends with NULL) with `folder` as its working folder (NULL: ours) and what it prints in
 * the file `log` (NULL: where ours goes), and waits. NULL when it exited with 0, else how it ended: "exited with code
 * 1", "was killed: Segmentation fault", "cannot be started: No such file or directory". */
const char *process_run(const char *const *argv, const char *folder, const char *log, arena *a);

/* The same words for what waitpid said. */
const char *process_ending(int status, arena *a);

/* The path of a program in PATH, or NULL. */
const char *process_find(const char *name, arena *a);

#endif
