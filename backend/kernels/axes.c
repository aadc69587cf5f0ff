#include "backend/kernels/axes.h"

axes axes_of(const operand *x, const bool *marked, bool mark) {
    axes a = {.count = 1};
    int64_t stride = 1;
    int64_t size[IR_MAX_RANK], strides[IR_MAX_RANK];
    for (int k = x->rank - 1; k >= 0; stride *= x->dims[k], k--) { /* innermost first */
        if (marked[k] != mark) continue;
        a.count *= x->dims[k];
        if (x->dims[k] == 1) continue;
        if (a.n && strides[a.n - 1] * size[a.n - 1] == stride) {
            size[a.n - 1] *= x->dims[k];
        } else {
            size[a.n] = x->dims[k];
            strides[a.n++] = stride;
        }
    }
    for (int i = 0; i < a.n; i++) {
        a.size[i] = size[a.n - 1 - i];
        a.stride[i] = strides[a.n - 1 - i];
    }
    return a;
}

static axes one_axis(const operand *x, int64_t axis, bool along) {
    bool marked[IR_MAX_RANK] = {false};
    if (x->rank) marked[axis < 0 ? axis + x->rank : axis] = true;
    return axes_of(x, marked, along);
}

axes axes_along(const operand *x, int64_t axis) { return one_axis(x, axis, true); }
axes axes_across(const operand *x, int64_t axis) { return one_axis(x, axis, false); }

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
        text_printf(out, "for (ptrdiff_t %s%d = 0; %s%d < %lld; %s%d++)", prefix, i, prefix, i, (long long)along->size[i], prefix, i);
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
        if (along->stride[i] > 1) text_printf(out, " * %lld", (long long)along->stride[i]);
    }
    text_put(out, along->n ? ";" : "0;");
}

void axes_close(text *out, const axes *along, int depth) {
    indent(out, depth + (along->n ? along->n - 1 : 0));
    text_put(out, "}");
}
