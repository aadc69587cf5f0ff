#include "backend/kernels/row_major.h"
#include "backend/schedule/schedule.h"

#include <string.h>

static bool plain(const value *v, bool strings) {
    if (!v) return true;
    dtype_class kind = dtype_of(v->type.elem)->kind;
    return type_is_bounded(&v->type) && v->type.layout.kind == LAYOUT_ROW_MAJOR && (strings || kind != CLASS_STRING) && kind != CLASS_COMPLEX;
}

static bool accepts(const node *n, bool strings) {
    if (n->n_inputs + n->n_outputs > STEP_MAX_OPERANDS - 4) return false;
    for (int i = 0; i < n->n_inputs; i++)
        if (!plain(n->inputs[i], strings)) return false;
    for (int i = 0; i < n->n_outputs; i++)
        if (!plain(n->outputs[i], strings)) return false;
    return !n->prologue && (!n->epilogue || expr_has_scalar_form(n->epilogue));
}

bool row_major_accepts(const node *n) { return accepts(n, false); }
bool row_major_moves(const node *n) { return accepts(n, true); }

bool row_major_flat(const node *n, int from) {
    const value_type *y = &n->outputs[0]->type;
    for (int i = from; i < n->n_inputs && schedule_is_open(n); i++) {
        const value_type *x = n->inputs[i] ? &n->inputs[i]->type : NULL;
        if (x && !type_same_shape(x, y) && !(type_is_static(x) && type_count(x) == 1)) return false;
    }
    return true;
}

/* ---- broadcasting ---- */

void operand_strides(arena *a, const operand *x, int rank, number *strides) {
    number stride = number_known(1);
    for (int k = rank - 1; k >= 0; k--) {
        int axis = k - (rank - x->rank);
        const number size = axis >= 0 ? operand_size(x, axis) : number_known(1);
        strides[k] = number_is(size, 1) ? number_known(0) : stride;
        stride = number_mul(a, size, stride);
    }
}

void operand_sizes(const operand *x, number *sizes) {
    for (int k = 0; k < x->rank; k++) sizes[k] = operand_size(x, k);
}

const char *operand_sizes_text(arena *a, const operand *x) {
    text out = {.arena = a};
    for (int k = 0; k < x->rank; k++) text_printf(&out, "%s%s", k ? ", " : "", number_text(a, operand_size(x, k)));
    return x->rank ? out.bytes : "1";
}

void numbers_known(int n, const int64_t *ints, number *numbers) {
    for (int k = 0; k < n; k++) numbers[k] = number_known(ints[k]);
}

number bytes_of(arena *a, number count, dtype t) {
    const int64_t bits = stored_bytes(t, 8); /* of an element */
    return bits % 8 ? number_ceil_div(a, number_mul(a, count, number_known(bits)), 8) : number_mul(a, count, number_known(bits / 8));
}

const char *bytes_text(arena *a, number count, dtype t) {
    return arena_printf(a, count.text ? "(size_t)%s" : "%s", number_text(a, bytes_of(a, count, t)));
}

int64_t operand_most(const operand *x) { return work_product(x->rank, x->dims); }

bool put_strided_index(text *out, int n, const number *sizes, const number *strides, const char *var) {
    arena *a = out->arena;
    number below = number_known(1);
    bool any = false;
    for (int k = n - 1; k >= 0;) {
        if (number_is(sizes[k], 1)) {
            k--;
            continue;
        }
        number size = sizes[k], stride = strides[k];
        int outer = k - 1; /* axes that go on where this one ends join it */
        for (; outer >= 0 && (number_is(sizes[outer], 1) || number_equal(strides[outer], number_mul(a, size, stride))); outer--) size = number_mul(a, sizes[outer], size);
        if (!number_is(stride, 0)) {
            bool outermost = true;
            for (int i = 0; i <= outer; i++) outermost = outermost && number_is(sizes[i], 1);
            if (any) text_put(out, " + ");
            text_put(out, var);
            if (!number_is(below, 1)) text_printf(out, " / %s", number_text(a, below));
            if (!outermost) text_printf(out, " %% %s", number_text(a, size));
            if (!number_is(stride, 1)) text_printf(out, " * %s", number_text(a, stride));
            any = true;
        }
        below = number_mul(a, size, below);
        k = outer;
    }
    return any;
}

bool put_broadcast_index(text *out, const operand *x, int rank, const number *dims, int from, int to, const char *var) {
    number strides[IR_MAX_RANK];
    operand_strides(out->arena, x, rank, strides);
    return put_strided_index(out, to - from, dims + from, strides + from, var);
}

run operand_run(arena *a, const operand *x, int rank, const number *dims, int from, int to) {
    number strides[IR_MAX_RANK], below = number_known(1);
    bool along = true, repeat = true;
    operand_strides(a, x, rank, strides);
    for (int k = to - 1; k >= from; k--) {
        if (number_is(dims[k], 1)) continue;
        along = along && number_equal(strides[k], below);
        repeat = repeat && number_is(strides[k], 0);
        below = number_mul(a, dims[k], below);
    }
    return repeat ? RUN_REPEAT : along ? RUN_ALONG : RUN_MIXED;
}

/* ---- expressions at a position ---- */

static const char *index_of(text *out, const operand *x, const position *at) {
    const operand *y = &at->step->out[0];
    text index = {.arena = out->arena};
    number dims[IR_MAX_RANK];
    operand_sizes(y, dims);
    bool any = put_broadcast_index(&index, x, y->rank, dims, 0, at->split, at->row);
    if (at->split < y->rank) {
        text col = {.arena = out->arena};
        if (put_broadcast_index(&col, x, y->rank, dims, at->split, y->rank, at->col)) {
            text_printf(&index, "%s%s", any ? " + " : "", col.bytes);
            any = true;
        }
    }
    return any ? index.bytes : "0";
}

/* A constant of one element is written as a number. */
static bool put_scalar_constant(text *out, const expr *leaf, const value *v, void (*emit)(text *, const expr *, expr_leaf *, void *)) {
    if (!v->constant || type_count(&v->type) != 1 || dtype_of(v->type.elem)->bits > 53) return false;
    expr c = {.kind = EXPR_CONST, .dtype = leaf->dtype, .value = constant_float(v->constant, 0)};
    emit(out, &c, NULL, NULL);
    return true;
}

static void put_scalar_leaf(void *context, text *out, const expr *leaf) {
    const position *at = context;
    if (leaf->kind == EXPR_ACC) {
        text_put(out, at->acc);
        return;
    }
    int index = at->step->input_operand[leaf->input];
    if (put_scalar_constant(out, leaf, at->step->node->inputs[leaf->input], expr_emit_scalar)) return;
    const operand *x = &at->step->in[index];
    emit_load(out, x->elem, arena_printf(out->arena, "x%d", index), index_of(out, x, at));
}

static void put_vector_leaf(void *context, text *out, const expr *leaf) {
    const position *at = context;
    if (leaf->kind == EXPR_ACC) {
        text_put(out, at->acc);
        return;
    }
    int index = at->step->input_operand[leaf->input];
    if (put_scalar_constant(out, leaf, at->step->node->inputs[leaf->input], expr_emit_vector)) return;
    const operand *x = &at->step->in[index], *y = &at->step->out[0];
    const char *element = index_of(out, x, at);
    number dims[IR_MAX_RANK];
    operand_sizes(y, dims);
    if (operand_run(out->arena, x, y->rank, dims, at->split, y->rank) == RUN_REPEAT) {
        text_put(out, dtype_of(x->elem)->kind == CLASS_FLOAT ? "v16_set(" : "v16_set((float)");
        emit_load(out, x->elem, arena_printf(out->arena, "x%d", index), element);
        text_put(out, ")");
    } else if (x->elem != DT_F32) text_printf(out, "v16_load_%s(x%d + %s)", dtype_of(x->elem)->name, index, element);
    else if (at->lanes) text_printf(out, "v16_load_n(x%d + %s, %s)", index, element, at->lanes);
    else text_printf(out, "v16_load(x%d + %s)", index, element);
}

void put_scalar(text *out, const expr *e, const position *at) { expr_emit_scalar(out, e, put_scalar_leaf, (void *)at); }
void put_vector(text *out, const expr *e, const position *at) { expr_emit_vector(out, e, put_vector_leaf, (void *)at); }

const expr *result_tree(arena *a, const node *n, dtype core) { return n->epilogue ? n->epilogue : expr_acc(a, core); }

void put_store(text *out, const expr *e, const position *at) {
    const operand *y = &at->step->out[0];
    text result = {.arena = out->arena};
    put_scalar(&result, e, at);
    emit_store(out, y->elem, "y0", index_of(out, y, at), result.bytes);
}

/* ---- sums ---- */

static bool is_real(dtype t) { return dtype_of(t)->kind == CLASS_FLOAT; }

const char *sum_ctype(dtype t) { return is_real(t) ? compute_ctype(t) : "uint64_t"; }

const char *sum_result(arena *a, dtype t, const char *sum) {
    return is_real(t) ? sum : arena_printf(a, "((%s)%s)", compute_ctype(t), sum);
}

const char *sum_term(arena *a, dtype t, const char *name, const char *index) {
    text out = {.arena = a};
    if (!is_real(t)) text_put(&out, "(uint64_t)");
    emit_load(&out, t, name, index);
    return out.bytes;
}
