#include "compiler/report.h"

#include <stdlib.h>
#include <string.h>

/* ---- numbers and names ---- */

static magnitude scale(double x, double base, const char *const *units, int n) {
    int i = 0;
    for (; i + 1 < n && x >= 0.9995 * base; i++) x /= base;
    return (magnitude){x, units[i]};
}

magnitude magnitude_of(double x) {
    static const char *const units[] = {"", "k", "M", "G", "T"};
    return scale(x, 1000, units, 5);
}

magnitude magnitude_bytes(double x) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    return scale(x, 1024, units, 4);
}

static void print_bytes(FILE *f, int64_t bytes) {
    magnitude m = magnitude_bytes((double)bytes);
    fprintf(f, "%.*f %s", strcmp(m.unit, "B") ? 2 : 0, m.number, m.unit);
}

void print_name(FILE *f, const char *name, int width) {
    int n = 0;
    for (; *name && n < width; name++) {
        unsigned char c = (unsigned char)*name;
        if ((c & 0xc0) != 0x80) n++; /* continuation bytes take no column */
        fputc(c < 0x20 || c == 0x7f ? '?' : c, f);
    }
    fprintf(f, "%*s", width - n, "");
}

/* How many bytes the character at s takes; 0 where there is none that is UTF-8 and can be shown. */
static size_t character_length(const char *s) {
    unsigned char c = (unsigned char)*s;
    size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (c < 0x20 || c == 0x7f) return 0;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)s[i] & 0xc0) != 0x80) return 0;
    unsigned second = (unsigned char)s[1];
    bool overlong = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
    bool beyond = (c == 0xed && second >= 0xa0) || (c == 0xf4 && second >= 0x90);
    return n && !overlong && !beyond ? n : 0;
}

const char *readable_name(arena *a, const char *name) {
    char *copy = arena_strdup(a, name);
    for (char *at = copy; *at;) {
        size_t n = character_length(at);
        if (!n) *at = '?', n = 1;
        at += n;
    }
    return copy;
}

/* ---- steps ---- */

static int count(const block *b) {
    int n = 0;
    for (int i = 0; b && i < b->n_steps; i++)
        n += 1 + count(b->steps[i]->then_block) + count(b->steps[i]->else_block);
    return n;
}

static void collect(const block *b, step_list *list) {
    for (int i = 0; b && i < b->n_steps; i++) {
        list->steps[list->n++] = b->steps[i];
        collect(b->steps[i]->then_block, list);
        collect(b->steps[i]->else_block, list);
    }
}

step_list plan_steps(const plan *p, arena *a) {
    step_list list = {.steps = ARENA_ARRAY(a, const step *, count(p->body))};
    collect(p->body, &list);
    return list;
}

int64_t step_weight_bytes(const step *s) {
    int64_t bytes = 0;
    for (int i = 0; i < s->n_in; i++)
        if (s->in[i].buffer->where == MEMORY_CONSTANT) bytes += s->in[i].buffer->size;
    return bytes;
}

static int64_t operand_bytes(const step *s, const operand *o) {
    int64_t count = 1, blocks = (o->dims[1] + C16 - 1) / C16;
    bool c16 = o->layout.kind == LAYOUT_C16;
    if (!o->value || o->buffer->where == MEMORY_CONSTANT) return 0;
    for (int i = 0; i < o->rank; i++) count *= i == 1 && c16 ? blocks * C16 : o->dims[i];
    if (c16 && s->family == &kernel_halo) count = o->dims[0] * blocks * o->block - count;
    return (int64_t)dtype_bytes(o->elem, count);
}

int64_t step_activation_bytes(const step *s) {
    int64_t bytes = 0;
    for (int i = 0; i < s->n_in; i++) bytes += operand_bytes(s, &s->in[i]);
    for (int i = 0; i < s->n_out; i++) bytes += operand_bytes(s, &s->out[i]);
    return bytes;
}

/* ---- layers ---- */

static void print_count(FILE *f, double x) {
    magnitude m = magnitude_of(x);
    if (x > 0) fprintf(f, " %6.2f %-1s", m.number, m.unit);
    else fprintf(f, " %6s  ", "");
}

static void print_shape(FILE *f, const step *s, int width) {
    char shape[128] = "";
    size_t n = 0;
    const operand *o = s->n_out ? &s->out[0] : NULL;
    for (int i = 0; o && i < o->rank && n < sizeof shape - 24; i++)
        n += (size_t)snprintf(shape + n, sizeof shape - n, "%s%lld", i ? "x" : "", (long long)o->dims[i]);
    fprintf(f, "%-*s", width, shape);
}

void report_layers(FILE *f, const plan *p) {
    step_list list = plan_steps(p, p->arena);
    fprintf(f, "%4s  %-36s %-18s %-18s %8s %12s  %s\n", "step", "layer", "kernel", "output", "MAC", "weights", "how");
    for (int i = 0; i < list.n; i++) {
        const step *s = list.steps[i];
        if (s->kind != STEP_KERNEL) {
            fprintf(f, "%4d  %s\n", s->id, s->kind == STEP_IF ? "if" : "loop");
            continue;
        }
        fprintf(f, "%4d  ", s->id);
        print_name(f, s->node ? s->node->name : "", 36);
        fprintf(f, " %-18s ", s->family->name);
        print_shape(f, s, 18);
        print_count(f, (double)s->macs * (double)s->times);
        magnitude w = magnitude_bytes((double)step_weight_bytes(s));
        if (w.number > 0) fprintf(f, " %8.2f %-3s", w.number, w.unit);
        else fprintf(f, " %12s", "");
        fprintf(f, "  %s\n", s->summary ? s->summary : "");
    }
}

static void report_narrow(FILE *f, const plan *p) {
    int64_t bytes = 0, wide = 0;
    int tensors = 0;
    double change = 0;
    for (int i = 0; i < p->n_buffers; i++) {
        const buffer *b = p->buffers[i];
        if (b->where != MEMORY_CONSTANT || b->packed->elem != p->options.weights_type || b->packed->source->type.elem != DT_F32) continue;
        tensors++;
        bytes += b->size;
        wide += (int64_t)dtype_bytes(DT_F32, b->packed->count);
        if (b->packed->change > change) change = b->packed->change;
    }
    fprintf(f, "%d weight tensor%s stored as %s: ", tensors, tensors == 1 ? "" : "s", dtype_of(p->options.weights_type)->name);
    print_bytes(f, bytes);
    fputs(" instead of ", f);
    print_bytes(f, wide);
    fprintf(f, ", largest change of a weight %.2g of the largest\n", change);
}

void report_totals(FILE *f, const plan *p) {
    step_list list = plan_steps(p, p->arena);
    double macs = 0;
    for (int i = 0; i < list.n; i++) macs += (double)list.steps[i]->macs * (double)list.steps[i]->times;
    magnitude m = magnitude_of(macs);
    fprintf(f, "%d steps, %.2f %sMAC, weights ", list.n, m.number, m.unit);
    print_bytes(f, p->weights);
    fputs(", workspace ", f);
    print_bytes(f, p->workspace);
    if (p->peak_live > 0)
        fprintf(f, " (%.2fx the largest sum of live buffers)", (double)p->workspace / (double)p->peak_live);
    fputc('\n', f);
    if (p->options.weights_type != DT_NONE && p->options.weights_type != DT_F32) report_narrow(f, p);
}

/* ---- memory ---- */

static int by_place(const void *x, const void *y) {
    const buffer *a = *(buffer *const *)x, *b = *(buffer *const *)y;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    return a->last < b->last ? -1 : a->last > b->last;
}

/* The tensors in a buffer, each once, in the order of the steps that write them. */
static void print_tenants(FILE *f, const step_list *list, const buffer *b) {
    int n = 0;
    const value *last = NULL;
    for (int i = 0; i < list->n; i++) {
        const step *s = list->steps[i];
        for (int k = 0; k < s->n_out; k++) {
            if (s->out[k].buffer != b || (n && s->out[k].value == last)) continue;
            last = s->out[k].value;
            fputs(n++ ? ", " : "", f);
            if (s->out[k].value) print_name(f, s->out[k].value->name, (int)strlen(s->out[k].value->name));
            else fprintf(f, "scratch of step %d", s->id);
        }
    }
}

void report_memory(FILE *f, const plan *p) {
    step_list list = plan_steps(p, p->arena);
    buffer **map = ARENA_ARRAY(p->arena, buffer *, p->n_buffers);
    int n = 0;
    for (int i = 0; i < p->n_buffers; i++)
        if (p->buffers[i]->where == MEMORY_ARENA) map[n++] = p->buffers[i];
    qsort(map, (size_t)n, sizeof *map, by_place);
    fprintf(f, "%12s %12s %12s  %s\n", "offset", "bytes", "steps", "tensors");
    for (int i = 0; i < n; i++) {
        fprintf(f, "%12lld %12lld %5d..%-5d  ", (long long)map[i]->offset, (long long)map[i]->size, map[i]->first,
                map[i]->last);
        print_tenants(f, &list, map[i]);
        fputc('\n', f);
    }
    report_totals(f, p);
}
