#include "compiler/arrays.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/npy.h"

bool array_arguments_add(array_arguments *a, const char *arg) {
    if (a->n == ARRAYS_MAX) return false;
    a->args[a->n++] = arg;
    return true;
}

/* Names may hold any bytes, '=' too: an argument is named when some value's name and '=' begin it. */
static int named(const char *arg, value *const *values, int n, const char **file) {
    for (int i = 0; i < n; i++) {
        size_t length = strlen(values[i]->name);
        if (strncmp(arg, values[i]->name, length) != 0 || arg[length] != '=') continue;
        *file = arg + length + 1;
        return i;
    }
    return -1;
}

int array_argument_resolve(const array_arguments *args, int index, value *const *values, int n, const char **file,
                           diagnostics *d) {
    int which = named(args->args[index], values, n, file);
    if (which >= 0) return which;
    const char *equals = strchr(args->args[index], '=');
    if (equals) {
        char hint[200] = "names are: ";
        for (int i = 0; i < n; i++) {
            size_t used = strlen(hint);
            snprintf(hint + used, sizeof hint - used, "%s%.60s", i ? ", " : "", values[i]->name);
        }
        diag_error(d, args->option, hint, "the network has none called '%.*s'", (int)(equals - args->args[index]),
                   args->args[index]);
        return -1;
    }
    int position = 0;
    for (int i = 0; i < index; i++) {
        const char *ignored;
        if (named(args->args[i], values, n, &ignored) < 0) position++;
    }
    *file = args->args[index];
    if (position < n) return position;
    diag_error(d, args->option, NULL, "given %d times, but the network has only %d", args->n, n);
    return -1;
}

static bool same_tail(const value_type *file, int skip, const value_type *one, int from) {
    if (file->rank - skip != one->rank - from) return false;
    for (int i = from; i < one->rank; i++)
        if (type_size(file, i - from + skip) != type_size(one, i)) return false;
    return true;
}

int64_t array_count_samples(const value_type *file, const value_type *one) {
    if (file->elem != one->elem) return -1;
    if (same_tail(file, 0, one, 0)) return 1;
    if (file->rank > 0 && same_tail(file, 1, one, 0)) return type_size(file, 0);
    if (file->rank > 0 && one->rank > 0 && type_size(one, 0) == 1 && same_tail(file, 1, one, 1)) return type_size(file, 0);
    return -1;
}

value_type array_type_of_samples(const value_type *one, int64_t samples, arena *a) {
    if (samples == 1) return *one;
    bool grow = one->rank > 0 && type_size(one, 0) == 1;
    int64_t dims[IR_MAX_RANK + 1] = {samples};
    int rank = 1;
    for (int i = grow ? 1 : 0; i < one->rank && rank < IR_MAX_RANK; i++) dims[rank++] = type_size(one, i);
    return type_tensor(a, one->elem, rank, dims);
}

static bool wrong_type(const char *file, const value *v, const tensor *t, diagnostics *d) {
    char *held = NULL;
    size_t size;
    FILE *f = open_memstream(&held, &size);
    if (!f) return false;
    type_print(f, &t->type);
    fprintf(f, ", but '%.80s' is ", v->name);
    type_print(f, &v->type);
    fclose(f);
    diag_error(d, file, NULL, "holds %s", held);
    free(held);
    return false;
}

tensor array_repeated(const value_type *one, const void *values, int64_t samples, arena *a) {
    size_t size = dtype_bytes(one->elem, type_count(one));
    char *data = arena_alloc(a, size * (size_t)samples);
    for (int64_t s = 0; s < samples; s++) memcpy(data + (size_t)s * size, values, size);
    return (tensor){.type = *one, .data = data};
}

bool arrays_read(const array_arguments *args, value *const *values, int n, tensor *out, int64_t *samples, arena *a,
                 diagnostics *d) {
    bool *given = ARENA_ARRAY(a, bool, n), counted = *samples > 0;
    for (int i = 0; i < n; i++) given[i] = out[i].data != NULL;
    if (!counted) *samples = 1;
    for (int i = 0; i < args->n; i++) {
        const char *file;
        int which = array_argument_resolve(args, i, values, n, &file, d);
        tensor t;
        if (which < 0) return false;
        if (given[which]) return diag_error(d, args->option, NULL, "'%.80s' is given twice", values[which]->name);
        if (!npy_read(file, &t, a, d)) return false;
        int64_t count = array_count_samples(&t.type, &values[which]->type);
        if (count < 1) return wrong_type(file, values[which], &t, d);
        if (counted && count != *samples)
            return diag_error(d, file, NULL, "holds %lld samples, the file before %lld", (long long)count,
                              (long long)*samples);
        *samples = count;
        counted = true;
        out[which] = (tensor){.type = values[which]->type, .data = t.data};
        given[which] = true;
    }
    for (int i = 0; i < n; i++) {
        if (!given[i] && values[i]->fallback) out[i] = array_repeated(&values[i]->fallback->type, values[i]->fallback->data, *samples, a);
        else if (!given[i])
            return diag_error(d, args->option, NULL, "'%.80s' is missing: %s %.80s=FILE.npy", values[i]->name,
                              args->option, values[i]->name);
    }
    return true;
}

/* ---- sizes of open dimensions ---- */

static bool take_size(const symbol *s, int64_t size, const char *file, model_options *o, diagnostics *d) {
    for (int i = 0; i < o->n_open; i++) {
        if (strcmp(o->open_names[i], s->name) != 0 || o->open_at[i]) continue;
        if (size < o->open_min[i] || size > o->open_max[i])
            return diag_error(d, file, NULL, "its size %lld is not within --dim %s=%lld..%lld", (long long)size, s->name, (long long)o->open_min[i],
                              (long long)o->open_max[i]);
        if (size % o->open_multiple[i])
            return diag_error(d, file, NULL, "its size %lld is no multiple of %lld, which --dim %s=%lld..%lld:%lld wants", (long long)size, (long long)o->open_multiple[i],
                              s->name, (long long)o->open_min[i], (long long)o->open_max[i], (long long)o->open_multiple[i]);
        o->open_at[i] = size;
    }
    return true;
}

static bool take_sizes(const value *v, const char *file, model_options *o, arena *a, diagnostics *d) {
    tensor t;
    if (!npy_read(file, &t, a, d)) return false;
    int more = t.type.rank - v->type.rank; /* 1: the samples' own axis */
    if (more != 0 && more != 1) return wrong_type(file, v, &t, d);
    for (int i = 0; i < v->type.rank; i++) {
        const symbol *s = dim_named(v->type.dims[i]);
        if (!s || batch_is(v->parent->graph, s->name)) continue;
        if (!take_size(s, type_size(&t.type, i + more), file, o, d)) return false;
    }
    return true;
}

bool arrays_tell_sizes(const array_arguments *args, model_options *o, arena *a, diagnostics *d) {
    if (!o->n_open || !args->n) return true;
    model m = {.arena = a, .diags = *d};
    model_options closed = *o;
    closed.n_open = closed.crops.count = 0; /* the inputs are wanted as they stand in the file */
    closed.wants_saliency = false;
    bool ok = model_read(&m, &closed);
    for (int i = 0; ok && i < args->n; i++) {
        const char *file;
        const region *body = m.graph->body;
        int which = array_argument_resolve(args, i, body->inputs, body->n_inputs, &file, d);
        ok = which >= 0 && take_sizes(body->inputs[which], file, o, a, d);
    }
    d->errors += m.diags.errors;
    return ok;
}
