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

static bool write_sources(const program *p, const plan *pl, const backend_options *o) {
    FILE *c = create(p, "net.c"), *h = create(p, "net.h"), *weights = create(p, "net.weights");
    bool ok = c && h && weights && backend_emit(pl, o, c, h, weights);
    ok = finish(p, c, "net.c") && ok;
    ok = finish(p, h, "net.h") && ok;
    ok = finish(p, weights, "net.weights") && ok;
    FILE *driver = ok ? create(p, "driver.c") : NULL;
    if (driver) fputs(embedded_find("runtime/driver.c"), driver);
    return ok && finish(p, driver, "driver.c");
}

bool program_build(program *p, const plan *pl, const program_options *o, arena *a, diagnostics *d) {
    *p = (program){pl->graph, o->toolchain, temporary_folder(a, d), a, d};
    if (!p->folder) return false;
    backend_options emission = {.prefix = "net", .threads = o->threads > 0, .profile = o->profile, .model = "net"};
    const char *const sources[] = {"net.c", "driver.c", NULL};
    const char *defines[5] = {NULL};
    int n = 0;
    if (o->threads > 0) defines[n++] = arena_printf(a, "-DTHREADS=%d", o->threads);
    if (o->profile) defines[n++] = "-DPROFILE";
    if (o->cpu_time) defines[n++] = "-DPROFILE_CPU_TIME", defines[n++] = "-D_POSIX_C_SOURCE=200809L";
    return write_sources(p, pl, &emission) && toolchain_build(&p->toolchain, p->folder, sources, defines, "net", a, d);
}

void program_remove(program *p) {
    if (p->folder) temporary_remove(p->folder);
    p->folder = NULL;
}

/* ---- running ---- */

static size_t sample_bytes(const tensor *t) {
    return dtype_bytes(t->type.elem, type_count(&t->type));
}

static bool write_inputs(const program *p, int64_t samples, const tensor *inputs) {
    FILE *f = create(p, "in");
    for (int64_t s = 0; f && s < samples; s++) {
        for (int i = 0; i < p->graph->body->n_inputs; i++) {
            size_t bytes = sample_bytes(&inputs[i]);
            if (bytes) fwrite((const char *)inputs[i].data + (size_t)s * bytes, 1, bytes, f);
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
    if (!write_inputs(p, samples, inputs) ||
        !toolchain_run(&p->toolchain, p->folder, "net", arguments, p->arena, p->diags))
        return false;
    const region *body = p->graph->body;
    void **to = ARENA_ARRAY(p->arena, void *, body->n_outputs);
    size_t *bytes = ARENA_ARRAY(p->arena, size_t, body->n_outputs);
    for (int i = 0; i < body->n_outputs; i++) {
        outputs[i] = (tensor){.type = body->outputs[i]->type};
        bytes[i] = sample_bytes(&outputs[i]);
        outputs[i].data = to[i] = arena_alloc(p->arena, bytes[i] * (size_t)samples + 1);
    }
    return read_rows(p, samples, body->n_outputs, to, bytes);
}

/* Runs the program on one sample; rows of `parts` doubles. */
static double *time_rows(const program *p, const tensor *inputs, const char *const *arguments, int runs, int parts) {
    temporary_file(p->arena, p->folder, "out");
    if (!write_inputs(p, 1, inputs) ||
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
    return time_rows(p, inputs, arguments, runs, steps + 1);
}

double *program_time_steps(const program *p, const tensor *inputs, int runs, int steps, int core, int64_t evict) {
    const char *const arguments[] = {"steps", "in", "out", arena_printf(p->arena, "%d", runs), arena_printf(p->arena, "%d", core),
                                     arena_printf(p->arena, "%lld", (long long)evict), NULL};
    return time_rows(p, inputs, arguments, runs, steps);
}
