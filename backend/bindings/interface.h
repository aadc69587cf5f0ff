/* What the bindings share: the tensors of a network as its header declares them. Templates name them by two integers, the side
 * (0 inputs, 1 outputs) and the number there. */
#ifndef CNNC_BINDINGS_INTERFACE_H
#define CNNC_BINDINGS_INTERFACE_H

#include "backend/emit/emit.h"
#include "backend/emit/template.h"

typedef struct interface_place {
    const value *value;
    const char *field; /* its name in the header's structure */
    bool many;         /* a row for each sample of an open batch */
} interface_place;

interface_place interface_tensor(const emission *e, const int64_t *side_and_number);
/* How many elements of its C type it has: those of less than a byte are packed, a complex number is two. */
int64_t interface_elements(const value_type *t);

/* Each adds what the templates of its folder call. */
void cxx_calls(template_env *env, emission *e);
void python_calls(template_env *env, emission *e);

extern const char *const python_keywords[]; /* ends with NULL */

#endif
