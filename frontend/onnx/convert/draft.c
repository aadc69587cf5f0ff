#include "frontend/onnx/convert/convert.h"

#include <string.h>

bool draft_error(const draft *d, const char *hint, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return diag_error(d->context->imp->diags, d->place, hint ? hint : "export the model again", "%s", text);
}

bool draft_ends(const draft *d, int n_inputs) {
    for (int i = n_inputs; i < d->n_inputs; i++)
        if (draft_input(d, i)) return draft_error(d, "export the model without it", "has input %d, which is not supported", i);
    return true;
}

static arena *arena_of(const draft *d) { return d->context->imp->arena; }

/* ---- attributes ---- */

attr *draft_attr(const draft *d, const char *name) {
    for (int i = 0; i < d->n_attrs; i++)
        if (!strcmp(d->attrs[i].name, name)) return &d->attrs[i];
    return NULL;
}

bool draft_take(draft *d, const char *name, attr *out) {
    attr *a = draft_attr(d, name);
    if (!a) return false;
    *out = *a;
    *a = d->attrs[--d->n_attrs];
    return true;
}

void draft_set_attr(draft *d, attr a) {
    attr *old = draft_attr(d, a.name);
    if (!old) {
        attr *more = ARENA_ARRAY(arena_of(d), attr, d->n_attrs + 1);
        if (d->n_attrs) memcpy(more, d->attrs, sizeof *more * (size_t)d->n_attrs);
        d->attrs = more;
        old = &d->attrs[d->n_attrs++];
    }
    *old = a;
}

int64_t draft_int(const draft *d, const char *name, int64_t otherwise) {
    const attr *a = draft_attr(d, name);
    return a && (a->kind == ATTR_INT || a->kind == ATTR_END) ? a->i : otherwise;
}

double draft_float(const draft *d, const char *name, double otherwise) {
    const attr *a = draft_attr(d, name);
    return a && (a->kind == ATTR_FLOAT || a->kind == ATTR_END) ? a->f : otherwise;
}

const char *draft_string(const draft *d, const char *name, const char *otherwise) {
    const attr *a = draft_attr(d, name);
    return a && a->kind == ATTR_STRING ? a->s.bytes : otherwise;
}

/* ---- inputs ---- */

value *draft_input(const draft *d, int i) { return i < d->n_inputs ? d->inputs[i] : NULL; }

void draft_set_input(draft *d, int i, value *v) {
    if (i >= d->n_inputs) {
        value **more = ARENA_ARRAY(arena_of(d), value *, i + 1);
        if (d->n_inputs) memcpy(more, d->inputs, sizeof *more * (size_t)d->n_inputs);
        d->inputs = more;
        d->n_inputs = i + 1;
    }
    d->inputs[i] = v;
}

const value_type *draft_input_type(const draft *d, int i) {
    static const value_type unknown = {.kind = TYPE_UNKNOWN};
    const value *v = draft_input(d, i);
    return v ? &v->type : &unknown;
}

static const value_type *known_shape(const draft *d, int i, bool known) {
    if (known) return draft_input_type(d, i);
    draft_error(d, "fix the open dimensions with --dim NAME=SIZE (cnnc inspect lists them)", "needs to know the shape of input %d", i);
    return NULL;
}

bool type_is_sized(const value_type *t) {
    bool known = t->kind == TYPE_TENSOR && t->rank >= 0;
    for (int k = 0; known && k < t->rank; k++) known = dim_is_number(t->dims[k]) || t->dims[k].expr->op != DIM_UNKNOWN;
    return known;
}

const value_type *draft_static(const draft *d, int i) { return known_shape(d, i, type_is_static(draft_input_type(d, i))); }
const value_type *draft_sized(const draft *d, int i) { return known_shape(d, i, type_is_sized(draft_input_type(d, i))); }

/* ---- constants and nodes on the side ---- */

static const char *label_of(const draft *d, const char *label) {
    return arena_printf(arena_of(d), "%s.%s", d->name, label);
}

value *draft_ints(const draft *d, const char *label, int n, const int64_t *ints) {
    const int64_t *data = arena_copy(arena_of(d), ints, sizeof *ints * (size_t)n);
    int64_t shape = n;
    value_type t = type_tensor(arena_of(d), DT_I64, 1, &shape);
    return value_constant(d->context->imp->graph, label_of(d, label), t, data, label_of(d, label));
}

value *draft_reshape(const draft *d, const char *label, value *v, int rank, const dim *sizes) {
    int64_t ints[IR_MAX_RANK];
    attr size = {.name = "size", .kind = ATTR_TYPE, .type = type_tensor_dims(arena_of(d), v->type.elem, rank, sizes)};
    bool open = false;
    for (int k = 0; k < rank; k++) {
        ints[k] = dim_is_number(sizes[k]) ? sizes[k].size : -1;
        open = open || ints[k] < 0;
    }
    value *inputs[] = {v, draft_ints(d, "shape", rank, ints)};
    return draft_emit(d, "Reshape", label, 2, inputs, open, &size);
}

value *draft_sizes(const draft *d, const char *label, int n, const dim *sizes) {
    return sizes_value(d->context->imp, d->context->region, NULL, label_of(d, label), n, sizes, false);
}

value *draft_size(const draft *d, region *r, node *before, const char *label, dim size) { return sizes_value(d->context->imp, r, before, label, 1, &size, true); }

value *draft_scalar_like(const draft *d, const char *label, double x, const value *like) {
    bool known = like && like->type.kind == TYPE_TENSOR;
    dtype elem = known ? like->type.elem : DT_F32;
    void *data = arena_alloc(arena_of(d), 16);
    dtype_store_float(elem, data, 0, x);
    value *v = value_constant(d->context->imp->graph, label_of(d, label), type_tensor(arena_of(d), elem, 0, NULL), data,
                              label_of(d, label));
    if (known || !like) return v;
    value *inputs[] = {v, (value *)like};
    return draft_emit(d, "CastLike", label, 2, inputs, 0, NULL);
}

/* Shapes that are computed (Shape, Gather, Concat…) must be known to the converters behind them. */
static value *fold_small(node *n) {
    enum { SMALL = 256, MAX_INPUTS = 16 };
    const tensor *in[MAX_INPUTS] = {NULL};
    tensor given[MAX_INPUTS], out;
    bool shape_only = n->op == OP_shape || n->op == OP_size;
    unsigned unfit = PROP_RANDOM | PROP_CONTROL | PROP_KEPT;
    if (n->n_regions || n->n_inputs > MAX_INPUTS || n->n_outputs != 1 || !n->outputs[0] || (op_of(n->op)->props & unfit)) return NULL;
    if (!type_is_static(&n->outputs[0]->type) || type_count(&n->outputs[0]->type) > SMALL) return NULL;
    for (int i = 0; i < n->n_inputs; i++) {
        const value *v = n->inputs[i];
        if (!v || (shape_only && type_is_static(&v->type))) continue;
        if (!v->constant || type_count(&v->type) > SMALL) return NULL;
        given[i] = (tensor){.type = v->type, .data = (void *)v->constant->data};
        in[i] = &given[i];
    }
    diagnostics quiet = {.stream = NULL};
    graph *g = n->parent->graph;
    if (!eval_node(n, in, &out, g->arena, &quiet)) return NULL;
    value *c = value_constant(g, n->outputs[0]->name, out.type, out.data, arena_printf(g->arena, "%s | folded", n->name));
    node_remove(n);
    return c;
}

/* Types as we go: converters ask for them. NULL, or the constant that took the node's place. */
static value *settle(const draft *d, node *n) {
    importer *imp = d->context->imp;
    diagnostics quiet = {.stream = NULL};
    if (!infer_node(n, &quiet)) return NULL; /* the infer pass will say what is wrong */
    value *open = sizes_of_shape(imp, n);
    if (open || (imp->sizes && !sizes_spread(imp, n))) return open;
    value *folded = fold_small(n);
    return folded ? folded : terms_note(imp, n);
}

value *draft_emit(const draft *d, const char *op_type, const char *label, int n_inputs, value *const *inputs, int n_attrs,
                  const attr *attrs) {
    op_code op = op_from_onnx("", op_type);
    if (op == OP_NONE) {
        draft_error(d, "export the model with a newer opset", "version %lld needs %s, which cnnc does not support",
                    (long long)d->version, op_type);
        return NULL;
    }
    node *n = node_new(d->context->region, NULL, op, label_of(d, label), n_inputs, inputs, 1);
    for (int i = 0; i < n_attrs; i++) node_set_attr(n, attrs[i]);
    value *folded = settle(d, n);
    return folded ? folded : n->outputs[0];
}

value *draft_inline_region(draft *d, const char *name, value *input) {
    const region *r = NULL;
    for (int i = 0; i < d->n_regions; i++)
        if (!strcmp(d->region_names[i], name)) r = d->regions[i];
    if (!r) return NULL;
    if (r->n_inputs != 1 || r->n_outputs != 1) {
        draft_error(d, NULL, "its %s has %d inputs and %d outputs instead of one each", name, r->n_inputs, r->n_outputs);
        return NULL;
    }
    region *here = d->context->region;
    value_replace_uses(r->inputs[0], input);
    node *anchor = node_new(here, NULL, OP_identity, name, 1, &input, 1);
    for (node *n = r->first, *next; n; n = next) {
        next = n->next;
        node_move_before(n, anchor);
        for (int i = 0; i < n->n_outputs; i++)
            if (n->outputs[i]) n->outputs[i]->parent = here;
        diagnostics quiet = {.stream = NULL};
        infer_node(n, &quiet);
    }
    node_remove(anchor);
    return r->outputs[0];
}

/* ---- the node itself ---- */

static bool check_attr(const draft *d, op_code op, attr *a) {
    static const char *const kinds[] = {[ATTR_END] = "nothing", [ATTR_INT] = "an int", [ATTR_FLOAT] = "a float",
                                        [ATTR_STRING] = "a string", [ATTR_INTS] = "a list of ints",
                                        [ATTR_FLOATS] = "a list of floats", [ATTR_STRINGS] = "a list of strings",
                                        [ATTR_TENSOR] = "a tensor", [ATTR_TYPE] = "a type"};
    const attr_spec *spec = op_attr(op, a->name);
    if (!spec && op_of(op)->props & PROP_FOREIGN) {
        if (a->kind == ATTR_END) a->kind = ATTR_INT; /* a zero of an old file */
        return true;
    }
    if (!spec) return draft_error(d, NULL, "has no attribute '%.80s'", a->name);
    if (a->kind == ATTR_END) a->kind = spec->kind; /* a zero; lists are empty */
    if (a->kind != spec->kind)
        return draft_error(d, NULL, "attribute '%s' is %s where %s is needed", spec->name, kinds[a->kind], kinds[spec->kind]);
    return true;
}

bool draft_finish(draft *d) {
    op_code op = op_from_onnx(d->domain, d->op_type);
    if (op == OP_NONE) op = op_from_name(d->op_type); /* one of cnnc's own, in a recipe: models' are checked before */
    if (op == OP_NONE) return draft_error(d, NULL, "%.80s is not supported", d->op_type);
    for (int i = 0; i < d->n_attrs; i++)
        if (!check_attr(d, op, &d->attrs[i])) return false;
    if (d->n_regions && !(op_of(op)->props & PROP_CONTROL)) return draft_error(d, "export the model again", "has a graph as attribute, which its operator does not take");
    while (d->n_inputs > op_of(op)->min_in && op != OP_custom && !d->inputs[d->n_inputs - 1]) d->n_inputs--;
    node *n = node_new(d->context->region, NULL, op, d->name, d->n_inputs, d->inputs, d->n_outputs);
    for (int i = 0; i < d->n_attrs; i++) node_set_attr(n, d->attrs[i]);
    n->regions = d->regions;
    n->n_regions = d->n_regions;
    for (int i = 0; i < d->n_regions; i++) d->regions[i]->owner = n;
    for (int i = 0; i < d->n_outputs; i++)
        if (!d->wanted[i]) n->outputs[i] = NULL;
    d->outputs = ARENA_ARRAY(arena_of(d), value *, d->n_outputs);
    memcpy(d->outputs, n->outputs, sizeof *d->outputs * (size_t)d->n_outputs);
    value *folded = settle(d, n);
    if (folded) d->outputs[0] = folded;
    return true;
}
