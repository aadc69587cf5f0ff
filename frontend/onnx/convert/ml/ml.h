/* What converters of ai.onnx.ml share. */
#ifndef CNNC_ONNX_ML_H
#define CNNC_ONNX_ML_H

#include "frontend/onnx/convert/recipe.h"

/* The list, number or tensor of that attribute as a vector: i64, f32, strings, or as the tensor has it. NULL: not given. */
value *ml_vector(draft *d, const char *attribute);
/* What the classes are called, as a vector of i64 or strings; NULL: not given. */
value *ml_class_labels(draft *d);

/* What is done to rows of scores "y" at the end. */
enum { ML_NONE, ML_SOFTMAX, ML_LOGISTIC, ML_SOFTMAX_ZERO, ML_PROBIT, ML_TRANSFORMS };
/* By the attribute post_transform; -1 after an error. */
int ml_transform_of(draft *d);
void ml_transform(recipe *r, int how);
/* "y", of rows of one score s for the second of two classes, becomes scores of both: 1 - s and s, or (mirrored) -s and s. */
void ml_two_scores(recipe *r, bool mirrored, int how);
/* "x", rows of features of any type, as f32; false after an error. *features: of a row. */
bool ml_rows(recipe *r, int64_t *features);

/* Trees in the tables that runtime/library/tree_ensemble.h walks. */
typedef struct forest {
    int64_t n_nodes, n_trees, n_leaves, n_entries, n_members;
    int64_t *roots, *nodes, *leaves, *targets;
    double *splits, *members, *weights;
} forest;

/* Whether no node is reached twice on the way down, or rows would run in circles. */
bool forest_is_sound(const forest *f, arena *mem);
/* "y" of rows "x": f64 [rows][targets]. aggregate: as the operator tree_ensemble has it. */
void forest_run(recipe *r, const forest *f, int64_t n_targets, int64_t aggregate);

#endif
