/* What the writers of one emitted model share. */
#ifndef CNNC_EMIT_H
#define CNNC_EMIT_H

#include "backend/backend.h"

typedef struct emission {
    const plan *plan;
    const backend_options *options;
    weights_mode weights; /* resolved */
    arena *arena;
    struct vocabulary *runtime; /* runtime_vocabulary */
    const open_batch *batch;    /* NULL: none is open */
    const symbol *const *open;  /* n_open other dimensions that are */
    char **open_fields;         /* as parameters: "H" */
    int n_open;
    struct names *open_names;                    /* of these, and what else functions call theirs */
    const char *prefix;                          /* resnet */
    const char *files;                           /* resnet, of resnet.h and resnet.weights */
    const char *upper;                           /* RESNET */
    char **input_fields, **output_fields;        /* unique identifiers */
    const char *more_parameter, *more, *no_more; /* of the functions behind _run: ", double *seconds", ", seconds", ", NULL" */
    const struct golden_values *golden;          /* of the self-test, or NULL */
    uint64_t header_hash, weights_hash;          /* that the source wants of the files beside it */
} emission;

emission emission_of(const plan *p, const backend_options *o); /* source.c */

/* identifier.c: one that is not taken, and is from now on; what is taken comes from here */
char *identifier_unique(struct names *taken, const char *name);

char *emit_upper_case(arena *a, const char *s); /* source.c */
bool emit_runs_anywhere(const target *t);       /* source.c: whatever the machine and the CPU */

/* kernels.c: the functions of one target and the function that calls them in order. suffix "" or "_x86_64_v4". */
bool emit_target_code(const emission *e, int target_index, const char *suffix, text *out);
/* "arena + 64", "w3", "inputs[0]": where an operand starts, as C text. */
void emit_address(const emission *e, const operand *o, text *out);

/* library.c */
bool text_mentions(const char *code, const char *name);                 /* the identifier, not a part of one */
struct vocabulary *runtime_vocabulary(arena *a, const plan_options *o); /* all but that of vectors, and self-tests */
/* Calls of functions that machines round differently, by those that they do not. */
const char *emit_exact_calls(arena *a, const char *code);
/* False after an error: `code` of s, made so, or what it calls has one of which there is no such form. */
bool emit_is_exact(const emission *e, const step *s, const char *code);

/* weights.c */
void emit_element(text *out, dtype elem, const void *data, int64_t i); /* as an initializer */
void emit_inline_weights(const emission *e, text *out);
void emit_weights_section(const emission *e, text *out);   /* the macro that puts them there */
void emit_weights_order(text *out);                        /* #error where their bytes would be read the wrong way round */
void emit_weights_reference(const emission *e, text *out); /* #embed or .incbin */
bool emit_has_weights_file(const emission *e);
int64_t emit_weights_size(const emission *e);                               /* of that file, bytes, its seal included */
bool emit_weights_file(const emission *e, FILE *f, uint64_t *hash);         /* hash: of its contents, which its seal repeats */
void emit_weights_check(const emission *e, const char *weights, text *out); /* return 7 where another file's seal is at `weights` */

/* sizes.c: sizes that depend on open dimensions, each with a name of its own within one function. */
typedef struct size_table size_table;
size_table *sizes_new(const emission *e);
const char *size_name(size_table *t, dim d);                               /* "48", "H" or "size3" */
const char *sizes_declared(const size_table *t);                           /* the C that declares these, "" if there are none */
const char *emit_size(const emission *e, dim d);                           /* C text over the parameters */
void emit_open_dims(const emission *e, text *out);                         /* of the header: bounds, and what they are */
void emit_tensor_bytes(const emission *e, const value_type *t, text *out); /* as a size_t; NULL: 0 */
void emit_open_check(const emission *e, text *out);                        /* returns 6 where one is out of bounds */
void emit_name_open_dims(emission *e);

/* custom.c: functions of the user's, and their files. */
void emit_custom_declarations(const emission *e, text *out);
void emit_custom_files(const emission *e, text *out);

/* batch.c: run_on_this_cpu, which calls run_sample for each sample. */
void emit_batch(const emission *e, text *out);

/* slices.c: runs in slices, NAME_step */
void emit_slices_header(const emission *e, text *out);
void emit_slices_type(const emission *e, text *out);
void emit_slices(const emission *e, text *out);

/* header.c */
bool emit_has_strings(const plan *p);
const char *emit_field_type(const emission *e, dtype t);           /* of an input's or output's elements: "float" */
uint64_t emit_header(const emission *e, text *out);                /* its hash */
const char *emit_run_parameters(const emission *e, bool pointers); /* of NAME_run and its kin, text */
const char *emit_run_arguments(const emission *e);                 /* ", weights, batch, H": those behind the workspace, handed on */
const char *emit_open_parameters(const emission *e);               /* ", int64_t H, int64_t W" */
const char *emit_open_arguments(const emission *e);                /* ", H, W" */

int64_t plan_macs(const plan *p);

#endif
