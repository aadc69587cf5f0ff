/* The initializers of an ONNX model and of the graphs inside it, by the names that it gives them. */
#include "frontend/onnx/tensors.h"
#include "frontend/onnx/wire_scan.h"
#include "frontend/weights/archive.h"


static void count_initializers(const Onnx__GraphProto *g, int *n) {
    *n += (int)g->n_initializer;
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_attribute; k++)
            if (g->node[i]->attribute[k]->g) count_initializers(g->node[i]->attribute[k]->g, n);
}

/* Shapes, axes, limits of a Clip: constants that nobody trained. */
static bool is_trained(const constant *c) { return dtype_of(c->type.elem)->kind == CLASS_FLOAT && c->type.rank > 0; }

static bool read_initializers(archive *f, model_file *m, const Onnx__GraphProto *g) {
    for (size_t i = 0; i < g->n_initializer; i++) {
        constant c;
        if (!tensor_proto_read(m, g->initializer[i], &c)) return false;
        if (is_trained(&c)) f->entries[f->n++] = (archive_entry){.name = g->initializer[i]->name, .type = c.type, .data = c.data};
    }
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_attribute; k++) {
            const Onnx__GraphProto *inner = g->node[i]->attribute[k]->g;
            if (inner && !read_initializers(f, m, inner)) return false;
        }
    return true;
}

static bool read_model(archive *f, model_file *m) {
    size_t limit = wire_default_limit(m->size);
    const Onnx__ModelProto *model =
        (const Onnx__ModelProto *)wire_unpack(&onnx__model_proto__descriptor, m->bytes, m->size, limit, f->arena, f->diags);
    if (!model) return false;
    if (!model->graph) return diag_error(f->diags, f->name, "is it an ONNX model?", "has no graph");
    int n = 0;
    count_initializers(model->graph, &n);
    f->entries = ARENA_ARRAY(f->arena, archive_entry, n);
    return read_initializers(f, m, model->graph);
}

static bool open_onnx(archive *f) {
    model_file m = {.name = f->name, .bytes = f->bytes, .size = f->size, .folder = -1,
                    .memory_left = wire_default_limit(f->size), .arena = f->arena, .diags = f->diags};
    if (f->path && !model_file_open(&m, f->path, f->arena, f->diags)) return false; /* with the folder for external data */
    bool ok = read_model(f, &m);
    model_file_close(&m);
    return ok;
}

const archive_format onnx_format = {".onnx", open_onnx, NULL, NULL, NULL};
