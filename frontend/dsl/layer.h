/* Layers: the table of layers.def, and what their rules are given. */
#ifndef CNNC_DSL_LAYER_H
#define CNNC_DSL_LAYER_H

#include "frontend/dsl/lower.h"
#include "frontend/dsl/words.h"

typedef enum slot_kind {
    SLOT_END, SLOT_TENSOR, SLOT_TENSORS, SLOT_INT, SLOT_FLOAT, SLOT_BOOL, SLOT_STRING, SLOT_LIST, SLOT_SIZES, SLOT_EXTENTS, SLOT_PADS, SLOT_TYPE, SLOT_ANY
} slot_kind;

/* A parameter of a layer. */
typedef struct layer_slot {
    slot_kind kind;
    const char *name;
    enum { SLOT_REQUIRED, SLOT_DEFAULT, SLOT_OPEN } need;
    double number; /* the default */
    const char *string;
} layer_slot;

/* A layer being built: its arguments by slot, checked to be of the slots' kinds. */
typedef struct layer_call {
    lowering *l;
    const struct layer_info *layer;
    const ast *at;
    const char *name;   /* of its instance */
    const datum *given; /* one a slot; NOTHING where open and not given */
    const ast *const *places;
} layer_call;

typedef datum layer_rule(const layer_call *c);

typedef struct layer_info {
    const char *name;
    layer_rule *rule;
    const char *purpose;
    const layer_slot *slots;
} layer_info;

const layer_info *layers_all(int *count);
const layer_info *layer_find(const char *name);
void layers_offer(guess *g);
datum layer_apply(lowering *l, const ast *at, const layer_info *layer, const argument *arguments, int n);

/* ---- for the rules ---- */

const datum *given(const layer_call *c, const char *slot);
const ast *place_of(const layer_call *c, const char *slot);
value *given_tensor(const layer_call *c, const char *slot);
int64_t given_int(const layer_call *c, const char *slot);
double given_float(const layer_call *c, const char *slot);
bool given_bool(const layer_call *c, const char *slot);
const char *given_string(const layer_call *c, const char *slot);
/* n whole numbers of at least `least`, from one for all or one each. */
bool given_sizes(const layer_call *c, const char *slot, int n, int64_t least, int64_t *sizes);
/* n sizes of at least 1, which may be open, from one for all or one each. */
bool given_extents(const layer_call *c, const char *slot, int n, dim *sizes);
/* Whole numbers in a list (or a single one). */
bool given_ints(const layer_call *c, const char *slot, int max, int64_t *ints, int *n);
bool at_least(const layer_call *c, const char *slot, int64_t least);
/* The tensor x of a rank, as images are of 4. */
bool need_rank(const layer_call *c, const char *slot, int lo, int hi, const char *cure);
const char *weight_name(const layer_call *c, const char *last);
/* The one result of an operator under the layer's name. */
value *layer_build(const layer_call *c, op_code op, int n_inputs, value *const *inputs);

#endif
