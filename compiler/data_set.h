/* Inputs and what should come out, as the ONNX suite lays them out: FOLDER/test_data_set_K/{input,output}_I.pb. */
#ifndef CNNC_DATA_SET_H
#define CNNC_DATA_SET_H

#include "compiler/model.h"

typedef struct data_set {
    const char *name; /* "test_data_set_0" */
    const tensor *inputs, *outputs;
    int64_t samples; /* held by each tensor's data, one after the other (see arrays.h) */
} data_set;

/* The folders test_data_set_K below `folder` in order, or `folder` itself when it holds input or output files. */
int data_set_folders(const char *folder, const char ***paths, arena *a);

/* With an open batch, as many samples as its inputs have rows. */
bool data_set_read(data_set *s, const char *path, const graph *g, arena *a, diagnostics *d);

/* Outputs as the emitted C has them, with room for sizes that data decide, become as large as they are. */
bool data_set_compact(const graph *g, tensor *outputs, arena *a, diagnostics *d);

/* Gives symbolic dimensions of the inputs the sizes that the data has (adds to o's --dim). How many were added. */
int data_set_bind_dims(model_options *o, const char *path, const graph *g, arena *a, diagnostics *d);

#endif
