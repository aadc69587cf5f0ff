/* A graph becomes a ModelProto: values get unique names, constants become initializers, regions graphs in attributes. Floats
 * whose type has a quantization pass through QuantizeLinear and DequantizeLinear; constants among them are stored quantised. */
#include "frontend/frontend.h"
#include "ir/names.h"
#include "onnx/onnx.pb-c.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { IR_VERSION = 10, OPSET = 21 };

/* Operators that are younger than OPSET. */
static const struct {
    op_code op;
    int64_t since;
} newer[] = {{OP_rms_normalization, 23}, {OP_swish, 24}, {OP_tensor_scatter, 24}, {OP_cum_prod, 26}, {OP_bit_cast, 26}, {OP_linear_attention, 27}};

typedef struct exporter {
    const graph *graph;
    arena *arena;
    diagnostics *diags;
    const char **names; /* by value id; of a quantised value: after DequantizeLinear */
    bool *written;      /* by value id: constants that are initializers */
    char **input_names;  /* of the model's inputs, which quantised ones have before QuantizeLinear */
    names values, nodes; /* that are taken */
    Onnx__TensorProto **initializers;
    size_t n_initializers, max_initializers;
    int64_t opset;
    bool microsoft; /* its domain is used */
} exporter;

static bool export_region(exporter *x, const region *r, Onnx__GraphProto *g);

/* ---- names ---- */

static char *text_copy(const exporter *x, const char *s) { return arena_strdup(x->arena, s); }

static char *unique(exporter *x, names *taken, const char *wish) {
    char *name = text_copy(x, wish);
    for (int n = 1; !names_add(taken, name, NULL); n++) name = arena_printf(x->arena, "%s.%d", wish, n);
    return name;
}

static char *unique_name(exporter *x, const char *wish) { return unique(x, &x->values, *wish ? wish : "value"); }

static char *name_of(exporter *x, const value *v) {
    if (!v) return text_copy(x, "");
    if (!x->names[v->id]) x->names[v->id] = unique_name(x, v->name);
    return (char *)(uintptr_t)x->names[v->id];
}

static bool is_quantized(const value *v) { return v && v->type.quant && dtype_of(v->type.elem)->kind == CLASS_FLOAT; }

/* Inputs and outputs of the model keep their names. */
static void reserve_names(exporter *x) {
    const region *r = x->graph->body;
    x->input_names = ARENA_ARRAY(x->arena, char *, r->n_inputs);
    for (int i = 0; i < r->n_inputs; i++) {
        const value *v = r->inputs[i];
        x->input_names[i] = unique_name(x, v->name);
        x->names[v->id] = is_quantized(v) ? unique_name(x, arena_printf(x->arena, "%s.rounded", v->name)) : x->input_names[i];
    }
    for (int i = 0; i < r->n_outputs; i++)
        if (r->outputs[i]->producer) name_of(x, r->outputs[i]);
}

/* ---- types ---- */

static Onnx__TensorShapeProto *export_shape(const exporter *x, const value_type *t) {
    Onnx__TensorShapeProto *s = ARENA_NEW(x->arena, Onnx__TensorShapeProto);
    onnx__tensor_shape_proto__init(s);
    s->n_dim = (size_t)t->rank;
    s->dim = ARENA_ARRAY(x->arena, Onnx__TensorShapeProto__Dimension *, t->rank);
    for (int i = 0; i < t->rank; i++) {
        Onnx__TensorShapeProto__Dimension *d = s->dim[i] = ARENA_NEW(x->arena, Onnx__TensorShapeProto__Dimension);
        onnx__tensor_shape_proto__dimension__init(d);
        if (dim_is_number(t->dims[i])) {
            d->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
            d->dim_value = t->dims[i].size;
        } else if (dim_named(t->dims[i])) {
            d->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
            d->dim_param = text_copy(x, dim_named(t->dims[i])->name);
        }
    }
    return s;
}

static Onnx__ValueInfoProto *export_info(exporter *x, const value *v, char *name) {
    Onnx__ValueInfoProto *info = ARENA_NEW(x->arena, Onnx__ValueInfoProto);
    onnx__value_info_proto__init(info);
    info->name = name;
    if (v->type.kind != TYPE_TENSOR) return info;
    info->type = ARENA_NEW(x->arena, Onnx__TypeProto);
    onnx__type_proto__init(info->type);
    Onnx__TypeProto__Tensor *t = ARENA_NEW(x->arena, Onnx__TypeProto__Tensor);
    onnx__type_proto__tensor__init(t);
    t->elem_type = dtype_of(v->type.elem)->onnx;
    if (v->type.rank >= 0) t->shape = export_shape(x, &v->type);
    info->type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    info->type->tensor_type = t;
    return info;
}

/* ---- constants ---- */

static Onnx__TensorProto *export_tensor(const exporter *x, const constant *c, char *name) {
    Onnx__TensorProto *t = ARENA_NEW(x->arena, Onnx__TensorProto);
    onnx__tensor_proto__init(t);
    int64_t count = type_count(&c->type);
    t->name = name;
    t->data_type = dtype_of(c->type.elem)->onnx;
    t->n_dims = (size_t)c->type.rank;
    t->dims = ARENA_ARRAY(x->arena, int64_t, c->type.rank);
    for (int i = 0; i < c->type.rank; i++) t->dims[i] = c->type.dims[i].size;
    if (c->type.elem != DT_STRING) {
        t->raw_data = (ProtobufCBinaryData){dtype_bytes(c->type.elem, count), (uint8_t *)(uintptr_t)c->data};
        return t;
    }
    const ir_string *s = c->data;
    t->n_string_data = (size_t)count;
    t->string_data = ARENA_ARRAY(x->arena, ProtobufCBinaryData, count);
    for (int64_t i = 0; i < count; i++) t->string_data[i] = (ProtobufCBinaryData){s[i].size, (uint8_t *)(uintptr_t)s[i].bytes};
    return t;
}

static void add_initializer(exporter *x, const constant *c, char *name) {
    if (x->n_initializers == x->max_initializers) {
        x->max_initializers = 2 * x->max_initializers + 64;
        Onnx__TensorProto **more = ARENA_ARRAY(x->arena, Onnx__TensorProto *, (int64_t)x->max_initializers);
        if (x->n_initializers) memcpy(more, x->initializers, sizeof *more * x->n_initializers);
        x->initializers = more;
    }
    x->initializers[x->n_initializers++] = export_tensor(x, c, name);
}

/* The name of a value that something reads; constants join the model's initializers, which all graphs inside it see. */
static char *export_read(exporter *x, const value *v) {
    char *name = name_of(x, v);
    if (!v || !v->constant || x->written[v->id]) return name;
    x->written[v->id] = true;
    add_initializer(x, v->constant, name);
    return name;
}

static char *export_constant(exporter *x, const constant *c, const char *wish) {
    char *name = unique_name(x, wish);
    add_initializer(x, c, name);
    return name;
}

/* ---- attributes ---- */

static Onnx__AttributeProto *new_attribute(const exporter *x, const char *name, Onnx__AttributeProto__AttributeType type) {
    Onnx__AttributeProto *a = ARENA_NEW(x->arena, Onnx__AttributeProto);
    onnx__attribute_proto__init(a);
    a->name = text_copy(x, name);
    a->type = (int32_t)type;
    return a;
}

static ProtobufCBinaryData bytes_of(ir_string s) { return (ProtobufCBinaryData){s.size, (uint8_t *)(uintptr_t)s.bytes}; }

static Onnx__AttributeProto *export_attribute(const exporter *x, const attr *from) {
    static const Onnx__AttributeProto__AttributeType types[] = {
        [ATTR_INT] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT,       [ATTR_FLOAT] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT,
        [ATTR_STRING] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING, [ATTR_INTS] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS,
        [ATTR_FLOATS] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS, [ATTR_STRINGS] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS,
        [ATTR_TENSOR] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR};
    if (from->kind == ATTR_END || from->kind == ATTR_TYPE) return NULL;
    Onnx__AttributeProto *a = new_attribute(x, from->name, types[from->kind]);
    a->i = from->i;
    a->f = (float)from->f;
    a->s = from->kind == ATTR_STRING ? bytes_of(from->s) : a->s;
    a->t = from->kind == ATTR_TENSOR ? export_tensor(x, from->tensor, text_copy(x, "")) : NULL;
    if (from->kind == ATTR_INTS) a->n_ints = (size_t)from->n, a->ints = (int64_t *)(uintptr_t)from->ints;
    if (from->kind == ATTR_FLOATS) {
        a->n_floats = (size_t)from->n;
        a->floats = ARENA_ARRAY(x->arena, float, from->n);
        for (int i = 0; i < from->n; i++) a->floats[i] = (float)from->floats[i];
    }
    if (from->kind == ATTR_STRINGS) {
        a->n_strings = (size_t)from->n;
        a->strings = ARENA_ARRAY(x->arena, ProtobufCBinaryData, from->n);
        for (int i = 0; i < from->n; i++) a->strings[i] = bytes_of(from->strings[i]);
    }
    return a;
}

static bool export_attributes(exporter *x, const node *n, Onnx__NodeProto *p) {
    static const char *const branches[] = {"then_branch", "else_branch"};
    p->attribute = ARENA_ARRAY(x->arena, Onnx__AttributeProto *, n->n_attrs + n->n_regions);
    for (int i = 0; i < n->n_attrs; i++) {
        Onnx__AttributeProto *a = export_attribute(x, &n->attrs[i]);
        if (a) p->attribute[p->n_attribute++] = a;
    }
    for (int i = 0; i < n->n_regions; i++) {
        const char *name = n->op == OP_if && i < 2 ? branches[i] : "body";
        Onnx__AttributeProto *a = p->attribute[p->n_attribute++] = new_attribute(x, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH);
        a->g = ARENA_NEW(x->arena, Onnx__GraphProto);
        onnx__graph_proto__init(a->g);
        a->g->name = text_copy(x, name);
        if (!export_region(x, n->regions[i], a->g)) return false;
    }
    return true;
}

/* ---- nodes ---- */

static Onnx__NodeProto *new_node(exporter *x, const char *name, const char *onnx, size_t n_inputs, size_t n_outputs) {
    Onnx__NodeProto *p = ARENA_NEW(x->arena, Onnx__NodeProto);
    onnx__node_proto__init(p);
    const char *dot = strrchr(onnx, '.');
    p->name = unique(x, &x->nodes, *name ? name : onnx);
    p->op_type = text_copy(x, dot ? dot + 1 : onnx);
    if (dot) p->domain = arena_strndup(x->arena, onnx, (size_t)(dot - onnx));
    p->n_input = n_inputs;
    p->input = ARENA_ARRAY(x->arena, char *, (int64_t)n_inputs);
    p->n_output = n_outputs;
    p->output = ARENA_ARRAY(x->arena, char *, (int64_t)n_outputs);
    return p;
}

static void note_opset(exporter *x, op_code op) {
    const char *onnx = op_of(op)->onnx;
    if (onnx && !strncmp(onnx, "com.microsoft.", 14)) x->microsoft = true;
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++)
        if (newer[i].op == op && newer[i].since > x->opset) x->opset = newer[i].since;
}

/* ---- quantised values ---- */

/* Adds QuantizeLinear or DequantizeLinear to g. */
static void export_linear(exporter *x, Onnx__GraphProto *g, const char *onnx, const value *v, char *const *inputs, char *output) {
    Onnx__NodeProto *p = g->node[g->n_node++] = new_node(x, arena_printf(x->arena, "%s.%s", name_of(x, v), onnx), onnx, 3, 1);
    memcpy(p->input, inputs, 3 * sizeof *inputs);
    p->output[0] = output;
    if (v->type.quant->axis < 0) return;
    const attr axis = {.name = "axis", .kind = ATTR_INT, .i = v->type.quant->axis};
    p->attribute = ARENA_ARRAY(x->arena, Onnx__AttributeProto *, 1);
    p->attribute[p->n_attribute++] = export_attribute(x, &axis);
}

/* A constant's integers, by its type's quantization. */
static const constant *quantized_constant(const exporter *x, const value *v) {
    const quantization *q = v->type.quant;
    dtype to = q->zero_point->type.elem;
    int bits = dtype_of(to)->bits;
    bool is_signed = dtype_of(to)->kind == CLASS_INT;
    double low = is_signed ? -ldexp(1, bits - 1) : 0, high = ldexp(1, bits - is_signed) - 1;
    int64_t count = type_count(&v->type), channels = type_count(&q->scale->type), inner = 1;
    for (int i = q->axis + 1; q->axis >= 0 && i < v->type.rank; i++) inner *= v->type.dims[i].size;
    constant *c = ARENA_NEW(x->arena, constant);
    *c = (constant){.type = v->type, .origin = v->constant->origin};
    c->type.elem = to;
    void *data = arena_alloc(x->arena, dtype_bytes(to, count));
    for (int64_t i = 0; i < count; i++) {
        int64_t channel = i / inner % channels;
        double y = rint(constant_float(v->constant, i) / constant_float(q->scale, channel)) + constant_float(q->zero_point, channel);
        dtype_store_int(to, data, i, (int64_t)fmin(fmax(y, low), high));
    }
    c->data = data;
    return c;
}

/* v, written under the name `plain` (NULL: a constant), rounded to what its quantization can express. */
static void export_quantized(exporter *x, Onnx__GraphProto *g, const value *v, char *plain) {
    char *name = name_of(x, v);
    char *inputs[3] = {plain, export_constant(x, v->type.quant->scale, arena_printf(x->arena, "%s.scale", name)),
                       export_constant(x, v->type.quant->zero_point, arena_printf(x->arena, "%s.zero_point", name))};
    const char *wish = arena_printf(x->arena, "%s.quantized", name);
    char *stored = plain ? unique_name(x, wish) : export_constant(x, quantized_constant(x, v), wish);
    if (plain) export_linear(x, g, "QuantizeLinear", v, inputs, stored);
    inputs[0] = stored;
    export_linear(x, g, "DequantizeLinear", v, inputs, name);
}

/* Before n: the quantised constants that it is the first to read. */
static void export_quantized_constants(exporter *x, Onnx__GraphProto *g, const node *n) {
    for (int i = 0; i < n->n_core_inputs; i++) {
        const value *v = n->inputs[i];
        if (!is_quantized(v) || !v->constant || x->written[v->id]) continue;
        x->written[v->id] = true;
        export_quantized(x, g, v, NULL);
    }
}

/* The name under which a value is made. */
static char *made_name(exporter *x, const value *v) {
    char *name = name_of(x, v);
    return is_quantized(v) ? unique_name(x, arena_printf(x->arena, "%s.float", name)) : name;
}

/* ---- operators ---- */

/* One axis of Resize: to sizes, from which ONNX takes the scale. */
static Onnx__NodeProto *export_resize(exporter *x, const node *n) {
    static const char *const same[] = {"mode", "nearest_mode", "cubic_coeff_a", "antialias", "exclude_outside", "extrapolation_value"};
    const value_type *t = &n->outputs[0]->type;
    if (n->n_inputs > 1 || !type_is_static(t) || !strcmp(node_string(n, "transform"), "tf_crop_and_resize")) {
        node_error(x->diags, n, "give open sizes with --dim", "its scales are not known");
        return NULL;
    }
    int64_t *sizes = ARENA_ARRAY(x->arena, int64_t, t->rank), rank = t->rank;
    for (int i = 0; i < t->rank; i++) sizes[i] = t->dims[i].size;
    constant c = {.type = type_tensor(x->arena, DT_I64, 1, &rank), .data = sizes};
    char *name = unique_name(x, arena_printf(x->arena, "%s.sizes", n->name));
    add_initializer(x, arena_copy(x->arena, &c, sizeof c), name);
    Onnx__NodeProto *p = new_node(x, n->name, "Resize", 4, 1);
    p->input[0] = export_read(x, n->inputs[0]);
    p->input[1] = p->input[2] = text_copy(x, "");
    p->input[3] = name;
    p->output[0] = made_name(x, n->outputs[0]);
    p->attribute = ARENA_ARRAY(x->arena, Onnx__AttributeProto *, 16);
    attr transform = {.name = "coordinate_transformation_mode", .kind = ATTR_STRING, .s.bytes = node_string(n, "transform")};
    transform.s.size = strlen(transform.s.bytes);
    p->attribute[p->n_attribute++] = export_attribute(x, &transform);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (node_attr(n, same[i])) p->attribute[p->n_attribute++] = export_attribute(x, node_attr(n, same[i]));
    return p;
}

static Onnx__NodeProto *export_node(exporter *x, const node *n) {
    const char *onnx = op_of(n->op)->onnx;
    note_opset(x, n->op);
    if (n->op == OP_resize_axis) return export_resize(x, n);
    if (!onnx || n->epilogue || n->prologue) {
        node_error(x->diags, n, "export what a frontend has read, before any pass", "ONNX has no operator for %s", op_of(n->op)->name);
        return NULL;
    }
    int n_outputs = n->n_outputs;
    while (n_outputs && !n->outputs[n_outputs - 1]) n_outputs--;
    Onnx__NodeProto *p = new_node(x, n->name, onnx, (size_t)n->n_core_inputs, (size_t)n_outputs);
    for (int i = 0; i < n->n_core_inputs; i++) p->input[i] = export_read(x, n->inputs[i]);
    for (int i = 0; i < n_outputs; i++) p->output[i] = made_name(x, n->outputs[i]);
    return export_attributes(x, n, p) ? p : NULL;
}

/* A graph returns what it computes: constants and values from outside pass through an Identity. */
static Onnx__NodeProto *pass_through(exporter *x, const value *v, char **name) {
    Onnx__NodeProto *p = new_node(x, "", "Identity", 1, 1);
    p->input[0] = export_read(x, v);
    p->output[0] = *name = unique_name(x, v->name);
    return p;
}

static bool export_region(exporter *x, const region *r, Onnx__GraphProto *g) {
    int64_t n_nodes = r->n_outputs + 2 * r->n_inputs; /* two for each value that is quantised */
    for (const node *n = r->first; n; n = n->next) n_nodes += 1 + n->n_core_inputs + 2 * n->n_outputs;
    g->node = ARENA_ARRAY(x->arena, Onnx__NodeProto *, n_nodes);
    g->input = ARENA_ARRAY(x->arena, Onnx__ValueInfoProto *, r->n_inputs);
    g->output = ARENA_ARRAY(x->arena, Onnx__ValueInfoProto *, r->n_outputs);
    for (int i = 0; i < r->n_inputs; i++) {
        const value *v = r->inputs[i];
        char *name = r == x->graph->body ? x->input_names[i] : name_of(x, v);
        g->input[g->n_input++] = export_info(x, v, name);
        if (v->fallback) add_initializer(x, v->fallback, name);
        if (is_quantized(v)) export_quantized(x, g, v, name);
    }
    for (const node *n = r->first; n; n = n->next) {
        export_quantized_constants(x, g, n);
        Onnx__NodeProto *p = export_node(x, n);
        if (!p) return false;
        g->node[g->n_node++] = p;
        for (int i = 0; i < n->n_outputs; i++)
            if (is_quantized(n->outputs[i])) export_quantized(x, g, n->outputs[i], p->output[i]);
    }
    for (int i = 0; i < r->n_outputs; i++) {
        const value *v = r->outputs[i];
        bool own = v->producer && v->producer->parent == r;
        char *name = own ? name_of(x, v) : NULL;
        if (!own) g->node[g->n_node++] = pass_through(x, v, &name);
        g->output[g->n_output++] = export_info(x, v, name);
    }
    return true;
}

/* ---- the file ---- */

typedef struct file_buffer {
    ProtobufCBuffer base;
    FILE *stream;
} file_buffer;

static void append(ProtobufCBuffer *b, size_t size, const uint8_t *data) { fwrite(data, 1, size, ((file_buffer *)b)->stream); }

static Onnx__OperatorSetIdProto *opset(const exporter *x, const char *domain, int64_t version) {
    Onnx__OperatorSetIdProto *o = ARENA_NEW(x->arena, Onnx__OperatorSetIdProto);
    onnx__operator_set_id_proto__init(o);
    o->domain = text_copy(x, domain);
    o->version = version;
    return o;
}

static bool write_model(exporter *x, Onnx__GraphProto *g, FILE *f) {
    Onnx__ModelProto m;
    onnx__model_proto__init(&m);
    Onnx__OperatorSetIdProto *opsets[] = {opset(x, "", x->opset), opset(x, "com.microsoft", 1)};
    m.ir_version = IR_VERSION;
    m.graph = g;
    m.opset_import = opsets;
    m.n_opset_import = x->microsoft ? 2 : 1;
    if (onnx__model_proto__get_packed_size(&m) > INT32_MAX) return diag_error(x->diags, "", NULL, "the model would have more than the 2 GB that ONNX files can");
    file_buffer b = {.base.append = append, .stream = f};
    onnx__model_proto__pack_to_buffer(&m, &b.base);
    return !ferror(f) || diag_error(x->diags, "", NULL, "cannot be written: %s", strerror(errno));
}

bool frontend_write_onnx(const graph *g, FILE *f, arena *a, diagnostics *d) {
    exporter x = {.graph = g, .arena = a, .diags = d, .values.arena = a, .nodes.arena = a, .opset = OPSET};
    x.names = ARENA_ARRAY(a, const char *, g->next_value);
    x.written = ARENA_ARRAY(a, bool, g->next_value);
    reserve_names(&x);
    Onnx__GraphProto p;
    onnx__graph_proto__init(&p);
    p.name = arena_strdup(a, *g->name ? g->name : "network");
    if (!export_region(&x, g->body, &p)) return false;
    p.n_initializer = x.n_initializers;
    p.initializer = x.initializers;
    return write_model(&x, &p, f);
}
