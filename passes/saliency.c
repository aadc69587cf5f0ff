/* How the image would have to change for its class to score higher: the gradient of one logit by the image, plain (Simonyan
 * et al. 2013) or guided (Springenberg et al. 2015). Everything becomes part of the graph, before any other pass. */
#include "passes/passes.h"

static bool is_float(const value *v) { return v->type.kind == TYPE_TENSOR && dtype_of(v->type.elem)->kind == CLASS_FLOAT; }

static value *image_of(const graph *g) {
    for (int i = 0; i < g->body->n_inputs; i++)
        if (is_float(g->body->inputs[i]) && g->body->inputs[i]->type.rank > 2) return g->body->inputs[i];
    return NULL;
}

/* The first output; before softmax, whose gradient vanishes where the network is sure. */
static value *logits_of(const graph *g) {
    value *v = g->body->n_outputs ? g->body->outputs[0] : NULL;
    if (v && v->producer && (v->producer->op == OP_softmax || v->producer->op == OP_log_softmax)) v = v->producer->inputs[0];
    return v && v->producer && is_float(v) && v->type.rank > 1 ? v : NULL;
}

static node *append(graph *g, op_code op, int n, value *const *inputs) { return node_new(g->body, NULL, op, "saliency", n, inputs, 1); }
static value *result(graph *g, node *n) { return infer_node(n, g->diags) ? n->outputs[0] : NULL; }

static value *numbers(graph *g, int64_t count, int rank, int64_t first) {
    int64_t dims[IR_MAX_RANK] = {count};
    for (int i = 1; i < rank; i++) dims[i] = 1;
    int32_t *data = ARENA_ARRAY(g->arena, int32_t, count);
    for (int64_t i = 0; i < count; i++) data[i] = (int32_t)(first + i);
    return value_constant(g, "classes", type_tensor(g->arena, DT_I32, rank, dims), data, "cnnc: saliency");
}

/* i32[N,1,...]: where the largest logit is */
static value *largest(graph *g, value *logits) {
    node *arg = append(g, OP_arg_max, 1, &logits);
    node_set_int(arg, "axis", 1);
    value *at = result(g, arg);
    if (!at) return NULL;
    node *cast = append(g, OP_cast, 1, &at);
    node_set_int(cast, "to", dtype_of(DT_I32)->onnx);
    return result(g, cast);
}

/* The input `class`, of which -1, its value where none is given, stands for the largest logit; or a class fixed now. */
static value *chosen_class(graph *g, value *logits, const saliency_options *o) {
    if (o->fixed) return numbers(g, 1, 1, o->class);
    int64_t one = 1;
    value *class = region_add_input(g->body, "class", type_tensor(g->arena, DT_I32, 1, &one));
    class->fallback = numbers(g, 1, 1, -1)->constant;
    value *at = largest(g, logits), *none = result(g, append(g, OP_less, 2, (value *[]){class, numbers(g, 1, 1, 0)}));
    return at && none ? result(g, append(g, OP_where, 3, (value *[]){none, at, class})) : NULL;
}

/* 1 where the class is, 0 elsewhere, in the shape of the logits. */
static value *one_hot(graph *g, value *logits, value *class) {
    int rank = logits->type.rank;
    int64_t dims[IR_MAX_RANK];
    value *hot = result(g, append(g, OP_equal, 2, (value *[]){numbers(g, logits->type.dims[1].size, rank - 1, 0), class}));
    if (!hot) return NULL;
    for (int i = 0; i < rank; i++) dims[i] = logits->type.dims[i].size;
    int64_t n = rank;
    value *shape = value_constant(g, "shape", type_tensor(g->arena, DT_I64, 1, &n), arena_copy(g->arena, dims, sizeof dims), "cnnc: shape");
    node *cast = append(g, OP_cast, 1, &hot);
    node_set_int(cast, "to", dtype_of(logits->type.elem)->onnx);
    value *seed = result(g, cast);
    return seed ? result(g, append(g, OP_expand, 2, (value *[]){seed, shape})) : NULL;
}

bool saliency_add(graph *g, const saliency_options *o) {
    if (!pass_find("fold_constants")->run(g, &(pass_options){0})) return false; /* types and constants */
    value *image = image_of(g), *logits = logits_of(g);
    if (!image) return diag_error(g->diags, "", "leave --saliency out", "a saliency map needs an input of floats with channels, rows and columns");
    if (!logits) return diag_error(g->diags, "", "leave --saliency out", "a saliency map needs a first output of one float for each class");
    if (!type_is_static(&image->type) || !type_is_static(&logits->type))
        return diag_error(g->diags, "", "--dim NAME=SIZE gives a dimension a size", "a saliency map needs shapes of numbers");
    int64_t classes = type_size(&logits->type, 1);
    if (o->fixed && o->class >= classes)
        return diag_error(g->diags, "", NULL, "--saliency: there is no class %lld: the network has %lld, counted from 0", (long long)o->class, (long long)classes);
    value *class = chosen_class(g, logits, o), *seed = class ? one_hot(g, logits, class) : NULL;
    value *map = seed ? graph_gradient(g, logits, seed, image, o->relu) : NULL;
    if (!map) return false;
    if (!map->producer) map = result(g, append(g, OP_identity, 1, &map));
    map->name = "saliency";
    region_add_output(g->body, map);
    return true;
}
