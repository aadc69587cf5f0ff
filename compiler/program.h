/* A plan made into a program in a temporary folder, with runtime/driver.c around the emitted C, and what it computes. A
 * process of its own: emitted code that crashes takes nothing else along, and may be for another machine. */
#ifndef CNNC_PROGRAM_H
#define CNNC_PROGRAM_H

#include "backend/backend.h"
#include "compiler/toolchain.h"

typedef struct program {
    const graph *graph; /* types of inputs and outputs */
    toolchain toolchain;
    const char *folder;
    arena *arena;
    diagnostics *diags;
} program;

typedef struct program_options {
    toolchain toolchain; /* complete */
    int threads;         /* 0: the serial entry point */
    bool profile;        /* program_time tells the steps apart */
    bool embedded;       /* weights are never C arrays: program_time_steps can have them cold */
    const char *driver;  /* the driver's object file, or NULL: it is compiled too */
    const graph *graph;  /* with the sizes that a program with open ones is run at; NULL: the plan's */
    const char *sizes;   /* those, as the arguments of its functions: "224, 300" */
    bool cpu_time;       /* steps are timed without what the core does for others meanwhile; for one thread */
} program_options;

/* runtime/driver.c alone, for programs of one toolchain: the path of an object file in `folder`; NULL after an error. */
const char *program_driver(const toolchain *t, const char *folder, arena *a, diagnostics *d);

bool program_build(program *p, const plan *plan, const program_options *o, arena *a, diagnostics *d);

/* `samples` runs: inputs[i].data holds as many times the bytes of graph input i; so will outputs[i].data, which is
 * allocated here. Types are those of one sample. */
bool program_run(const program *p, int64_t samples, const tensor *inputs, tensor *outputs);

/* Runs the sample `runs` times on CPU core `core` (-1: any). (steps + 1) doubles a run: with profile, the seconds of
 * each of `steps` steps; then of a whole run without timers. NULL after an error. */
double *program_time(const program *p, const tensor *inputs, int runs, int steps, int core);

/* Of a program with profile: only the steps' seconds, `steps` doubles a run. `cold`, of an embedded one: no cache holds any
 * weights when a run begins. */
double *program_time_steps(const program *p, const tensor *inputs, int runs, int steps, int core, bool cold);

/* The least seconds of `runs` runs of each sample; NULL after an error. */
double *program_time_each(const program *p, int64_t samples, const tensor *inputs, int runs, int core);

void program_remove(program *p);

#endif
