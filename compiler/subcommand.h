/* The subcommands of cnnc: one file each; main.c has the table. */
#ifndef CNNC_SUBCOMMAND_H
#define CNNC_SUBCOMMAND_H

#include <argp.h>

/* argv[0] is "cnnc NAME". Returns the exit code: 0, EXIT_ERROR or (from argp, which exits itself) EXIT_USAGE. */
typedef int subcommand_main(int argc, char **argv);

enum { EXIT_ERROR = 1, EXIT_USAGE = 2 };

typedef struct subcommand {
    const char *name;
    subcommand_main *run;
    const struct argp *argp; /* its options */
    const char *arguments;
    const char *purpose;
} subcommand;

extern const subcommand subcommands[]; /* ends with name NULL */

subcommand_main compile_main, run_main, verify_main, bench_main, tune_main, inspect_main, zoo_main, ops_main, passes_main,
    fmt_main, layers_main, export_main, import_main, quantize_main, completion_main, check_main,
    certify_main;
extern const struct argp compile_argp, run_argp, verify_argp, bench_argp, tune_argp, inspect_argp, zoo_argp, ops_argp, passes_argp, fmt_argp,
    layers_argp, export_argp, import_argp, quantize_argp, completion_argp, check_argp, certify_argp;
subcommand_main compile_zoo_main; /* zoo_main, when a network is named */

#endif
