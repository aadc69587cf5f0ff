#include "frontend/onnx/convert/recipe.h"

#include "ir/regex.h"
#include "ir/shape/shape.h"

#include <stdlib.h>
#include <string.h>

/* Operators on strings, and others of which only the number of results depends on data. */

enum { ROOM_FOR_PARTS = 16 /* of a string that is split as often as it can be */ };

static value *constant_of(draft *d, dtype elem, int64_t n, const void *data) {
    arena *mem = d->context->imp->arena;
    return value_constant(d->context->imp->graph, d->name, type_tensor(mem, elem, 1, &n), data, d->name);
}

static value *string_list(draft *d, const char *name) {
    static const ir_string none = {"", 0};
    const attr *a = draft_attr(d, name);
    bool given = a && a->kind == ATTR_STRINGS;
    return constant_of(d, DT_STRING, given ? a->n : 0, given && a->n ? (const void *)a->strings : &none);
}

/* Binds how many results there is room for along an axis: exactly those that the model declares (true then), else `most`. */
static bool bind_room(recipe *r, int output, int axis, int64_t most) {
    const draft *d = r->draft;
    const value_type *declared = d->declared ? d->declared[output] : NULL;
    int64_t n = declared && declared->kind == TYPE_TENSOR && axis < declared->rank ? type_size(declared, axis) : -1;
    recipe_int(r, "room", n >= 0 ? n : most);
    recipe_int(r, "exact", n >= 0);
    return n >= 0;
}

static void note(const draft *d, const recipe *r, const char *name, int axis, const char *size) {
    value *v = recipe_get(r, name), *n = recipe_get(r, size);
    if (v && n && !v->constant && !n->constant) size_note(d->context->imp, v, axis, n);
}

/* Two string inputs as "a" and "b", of one shape. */
static bool bind_pair(draft *d, recipe *r) {
    const value_type *x = draft_static(d, 0), *y = x ? draft_static(d, 1) : NULL;
    dim dims[IR_MAX_RANK];
    int64_t shape[IR_MAX_RANK];
    int rank;
    if (!y) return false;
    if (!broadcast_dims(d->context->imp->arena, 2, (const value_type *const[]){x, y}, &rank, dims)) return draft_error(d, NULL, "the shapes of its inputs cannot be broadcast together");
    for (int k = 0; k < rank; k++) shape[k] = dims[k].size;
    recipe_ints(r, "shape", rank, shape);
    recipe_inputs(r, "a b");
    recipe_run(r, "a = Expand(a, $shape)\nb = Expand(b, $shape)");
    return true;
}

/* Casts from strings and to them: by way of the widest type. */
bool cast_strings(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_input_type(d, 0);
    const dtype to = dtype_from_onnx((int)draft_int(d, "to", 0));
    if (x->kind != TYPE_TENSOR || (x->elem == DT_STRING) == (to == DT_STRING) || to == DT_NONE) return true;
    const dtype number = x->elem == DT_STRING ? to : x->elem;
    const bool real = dtype_of(number)->kind == CLASS_FLOAT;
    if (number == DT_U64 || dtype_of(number)->kind == CLASS_COMPLEX) return draft_error(d, NULL, "casts between strings and %s are not supported", dtype_of(number)->name);
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_int(&r, "to", dtype_of(number)->onnx);
    if (to != DT_STRING) recipe_run(&r, real ? "y = Cast(string_to_real(x); to=$to)" : "y = Cast(string_to_integer(x); to=$to)");
    else recipe_run(&r, real ? "y = string_from_real(Cast(x; to=11))" : "y = string_from_integer(Cast(x; to=7))");
    return recipe_return(&r, "y");
}

bool expand_string_concat(draft *d, const conversion *row) {
    (void)row;
    recipe r = recipe_new(d);
    if (!bind_pair(d, &r)) return false;
    recipe_run(&r, "y = string_concat(a, b)");
    return recipe_return(&r, "y");
}

bool equal_strings(draft *d, const conversion *row) {
    (void)row;
    if (draft_input_type(d, 0)->elem != DT_STRING || draft_input_type(d, 1)->elem != DT_STRING) return true;
    recipe r = recipe_new(d);
    if (!bind_pair(d, &r)) return false;
    recipe_run(&r, "y = string_equal(a, b)");
    return recipe_return(&r, "y");
}

bool expand_string_normalizer(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_static(d, 0);
    if (!x) return false;
    bool matrix = x->rank == 2;
    if (x->rank < 1 || x->rank > 2 || (matrix && type_size(x, 0) != 1)) return draft_error(d, NULL, "its input is neither [n] nor [1,n]");
    int64_t n = type_size(x, -1);
    const char *change = draft_string(d, "case_change_action", "NONE");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_value(&r, "stop", string_list(d, "stopwords"));
    bool exact = bind_room(&r, 0, x->rank - 1, n ? n : 1);
    recipe_int(&r, "sensitive", draft_int(d, "is_case_sensitive", 0));
    recipe_run(&r, "x = Reshape(x, [-1])");
    recipe_run(&r, !strcmp(change, "LOWER")   ? "y, n = string_normalize(x, stop; sensitive=$sensitive, change=\"LOWER\", room=$room, exact=$exact)"
                   : !strcmp(change, "UPPER") ? "y, n = string_normalize(x, stop; sensitive=$sensitive, change=\"UPPER\", room=$room, exact=$exact)"
                                              : "y, n = string_normalize(x, stop; sensitive=$sensitive, room=$room, exact=$exact)");
    if (!exact) note(d, &r, "y", 0, "n");
    if (matrix) recipe_run(&r, "y = Unsqueeze(y, [0])");
    return recipe_return(&r, "y");
}

bool expand_string_split(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_static(d, 0);
    const attr *delimiter = draft_attr(d, "delimiter");
    if (!x) return false;
    int64_t most = draft_int(d, "maxsplit", INT32_MAX);
    if (most < 0) return draft_error(d, NULL, "has a negative maxsplit");
    ir_string *cut = ARENA_NEW(d->context->imp->arena, ir_string);
    *cut = delimiter && delimiter->kind == ATTR_STRING ? delimiter->s : (ir_string){"", 0};
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_value(&r, "delimiter", constant_of(d, DT_STRING, 1, cut));
    bool exact = bind_room(&r, 0, x->rank, type_count(x) == 0 ? 0 : most < ROOM_FOR_PARTS ? most + 1 : ROOM_FOR_PARTS);
    recipe_int(&r, "most", most);
    recipe_run(&r, "y, parts, longest = string_split(x, delimiter; most=$most, room=$room, exact=$exact)");
    if (!exact) note(d, &r, "y", x->rank, "longest");
    return recipe_return(&r, "y parts");
}

bool expand_regex(draft *d, const conversion *row) {
    (void)row;
    const attr *pattern = draft_attr(d, "pattern");
    if (!pattern || pattern->kind != ATTR_STRING) return draft_error(d, NULL, "lacks its pattern");
    int n;
    size_t at;
    const char *error;
    const int64_t *program = regex_compile(pattern->s.bytes, pattern->s.size, &n, &at, &error, d->context->imp->arena);
    if (!program) return draft_error(d, "cnnc knows RE2's syntax without flags and Unicode classes", "its pattern %s, at byte %zu", error, at);
    recipe r = recipe_new(d);
    int64_t instructions = 0;
    while (program[3 * instructions]) instructions++; /* the match, which is 0, comes last */
    recipe_inputs(&r, "x");
    recipe_value(&r, "program", constant_of(d, DT_I64, n, program));
    recipe_int(&r, "instructions", instructions + 1);
    recipe_run(&r, "y = regex_match(x, program; instructions=$instructions)");
    return recipe_return(&r, "y");
}

/* ---- numbers of results that data decide ---- */

/* `room` set: a recipe wants so many. */
bool bound_non_zero(draft *d, const conversion *row) {
    (void)row;
    if (draft_attr(d, "room")) return true;
    if (!type_is_sized(draft_input_type(d, 0)) || draft_input(d, 0)->constant) return true;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    bool exact = bind_room(&r, 0, 1, ROOM_ALL);
    recipe_run(&r, "y, n = NonZero(x; room=$room, exact=$exact)");
    if (!exact) note(d, &r, "y", 1, "n");
    return recipe_return(&r, "y");
}

bool bound_non_max_suppression(draft *d, const conversion *row) {
    (void)row;
    if (draft_attr(d, "room") || !type_is_sized(draft_input_type(d, 0)) || !type_is_sized(draft_input_type(d, 1))) return true;
    recipe r = recipe_new(d);
    recipe_inputs(&r, "boxes scores limit overlap least");
    bool exact = bind_room(&r, 0, 0, ROOM_ALL);
    recipe_int(&r, "center", draft_int(d, "center_point_box", 0));
    recipe_run(&r, "y, n = NonMaxSuppression(boxes, scores, limit, overlap, least; center_point_box=$center, room=$room, exact=$exact)");
    if (!exact) note(d, &r, "y", 0, "n");
    return recipe_return(&r, "y");
}

bool expand_unique(draft *d, const conversion *row) {
    (void)row;
    const value_type *x = draft_sized(d, 0);
    if (!x) return false;
    bool flat = !draft_attr(d, "axis"), whole = dtype_of(x->elem)->kind != CLASS_FLOAT, text = x->elem == DT_STRING;
    int64_t axis = flat ? 0 : draft_int(d, "axis", 0);
    axis += axis < 0 ? x->rank : 0;
    if (axis < 0 || (axis >= x->rank && !flat) || type_count(x) == 0) return draft_error(d, NULL, "its axis, or its input, is empty or not there");
    recipe r = recipe_new(d);
    recipe_inputs(&r, "x");
    recipe_int(&r, "axis", axis);
    recipe_int(&r, "sorted", draft_int(d, "sorted", 1));
    if (flat) recipe_run(&r, "x = Reshape(x, [-1])");
    recipe_run(&r, text ? "key = Identity(x)" : whole ? "key = Cast(x; to=7)" : "key = Cast(x; to=11)");
    recipe_run(&r, "first, inverse, counts, n = unique(key; axis=$axis, sorted=$sorted)");
    note(d, &r, "first", 0, "n");
    note(d, &r, "counts", 0, "n");
    recipe_run(&r, "y = Gather(x, first; axis=$axis)");
    return recipe_return(&r, "y first inverse counts");
}
