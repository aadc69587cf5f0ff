#include "backend/kernels/axes.h"

axes axes_of(arena *a, const operand *x, const bool *marked, bool mark) {
    axes r = {.count = number_known(1)};
    number stride = number_known(1), size[IR_MAX_RANK], strides[IR_MAX_RANK];
    for (int k = x->rank - 1; k >= 0; k--) { /* innermost first */
        const number one = operand_size(x, k), here = stride;
        stride = number_mul(a, one, stride);
        if (marked[k] != mark) continue;
        r.count = number_mul(a, one, r.count);
        if (number_is(one, 1)) continue;
        if (r.n && number_equal(number_mul(a, size[r.n - 1], strides[r.n - 1]), here)) {
            size[r.n - 1] = number_mul(a, one, size[r.n - 1]);
        } else {
            size[r.n] = one;
            strides[r.n++] = here;
        }
    }
    for (int i = 0; i < r.n; i++) {
        r.size[i] = size[r.n - 1 - i];
        r.stride[i] = strides[r.n - 1 - i];
    }
    return r;
}

static axes one_axis(arena *a, const operand *x, int64_t axis, bool along) {
    bool marked[IR_MAX_RANK] = {false};
    if (x->rank) marked[axis < 0 ? axis + x->rank : axis] = true;
    return axes_of(a, x, marked, along);
}

axes axes_along(arena *a, const operand *x, int64_t axis) { return one_axis(a, x, axis, true); }
axes axes_across(arena *a, const operand *x, int64_t axis) { return one_axis(a, x, axis, false); }

number axes_step(const axes *along) { return along->n ? along->stride[0] : number_known(1); }

const char *axes_index(arena *a, const axes *kept, const char *var) {
    text out = {.arena = a};
    return put_strided_index(&out, kept->n, kept->size, kept->stride, var) ? out.bytes : "0";
}

static void indent(text *out, int depth) {
    for (int i = 0; i < depth; i++) text_put(out, "    ");
}

void axes_open(text *out, const axes *along, const char *prefix, const char *element, int depth) {
    for (int i = 0; i < along->n; i++) {
        indent(out, depth + i);
        text_printf(out, "for (ptrdiff_t %s%d = 0; %s%d < %s; %s%d++)", prefix, i, prefix, i, number_text(out->arena, along->size[i]), prefix, i);
        text_put(out, i == along->n - 1 ? " {\n" : "\n");
    }
    if (!along->n) {
        indent(out, depth);
        text_put(out, "{\n");
    }
    indent(out, depth + (along->n ? along->n : 1));
    text_printf(out, "const ptrdiff_t %s = ", element);
    for (int i = 0; i < along->n; i++) {
        text_printf(out, "%s%s%d", i ? " + " : "", prefix, i);
        if (!number_is(along->stride[i], 1)) text_printf(out, " * %s", number_text(out->arena, along->stride[i]));
    }
    text_put(out, along->n ? ";" : "0;");
}

void axes_close(text *out, const axes *along, int depth) {
    indent(out, depth + (along->n ? along->n - 1 : 0));
    text_put(out, "}");
}
