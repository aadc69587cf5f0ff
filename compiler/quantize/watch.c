#include <errno.h>
#include <string.h>

#include "compiler/progress.h"
#include "compiler/quantize/quantize.h"
#include "compiler/temporary.h"

enum { BATCH_BYTES = 64 << 20, BATCH_MOST = 256 };

/* ---- building ---- */

/* Makes an output of each value that is none yet. */
static void add_outputs(watched *w, region *body, value *const *values, int n) {
    w->place = ARENA_ARRAY(w->model.arena, int, body->graph->next_value);
    for (int i = 0; i < body->n_outputs; i++) w->place[body->outputs[i]->id] = i + 1;
    for (int i = 0; i < n; i++) {
        if (w->place[values[i]->id]) continue;
        region_add_output(body, values[i]);
        w->place[values[i]->id] = body->n_outputs;
    }
}

/* g with more outputs, as a file. */
static bool write_with(watched *w, graph *g, value *const *values, int n, const char *path) {
    arena *a = w->model.arena;
    diagnostics *d = &w->model.diags;
    int own = g->body->n_outputs;
    value **outputs = arena_copy(a, g->body->outputs, sizeof *outputs * (size_t)own);
    add_outputs(w, g->body, values, n);
    FILE *f = fopen(path, "wb");
    bool ok = f && frontend_write_onnx(g, f, a, d);
    if (!f || fclose(f) != 0) ok = diag_error(d, path, NULL, "cannot write: %s", strerror(errno));
    region_drop_outputs(g->body);
    for (int i = 0; i < own; i++) region_add_output(g->body, outputs[i]);
    return ok;
}

bool watch_build(watched *w, graph *g, value *const *values, int n, const model_options *o, const toolchain *t) {
    model_options read = model_options_default();
    read.target_list = o->target_list;
    read.plan = o->plan;
    read.path = o->path; /* in messages */
    model_init(&w->model, &read);
    w->program = (program){0};
    arena *a = w->model.arena;
    diagnostics *d = &w->model.diags;
    const char *folder = temporary_folder(a, d);
    if (!folder) return false;
    read.path = temporary_file(a, folder, "watched.onnx");
    bool ok = write_with(w, g, values, n, read.path) && model_load(&w->model, &read) &&
              program_build(&w->program, w->model.plan, &(program_options){.toolchain = *t}, a, d);
    temporary_remove(folder);
    return ok;
}

void watch_free(watched *w) {
    program_remove(&w->program);
    model_free(&w->model);
}

/* ---- running ---- */

/* Samples whose outputs fit into memory at once. */
static int64_t batch_size(const watched *w) {
    const region *body = w->model.graph->body;
    int64_t bytes = 1;
    for (int i = 0; i < body->n_outputs; i++) bytes += (int64_t)dtype_bytes(body->outputs[i]->type.elem, type_count(&body->outputs[i]->type));
    int64_t n = BATCH_BYTES / bytes;
    return n < 1 ? 1 : n > BATCH_MOST ? BATCH_MOST : n;
}

/* Samples at .. at + n of the set through one network. */
static bool run_batch(const watched *w, const sample_set *s, int64_t at, int64_t n, tensor *outputs, arena *scratch) {
    const region *body = w->model.graph->body;
    tensor *inputs = ARENA_ARRAY(scratch, tensor, body->n_inputs);
    for (int i = 0; i < body->n_inputs; i++) {
        size_t size = dtype_bytes(s->inputs[i].type.elem, type_count(&s->inputs[i].type));
        inputs[i] = (tensor){.type = s->inputs[i].type, .data = (char *)s->inputs[i].data + size * (size_t)at};
    }
    program p = w->program;
    p.arena = scratch;
    return program_run(&p, n, inputs, outputs);
}

static int64_t smaller(int64_t x, int64_t y) { return x < y ? x : y; }

bool watch_run(const watched *first, const watched *second, const sample_set *s, const char *what, watch_fn *f, void *context) {
    int64_t most = second ? smaller(batch_size(first), batch_size(second)) : batch_size(first);
    progress bar = progress_start(what, (s->n + most - 1) / most);
    bool ok = true;
    for (int64_t at = 0; ok && at < s->n; at += most) {
        int64_t n = smaller(s->n - at, most);
        arena *scratch = arena_new();
        tensor *a = ARENA_ARRAY(scratch, tensor, first->model.graph->body->n_outputs);
        tensor *b = second ? ARENA_ARRAY(scratch, tensor, second->model.graph->body->n_outputs) : NULL;
        ok = run_batch(first, s, at, n, a, scratch) && (!second || run_batch(second, s, at, n, b, scratch)) && f(context, a, b, at, n);
        arena_free(scratch);
        progress_step(&bar, NULL);
    }
    progress_end(&bar);
    return ok;
}

const tensor *watch_find(const watched *w, const tensor *outputs, const value *v) { return &outputs[w->place[v->id] - 1]; }
