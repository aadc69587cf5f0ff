/* Reading emitted C back with libclang. */
#ifndef CNNC_CHECK_H
#define CNNC_CHECK_H

#include "backend/plan/plan.h"
#include "compiler/output.h"

/* Parses the set's .c file (flushed, perhaps not renamed yet) once for each machine of the plan's targets with all
 * warnings on. False, after having reported each, when the compiler would have had anything to say. */
bool check_emitted(const plan *p, const output_set *files, diagnostics *d);

#endif
