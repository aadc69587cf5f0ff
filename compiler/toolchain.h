/* The C compiler, and the machine that runs what it makes. */
#ifndef CNNC_TOOLCHAIN_H
#define CNNC_TOOLCHAIN_H

#include <argp.h>

#include "ir/ir.h"

typedef struct toolchain {
    /* As given; toolchain_complete fills in what was not. Words are separated by spaces. */
    const char *cc;     /* --cc, else $CC, else the first of cc, gcc, clang that there is */
    const char *cflags; /* --cflags, else "-O2" */
    const char *runner; /* --run: put before the program, such as "qemu-aarch64"; NULL: it runs here */
} toolchain;

/* The options --cc, --cflags and --run; input: toolchain *. */
extern const struct argp toolchain_argp;

bool toolchain_complete(toolchain *t, arena *a, diagnostics *d);

/* "gcc 12.2.0": name and version of the compiler, from a program that it builds. NULL after an error. */
const char *toolchain_identify(const toolchain *t, arena *a, diagnostics *d);

/* Compiles C files of `folder` (ends with NULL) to the program folder/NAME; `defines` are flags such as -DTHREADS=2
 * (may be NULL). After a failure the error is followed by what the compiler printed first. */
bool toolchain_build(const toolchain *t, const char *folder, const char *const *sources, const char *const *defines,
                     const char *name, arena *a, diagnostics *d);

/* The C compiler with its flags and these arguments (ends with NULL), in `folder`; what it prints goes to the file `log`. */
bool toolchain_compile(const toolchain *t, const char *folder, const char *log, const char *const *arguments, arena *a, diagnostics *d);

/* Runs folder/NAME in that folder with arguments (ends with NULL). */
bool toolchain_run(const toolchain *t, const char *folder, const char *name, const char *const *arguments, arena *a,
                   diagnostics *d);

#endif
