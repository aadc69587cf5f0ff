#include "compiler/program.h"

#include <errno.h>
#include <string.h>

#include "backend/emit/embedded.h"
#include "compiler/temporary.h"

/* ---- building ---- */

static FILE *create(const program *p, const char *name) {
    const char *path = temporary_file(p->arena, p->folder, name);
    FILE *f = fopen(path, "w");
    if (!f) diag_error(p->diags, path, NULL, "cannot write: %s", strerror(errno));
    return f;
}

static bool finish(const program *p, FILE *f, const char *name) {
    if (!f) return false;
    bool ok = !ferror(f);
    if (fclose(f) == 0 && ok) return true;
    return diag_error(p->diags, name, NULL, "cannot write to %s: %s", p->folder, strerror(errno));
}

static bool write_embedded(const program *p, const char *path, const char *name) {
    FILE *f = create(p, name);
    const char *content = embedded_find(path);
    if (f && content) fputs(content, f);
    return finish(p, f, name) && content;
}

static bool write_driver(const program *p) {
    return write_embedded(p, "runtime/driver.h", "driver.h") && write_embedded(p, "runtime/driver.c", "driver.c");
}

const char *program_driver(const toolchain *t, const char *folder, arena *a, diagnostics *d) {
    program p = {NULL, *t, folder, a, d};
    const char *const sources[] = {"-c", "driver.c", NULL}, *const none[] = {NULL};
    if (!write_driver(&p) || !toolchain_build(t, folder, sources, none, "driver.o", a, d)) return NULL;
    return arena_printf(a, "%s/driver.o", folder);
}

static bool write_sources(const program *p, const plan *pl, const backend_options *o) {
    FILE *c = create(p, "net.c"), *h = create(p, "net.h"), *weights = create(p, "net.weights");
    bool ok = c && h && weights && backend_emit(pl, o, c, h, weights);
    ok = finish(p, c, "net.c") && ok;
    ok = finish(p, h, "net.h") && ok;
    ok = finish(p, weights, "net.weights") && ok;
    return ok && write_driver(p) && write_embedded(p, "runtime/driver_model.c", "driver_model.c");
}

static size_t sample_bytes(const value_type *t) { return (size_t)stored_bytes(t->elem, type_count(t)); }

/* "{1204224, 0}": of inputs, or outputs. */
static const char *list_bytes(value *const *values, int n, arena *a) {
    const char *list = "{";
    for (int i = 0; i < n; i++) list = arena_printf(a, "%s%s%zu", list, i ? "," : "", sample_bytes(&values[i]->type));
    return arena_printf(a, "%s%s}", list, n ? "" : "0");
}

bool program_build(program *p, const plan *pl, const program_options *o, arena *a, diagnostics *d) {
    *p = (program){o->graph ? o->graph : pl->graph, o->toolchain, temporary_folder(a, d), a, d};
    if (!p->folder) return false;
    backend_options emission = {.prefix = "net", .threads = o->threads > 0, .profile = o->profile, .one_sample = true, .model = "net"};
    const char *const sources[] = {"net.c", "driver_model.c", o->driver ? o->driver : "driver.c", NULL};
    const char *defines[8] = {NULL};
    int n = 0;
    if (o->threads > 0) defines[n++] = arena_printf(a, "-DTHREADS=%d", o->threads);
    if (o->profile) defines[n++] = "-DPROFILE";
    if (o->embedded) defines[n++] = "-DEMBEDDED", emission.weights = WEIGHTS_EMBED;
    if (o->cpu_time) defines[n++] = "-DPROFILE_CPU_TIME", defines[n++] = "-D_POSIX_C_SOURCE=200809L";
    const region *body = p->graph->body;
    if (o->sizes) {
        defines[n++] = arena_printf(a, "-DSIZES=, %s", o->sizes);
        defines[n++] = arena_printf(a, "-DSIZED_BYTES={%s,%s}", list_bytes(body->inputs, body->n_inputs, a), list_bytes(body->outputs, body->n_outputs, a));
    }
    return write_sources(p, pl, &emission) && toolchain_build(&p->toolchain, p->folder, sources, defines, "net", a, d);
}

void program_remove(program *p) {
    if (p->folder) temporary_remove(p->folder);
    p->folder = NULL;
}

/* ---- running ---- */

/* What the program is given: strings in their slots. */
static const void *stored_data(const program *p, const tensor *t, int64_t samples) {
    if (t->type.elem != DT_STRING) return t->data;
    void *slots = arena_alloc(p->arena, sample_bytes(&t->type) * (size_t)samples + 1);
    if (!strings_to_slots(t->data, type_count(&t->type) * samples, slots)) diag_error(p->diags, "", NULL, "a string of the input is too long");
    return slots;
}

static void read_strings(const program *p, tensor *t, int64_t samples) {
    int64_t count = type_count(&t->type) * samples;
    const char *slot = t->data;
    ir_string *s = ARENA_ARRAY(p->arena, ir_string, count);
    for (int64_t i = 0; i < count; i++, slot += STRING_SLOT) {
        uint32_t size;
        memcpy(&size, slot, sizeof size);
        s[i] = (ir_string){slot + sizeof size, size <= STRING_SLOT - sizeof size ? size : 0};
    }
    t->data = s;
}

static bool write_inputs(const program *p, int64_t samples, const tensor *inputs) {
    FILE *f = create(p, "in");
    const void **data = ARENA_ARRAY(p->arena, const void *, p->graph->body->n_inputs);
    for (int i = 0; i < p->graph->body->n_inputs; i++) data[i] = stored_data(p, &inputs[i], samples);
    for (int64_t s = 0; f && s < samples; s++) {
        for (int i = 0; i < p->graph->body->n_inputs; i++) {
            size_t bytes = sample_bytes(&inputs[i].type);
            if (bytes) fwrite((const char *)data[i] + (size_t)s * bytes, 1, bytes, f);
        }
    }
    return finish(p, f, "in");
}

/* Reads the file `out`, which must hold exactly `rows` rows of parts. */
static bool read_rows(const program *p, int64_t rows, int parts, void *const *to, const size_t *bytes) {
    const char *path = temporary_file(p->arena, p->folder, "out");
    FILE *f = fopen(path, "rb");
    bool ok = f != NULL;
    for (int64_t r = 0; ok && r < rows; r++)
        for (int i = 0; ok && i < parts; i++)
            ok = !bytes[i] || fread((char *)to[i] + (size_t)r * bytes[i], 1, bytes[i], f) == bytes[i];
    ok = ok && fgetc(f) == EOF;
    if (f) fclose(f);
    return ok || diag_error(p->diags, "", NULL, "the built program wrote less or more than it should have");
}

bool program_run(const program *p, int64_t samples, const tensor *inputs, tensor *outputs) {
    const char *const arguments[] = {"run", "in", "out", NULL};
    temporary_file(p->arena, p->folder, "out");
    int errors = p->diags->errors;
    if (!write_inputs(p, samples, inputs) || p->diags->errors > errors ||
        !toolchain_run(&p->toolchain, p->folder, "net", arguments, p->arena, p->diags))
        return false;
    const region *body = p->graph->body;
    void **to = ARENA_ARRAY(p->arena, void *, body->n_outputs);
    size_t *bytes = ARENA_ARRAY(p->arena, size_t, body->n_outputs);
    for (int i = 0; i < body->n_outputs; i++) {
        outputs[i] = (tensor){.type = body->outputs[i]->type};
        bytes[i] = sample_bytes(&outputs[i].type);
        outputs[i].data = to[i] = arena_alloc(p->arena, bytes[i] * (size_t)samples + 1);
    }
    if (!read_rows(p, samples, body->n_outputs, to, bytes)) return false;
    for (int i = 0; i < body->n_outputs; i++)
        if (outputs[i].type.elem == DT_STRING) read_strings(p, &outputs[i], samples);
    return true;
}

/* Runs the program on `samples` samples; rows of `parts` doubles. */
static double *time_rows(const program *p, int64_t samples, const tensor *inputs, const char *const *arguments, int64_t runs, int parts) {
    temporary_file(p->arena, p->folder, "out");
    if (!write_inputs(p, samples, inputs) ||
        !toolchain_run(&p->toolchain, p->folder, "net", arguments, p->arena, p->diags))
        return NULL;
    size_t row = sizeof(double) * (size_t)parts;
    double *seconds = arena_alloc(p->arena, row * (size_t)runs);
    void *to = seconds;
    return read_rows(p, runs, 1, &to, &row) ? seconds : NULL;
}

double *program_time(const program *p, const tensor *inputs, int runs, int steps, int core) {
    const char *const arguments[] = {"time", "in", "out", arena_printf(p->arena, "%d", runs),
                                     arena_printf(p->arena, "%d", core), NULL};
    return time_rows(p, 1, inputs, arguments, runs, steps + 1);
}

double *program_time_steps(const program *p, const tensor *inputs, int runs, int steps, int core, bool cold) {
    const char *const arguments[] = {"steps", "in", "out", arena_printf(p->arena, "%d", runs), arena_printf(p->arena, "%d", core),
                                     cold ? "1" : "0", NULL};
    return time_rows(p, 1, inputs, arguments, runs, steps);
}

double *program_time_each(const program *p, int64_t samples, const tensor *inputs, int runs, int core) {
    const char *const arguments[] = {"each", "in", "out", arena_printf(p->arena, "%d", runs),
                                     arena_printf(p->arena, "%d", core), NULL};
    return time_rows(p, samples, inputs, arguments, samples, 1);
}
