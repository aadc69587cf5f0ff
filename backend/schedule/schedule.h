/* Which kernel computes a node. Families list candidates, ways to compute it, each with the time that it should take on the
 * first target; the least is taken, unless a tuning file knows better. */
#ifndef CNNC_SCHEDULE_H
#define CNNC_SCHEDULE_H

#include "backend/plan/plan.h"

typedef struct candidate {
    const kernel_family *family;
    const char *name;       /* family and parameters, the same text for the same decisions: "conv_winograd 4x4 block 100" */
    double microseconds;    /* estimated */
    const char *refused;    /* NULL, or why it may not be taken: "not admitted by strict" */
    const void *parameters; /* the family's */
} candidate;

typedef struct candidate_list {
    const kernel_family *family; /* whose turn it is */
    arena *arena;
    candidate *items;
    int n, capacity;
} candidate_list;

/* Adds one of the family whose turn it is. The text tells its parameters; `decisions` are the same for the family and are
 * copied. One that is listed already is left out. */
void candidate_add(candidate_list *l, double microseconds, const char *refused, const void *decisions, size_t size, const char *format, ...)
    IR_PRINTF(6, 7);

/* Why an algorithm of this bound that is not a plain sum of products is refused; NULL: it is not. */
const char *schedule_refusal(const plan *p, double bound);

/* Why a step is computed as it is. */
typedef struct choice {
    const char *signature;       /* of the node: what it computes, and under which conditions */
    const candidate *candidates; /* cheapest first, refused ones behind the others */
    int n;
    const candidate *taken;
    const char *source; /* NULL: the estimates; else where the advice to take it came from */
} choice;

/* A dimension of an operand is open: only families that say so take the node. */
bool schedule_is_open(const node *n);
/* Sets family and choice of a step. False: no family accepts the node. */
bool schedule_choose(const plan *p, const node *n, step *s);
/* Would n and the only node that reads its result take less time in one step? Then that node's computes both. */
bool schedule_joins_user(const plan *p, const node *n);
/* What was decided for a step of the family that it goes to; NULL: it lists no candidates. */
const void *schedule_decisions(const step *s);

/* What somebody knows of candidates beforehand. */
typedef struct advice {
    /* The name of the best one for a node of this signature; NULL: not known. Sets *source, for people. */
    const char *(*best)(const struct advice *a, const node *n, const char *signature, const char **source);
} advice;

/* signature.c: equal for nodes that the same candidates compute in the same time: operator, types, attributes, epilogue,
 * and what matters of the network and the options. */
char *schedule_signature(const plan *p, const node *n);

/* cost.c: a size that an open dimension is estimated at, its least times a power of how many times that its largest is: 0.5 gives the
 * geometric mean. Its size where it is a number. */
int64_t likely_size(dim d, double power);
/* Cycles of a target's description as time. */
double cost_microseconds(const target *t, double cycles);
/* Bytes of weights that a kernel may find in the caches of its core: what is more comes from beyond. */
int64_t cost_cached_weights(bool cold, const target *t);
/* Cycles of work on so many bytes of weights, which are fetched meanwhile: where both take long, neither hides the other
 * quite. */
double cost_with_weights(const plan *p, const target *t, double cycles, double bytes);
/* Cycles that a step and the next take longer than on L1 because the one writes so many bytes that the other reads. */
double cost_passing(const target *t, double bytes);
/* By how much weights take longer from DRAM when so many places are read in turn: prefetchers follow a few (VGG-16's dense
 * layers on Zen 5: 8 output blocks at once 8 % slower than 4 or 2). */
double cost_streams(int64_t streams);
/* That kernels are prepared for, at least one. */
int schedule_threads(const plan *p);
/* That estimates are for: one where the choice must not depend on their number. */
int cost_threads(const plan *p);
/* By how much work in so many equal units, each of which is one thread's, takes longer on the plan's threads than if they
 * were never idle; 1 where there is one thread. */
double cost_idle(const plan *p, int64_t units);

#endif
