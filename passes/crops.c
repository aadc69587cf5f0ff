/* Multi-crop evaluation (Krizhevsky et al. 2012): the network sees the centre and the corners of a larger picture, and their
 * mirror images, and its outputs are averaged. The network becomes the body of a loop over the crops, so code and workspace
 * stay those of one. A crop is two gathers, of rows and of columns, by indices from a table; a mirror image counts columns
 * backwards. Everything becomes part of the graph, before any other pass. */
#include "passes/passes.h"

#include <math.h>

#define ORIGIN "cnnc: crops"

typedef enum part { FIRST, MIDDLE, LAST } part;

/* The centre is what one crop takes, the first five what five take; behind them come their mirror images. */
static const struct {
    part row, column;
} places[] = {{MIDDLE, MIDDLE}, {FIRST, FIRST}, {FIRST, LAST}, {LAST, FIRST}, {LAST, LAST}};
enum { PLACES = sizeof places / sizeof *places };

/* Where the network takes its picture. */
typedef struct picture {
    value *input;
    int axes[2];                 /* of rows and of columns */
    int64_t large[2], small[2]; /* sides of the picture, and of a crop */
} picture;

/* ---- what there is ---- */

static bool is_colour(const value_type *t, int axis) { return type_size(t, axis) == 1 || type_size(t, axis) == 3; }

/* [N,C,H,W], or [N,H,W,C] where only that has one channel or three. */
static bool picture_of(value *v, picture *p) {
    const value_type *t = &v->type;
    if (t->kind != TYPE_TENSOR || t->rank != 4 || dtype_of(t->elem)->kind != CLASS_FLOAT || !type_is_static(t) || v->fallback) return false;
    int rows = is_colour(t, 3) && !is_colour(t, 1) ? 1 : 2;
    *p = (picture){.input = v, .axes = {rows, rows + 1}, .small = {type_size(t, rows), type_size(t, rows + 1)}};
    return true;
}

static bool find_picture(const graph *g, picture *found) {
    int n = 0;
    for (int i = 0; i < g->body->n_inputs; i++) {
        picture p;
        if (picture_of(g->body->inputs[i], &p) && n++ == 0) *found = p;
    }
    return n == 1 || diag_error(g->diags, "", n ? NULL : "--dim NAME=SIZE gives a dimension a size",
                                "--crops needs one input of floats that is a picture, [N,C,H,W] or [N,H,W,C] of known sizes; %d are", n);
}

static bool choose_size(const graph *g, const crop_options *o, picture *p) {
    for (int i = 0; i < 2; i++) {
        p->large[i] = o->from[i] ? o->from[i] : llround((double)p->small[i] * 256 / 224);
        if (p->large[i] < p->small[i])
            return diag_error(g->diags, "", NULL, "--crop-from: %lldx%lld has no room for crops of %lldx%lld", (long long)o->from[0],
                              (long long)o->from[1], (long long)p->small[0], (long long)p->small[1]);
    }
    return true;
}

/* Averages of maps that belong to different places of the picture would mean nothing. */
static bool check_outputs(const graph *g) {
    for (int i = 0; i < g->body->n_outputs; i++) {
        const value *v = g->body->outputs[i];
        const value_type *t = &v->type;
        bool scores = type_is_static(t) && dtype_of(t->elem)->kind == CLASS_FLOAT;
        for (int k = 2; scores && k < t->rank; k++) scores = type_size(t, k) == 1;
        if (!scores) return diag_error(g->diags, "", "leave --crops out", "--crops averages scores, [N,CLASSES] of floats, but output '%.80s' has others", v->name);
    }
    return true;
}

/* ---- the loop ---- */

/* i64[crops, side]: which rows (of which = 0) or columns each crop consists of. */
static value *index_table(graph *g, const picture *p, int which, int crops) {
    int64_t side = p->small[which], room = p->large[which] - side, dims[] = {crops, side};
    const int64_t begins[] = {[FIRST] = 0, [MIDDLE] = llrint((double)room / 2), [LAST] = room};
    int64_t *to = ARENA_ARRAY(g->arena, int64_t, crops * side);
    for (int i = 0; i < crops; i++) {
        int64_t begin = begins[which ? places[i % PLACES].column : places[i % PLACES].row];
        bool backwards = which && i >= PLACES;
        for (int64_t k = 0; k < side; k++) to[i * side + k] = begin + (backwards ? side - 1 - k : k);
    }
    return value_constant(g, which ? "columns" : "rows", type_tensor(g->arena, DT_I64, 2, dims), to, ORIGIN);
}

static value *scalar(graph *g, dtype t, int64_t x) {
    void *data = arena_alloc(g->arena, dtype_bytes(t, 1));
    dtype_store_int(t, data, 0, x);
    return value_constant(g, "number", type_tensor(g->arena, t, 0, NULL), data, ORIGIN);
}

static value *zeros(graph *g, const value_type *t) {
    return value_constant(g, "zeros", *t, arena_alloc(g->arena, dtype_bytes(t->elem, type_count(t))), ORIGIN);
}

static value *gather(region *r, node *before, value *from, value *indices, int axis, const char *name) {
    node *n = node_new(r, before, OP_gather, name, 2, (value *[]){from, indices}, 1);
    node_set_int(n, "axis", axis);
    return n->outputs[0];
}

/* Crop number `which`, a scalar, at the beginning of r. What read the input now reads that, and the input grows. */
static void take_crop(graph *g, picture *p, region *r, value *which, int crops) {
    node *begin = r->first;
    value *old = value_new(r, "", p->input->type), *crop = p->input;
    value_replace_uses(p->input, old);
    for (int i = 0; i < 2; i++) {
        value *line = gather(r, begin, index_table(g, p, i, crops), which, 0, i ? "crop: columns" : "crop: rows");
        crop = gather(r, begin, crop, line, p->axes[i], "crop");
    }
    value_replace_uses(old, crop);
    value_type *t = &p->input->type;
    t->dims = arena_copy(g->arena, t->dims, sizeof *t->dims * (size_t)t->rank);
    for (int i = 0; i < 2; i++) t->dims[p->axes[i]] = dim_number(p->large[i]);
    p->input->declared = NULL;
    for (int i = 0; i < g->inputs.n; i++)
        if (g->inputs.list[i].n == 1 && g->body->inputs[g->inputs.list[i].first] == p->input) g->inputs.list[i].type = *t;
}

/* A loop behind all nodes of the body, with a sum of each output. Its region takes the number of the crop, whether to go on,
 * and the sums so far; it adds the outputs as they are. */
static node *add_loop(graph *g, int crops) {
    region *body = g->body;
    node *loop = node_new(body, NULL, OP_loop, "crops", 0, NULL, body->n_outputs);
    node_add_input(loop, scalar(g, DT_I64, crops));
    node_add_input(loop, scalar(g, DT_BOOL, 1));
    for (int i = 0; i < body->n_outputs; i++) node_add_input(loop, zeros(g, &body->outputs[i]->type));
    loop->n_core_inputs = loop->n_inputs;
    region *r = region_new(g, loop);
    loop->regions = arena_copy(g->arena, &r, sizeof(region *));
    loop->n_regions = 1;
    region_add_input(r, "crop", type_tensor(g->arena, DT_I64, 0, NULL));
    region_add_output(r, region_add_input(r, "go", type_tensor(g->arena, DT_BOOL, 0, NULL)));
    for (int i = 0; i < body->n_outputs; i++) {
        value *sum = region_add_input(r, "sum", body->outputs[i]->type);
        node *add = node_new(r, NULL, OP_add, "sum of crops", 2, (value *[]){sum, body->outputs[i]}, 1);
        region_add_output(r, add->outputs[0]);
    }
    return loop;
}

static void move_inside(region *r, const node *loop, node *before) {
    for (node *n = loop->parent->first, *next; n != loop; n = next) {
        next = n->next;
        node_move_before(n, before);
        for (int i = 0; i < n->n_outputs; i++)
            if (n->outputs[i]) n->outputs[i]->parent = r;
    }
}

/* The outputs become means, under their old names. */
static void divide_sums(graph *g, const node *loop, int crops) {
    for (int i = 0; i < loop->n_outputs; i++) {
        value *old = g->body->outputs[i];
        value_type one = type_tensor(g->arena, old->type.elem, 0, NULL);
        value *share = value_constant(g, "share", one, arena_alloc(g->arena, dtype_bytes(one.elem, 1)), ORIGIN);
        dtype_store_float(one.elem, (void *)(uintptr_t)share->constant->data, 0, 1.0 / crops);
        node *mean = node_new(g->body, NULL, OP_mul, "mean of crops", 2, (value *[]){loop->outputs[i], share}, 1);
        mean->outputs[0]->name = old->name;
        region_set_output(g->body, i, mean->outputs[0]);
    }
}

bool crops_add(graph *g, const crop_options *o) {
    picture p = {0};
    if (!pass_find("fold_constants")->run(g, &(pass_options){0})) return false; /* types and constants */
    if (!find_picture(g, &p) || !choose_size(g, o, &p) || !check_outputs(g)) return false;
    if (o->count == 1) {
        take_crop(g, &p, g->body, scalar(g, DT_I64, 0), 1);
    } else {
        node *loop = add_loop(g, o->count);
        region *r = loop->regions[0];
        move_inside(r, loop, r->first);
        divide_sums(g, loop, o->count);
        take_crop(g, &p, r, r->inputs[0], o->count);
    }
    return pass_find("fold_constants")->run(g, &(pass_options){0});
}
