/* What is written around the emitted C so that other languages and build systems take it: files from templates of this folder. */
#ifndef CNNC_BINDINGS_H
#define CNNC_BINDINGS_H

#include "backend/backend.h"

enum { BINDING_FILES = 8 };

typedef struct binding_file {
    const char *path;     /* below the output folder, or beside the C file; "@" stands for the prefix */
    const char *template; /* below backend/bindings */
} binding_file;

/* A folder that a build system of its own takes as it is. */
typedef struct binding {
    const char *name; /* of the option: "python" */
    bool bare; /* for machines without files, threads and, as a rule, a target of their own: weights are C arrays, the default target generic */
    const char *code; /* the C file without ".c", a path like those of `files` */
    binding_file files[BINDING_FILES]; /* ends with path NULL */
} binding;

const binding *binding_find(const char *name); /* NULL: there is none */
extern const binding_file cxx_header;

const char *binding_path(arena *a, const char *path, const char *prefix); /* with "@" replaced */

/* One file of a binding. An error where its language cannot take this network. */
bool binding_emit(const plan *p, const backend_options *o, const binding_file *file, FILE *out);

#endif
