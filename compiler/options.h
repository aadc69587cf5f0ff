/* What several subcommands do with the values of their options. */
#ifndef CNNC_OPTIONS_H
#define CNNC_OPTIONS_H

#include <argp.h>

/* A number from min to max; else a usage error. */
int option_int(const char *arg, int min, int max, const struct argp_state *state);
/* The last CPU core that this process may run on, the usual one to measure on; -1: not known. */
int option_last_core(void);

#endif
