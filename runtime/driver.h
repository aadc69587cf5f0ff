/* What driver.c knows of the model it drives: driver_model.c fills this in from the model's header, so that the driver
 * itself need not be compiled for each model. */
#ifndef CNNC_DRIVER_H
#define CNNC_DRIVER_H

#include <stddef.h>

typedef struct driver_model {
    int n_inputs, n_outputs, n_steps;
    size_t workspace, weights_size;
    const unsigned char *weights; /* NULL: it is not known where they are */
    size_t (*bytes)(int output, int i); /* of input or output i */
    int (*run)(const void *const *inputs, void *const *outputs, void *workspace);
    int (*run_profiled)(const void *const *inputs, void *const *outputs, void *workspace, double *seconds); /* NULL: no timers */
    int (*start)(void); /* NULL: no threads */
    void (*stop)(void);
} driver_model;

extern const driver_model the_model;

#endif
