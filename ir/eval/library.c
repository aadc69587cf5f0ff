/* Operators that are one call of a function in runtime/library: the very text that goes into emitted code. */
#include "ir/library.h"

#include <math.h>
#include <string.h>

#include "ir/eval/eval.h"

#define CNNC_INLINE static inline
#include "runtime/library/cubic_weight.h"
#include "runtime/library/resize_axis.h"
#include "runtime/library/grid_pixel.h"
#include "runtime/library/grid_sample.h"
#include "runtime/scalar/wrap_index.h"
#include "runtime/library/roi_align.h"
#include "runtime/library/max_roi_pool.h"
#include "runtime/library/col2im.h"
#include "runtime/library/deform_conv.h"
#include "runtime/library/linear_attention.h"
#include "runtime/library/mel_weights.h"
#include "runtime/library/non_max_suppression.h"
#include "runtime/library/random_fill.h"

typedef struct string_slot {
    uint32_t size;
    char bytes[252]; /* as emitted code has it: backend/plan/plan.h */
} string_slot;

#include "runtime/library/string_append.h"
#include "runtime/library/string_case.h"
#include "runtime/library/string_concat.h"
#include "runtime/library/string_equal.h"
#include "runtime/library/string_find.h"
#include "runtime/library/times_power_of_ten.h"
#include "runtime/library/string_to_real.h"
#include "runtime/library/string_to_integer.h"
#include "runtime/library/string_from_real.h"
#include "runtime/library/string_from_integer.h"
#include "runtime/library/string_normalize.h"
#include "runtime/library/string_split.h"
#include "runtime/library/regex_codes.h"
#include "runtime/library/regex_match.h"
#include "runtime/library/tree_codes.h"
#include "runtime/library/tree_ensemble.h"
#include "runtime/library/row_reduce.h"
#include "runtime/library/couple_classes.h"
#include "runtime/library/unique.h"
#include "runtime/library/string_from_float.h"
#include "runtime/library/map_entries.h"
#include "runtime/library/map_find.h"
#include "runtime/library/map_order.h"

/* The arguments of a call, evaluated. */
typedef struct actual {
    const void *in;
    void *out;
    ptrdiff_t i;
    double f;
    ptrdiff_t ints[LIBRARY_MAX_INTS];
} actual;

static void *slots_of(const tensor *t, int32_t *status, arena *mem) {
    const ir_string *s = t->data;
    string_slot *slots = ARENA_ARRAY(mem, string_slot, tensor_count(t));
    for (int64_t i = 0; s && i < tensor_count(t); i++) string_append(&slots[i], s[i].bytes ? s[i].bytes : "", s[i].size, status);
    return slots;
}

static void strings_of(tensor *t, const string_slot *slots, arena *mem) {
    ir_string *s = t->data;
    for (int64_t i = 0; i < tensor_count(t); i++) s[i] = (ir_string){arena_strndup(mem, slots[i].bytes, slots[i].size), slots[i].size};
}

static actual evaluate(const library_arg *a, const tensor *const *in, tensor *out, int32_t *status, arena *mem) {
    actual x = {.i = (ptrdiff_t)a->i, .f = a->f};
    const tensor *t = a->kind == LIBRARY_IN && a->i != LIBRARY_NO_INPUT ? in[a->i] : NULL;
    if (t) x.in = t->type.elem == DT_STRING ? slots_of(t, status, mem) : t->data;
    if (a->kind == LIBRARY_OUT) x.out = out[a->i].type.elem == DT_STRING ? ARENA_ARRAY(mem, string_slot, tensor_count(&out[a->i])) : out[a->i].data;
    if (a->kind == LIBRARY_BYTES) x.i = in[a->i]->type.elem == DT_STRING ? (ptrdiff_t)sizeof(string_slot) : (ptrdiff_t)dtype_bytes(in[a->i]->type.elem, 1);
    if (a->kind == LIBRARY_STATUS) x.out = status;
    if (a->kind == LIBRARY_QUOTIENT) x.f = (double)tensor_size(&out[0], (int)a->i) / (double)tensor_size(in[0], (int)a->i);
    if (a->kind == LIBRARY_ELEMENT) x.f = dtype_load_float(in[a->i]->type.elem, in[a->i]->data, a->n);
    for (int k = 0; k < a->n && k < LIBRARY_MAX_INTS; k++) {
        if (a->kind == LIBRARY_INTS)
            x.ints[k] = (ptrdiff_t)(a->of[k] == LIBRARY_NO_INPUT ? a->ints[k] : tensor_size(a->of[k] < 0 ? out : in[a->of[k]], a->axis[k]));
        if (a->kind == LIBRARY_ELEMENTS) x.ints[k] = (ptrdiff_t)dtype_load_int(in[a->i]->type.elem, in[a->i]->data, k);
    }
    return x;
}

#define I(k) a[k].i
#define N(k) (int)a[k].i
#define F(k) a[k].f

static bool call(const node *n, const actual *a, diagnostics *d) {
    switch (n->op) {
    case OP_resize_axis:
        resize_axis(a[0].out, a[1].in, I(2), I(3), I(4), I(5), F(6), F(7), F(8), N(9), N(10), N(11), F(12), N(13), N(14), F(15));
        return true;
    case OP_grid_sample: grid_sample(a[0].out, a[1].in, a[2].in, I(3), I(4), I(5), N(6), a[7].ints, N(8), N(9), N(10)); return true;
    case OP_roi_align:
        roi_align(a[0].out, a[1].in, a[2].in, a[3].in, I(4), I(5), I(6), I(7), I(8), I(9), I(10), N(11), N(12), N(13), F(14));
        return true;
    case OP_col2im:
        col2im(a[0].out, a[1].in, I(2), N(3), a[4].ints, a[5].ints, a[6].ints, a[7].ints, a[8].ints, a[9].ints);
        return true;
    case OP_deform_conv: deform_conv(a[0].out, a[1].in, a[2].in, a[3].in, a[4].in, a[5].in, a[6].ints, a[7].ints); return true;
    case OP_linear_attention:
        linear_attention(a[0].out, a[1].out, a[2].in, a[3].in, a[4].in, a[5].in, a[6].in, a[7].in, a[8].ints, N(9), N(10), F(11));
        return true;
    case OP_mel_weights: mel_weights(a[0].out, I(1), I(2), F(3), F(4), F(5), F(6)); return true;
    case OP_random: random_fill(a[0].out, I(1), I(2), N(3)); return true;
    case OP_non_max_suppression:
        non_max_suppression(a[0].out, I(1), a[2].out, N(3), a[4].out, a[5].in, a[6].in, I(7), I(8), I(9), F(10), F(11), N(12), F(13), N(14));
        return true;
    case OP_string_equal: string_equal(a[0].out, a[1].in, a[2].in, I(3)); return true;
    case OP_string_find: string_find(a[0].out, a[1].in, I(2), a[3].in, I(4)); return true;
    case OP_string_to_real: string_to_real(a[0].out, a[1].in, I(2), a[3].out); return true;
    case OP_string_to_integer: string_to_integer(a[0].out, a[1].in, I(2), a[3].out); return true;
    case OP_string_from_real: string_from_real(a[0].out, a[1].in, I(2), a[3].out); return true;
    case OP_string_from_integer: string_from_integer(a[0].out, a[1].in, I(2), a[3].out); return true;
    case OP_string_concat: string_concat(a[0].out, a[1].in, a[2].in, I(3), a[4].out); return true;
    case OP_string_normalize:
        string_normalize(a[0].out, a[1].out, a[2].in, I(3), a[4].in, I(5), N(6), N(7), I(8), N(9), a[10].out);
        return true;
    case OP_string_split: string_split(a[0].out, a[1].out, a[2].out, a[3].in, I(4), a[5].in, I(6), I(7), N(8), a[9].out); return true;
    case OP_regex_match: regex_match(a[0].out, a[1].in, I(2), a[3].in, I(4)); return true;
    case OP_tree_ensemble:
        tree_ensemble(a[0].out, a[1].in, I(2), I(3), a[4].in, I(5), a[6].in, a[7].in, a[8].in, a[9].in, a[10].in, a[11].in, I(12), N(13));
        return true;
    case OP_couple_classes: couple_classes(a[0].out, a[1].out, a[2].in, I(3), I(4)); return true;
    case OP_max_roi_pool: max_roi_pool(a[0].out, a[1].in, a[2].in, I(3), I(4), I(5), I(6), I(7), I(8), I(9), F(10)); return true;
    case OP_row_reduce: row_reduce(a[0].out, a[1].in, I(2), I(3), I(4)); return true;
    case OP_unique: unique(a[0].out, a[1].out, a[2].out, a[3].out, a[4].in, a[5].in, a[6].in, I(7), I(8), I(9), N(10)); return true;
    case OP_string_from_float: string_from_float(a[0].out, a[1].in, I(2), a[3].out); return true;
    case OP_map_entries: map_entries(a[0].out, a[1].in, (size_t)I(2), I(3), a[4].in); return true;
    case OP_map_find: map_find(a[0].out, I(1), a[2].in, a[3].in, a[4].in, a[5].in, I(6), a[7].in); return true;
    case OP_map_order: map_order(a[0].out, a[1].in, I(2), a[3].in, I(4), a[5].out); return true;
    default: return node_error(d, n, NULL, "cannot be evaluated");
    }
}

bool eval_library(const node *n, const tensor *const *in, tensor *out, arena *mem, diagnostics *d) {
    library_call c;
    actual a[LIBRARY_MAX_ARGS];
    int32_t status = 0;
    if (!library_call_of(n, &c)) return node_error(d, n, NULL, "cannot be evaluated");
    for (int k = 0; k < c.n; k++) a[k] = evaluate(&c.args[k], in, out, &status, mem);
    if (!call(n, a, d)) return false;
    for (int k = 0; k < c.n; k++)
        if (c.args[k].kind == LIBRARY_OUT && out[c.args[k].i].type.elem == DT_STRING) strings_of(&out[c.args[k].i], a[k].out, mem);
    return !status || node_error(d, n, NULL, "a string or a number of results does not fit");
}
