#include "ir/library.h"

#include <math.h>
#include <string.h>

static void in(library_call *c, int i) { c->args[c->n++] = (library_arg){.kind = LIBRARY_IN, .i = i}; }
static void out(library_call *c, int i) { c->args[c->n++] = (library_arg){.kind = LIBRARY_OUT, .i = i}; }
static void number(library_call *c, int64_t i) { c->args[c->n++] = (library_arg){.kind = LIBRARY_INT, .i = i}; }
static void real(library_call *c, double f) { c->args[c->n++] = (library_arg){.kind = LIBRARY_REAL, .f = f}; }

static void status(library_call *c) { c->args[c->n++] = (library_arg){.kind = LIBRARY_STATUS}; }

/* Element `at` of input i, or `otherwise` where that is left out. */
static void element(library_call *c, const node *n, int i, int at, double otherwise) {
    if (node_input(n, i)) c->args[c->n++] = (library_arg){.kind = LIBRARY_ELEMENT, .i = i, .n = at};
    else real(c, otherwise);
}

/* An array, which the two functions behind this one continue. */
static void array(library_call *c) { c->args[c->n++] = (library_arg){.kind = LIBRARY_INTS}; }

static void more_numbers(library_call *c, int n, const int64_t *ints) {
    library_arg *a = &c->args[c->n - 1];
    for (int k = 0; k < n; k++, a->n++) a->ints[a->n] = ints[k], a->of[a->n] = LIBRARY_NO_INPUT;
}

static const value_type *type_of(const node *n, int i) { return i < 0 ? &n->outputs[0]->type : &n->inputs[i]->type; }

/* Sizes of axes [from, to) of input i; -1: of output 0. */
static void more_sizes(library_call *c, const node *n, int i, int from, int to) {
    library_arg *a = &c->args[c->n - 1];
    for (int k = from; k < to; k++, a->n++) a->ints[a->n] = type_of(n, i)->dims[k].size, a->of[a->n] = i, a->axis[a->n] = k;
}

static int64_t between(const value_type *t, int from, int to) {
    int64_t product = 1;
    for (int k = from; k < to; k++) product *= t->dims[k].size;
    return product;
}

/* Elements of axes [from, to) of input i; -1: of output 0. */
static void count(library_call *c, const node *n, int i, int from, int to) {
    c->args[c->n++] = (library_arg){.kind = LIBRARY_COUNT, .i = between(type_of(n, i), from, to), .ints = {i, from, to}};
}

/* Ints of an attribute, each `otherwise` where it is not given. */
static void attr_numbers(library_call *c, const node *n, const char *name, int from, int count, int64_t otherwise) {
    int given;
    const int64_t *ints = node_ints(n, name, &given);
    array(c);
    for (int k = from; k < from + count; k++) more_numbers(c, 1, k < given ? &ints[k] : &otherwise);
}

static void resize_axis(const node *n, library_call *c) {
    const value_type *x = type_of(n, 0);
    int axis = (int)node_int(n, "axis"), entry = (int)node_int(n, "entry"), entries = (int)node_int(n, "entries");
    const char *transform = node_string(n, "transform"), *nearest = node_string(n, "nearest_mode");
    bool symmetric = !strcmp(transform, "half_pixel_symmetric"), corners = !strcmp(transform, "align_corners");
    bool centres = !strcmp(transform, "tf_half_pixel_for_nn");
    out(c, 0), in(c, 0);
    count(c, n, 0, 0, axis), count(c, n, 0, axis, axis + 1), count(c, n, -1, axis, axis + 1), count(c, n, 0, axis + 1, x->rank);
    if (node_float(n, "scale") > 0) element(c, n, 2, entry, node_float(n, "scale"));
    else c->args[c->n++] = (library_arg){.kind = LIBRARY_QUOTIENT, .i = axis};
    element(c, n, 1, entry, node_float(n, "start")), element(c, n, 1, entry + entries, node_float(n, "end"));
    number(c, symmetric ? 's' : corners ? 'c' : centres ? 'n' : *transform);
    number(c, *node_string(n, "mode"));
    number(c, !strcmp(nearest, "floor") ? 'f' : !strcmp(nearest, "ceil") ? 'c' : !strcmp(nearest, "round_prefer_ceil") ? 'C' : 'F');
    real(c, node_float(n, "cubic_coeff_a"));
    number(c, node_int(n, "antialias")), number(c, node_int(n, "exclude_outside")), real(c, node_float(n, "extrapolation_value"));
}

static void grid_sample(const node *n, library_call *c) {
    const value_type *x = type_of(n, 0), *grid = type_of(n, 1);
    out(c, 0), in(c, 0), in(c, 1);
    count(c, n, 0, 0, 1), count(c, n, 0, 1, 2), count(c, n, 1, 1, grid->rank - 1), number(c, x->rank - 2);
    array(c), more_sizes(c, n, 0, 2, x->rank);
    number(c, *node_string(n, "mode")), number(c, *node_string(n, "padding_mode")), number(c, node_int(n, "align_corners"));
}

static void roi_align(const node *n, library_call *c) {
    out(c, 0), in(c, 0), in(c, 1), in(c, 2);
    count(c, n, 1, 0, 1);
    for (int k = 0; k < 4; k++) count(c, n, 0, k, k + 1);
    number(c, node_int(n, "output_height")), number(c, node_int(n, "output_width"));
    number(c, !strcmp(node_string(n, "coordinate_transformation_mode"), "half_pixel"));
    number(c, *node_string(n, "mode") == 'm'), number(c, node_int(n, "sampling_ratio")), real(c, node_float(n, "spatial_scale"));
}

static void max_roi_pool(const node *n, library_call *c) {
    const value_type *y = &n->outputs[0]->type;
    out(c, 0), in(c, 0), in(c, 1), count(c, n, -1, 0, 1);
    for (int k = 0; k < 4; k++) count(c, n, 0, k, k + 1);
    number(c, y->dims[2].size), number(c, y->dims[3].size), real(c, node_float(n, "spatial_scale"));
}

static void col2im(const node *n, library_call *c) {
    const int axes = n->outputs[0]->type.rank - 2;
    out(c, 0), in(c, 0), count(c, n, -1, 0, 2), number(c, axes);
    array(c), more_sizes(c, n, -1, 2, axes + 2);
    c->args[c->n++] = (library_arg){.kind = LIBRARY_ELEMENTS, .i = 2, .n = axes};
    attr_numbers(c, n, "strides", 0, axes, 1), attr_numbers(c, n, "dilations", 0, axes, 1);
    attr_numbers(c, n, "pads", 0, axes, 0), attr_numbers(c, n, "pads", axes, axes, 0);
}

static void deform_conv(const node *n, library_call *c) {
    const value_type *w = type_of(n, 1);
    int64_t geometry[10] = {w->dims[2].size, w->dims[3].size, 1, 1, 0, 0, 1, 1, node_int(n, "group"), node_int(n, "offset_group")};
    static const char *const names[] = {"strides", "pads", "dilations"};
    for (int i = 0; i < 3; i++) {
        int given;
        const int64_t *ints = node_ints(n, names[i], &given);
        for (int k = 0; k < 2 && k < given; k++) geometry[2 + 2 * i + k] = ints[k];
    }
    out(c, 0), in(c, 0), in(c, 1), in(c, 2), in(c, 3), in(c, 4);
    array(c), more_sizes(c, n, 0, 0, 4), more_sizes(c, n, 1, 0, 1), more_sizes(c, n, -1, 2, 4);
    array(c), more_numbers(c, 10, geometry);
}

static void linear_attention(const node *n, library_call *c) {
    const value_type *q = type_of(n, 0), *v = type_of(n, 2);
    int64_t q_heads = node_int(n, "q_num_heads"), heads = node_int(n, "kv_num_heads"), dk = type_size(q, 2) / q_heads;
    const int64_t heads_of[] = {q_heads, heads, dk, type_size(v, 2) / heads};
    const char *rule = node_string(n, "update_rule");
    bool gated = *rule == 'g', delta = strstr(rule, "delta") != NULL;
    out(c, 0), out(c, 1);
    for (int i = 0; i < 6; i++) in(c, (i == 4 && !gated) || (i == 5 && !delta) ? LIBRARY_NO_INPUT : i);
    array(c), more_sizes(c, n, 0, 0, 2), more_numbers(c, 4, heads_of);
    number(c, gated && type_size(type_of(n, 4), 2) != heads), number(c, delta && type_size(type_of(n, 5), 2) == heads);
    real(c, node_float(n, "scale") != 0 ? node_float(n, "scale") : 1 / sqrt((double)dk));
}

static void mel_weights(const node *n, library_call *c) {
    const value_type *y = &n->outputs[0]->type;
    out(c, 0), number(c, y->dims[0].size), number(c, y->dims[1].size);
    for (int i = 1; i < 5; i++) element(c, n, i, 0, 0);
}

static int64_t count_of(const node *n, int i) { return type_count(type_of(n, i)); }

static void string_equal(const node *n, library_call *c) { out(c, 0), in(c, 0), in(c, 1), number(c, count_of(n, 0)); }
static void string_find(const node *n, library_call *c) { out(c, 0), in(c, 0), number(c, count_of(n, 0)), in(c, 1), number(c, count_of(n, 1)); }
static void string_cast(const node *n, library_call *c) { out(c, 0), in(c, 0), number(c, count_of(n, 0)), status(c); }
static void string_concat(const node *n, library_call *c) { out(c, 0), in(c, 0), in(c, 1), number(c, count_of(n, 0)), status(c); }

static void string_normalize(const node *n, library_call *c) {
    out(c, 0), out(c, 1), in(c, 0), number(c, count_of(n, 0)), in(c, 1), number(c, count_of(n, 1));
    number(c, node_int(n, "sensitive")), number(c, *node_string(n, "change")), number(c, node_int(n, "room")), number(c, node_int(n, "exact")), status(c);
}

static void string_split(const node *n, library_call *c) {
    out(c, 0), out(c, 1), out(c, 2), in(c, 0), number(c, count_of(n, 0)), in(c, 1);
    number(c, node_int(n, "most")), number(c, node_int(n, "room")), number(c, node_int(n, "exact")), status(c);
}

static void regex_match(const node *n, library_call *c) { out(c, 0), in(c, 0), number(c, count_of(n, 0)), in(c, 1), number(c, node_int(n, "instructions")); }

static void tree_ensemble(const node *n, library_call *c) {
    out(c, 0), in(c, 0), number(c, type_size(type_of(n, 0), 0)), number(c, type_size(type_of(n, 0), 1)), in(c, 1), number(c, count_of(n, 1) / 2);
    for (int i = 2; i < 8; i++) in(c, i);
    number(c, node_int(n, "n_targets")), number(c, node_int(n, "aggregate"));
}

static void couple_classes(const node *n, library_call *c) {
    out(c, 0), out(c, 1), in(c, 0), number(c, type_size(type_of(n, 0), 0)), number(c, type_size(type_of(n, 0), 1));
}

static void row_reduce(const node *n, library_call *c) {
    const int rank = type_of(n, 0)->rank;
    out(c, 0), in(c, 0), count(c, n, 0, 0, rank - 2), count(c, n, 0, rank - 2, rank - 1), count(c, n, 0, rank - 1, rank);
}

static void unique(const node *n, library_call *c) {
    static const dtype types[] = {DT_F64, DT_I64, DT_STRING};
    for (int i = 0; i < 4; i++) out(c, i);
    for (int i = 0; i < 3; i++) in(c, type_of(n, 0)->elem == types[i] ? 0 : LIBRARY_NO_INPUT);
    const int axis = (int)node_int(n, "axis");
    count(c, n, 0, 0, axis), count(c, n, -1, 0, 1), count(c, n, 0, axis + 1, type_of(n, 0)->rank), number(c, node_int(n, "sorted"));
}

static void random_numbers(const node *n, library_call *c) {
    out(c, 0), number(c, type_count(&n->outputs[0]->type)), number(c, node_int(n, "seed")), number(c, node_int(n, "normal"));
}

static void map_entries(const node *n, library_call *c) {
    out(c, 0), in(c, 0), c->args[c->n++] = (library_arg){.kind = LIBRARY_BYTES}, number(c, count_of(n, 0)), in(c, 1);
}

static void map_find(const node *n, library_call *c) {
    bool text = type_of(n, 0)->elem == DT_STRING;
    out(c, 0), number(c, count_of(n, 0));
    for (int i = 0; i < 2; i++) in(c, text ? LIBRARY_NO_INPUT : i), in(c, text ? i : LIBRARY_NO_INPUT);
    number(c, count_of(n, 1)), in(c, 2);
}

static void map_order(const node *n, library_call *c) { out(c, 0), in(c, 0), number(c, count_of(n, 0)), in(c, 1), number(c, node_int(n, "exact")), status(c); }

static void non_max_suppression(const node *n, library_call *c) {
    out(c, 0), count(c, n, -1, 0, 1);
    if (n->n_outputs > 1 && n->outputs[1]) out(c, 1);
    else in(c, LIBRARY_NO_INPUT); /* nobody wants the number */
    number(c, node_int(n, "exact"));
    if (node_int(n, "room") != -1) status(c);
    else in(c, LIBRARY_NO_INPUT);
    in(c, 0), in(c, 1);
    for (int k = 0; k < 3; k++) count(c, n, 1, k, k + 1);
    element(c, n, 2, 0, 0), element(c, n, 3, 0, 0), number(c, node_input(n, 4) != NULL), element(c, n, 4, 0, 0);
    number(c, node_int(n, "center_point_box"));
}

static const struct {
    op_code op;
    const char *function;
    void (*describe)(const node *n, library_call *c);
    bool open; /* counts with LIBRARY_COUNT, LIBRARY_QUOTIENT and more_sizes where sizes may be open */
} calls[] = {
    {OP_resize_axis, "resize_axis", resize_axis, true},
    {OP_grid_sample, "grid_sample", grid_sample, true},
    {OP_roi_align, "roi_align", roi_align, true},
    {OP_col2im, "col2im", col2im, true},
    {OP_max_roi_pool, "max_roi_pool", max_roi_pool, true},
    {OP_deform_conv, "deform_conv", deform_conv, true},
    {OP_linear_attention, "linear_attention", linear_attention, true},
    {OP_mel_weights, "mel_weights", mel_weights, false},
    {OP_random, "random_fill", random_numbers, false},
    {OP_string_equal, "string_equal", string_equal, false},
    {OP_string_find, "string_find", string_find, false},
    {OP_string_to_real, "string_to_real", string_cast, false},
    {OP_string_to_integer, "string_to_integer", string_cast, false},
    {OP_string_from_real, "string_from_real", string_cast, false},
    {OP_string_from_integer, "string_from_integer", string_cast, false},
    {OP_string_from_float, "string_from_float", string_cast, false},
    {OP_map_entries, "map_entries", map_entries, false},
    {OP_map_find, "map_find", map_find, false},
    {OP_map_order, "map_order", map_order, false},
    {OP_string_concat, "string_concat", string_concat, false},
    {OP_string_normalize, "string_normalize", string_normalize, false},
    {OP_string_split, "string_split", string_split, false},
    {OP_regex_match, "regex_match", regex_match, false},
    {OP_unique, "unique", unique, true},
    {OP_couple_classes, "couple_classes", couple_classes, false},
    {OP_row_reduce, "row_reduce", row_reduce, true},
    {OP_tree_ensemble, "tree_ensemble", tree_ensemble, false},
    {OP_non_max_suppression, "non_max_suppression", non_max_suppression, true},
};

enum { CALLS = sizeof calls / sizeof *calls };

static size_t find_call(op_code op) {
    size_t i = 0;
    while (i < CALLS && calls[i].op != op) i++;
    return i;
}

bool library_takes_open(op_code op) { return find_call(op) < CALLS && calls[find_call(op)].open; }

bool library_call_of(const node *n, library_call *c) {
    const size_t i = find_call(n->op);
    if (i == CALLS) return false;
    *c = (library_call){.function = calls[i].function};
    calls[i].describe(n, c);
    return true;
}
