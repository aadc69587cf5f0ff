/* ONNX to graph. */
#include "frontend/onnx/convert/convert.h"
#include "frontend/onnx/reader.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- names in scope ---- */

typedef struct name_entry {
    const char *name;
    value *value;
    struct name_entry *next;
} name_entry;

enum { BUCKETS = 4096 };

typedef struct names {
    name_entry *buckets[BUCKETS];
    const struct names *outer;
} names;

static unsigned bucket_of(const char *s) { return (unsigned)(XXH3_64bits(s, strlen(s)) % BUCKETS); }

static value *names_find(const names *n, const char *name) {
    unsigned b = bucket_of(name);
    for (; n; n = n->outer)
        for (const name_entry *e = n->buckets[b]; e; e = e->next)
            if (!strcmp(e->name, name)) return e->value;
    return NULL;
}

static void names_add(reader *r, names *n, const char *name, value *v) {
    name_entry *e = ARENA_NEW(r->arena, name_entry);
    unsigned b = bucket_of(name);
    *e = (name_entry){name, v, n->buckets[b]};
    n->buckets[b] = e;
}

/* ---- nodes ---- */

static const char *place_of(reader *r, const Onnx__NodeProto *p) {
    return arena_printf(r->arena, "node '%s' (%s)", p->name && *p->name ? p->name : p->n_output ? p->output[0] : "", p->op_type ? p->op_type : "");
}

static ir_string string_copy(reader *r, ProtobufCBinaryData b) { return (ir_string){arena_strndup(r->arena, (const char *)b.data, b.len), b.len}; }

static bool attribute(reader *r, const Onnx__AttributeProto *p, const char *place, attr *a) {
    *a = (attr){.name = p->name ? p->name : ""};
    switch (p->type) {
    case 1: a->kind = ATTR_FLOAT; a->f = (double)p->f; return true;
    case 2: a->kind = ATTR_INT; a->i = p->i; return true;
    case 3: a->kind = ATTR_STRING; a->s = string_copy(r, p->s); return true;
    case 4: {
        tensor t;
        if (!p->t || !tensor_from_proto(r, p->t, place, &t)) return false;
        constant *c = ARENA_NEW(r->arena, constant);
        *c = (constant){t.type, t.data, arena_strdup(r->arena, place)};
        a->kind = ATTR_TENSOR;
        a->tensor = c;
        return true;
    }
    case 6: {
        double *f = ARENA_ARRAY(r->arena, double, p->n_floats);
        for (size_t i = 0; i < p->n_floats; i++) f[i] = (double)p->floats[i];
        a->kind = ATTR_FLOATS, a->n = (int)p->n_floats, a->floats = f;
        return true;
    }
    case 7: a->kind = ATTR_INTS; a->n = (int)p->n_ints; a->ints = arena_copy(r->arena, p->ints, sizeof(int64_t) * p->n_ints); return true;
    case 8: {
        ir_string *s = ARENA_ARRAY(r->arena, ir_string, p->n_strings);
        for (size_t i = 0; i < p->n_strings; i++) s[i] = string_copy(r, p->strings[i]);
        a->kind = ATTR_STRINGS, a->n = (int)p->n_strings, a->strings = s;
        return true;
    }
    case 13: a->kind = ATTR_TYPE; a->type = type_from_proto(r, p->tp, a->name); return true;
    default: return diag_error(r->diags, place, NULL, "attribute '%s' has kind %d, which is not known", a->name, p->type);
    }
}

/* A Constant node is a value, however it is spelled. */
static bool constant_node(reader *r, names *scope, const Onnx__NodeProto *p) {
    const char *place = place_of(r, p);
    if (p->n_attribute != 1 || p->n_output != 1) return diag_error(r->diags, place, NULL, "a Constant has one attribute and one output");
    const Onnx__AttributeProto *a = p->attribute[0];
    arena *m = r->arena;
    tensor t = {0};
    int64_t n;
    attr read;
    if (!attribute(r, a, place, &read)) return false;
    switch (read.kind) {
    case ATTR_TENSOR: t.type = read.tensor->type; t.data = (void *)read.tensor->data; break;
    case ATTR_INT: t = tensor_new(m, type_tensor(m, DT_I64, 0, NULL)); dtype_store_int(DT_I64, t.data, 0, read.i); break;
    case ATTR_FLOAT: t = tensor_new(m, type_tensor(m, DT_F32, 0, NULL)); dtype_store_float(DT_F32, t.data, 0, read.f); break;
    case ATTR_STRING: t = tensor_new(m, type_tensor(m, DT_STRING, 0, NULL)); *(ir_string *)t.data = read.s; break;
    case ATTR_INTS: n = read.n; t = (tensor){.type = type_tensor(m, DT_I64, 1, &n), .data = (void *)read.ints}; break;
    case ATTR_FLOATS:
        n = read.n;
        t = tensor_new(m, type_tensor(m, DT_F32, 1, &n));
        for (int64_t i = 0; i < n; i++) dtype_store_float(DT_F32, t.data, i, read.floats[i]);
        break;
    case ATTR_STRINGS: n = read.n; t = (tensor){.type = type_tensor(m, DT_STRING, 1, &n), .data = (void *)read.strings}; break;
    default: return diag_error(r->diags, place, NULL, "attribute '%s' is no constant", a->name);
    }
    names_add(r, scope, p->output[0], value_constant(r->graph, p->output[0], t.type, t.data, place));
    return true;
}

static bool region_from_proto(reader *r, const Onnx__GraphProto *p, names *scope, region *to);

static bool node_from_proto(reader *r, names *scope, region *to, const Onnx__NodeProto *p) {
    if (!strcmp(p->op_type ? p->op_type : "", "Constant")) return constant_node(r, scope, p);
    const char *place = place_of(r, p);
    op_code op = op_from_onnx(p->domain ? p->domain : "", p->op_type ? p->op_type : "");
    if (op == OP_NONE) return diag_error(r->diags, place, NULL, "this operator is not supported");
    node *n = node_new(to, NULL, op, p->name && *p->name ? p->name : p->n_output ? p->output[0] : "", 0, NULL, (int)p->n_output);
    for (size_t i = 0; i < p->n_input; i++) {
        value *v = *p->input[i] ? names_find(scope, p->input[i]) : NULL;
        if (*p->input[i] && !v) return diag_error(r->diags, place, NULL, "its input '%s' is computed by no node before it", p->input[i]);
        node_add_input(n, v);
    }
    n->n_core_inputs = n->n_inputs;
    for (size_t i = 0; i < p->n_attribute; i++) {
        const Onnx__AttributeProto *a = p->attribute[i];
        if (a->g) continue;
        attr read;
        if (!attribute(r, a, place, &read)) return false;
        node_set_attr(n, read);
    }
    static const char *const bodies[] = {"then_branch", "else_branch", "body"};
    n->regions = ARENA_ARRAY(r->arena, region *, 2);
    for (int b = 0; b < 3; b++)
        for (size_t i = 0; i < p->n_attribute; i++) {
            const Onnx__AttributeProto *a = p->attribute[i];
            if (!a->g || strcmp(a->name ? a->name : "", bodies[b]) != 0 || n->n_regions == 2) continue;
            region *body = n->regions[n->n_regions++] = region_new(r->graph, n);
            if (!region_from_proto(r, a->g, scope, body)) return false;
        }
    for (size_t i = 0; i < p->n_output; i++) {
        if (!*p->output[i]) {
            n->outputs[i] = NULL;
            continue;
        }
        if (names_find(scope, p->output[i])) return diag_error(r->diags, place, NULL, "its output '%s' is computed twice", p->output[i]);
        n->outputs[i]->name = arena_strdup(r->arena, p->output[i]);
        names_add(r, scope, p->output[i], n->outputs[i]);
    }
    while (n->n_outputs && !n->outputs[n->n_outputs - 1]) n->n_outputs--;
    return convert_node(n, r->opset, r->diags);
}

static bool region_from_proto(reader *r, const Onnx__GraphProto *p, names *outer, region *to) {
    names *scope = ARENA_NEW(r->arena, names);
    scope->outer = outer;
    for (size_t i = 0; i < p->n_initializer; i++) {
        const Onnx__TensorProto *t = p->initializer[i];
        const char *name = t->name ? t->name : "";
        tensor read;
        if (!tensor_from_proto(r, t, arena_printf(r->arena, "initializer '%s'", name), &read)) return false;
        names_add(r, scope, name, value_constant(r->graph, name, read.type, read.data, arena_printf(r->arena, "%s:%s", r->path, name)));
    }
    for (size_t i = 0; i < p->n_input; i++) {
        const char *name = p->input[i]->name ? p->input[i]->name : "";
        unsigned b = bucket_of(name);
        bool initialised = false;
        for (const name_entry *e = scope->buckets[b]; e; e = e->next) initialised |= !strcmp(e->name, name);
        if (initialised) continue;
        names_add(r, scope, name, region_add_input(to, name, type_from_proto(r, p->input[i]->type, name)));
    }
    for (size_t i = 0; i < p->n_node; i++)
        if (!node_from_proto(r, scope, to, p->node[i])) return false;
    for (size_t i = 0; i < p->n_output; i++) {
        const char *name = p->output[i]->name ? p->output[i]->name : "";
        value *v = names_find(scope, name);
        if (!v) return diag_error(r->diags, "", NULL, "the output '%s' is computed by no node", name);
        region_add_output(to, v);
    }
    return true;
}

/* ---- files ---- */

const uint8_t *read_file(const char *path, size_t *size, diagnostics *d) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        diag_error(d, "", NULL, "cannot open it");
        return NULL;
    }
    uint8_t *bytes = NULL;
    if (!fseek(f, 0, SEEK_END)) {
        long n = ftell(f);
        rewind(f);
        bytes = n < 0 ? NULL : malloc((size_t)n + 1);
        if (bytes && fread(bytes, 1, (size_t)n, f) != (size_t)n) free(bytes), bytes = NULL;
        *size = bytes ? (size_t)n : 0;
    }
    fclose(f);
    if (!bytes) diag_error(d, "", NULL, "cannot read it");
    return bytes;
}

graph *frontend_read(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    size_t size;
    const uint8_t *bytes = read_file(path, &size, d);
    if (!bytes) return NULL;
    Onnx__ModelProto *m = onnx__model_proto__unpack(NULL, size, bytes);
    if (!m || !m->graph) {
        diag_error(d, "", "is it complete?", "this is not an ONNX model");
        return NULL;
    }
    reader r = {.path = path, .options = o, .arena = a, .diags = d};
    r.graph = graph_new(a, d, m->graph->name ? m->graph->name : "");
    r.graph->hash = XXH3_64bits(bytes, size);
    for (size_t i = 0; i < m->n_opset_import; i++)
        if (!m->opset_import[i]->domain || !*m->opset_import[i]->domain) r.opset = m->opset_import[i]->version;
    return region_from_proto(&r, m->graph, NULL, r.graph->body) ? r.graph : NULL;
}

bool frontend_read_tensor(const char *path, const value_type *want, tensor *out, arena *a, diagnostics *d) {
    (void)want;
    size_t size;
    const uint8_t *bytes = read_file(path, &size, d);
    if (!bytes) return false;
    Onnx__TensorProto *p = onnx__tensor_proto__unpack(NULL, size, bytes);
    if (!p) return diag_error(d, path, NULL, "this is not a tensor");
    reader r = {.path = path, .arena = a, .diags = d};
    return tensor_from_proto(&r, p, path, out);
}
