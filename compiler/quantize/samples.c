#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "compiler/quantize/quantize.h"

typedef enum sample_kind { SAMPLE_NONE, SAMPLE_ARRAY, SAMPLE_PICTURE } sample_kind;

static sample_kind kind_of(const char *name) {
    static const struct {
        const char *ending;
        sample_kind kind;
    } kinds[] = {{".npy", SAMPLE_ARRAY}, {".png", SAMPLE_PICTURE}, {".jpg", SAMPLE_PICTURE}, {".jpeg", SAMPLE_PICTURE}};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i].ending);
        if (length > n && !strcasecmp(name + length - n, kinds[i].ending)) return kinds[i].kind;
    }
    return SAMPLE_NONE;
}

/* ---- files ---- */

typedef struct file_list {
    const char **paths;
    int n;
} file_list;

static int is_sample(const struct dirent *e) { return kind_of(e->d_name) != SAMPLE_NONE; }

/* A file itself, or the files of a folder by name. */
static bool list_files(const char *path, file_list *files, arena *a, diagnostics *d) {
    struct stat s;
    if (stat(path, &s) != 0) return diag_error(d, path, NULL, "cannot open: %s", strerror(errno));
    *files = (file_list){.paths = ARENA_ARRAY(a, const char *, 1), .n = 1};
    files->paths[0] = path;
    if (!S_ISDIR(s.st_mode))
        return kind_of(path) != SAMPLE_NONE || diag_error(d, path, "give a folder, or a .npy, .png or .jpg file", "is no file of samples");
    struct dirent **entries;
    files->n = scandir(path, &entries, is_sample, alphasort);
    if (files->n < 0) return diag_error(d, path, NULL, "cannot read: %s", strerror(errno));
    files->paths = ARENA_ARRAY(a, const char *, files->n);
    for (int i = 0; i < files->n; i++) {
        files->paths[i] = arena_printf(a, "%s/%s", path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return files->n || diag_error(d, path, "put in samples of what the network will see", "holds no .npy, .png or .jpg files");
}

/* ---- their samples ---- */

static bool read_file(const char *path, value *v, const sample_options *o, tensor *t, int64_t *n, arena *a, diagnostics *d) {
    if (kind_of(path) == SAMPLE_ARRAY) {
        const array_arguments one = {.option = "--data", .args = {path}, .n = 1};
        return arrays_read(&one, &v, 1, t, n, a, d);
    }
    picture_options pictures = o->pictures;
    pictures.files = (array_arguments){.option = "--data", .args = {path}, .n = 1};
    *n = 1;
    return pictures_read(&pictures, &v, 1, t, a, d);
}

static bool check_finite(const char *path, const tensor *t, int64_t count, diagnostics *d) {
    if (dtype_of(t->type.elem)->kind != CLASS_FLOAT) return true;
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(dtype_load_float(t->type.elem, t->data, i)))
            return diag_error(d, path, "leave such samples out", "element %lld is NaN or infinite", (long long)i);
    return true;
}

/* Bytes that grow. */
typedef struct sample_bytes {
    char *data;
    size_t size, capacity;
} sample_bytes;

static void append(sample_bytes *to, const void *data, size_t size, arena *a) {
    if (to->size + size > to->capacity) {
        to->capacity = 2 * (to->size + size);
        char *more = arena_alloc(a, to->capacity);
        if (to->size) memcpy(more, to->data, to->size);
        to->data = more;
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

/* All samples of one input. */
static bool read_input(const file_list *files, value *v, const sample_options *o, tensor *to, int64_t *samples, arena *a, diagnostics *d) {
    sample_bytes all = {0};
    int64_t count = type_count(&v->type);
    size_t size = dtype_bytes(v->type.elem, count);
    *samples = 0;
    for (int i = 0; i < files->n; i++) {
        arena *scratch = arena_new();
        tensor t = {0};
        int64_t n = 0;
        bool ok = read_file(files->paths[i], v, o, &t, &n, scratch, d);
        ok = ok && check_finite(files->paths[i], &t, count * n, d);
        if (ok) append(&all, t.data, size * (size_t)n, a);
        *samples += n;
        arena_free(scratch);
        if (!ok) return false;
    }
    *to = (tensor){.type = v->type, .data = all.data};
    return true;
}

bool samples_read(sample_set *s, const sample_options *o, const region *body, arena *a, diagnostics *d) {
    *s = (sample_set){.inputs = ARENA_ARRAY(a, tensor, body->n_inputs)};
    for (int i = 0; i < body->n_inputs; i++)
        if (!type_is_static(&body->inputs[i]->type))
            return diag_error(d, "", "give its sizes with --dim", "input '%.80s' has no fixed shape", body->inputs[i]->name);
    for (int i = 0; i < o->data.n; i++) {
        const char *path;
        file_list files = {0};
        int64_t n;
        int which = array_argument_resolve(&o->data, i, body->inputs, body->n_inputs, &path, d);
        if (which < 0 || !list_files(path, &files, a, d)) return false;
        if (s->inputs[which].data) return diag_error(d, "--data", NULL, "'%.80s' is given twice", body->inputs[which]->name);
        if (!read_input(&files, body->inputs[which], o, &s->inputs[which], &n, a, d)) return false;
        if (i && n != s->n) return diag_error(d, path, NULL, "holds %lld samples, the one before %lld", (long long)n, (long long)s->n);
        s->n = n;
    }
    const array_arguments none = {.option = "--data"};
    return arrays_read(&none, body->inputs, body->n_inputs, s->inputs, &s->n, a, d);
}
