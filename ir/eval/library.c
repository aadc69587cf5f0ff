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
#include "runtime/library/col2im.h"
#include "runtime/library/deform_conv.h"
#include "runtime/library/dft.h"
#include "runtime/library/linear_attention.h"
#include "runtime/library/mel_weights.h"
#include "runtime/library/non_max_suppression.h"
#include "runtime/library/random_fill.h"

/* The arguments of a call, evaluated. */
typedef struct actual {
    const void *in;
    void *out;
    ptrdiff_t i;
    double f;
    ptrdiff_t ints[LIBRARY_MAX_INTS];
} actual;

static actual evaluate(const library_arg *a, const tensor *const *in, tensor *out) {
    actual x = {.i = (ptrdiff_t)a->i, .f = a->f};
    if (a->kind == LIBRARY_IN) x.in = a->i != LIBRARY_NO_INPUT && in[a->i] ? in[a->i]->data : NULL;
    if (a->kind == LIBRARY_OUT) x.out = out[a->i].data;
    if (a->kind == LIBRARY_ELEMENT) x.f = dtype_load_float(in[a->i]->type.elem, in[a->i]->data, a->n);
    for (int k = 0; k < a->n && k < LIBRARY_MAX_INTS; k++) {
        if (a->kind == LIBRARY_INTS) x.ints[k] = (ptrdiff_t)a->ints[k];
        if (a->kind == LIBRARY_ELEMENTS) x.ints[k] = (ptrdiff_t)dtype_load_int(in[a->i]->type.elem, in[a->i]->data, k);
    }
    return x;
}

#define I(k) a[k].i
#define N(k) (int)a[k].i
#define F(k) a[k].f

bool eval_library(const node *n, const tensor *const *in, tensor *out, arena *mem, diagnostics *d) {
    library_call c;
    actual a[LIBRARY_MAX_ARGS];
    (void)mem;
    if (!library_call_of(n, &c)) return node_error(d, n, NULL, "cannot be evaluated");
    for (int k = 0; k < c.n; k++) a[k] = evaluate(&c.args[k], in, out);
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
    case OP_dft: dft(a[0].out, a[1].in, I(2), I(3), I(4), I(5), I(6), I(7), I(8), N(9), N(10)); return true;
    case OP_linear_attention:
        linear_attention(a[0].out, a[1].out, a[2].in, a[3].in, a[4].in, a[5].in, a[6].in, a[7].in, a[8].ints, N(9), N(10), F(11));
        return true;
    case OP_mel_weights: mel_weights(a[0].out, I(1), I(2), F(3), F(4), F(5), F(6)); return true;
    case OP_random: random_fill(a[0].out, I(1), I(2), N(3)); return true;
    case OP_non_max_suppression:
        non_max_suppression(a[0].out, I(1), a[2].in, a[3].in, I(4), I(5), I(6), F(7), F(8), N(9), F(10), N(11));
        return true;
    default: return node_error(d, n, NULL, "cannot be evaluated");
    }
}
