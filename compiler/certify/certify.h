/* What a compiler makes of an emitted file, in bytes: from the linker's map and from GCC's stack usage and call graph.
 */
#ifndef CNNC_CERTIFY_H
#define CNNC_CERTIFY_H

#include "ir/ir.h"

/* ---- map.c: a map of GNU ld ---- */

/* Bytes that sections whose names begin with `section` take from the object file; `except` (or NULL): but not those. */
int64_t map_bytes(const char *map, const char *object, const char *section, const char *except);

/* ---- call_graph.c: the output of -fcallgraph-info=su (GCC's VCG) ---- */

typedef struct call_graph call_graph;

/* source: the text of the emitted file, which tells what calls through pointers can reach. NULL after an error, as for
 * a frame whose size is not fixed. */
call_graph *call_graph_read(const char *vcg, const char *source, arena *a, diagnostics *d);

typedef struct stack_use {
    int64_t bytes;
    const char *path; /* "net_run > run > k3_conv_direct": the calls that need most */
    const char
        *outside; /* functions outside of the file that are called on the way or elsewhere below: "expf memcpy" */
} stack_use;

/* Of a function and all that it may call. A caller's parallel_for is outside. False: there is no such function, or
 * (after an error) it may call itself. */
bool call_graph_stack(const call_graph *g, const char *function, stack_use *most);
/* The functions that others can call, in the order of the file; ends with NULL. */
const char *const *call_graph_public(const call_graph *g);

#endif
