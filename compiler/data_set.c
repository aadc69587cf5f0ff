#include "compiler/data_set.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/arrays.h"
#include "compiler/compare.h"

static bool exists(const char *path) {
    return access(path, R_OK) == 0;
}

static int by_number(const void *x, const void *y) {
    const char *a = strrchr(*(const char *const *)x, '_'), *b = strrchr(*(const char *const *)y, '_');
    return (atoi(a + 1) > atoi(b + 1)) - (atoi(a + 1) < atoi(b + 1));
}

int data_set_folders(const char *folder, const char ***paths, arena *a) {
    enum { MAX = 256 };
    *paths = ARENA_ARRAY(a, const char *, MAX);
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && n < MAX && (e = readdir(dir));)
        if (!strncmp(e->d_name, "test_data_set_", 14)) (*paths)[n++] = arena_printf(a, "%s/%s", folder, e->d_name);
    if (dir) closedir(dir);
    qsort(*paths, (size_t)n, sizeof **paths, by_number);
    if (!n && (exists(arena_printf(a, "%s/input_0.pb", folder)) || exists(arena_printf(a, "%s/output_0.pb", folder))))
        (*paths)[n++] = folder;
    return n;
}

static tensor sizes_of(const tensor *t, arena *a) {
    const int64_t rank = t->type.rank;
    tensor sizes = tensor_new(a, type_tensor(a, DT_I64, 1, &rank));
    for (int k = 0; k < rank; k++) ((int64_t *)sizes.data)[k] = type_size(&t->type, k);
    return sizes;
}

/* What is used of a tensor with room for more. */
static bool compact(tensor *t, const int64_t *sizes, arena *a) {
    int64_t at[IR_MAX_RANK] = {0}, unit = (int64_t)dtype_bytes(t->type.elem, 1);
    for (int k = 0; k < t->type.rank; k++)
        if (sizes[k] < 0 || sizes[k] > type_size(&t->type, k)) return false;
    tensor used = tensor_new(a, type_tensor(a, t->type.elem, t->type.rank, sizes));
    for (int64_t i = 0; i < type_count(&used.type); i++) {
        int64_t from = 0;
        for (int k = 0; k < t->type.rank; k++) from = from * type_size(&t->type, k) + at[k];
        memcpy((char *)used.data + i * unit, (const char *)t->data + from * unit, (size_t)unit);
        for (int k = t->type.rank - 1; k >= 0 && ++at[k] == sizes[k]; k--) at[k] = 0;
    }
    *t = used;
    return true;
}

bool data_set_compact(const graph *g, tensor *outputs, arena *a, diagnostics *d) {
    for (int i = 0; i < graph_port_count(g, true); i++) {
        port p = graph_port(g, true, i);
        if (p.sizes && !compact(&outputs[p.first], outputs[p.sizes].data, a))
            return diag_error(d, "", NULL, "output '%.80s' has sizes that there is no room for", p.name);
    }
    return true;
}

/* Copies the first row of t to row i of `to`, as far as it goes. */
static void put_row(tensor *to, int64_t i, const tensor *t) {
    const size_t each = dtype_bytes(to->type.elem, 1);
    memcpy((char *)to->data + (size_t)(i * type_size(&to->type, -1)) * each, t->data, (size_t)type_count(&t->type) * each);
}

/* A map: its keys, its values, and how many there are; or a list of maps with the same keys: these, and rows of values. */
static bool spread_maps(const port *p, value *const *places, const tensor *maps, int n, tensor *to, const char *file, arena *a, diagnostics *d) {
    to += p->first, places += p->first;
    for (int k = 0; k < p->n; k++) to[k] = tensor_new(a, places[k]->type);
    for (int i = 0; i < n; i++) {
        const int64_t count = type_count(&maps[i].items[0].type);
        bool fits = p->n >= 2 && type_count(&places[1]->type) == n * type_size(&places[0]->type, 0) && count <= type_size(&places[0]->type, 0);
        for (int k = 0; fits && k < 2; k++) fits = maps[i].items[k].type.elem == places[k]->type.elem;
        fits = fits && (!i || compare_tensors(&maps[i].items[0], &maps[0].items[0], &default_tolerance).same);
        if (!fits) return diag_error(d, file, NULL, "holds a map that does not fit the one of the model");
        put_row(&to[0], 0, &maps[i].items[0]);
        put_row(&to[1], i, &maps[i].items[1]);
        if (p->n > 2) *(int64_t *)to[2].data = count;
    }
    return true;
}

/* The elements of a sequence or optional, in the places of the values that it was taken apart into. */
static bool spread(const port *p, value *const *places, const tensor *t, tensor *to, const char *file, arena *a, diagnostics *d) {
    if (t->type.kind == TYPE_OPTIONAL && t->n_items) return spread(p, places, t->items, to, file, a, d);
    bool maps = t->type.kind == TYPE_SEQUENCE && t->n_items && t->items[0].type.kind == TYPE_MAP;
    if (maps || t->type.kind == TYPE_MAP) return spread_maps(p, places, maps ? t->items : t, maps ? t->n_items : 1, to, file, a, d);
    bool tensor_itself = t->type.kind == TYPE_TENSOR;
    int n = tensor_itself ? 1 : t->n_items;
    if (n != p->n) return diag_error(d, file, NULL, "holds %d elements where the model has %d", n, p->n);
    for (int i = 0; i < n; i++) to[p->first + i] = tensor_itself ? *t : t->items[i];
    if (p->sizes) to[p->sizes] = sizes_of(t, a);
    return true;
}

static tensor *read_side(const char *path, bool outputs, const graph *g, arena *a, diagnostics *d) {
    tensor *all = ARENA_ARRAY(a, tensor, outputs ? g->body->n_outputs : g->body->n_inputs), one;
    value *const *places = outputs ? g->body->outputs : g->body->inputs;
    for (int i = 0; i < graph_port_count(g, outputs); i++) {
        const char *file = arena_printf(a, "%s/%s_%d.pb", path, outputs ? "output" : "input", i);
        port p = graph_port(g, outputs, i);
        if (!frontend_read_tensor(file, &p.type, &one, a, d) || !spread(&p, places, &one, all, file, a, d)) return NULL;
    }
    return all;
}

/* What an open batch has rows for becomes samples one after another; what serves all of them is there for each. */
static bool part_into_samples(tensor *all, value *const *values, int n, const bool *batched, int64_t samples, const char *path, arena *a,
                              diagnostics *d) {
    for (int i = 0; i < n; i++) {
        const value_type *one = &values[i]->type;
        const bool shared = batched && !batched[i];
        if (array_count_samples(&all[i].type, one) != (shared ? 1 : samples))
            return diag_error(d, path, NULL, "does not hold %lld samples of '%.80s'", (long long)(shared ? 1 : samples), values[i]->name);
        all[i].type = *one;
        if (shared) all[i] = array_repeated(one, all[i].data, samples, a);
    }
    return true;
}

static bool read_batch(data_set *s, tensor *inputs, tensor *outputs, const char *path, const graph *g, arena *a, diagnostics *d) {
    const region *r = g->body;
    for (int i = 0; i < r->n_inputs; i++)
        if (g->batch->inputs[i]) s->samples = inputs[i].type.rank > 0 ? type_size(&inputs[i].type, 0) : 0;
    if (s->samples < g->batch->min || s->samples > g->batch->max)
        return diag_error(d, path, NULL, "holds %lld samples, which --dim %s=%lld..%lld leaves out", (long long)s->samples, g->batch->name,
                          (long long)g->batch->min, (long long)g->batch->max);
    return part_into_samples(inputs, r->inputs, r->n_inputs, g->batch->inputs, s->samples, path, a, d) &&
           part_into_samples(outputs, r->outputs, r->n_outputs, NULL, s->samples, path, a, d);
}

bool data_set_read(data_set *s, const char *path, const graph *g, arena *a, diagnostics *d) {
    const char *slash = strrchr(path, '/');
    *s = (data_set){.name = slash ? slash + 1 : path, .samples = 1};
    tensor *inputs = read_side(path, false, g, a, d), *outputs = inputs ? read_side(path, true, g, a, d) : NULL;
    s->inputs = inputs;
    s->outputs = outputs;
    return outputs && (!g->batch || read_batch(s, inputs, outputs, path, g, a, d));
}

/* True where this dimension stays open; the program is run at the size then, if it is within the bounds. */
static bool run_at(model_options *o, const char *name, int64_t size) {
    for (int k = 0; k < o->n_open; k++) {
        if (strcmp(o->open_names[k], name) != 0) continue;
        if (!o->open_at[k] && size >= o->open_min[k] && size <= o->open_max[k] && size % o->open_multiple[k] == 0) o->open_at[k] = size;
        return true;
    }
    return false;
}

static void bind(model_options *o, const value_type *declared, const value_type *real) {
    if (declared->kind != TYPE_TENSOR || declared->rank != real->rank) return;
    for (int i = 0; i < declared->rank && o->n_dims < MODEL_MAX_DIMS; i++) {
        const symbol *s = dim_named(declared->dims[i]);
        if (!s || run_at(o, s->name, type_size(real, i))) continue;
        bool known = false;
        for (int k = 0; k < o->n_dims; k++) known = known || !strcmp(o->dim_names[k], s->name);
        if (known) continue;
        o->dim_names[o->n_dims] = s->name;
        o->dim_sizes[o->n_dims++] = type_size(real, i);
    }
}

int data_set_bind_dims(model_options *o, const char *path, const graph *g, arena *a, diagnostics *d) {
    int before = o->n_dims;
    for (int i = 0; i < graph_port_count(g, false); i++) {
        port p = graph_port(g, false, i);
        tensor t;
        if (p.n != 1 || p.type.kind == TYPE_SEQUENCE || type_is_static(&g->body->inputs[p.first]->type)) continue;
        const char *file = arena_printf(a, "%s/input_%d.pb", path, i);
        if (!frontend_read_tensor(file, &p.type, &t, a, d)) continue;
        const tensor *real = t.type.kind == TYPE_OPTIONAL && t.n_items ? t.items : &t;
        bind(o, &g->body->inputs[p.first]->type, &real->type);
    }
    return o->n_dims - before;
}
