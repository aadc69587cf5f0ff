#include "ir/fourier.h"
#include "ir/shape/library.h"

#include "ir/shape/shape.h"

#include <math.h>
#include <string.h>


static bool one_of(const node *n, const char *name, const char *words, diagnostics *d) {
    const char *s = node_string(n, name);
    size_t size = strlen(s);
    for (const char *w = words; *w; w += strcspn(w, " "), w += *w == ' ')
        if (strcspn(w, " ") == size && !strncmp(w, s, size)) return true;
    return node_error(d, n, NULL, "%s '%.40s' is not one of: %s", name, s, words);
}

static bool all_positive(const node *n, const char *name, int64_t least, diagnostics *d) {
    int count;
    const int64_t *ints = node_ints(n, name, &count);
    for (int i = 0; i < count; i++)
        if (ints[i] < least || ints[i] > INT32_MAX) return node_error(d, n, NULL, "%s of %lld are not possible", name, (long long)ints[i]);
    return true;
}

bool shape_resize_axis(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 1, IR_MAX_RANK, d);
    int axis;
    if (!x || !resolve_axis(n, node_int(n, "axis"), x->rank, &axis, d)) return false;
    if (!one_of(n, "transform", "half_pixel half_pixel_symmetric pytorch_half_pixel align_corners asymmetric tf_crop_and_resize tf_half_pixel_for_nn", d) ||
        !one_of(n, "mode", "nearest linear cubic", d) ||
        !one_of(n, "nearest_mode", "round_prefer_floor round_prefer_ceil floor ceil", d))
        return false;
    const attr *open = node_attr(n, "open");
    const bool opened = open && open->type.kind == TYPE_TENSOR && open->type.rank == 1;
    if (!(node_float(n, "scale") > 0) && !(opened && node_float(n, "scale") == 0)) return node_error(d, n, NULL, "its scale is not positive");
    const int64_t factor = (int64_t)fmin(node_float(n, "scale"), INT32_MAX), wanted = node_int(n, "size");
    const bool multiplied = wanted == -1 && !opened;
    if (multiplied && (node_float(n, "scale") != (double)factor || node_input(n, 2))) return node_error(d, n, NULL, "its scale is no whole number");
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < x->rank; k++) dims[k] = x->dims[k];
    dims[axis] = multiplied ? dim_mul(node_arena(n), x->dims[axis], dim_number(factor)) : opened ? open->type.dims[0] : dim_number(wanted);
    if (type_size(x, axis) == 0 && node_int(n, "size") > 0) return node_error(d, n, NULL, "resizes an empty axis");
    set_output(n, 0, x->elem, x->rank, dims);
    return true;
}

bool shape_grid_sample(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 3, 5, d), *grid = x ? input_type(n, 1, x->rank, x->rank, d) : NULL;
    if (!grid) return false;
    if (!one_of(n, "mode", "nearest linear cubic", d) || !one_of(n, "padding_mode", "zeros border reflection", d)) return false;
    if (dim_is_number(grid->dims[x->rank - 1]) && type_size(grid, -1) != x->rank - 2)
        return node_error(d, n, NULL, "its grid does not have %d coordinates", x->rank - 2);
    if (dim_is_number(grid->dims[0]) && dim_is_number(x->dims[0]) && !dim_equal(grid->dims[0], x->dims[0]))
        return node_error(d, n, NULL, "its input and its grid differ in batch size");
    dim dims[5] = {x->dims[0], x->dims[1]};
    for (int k = 2; k < x->rank; k++) dims[k] = grid->dims[k - 1];
    set_output(n, 0, x->elem, x->rank, dims);
    return true;
}

bool shape_roi_align(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 4, 4, d), *rois = x ? input_type(n, 1, 2, 2, d) : NULL;
    if (!rois || !input_type(n, 2, 1, 1, d)) return false;
    if (type_size(rois, 1) >= 0 && type_size(rois, 1) != 4) return node_error(d, n, NULL, "its regions do not have 4 coordinates");
    if (n->inputs[2]->type.elem != DT_I64) return node_error(d, n, NULL, "its image numbers are not of type i64");
    if (!one_of(n, "mode", "avg max", d) || !one_of(n, "coordinate_transformation_mode", "half_pixel output_half_pixel", d)) return false;
    dim dims[4] = {rois->dims[0], x->dims[1], dim_number(node_int(n, "output_height")), dim_number(node_int(n, "output_width"))};
    set_output(n, 0, x->elem, 4, dims);
    return true;
}

/* Both are numbers, and not the same. */
static bool differ(dim x, dim y) { return dim_is_number(x) && dim_is_number(y) && x.size != y.size; }

bool columns_of_image(const node *n, dim *rows, dim *columns) {
    arena *a = node_arena(n);
    const value_type *y = &n->outputs[0]->type;
    int axes;
    const int64_t *block = constant_ints(n, 2, &axes);
    if (!block || axes != y->rank - 2) return false;
    *rows = y->dims[1], *columns = dim_number(1);
    for (int k = 0; k < axes; k++) {
        const int64_t reach = node_nth_int(n, "dilations", k, 1) * (block[k] - 1) + 1,
                      pads = node_nth_int(n, "pads", k, 0) + node_nth_int(n, "pads", axes + k, 0);
        const dim last = dim_floordiv(a, dim_add(a, y->dims[k + 2], dim_number(pads - reach)), dim_number(node_nth_int(n, "strides", k, 1)));
        *rows = dim_mul(a, *rows, dim_number(block[k]));
        *columns = dim_mul(a, *columns, dim_add(a, last, dim_number(1)));
    }
    return true;
}

bool shape_col2im(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 3, 3, d);
    int axes, taps_count, count;
    if (!x || !input_type(n, 1, 1, 1, d) || !input_type(n, 2, 1, 1, d)) return false;
    if (!all_positive(n, "strides", 1, d) || !all_positive(n, "dilations", 1, d) || !all_positive(n, "pads", 0, d)) return false;
    const dim *image = value_sizes(node_arena(n), n->inputs[1], &axes);
    const int64_t *block = constant_ints(n, 2, &taps_count);
    int64_t rank = type_size(&n->inputs[1]->type, 0), taps = 1;
    if (rank < 1 || rank > 3) return node_error(d, n, NULL, "its image has no 1 to 3 axes");
    node_ints(n, "pads", &count);
    if (count && count != 2 * rank) return node_error(d, n, NULL, "its pads do not fit its image");
    dim dims[5] = {x->dims[0], dim_unknown(node_arena(n))}, rows, columns;
    for (int k = 0; k < rank; k++) dims[k + 2] = image ? image[k] : dim_unknown(node_arena(n));
    for (int k = 0; block && k < taps_count; k++) taps *= block[k] > 0 ? block[k] : 1;
    if (block && taps_count == rank) dims[1] = dim_floordiv(node_arena(n), x->dims[1], dim_number(taps));
    set_output(n, 0, x->elem, (int)rank + 2, dims);
    return !n->outputs[0] || !columns_of_image(n, &rows, &columns) || (!differ(rows, x->dims[1]) && !differ(columns, x->dims[2])) ||
           node_error(d, n, NULL, "its columns do not fit its image");
}

bool shape_deform_conv(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 4, 4, d), *w = x ? input_type(n, 1, 4, 4, d) : NULL, *offset = w ? input_type(n, 2, 4, 4, d) : NULL;
    if (!offset) return false;
    int64_t group = node_int(n, "group"), offset_group = node_int(n, "offset_group");
    if (!dim_is_number(x->dims[1]) || !type_is_static(w))
        return node_error(d, n, NULL, "the number of its channels, or the shape of its weight, is not known");
    if (!all_positive(n, "strides", 1, d) || !all_positive(n, "dilations", 1, d) || !all_positive(n, "pads", 0, d)) return false;
    int64_t channels = type_size(x, 1), filters = type_size(w, 0), taps = type_size(w, 2) * type_size(w, 3);
    const value *mask = node_input(n, 4);
    bool fits = group > 0 && offset_group > 0 && channels % group == 0 && filters % group == 0 && channels % offset_group == 0 &&
                type_size(w, 1) * group == channels && type_size(offset, 1) == offset_group * 2 * taps;
    if (!fits) return node_error(d, n, NULL, "its channels, groups and offsets do not fit");
    fits = !differ(x->dims[0], offset->dims[0]);
    for (int k = 0; fits && mask && k < 4; k++)
        fits = mask->type.rank == 4 && !differ(mask->type.dims[k], k == 1 ? dim_number(offset_group * taps) : offset->dims[k]);
    if (!fits) return node_error(d, n, NULL, "its input, offsets and mask do not fit each other");
    dim dims[4] = {x->dims[0], w->dims[0], offset->dims[2], offset->dims[3]};
    set_output(n, 0, x->elem, 4, dims);
    return true;
}

bool shape_dft(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    int axis, count;
    if (!x) return false;
    const int64_t *given = constant_ints(n, 2, &count);
    if (!given) return node_error(d, n, "make it a constant", "its axis is not known");
    if (!resolve_axis(n, *given, x->rank, &axis, d)) return false;
    if (axis == x->rank - 1) return node_error(d, n, NULL, "transforms along the parts of complex numbers");
    const bool onesided = node_int(n, "onesided"), inverse = node_int(n, "inverse");
    const dim points = dft_points(n);
    if (dim_is_number(points) && points.size < 1) return node_error(d, n, NULL, "transforms %lld points", (long long)points.size);
    if (node_input(n, 1) && points.expr && points.expr->op == DIM_UNKNOWN) return node_error(d, n, "make it a constant", "its length is not known");
    dim dims[IR_MAX_RANK];
    memcpy(dims, x->dims, sizeof *dims * (size_t)x->rank);
    dims[axis] = onesided && !inverse ? dim_add(node_arena(n), dim_floordiv(node_arena(n), points, dim_number(2)), dim_number(1)) : points;
    dims[x->rank - 1] = dim_number(onesided && inverse ? 1 : 2);
    set_output(n, 0, x->elem, x->rank, dims);
    return true;
}

bool shape_mel_weights(node *n, diagnostics *d) {
    (void)d;
    int count;
    const int64_t *bins = constant_ints(n, 0, &count), *length = constant_ints(n, 1, &count);
    dim dims[2] = {length ? dim_number(*length / 2 + 1) : dim_unknown(node_arena(n)), bins ? dim_number(*bins) : dim_unknown(node_arena(n))};
    set_output(n, 0, dtype_from_onnx(node_int(n, "output_datatype")), 2, dims);
    return true;
}

/* Both inputs are strings (the second of rank 1 unless `same`: then of the first's shape). */
static const value_type *two_strings(node *n, bool same, diagnostics *d) {
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d), *y = x ? input_type(n, 1, same ? x->rank : 1, same ? x->rank : 1, d) : NULL;
    if (!y) return NULL;
    bool fits = x->elem == DT_STRING && y->elem == DT_STRING;
    for (int k = 0; same && fits && k < x->rank; k++) fits = dim_equal(x->dims[k], y->dims[k]);
    if (!fits) node_error(d, n, NULL, "its inputs are no strings, or not of one shape");
    return fits ? x : NULL;
}

bool shape_string_equal(node *n, diagnostics *d) {
    const value_type *x = two_strings(n, true, d);
    if (x) set_output(n, 0, DT_BOOL, x->rank, x->dims);
    return x != NULL;
}

bool shape_string_find(node *n, diagnostics *d) {
    const value_type *x = two_strings(n, false, d);
    if (x) set_output(n, 0, DT_I64, x->rank, x->dims);
    return x != NULL;
}

/* From strings, or to them. */
bool shape_string_cast(node *n, diagnostics *d) {
    static const struct { op_code op; dtype from, to; } casts[] = {
        {OP_string_to_real, DT_STRING, DT_F64}, {OP_string_to_integer, DT_STRING, DT_I64}, {OP_string_from_real, DT_F64, DT_STRING}, {OP_string_from_integer, DT_I64, DT_STRING},
        {OP_string_from_float, DT_F32, DT_STRING}};
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d);
    size_t i = 0;
    while (casts[i].op != n->op) i++;
    if (x && x->elem != casts[i].from) return node_error(d, n, NULL, "takes %s, not %s", dtype_of(casts[i].from)->name, dtype_of(x->elem)->name);
    if (x) set_output(n, 0, casts[i].to, x->rank, x->dims);
    return x != NULL;
}

bool shape_string_concat(node *n, diagnostics *d) {
    const value_type *x = two_strings(n, true, d);
    if (x) set_output(n, 0, DT_STRING, x->rank, x->dims);
    return x != NULL;
}

static bool check_room(const node *n, diagnostics *d) {
    int64_t room = node_int(n, "room");
    return (room >= 0 && room <= INT32_MAX) || node_error(d, n, NULL, "has room for %lld", (long long)room);
}

bool shape_string_normalize(node *n, diagnostics *d) {
    const value_type *x = two_strings(n, false, d);
    if (!x || !check_room(n, d)) return false;
    const dim room = dim_number(node_int(n, "room"));
    if (x->rank != 1) return node_error(d, n, NULL, "its input is not of rank 1");
    set_output(n, 0, DT_STRING, 1, &room);
    set_output(n, 1, DT_I64, 0, NULL);
    return true;
}

bool shape_string_split(node *n, diagnostics *d) {
    const value_type *x = two_strings(n, false, d);
    if (!x || !check_room(n, d)) return false;
    if (x->rank >= IR_MAX_RANK || !type_is_static(&n->inputs[1]->type) || type_count(&n->inputs[1]->type) != 1)
        return node_error(d, n, NULL, "its inputs do not fit it");
    dim dims[IR_MAX_RANK];
    for (int k = 0; k < x->rank; k++) dims[k] = x->dims[k];
    dims[x->rank] = dim_number(node_int(n, "room"));
    set_output(n, 0, DT_STRING, x->rank + 1, dims);
    set_output(n, 1, DT_I64, x->rank, x->dims);
    set_output(n, 2, DT_I64, 0, NULL);
    return true;
}

bool shape_regex_match(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d), *program = x ? input_type(n, 1, 1, 1, d) : NULL;
    if (!program) return false;
    int64_t size = node_int(n, "instructions");
    if (x->elem != DT_STRING || program->elem != DT_I64 || size < 1 || size > 1000 || type_size(program, 0) < 3 * size)
        return node_error(d, n, NULL, "its program does not fit it");
    set_output(n, 0, DT_BOOL, x->rank, x->dims);
    return true;
}

bool shape_tree_ensemble(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, 2, d);
    static const dtype types[] = {DT_F64, DT_I64, DT_I64, DT_F64, DT_F64, DT_I64, DT_I64, DT_F64};
    int64_t targets = node_int(n, "n_targets");
    if (!x) return false;
    for (int i = 0; i < 8; i++)
        if (n->inputs[i]->type.elem != types[i]) return node_error(d, n, NULL, "input %d is of another type", i);
    if (targets < 1 || targets > INT32_MAX || !type_is_static(x)) return node_error(d, n, NULL, "the shape of its result is not known");
    dim dims[] = {x->dims[0], dim_number(targets)};
    set_output(n, 0, DT_F64, 2, dims);
    return true;
}

bool shape_couple_classes(node *n, diagnostics *d) {
    const value_type *r = input_type(n, 0, 3, 3, d);
    if (!r) return false;
    if (r->elem != DT_F64 || type_size(r, 1) < 2 || type_size(r, 1) != type_size(r, 2)) return node_error(d, n, NULL, "needs square matrices of f64, of at least 2 classes");
    const dim work[] = {dim_number(type_size(r, 1) + 1), r->dims[1]};
    set_output(n, 0, r->elem, 2, r->dims);
    set_output(n, 1, r->elem, 2, work);
    return true;
}

bool shape_max_roi_pool(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 4, 4, d), *rois = x ? input_type(n, 1, 2, 2, d) : NULL;
    int count;
    const int64_t *pooled = node_ints(n, "pooled_shape", &count);
    if (!rois || !all_positive(n, "pooled_shape", 1, d)) return false;
    if (count != 2 || (type_size(rois, 1) >= 0 && type_size(rois, 1) != 5)) return node_error(d, n, NULL, "its regions or its pooled_shape are of the wrong length");
    const dim dims[] = {rois->dims[0], x->dims[1], dim_number(pooled[0]), dim_number(pooled[1])};
    set_output(n, 0, x->elem, 4, dims);
    return true;
}

bool shape_row_reduce(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 2, IR_MAX_RANK, d);
    if (!x) return false;
    int64_t rows = type_size(x, -2), columns = type_size(x, -1);
    if (x->elem != DT_F64 || (rows >= 0 && columns >= 0 && columns < rows)) return node_error(d, n, NULL, "reduces rows of matrices of f64 that are not higher than wide");
    set_output(n, 0, x->elem, x->rank, x->dims);
    return true;
}

bool shape_unique(node *n, diagnostics *d) {
    const value_type *x = input_type(n, 0, 0, IR_MAX_RANK, d);
    if (!x) return false;
    if (x->elem != DT_F64 && x->elem != DT_I64 && x->elem != DT_STRING) return node_error(d, n, NULL, "its input is of another type");
    const int64_t axis = node_int(n, "axis");
    if (axis < 0 || axis >= x->rank) return node_error(d, n, NULL, "its items do not fit its input");
    for (int i = 0; i < 3; i++) set_output(n, i, DT_I64, 1, &x->dims[axis]);
    set_output(n, 3, DT_I64, 0, NULL);
    return true;
}

bool shape_random(node *n, diagnostics *d) {
    int rank;
    const int64_t *ints = node_ints(n, "shape", &rank);
    dim dims[IR_MAX_RANK];
    if (rank > IR_MAX_RANK || !all_positive(n, "shape", 0, d)) return false;
    for (int k = 0; k < rank; k++) dims[k] = dim_number(ints[k]);
    set_output(n, 0, DT_F64, rank, dims);
    return true;
}

/* Of each class in each image no more than there are boxes, nor than input 2 says. */
static dim most_boxes(const node *n, const value_type *scores) {
    arena *a = node_arena(n);
    const value *limit = node_input(n, 2);
    int count;
    const dim *given = value_sizes(a, limit, &count), none = dim_number(0), boxes = scores->dims[2];
    const dim each = !limit ? none : !given || count != 1 ? boxes : dim_max(a, dim_min(a, *given, boxes), none);
    return dim_mul(a, dims_product(a, scores->dims, 0, 2), each);
}

bool shape_non_max_suppression(node *n, diagnostics *d) {
    const value_type *boxes = input_type(n, 0, 3, 3, d), *scores = boxes ? input_type(n, 1, 3, 3, d) : NULL;
    if (!scores) return false;
    if (type_size(boxes, 2) >= 0 && type_size(boxes, 2) != 4) return node_error(d, n, NULL, "its boxes do not have 4 coordinates");
    if (!dim_equal(boxes->dims[1], scores->dims[2]) && dim_is_number(boxes->dims[1]) && dim_is_number(scores->dims[2]))
        return node_error(d, n, NULL, "it has %lld boxes and %lld scores", (long long)boxes->dims[1].size, (long long)scores->dims[2].size);
    const dim dims[2] = {room_of(n, most_boxes(n, scores)), dim_number(3)};
    set_output(n, 0, DT_I64, 2, dims);
    set_output(n, 1, DT_I64, 0, NULL);
    return true;
}

/* Input i (left out: fits) has that rank, and sizes that may be those. */
static bool may_have(const node *n, int i, int rank, const dim *dims) {
    const value *v = node_input(n, i);
    bool fits = !v || v->type.rank == rank;
    for (int k = 0; v && fits && k < rank; k++) fits = !differ(v->type.dims[k], dims[k]);
    return fits;
}

/* The gate at input i says of each step one of two numbers of things. */
static bool gates(const node *n, int i, dim batch, dim steps, int64_t one, int64_t other) {
    const dim dims[2][3] = {{batch, steps, dim_number(one)}, {batch, steps, dim_number(other)}};
    return node_input(n, i) && dim_is_number(n->inputs[i]->type.dims[2]) && (may_have(n, i, 3, dims[0]) || may_have(n, i, 3, dims[1]));
}

bool shape_linear_attention(node *n, diagnostics *d) {
    const value_type *q = input_type(n, 0, 3, 3, d), *k = q ? input_type(n, 1, 3, 3, d) : NULL, *v = k ? input_type(n, 2, 3, 3, d) : NULL;
    if (!v || !one_of(n, "update_rule", "linear gated delta gated_delta", d)) return false;
    if (!dim_is_number(q->dims[2]) || !dim_is_number(k->dims[2]) || !dim_is_number(v->dims[2]))
        return node_error(d, n, NULL, "the widths of its inputs are not known");
    const int64_t q_heads = node_int(n, "q_num_heads"), heads = node_int(n, "kv_num_heads");
    const char *rule = node_string(n, "update_rule");
    if (q_heads < 1 || heads < 1 || q_heads % heads || type_size(q, 2) % q_heads || type_size(v, 2) % heads)
        return node_error(d, n, NULL, "its heads do not fit its inputs");
    const int64_t dk = type_size(q, 2) / q_heads, dv = type_size(v, 2) / heads;
    const dim batch = q->dims[0], steps = q->dims[1], state[] = {batch, dim_number(heads), dim_number(dk), dim_number(dv)};
    const dim keys[] = {batch, steps, dim_number(heads * dk)}, values[] = {batch, steps, v->dims[2]};
    bool fits = may_have(n, 1, 3, keys) && may_have(n, 2, 3, values) && may_have(n, 3, 4, state);
    if (*rule == 'g') fits = fits && gates(n, 4, batch, steps, heads * dk, heads);
    if (strstr(rule, "delta")) fits = fits && gates(n, 5, batch, steps, heads, 1);
    if (!fits) return node_error(d, n, NULL, "its inputs do not fit each other");
    const dim dims[] = {batch, steps, dim_number(q_heads * dv)};
    set_output(n, 0, q->elem, 3, dims);
    set_output(n, 1, q->elem, 4, state);
    return true;
}

/* What a map's entries and their number are; `keys`: which input the number is for. */
static const value_type *map_part(const node *n, int keys, diagnostics *d) {
    const value_type *x = input_type(n, keys, 1, 1, d), *count = x ? input_type(n, keys + 1, 0, 0, d) : NULL;
    if (count && (count->elem != DT_I64 || !type_is_static(x))) node_error(d, n, NULL, "its inputs do not fit it");
    return count && count->elem == DT_I64 && type_is_static(x) ? x : NULL;
}

bool shape_map_entries(node *n, diagnostics *d) {
    const value_type *x = map_part(n, 0, d);
    if (x) set_output(n, 0, x->elem, 1, x->dims);
    return x != NULL;
}

bool shape_map_find(node *n, diagnostics *d) {
    const value_type *wanted = input_type(n, 0, 1, 1, d), *keys = wanted ? map_part(n, 1, d) : NULL;
    if (!keys) return false;
    if (wanted->elem != keys->elem || (keys->elem != DT_I64 && keys->elem != DT_STRING)) return node_error(d, n, NULL, "its keys are of another type");
    set_output(n, 0, DT_I64, 1, wanted->dims);
    return true;
}

bool shape_map_order(node *n, diagnostics *d) {
    const value_type *keys = map_part(n, 0, d);
    if (!keys) return false;
    if (keys->elem != DT_I64) return node_error(d, n, NULL, "its keys are no integers");
    set_output(n, 0, DT_I64, 1, keys->dims);
    return true;
}
