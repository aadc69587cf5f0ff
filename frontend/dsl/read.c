#include "frontend/dsl/dsl.h"
#include "frontend/dsl/words.h"
#include "frontend/zoo/zoo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static source_text *load_built_in(const char *path, arena *a) {
    const zoo_file *f = zoo_find(path);
    errno = ENOENT;
    if (!f) return NULL;
    source_text *s = ARENA_NEW(a, source_text);
    *s = (source_text){.file = arena_strdup(a, path), .text = f->text, .size = strlen(f->text)};
    return s;
}

source_text *dsl_load(const char *path, arena *a) {
    enum { LARGEST = 64 << 20 };
    if (zoo_is_path(path)) return load_built_in(path, a);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hang us */
    if (fd < 0) return NULL;
    struct stat st;
    source_text *s = NULL;
    if (!fstat(fd, &st)) {
        errno = !S_ISREG(st.st_mode) ? EINVAL : st.st_size > LARGEST ? EFBIG : 0;
        if (!errno) s = ARENA_NEW(a, source_text);
    }
    if (s) {
        char *bytes = arena_alloc(a, (size_t)st.st_size + 1);
        *s = (source_text){.file = arena_strdup(a, path), .text = bytes};
        for (ssize_t n = 1; n > 0 && s->size < (size_t)st.st_size; s->size += n > 0 ? (size_t)n : 0)
            n = read(fd, bytes + s->size, (size_t)st.st_size - s->size);
    }
    int error = errno;
    close(fd);
    errno = error;
    return s;
}

/* Zeros that take no memory: all parameters share pages of the system that are never written. */
static bool fill_with_zeros(const dsl_parameters *p, diagnostics *d) {
    size_t most = 1;
    for (int i = 0; i < p->count; i++) {
        size_t size = dtype_bytes(DT_F32, type_count(&p->all[i].v->type));
        if (size > most) most = size;
    }
    const void *zeros = mmap(NULL, most, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (zeros == MAP_FAILED) return diag_error(d, "", NULL, "no memory for %zu bytes of parameters", most);
    for (int i = 0; i < p->count; i++) ((constant *)(uintptr_t)p->all[i].v->constant)->data = zeros;
    return true;
}

static bool cannot_read(const char *path, arena *a, diagnostics *d) {
    if (!zoo_is_path(path)) return diag_error(d, "", NULL, "cannot be read: %s", strerror(errno));
    guess g = guess_for(path + strlen(ZOO_PREFIX));
    for (const zoo_file *f = zoo_files; f->name; f++)
        if (zoo_has_network(f)) guess_offer(&g, arena_strndup(a, f->name, strlen(f->name) - strlen(".cnn")));
    const char *hint = guess_hint(&g, a);
    return diag_error(d, "", hint ? hint : "'cnnc zoo' lists them", "the zoo has no such network");
}

/* Of the text and the values of its parameters. */
static uint64_t hash_of(const source_text *s, const dsl_parameters *p) {
    uint64_t hash = XXH3_64bits(s->text, s->size);
    for (int i = 0; i < p->count; i++) {
        const constant *c = p->all[i].v->constant;
        hash = XXH3_64bits_withSeed(c->data, dtype_bytes(c->type.elem, type_count(&c->type)), hash);
    }
    return hash;
}

graph *dsl_read(const char *path, const frontend_options *o, arena *a, diagnostics *d) {
    source_text *s = dsl_load(path, a);
    if (!s) return cannot_read(path, a, d), NULL;
    dsl_parameters p;
    graph *g = dsl_lower(s, o, a, d, &p);
    if (!g) return NULL;
    bool given = o->weights.path || o->weights.init;
    weights_options w = o->weights;
    if (o->missing == MISSING_DRAWN && !given) w.init = "he";
    bool ok = o->missing == MISSING_ZERO && !given ? fill_with_zeros(&p, d) : !p.count || weights_fill(p.all, p.count, &w, a, d);
    if (ok && given) g->hash = hash_of(s, &p);
    return ok ? g : NULL;
}
