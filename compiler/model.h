/* One network on its way from file to C: the steps that every subcommand takes, and the options that steer them. */
#ifndef CNNC_MODEL_H
#define CNNC_MODEL_H

#include <argp.h>

#include "backend/backend.h"
#include "backend/plan/custom.h"
#include "backend/schedule/tune_file.h"
#include "compiler/toolchain.h"
#include "frontend/frontend.h"
#include "ir/ir.h"
#include "passes/passes.h"

enum { MODEL_MAX_DIMS = 32 };

typedef struct model_options {
    const char *path; /* MODEL, or NULL */
    const char *target_list;
    const char *dump_pass; /* after which the graph is printed, or NULL */
    plan_options plan;
    const char *tuning_path; /* --tune, or NULL */
    const char *compiler;    /* whose findings count; NULL: any */
    missing_values missing;  /* what happens where parameters of a .cnn network are given no values */
    int n_dims;
    const char *dim_names[MODEL_MAX_DIMS];
    int64_t dim_sizes[MODEL_MAX_DIMS];
    int n_open; /* --dim NAME=MIN..MAX:MULTIPLE */
    const char *open_names[MODEL_MAX_DIMS];
    int64_t open_min[MODEL_MAX_DIMS], open_max[MODEL_MAX_DIMS], open_multiple[MODEL_MAX_DIMS];
    int64_t open_at[MODEL_MAX_DIMS]; /* what the program is run at; 0: the largest */
    int n_custom; /* --custom-op OPERATOR=FILE */
    const char *custom_operators[MODEL_MAX_DIMS], *custom_files[MODEL_MAX_DIMS];
    bool custom_optional; /* those that the model has no node of are left out */
    int n_fixed, n_elements;
    const char *fixed[MODEL_MAX_DIMS];    /* --fix NAME=VALUES */
    const char *elements[MODEL_MAX_DIMS]; /* --elements NAME=TYPES */
    const char *data;  /* NULL, or a folder with input_I.pb: sequences and optionals are taken apart like these */
    bool fix_integers; /* and its small inputs of integers are fixed */
    weights_options weights; /* the seed also draws inputs */
    bool wants_saliency;
    saliency_options saliency;
    crop_options crops;
    bool writes_weights;     /* set by subcommands that take --weights MODE too */
    bool keeps_sizes_open;   /* set by those that emit; for others open sizes are what open_at says, the batch apart */
    bool runs_open;          /* set by those that run the program: it is emitted with open sizes all the same */
    weights_mode storage;
} model_options;

/* MODEL itself and --target, --accuracy, --tune, --dim, --weights…; input: model_options *, from model_options_default. */
extern const struct argp model_argp;
model_options model_options_default(void);
/* For subcommands without options of their own: parser and children of their argp; input: model_options *. */
error_t model_only(int key, char *arg, struct argp_state *state);
extern const struct argp_child model_child[];

typedef struct model {
    arena *arena;
    diagnostics diags;
    graph *graph; /* NULL before model_read */
    plan *plan;   /* NULL before model_plan */
    const char *sizes; /* of the plan's open dimensions in its order, "224, 300"; the graph has these sizes. NULL: it has none */
    bool drawn;       /* its random numbers are not those of the reference, only like them */
    bool specialized; /* compiled for what some inputs hold, because sizes depend on it */
    custom_function *custom; /* n_custom of them: what model_options names and the model has */
    int n_custom;
    tuning tuning; /* of model_options.tuning_path, from model_plan */
} model;

/* specialize.c: what these options tell a frontend of an input (frontend_options.sample). */
typedef struct specialization {
    const model_options *options;
    arena *arena;
    diagnostics *diags;
    bool fixed[MODEL_MAX_DIMS], elements[MODEL_MAX_DIMS]; /* which options were asked for */
} specialization;
bool specialize(void *context, int input, const char *name, const value_type *declared, input_sample *out);
bool specialization_check(const specialization *s); /* all options name inputs */

void model_init(model *m, const model_options *o);

/* Each reports its errors to m->diags (stderr) and returns false then. */
bool model_read(model *m, const model_options *o);  /* the graph as in the file, types inferred as far as known */
pass_options model_passes(const model_options *o);
bool model_optimize(model *m, const model_options *o);
bool model_plan(model *m, const model_options *o);
bool model_load(model *m, const model_options *o); /* all three */
void model_free(model *m);

/* The bytes of a tuning file, as a text that ends with '\0'; "" where it need not exist and does not. NULL after an error. */
char *tuning_bytes(const char *path, bool must_exist, size_t *size, arena *a, diagnostics *d);
/* Completes the toolchain; where there is a tuning file, only what it says of this compiler counts. */
bool model_build_with(model_options *o, toolchain *t, arena *a, diagnostics *d);

#endif
