#include <math.h>
#include <string.h>

#include "compiler/quantize/quantize.h"
#include "compiler/report.h"

enum { NAME_WIDTH = 36 };

/* ---- layers ---- */

static void print_decibels(FILE *f, double x) {
    if (isinf(x)) fprintf(f, "%8s", "exact");
    else fprintf(f, "%8.1f", x);
}

static void print_layer(FILE *f, const layer *l, const observation *seen, const measurement *m, const double *alone) {
    print_name(f, *l->node->name ? l->node->name : l->output->name, NAME_WIDTH);
    fprintf(f, " %-20s", op_of(l->node->op)->name);
    const quantization *q = l->output->type.quant;
    if (q) fprintf(f, " %10.4g %10.4g %11.4g %5lld", seen[l->output->id].seen.low, seen[l->output->id].seen.high, constant_float(q->scale, 0), (long long)constant_int(q->zero_point, 0));
    else fprintf(f, " %10s %10s %11s %5s", "", "", "float", "");
    print_decibels(f, m->snr[l->node->id]);
    if (alone && l->is_product) print_decibels(f, alone[l->node->id]);
    if (l->obstacle) fprintf(f, "  in float: %s", l->obstacle);
    fputc('\n', f);
}

static void print_layers(FILE *f, const scheme *s, const observation *seen, const measurement *m, const double *alone) {
    fprintf(f, "%-*s %-20s %10s %10s %11s %5s %7s%s\n", NAME_WIDTH, "layer", "operator", "least", "largest", "scale", "zero", "SNR dB", alone ? "   alone" : "");
    for (int i = 0; i < s->n_layers; i++)
        if (!(op_of(s->layers[i].node->op)->props & PROP_VIEW)) print_layer(f, &s->layers[i], seen, m, alone);
}

/* Operators that no layer of the scheme is or ends in. */
static void print_others(FILE *f, const graph *g, const scheme *s) {
    bool *covered = ARENA_ARRAY(g->arena, bool, g->next_node);
    int counts[OP_COUNT] = {0}, n = 0;
    for (int i = 0; i < s->n_layers; i++) covered[s->layers[i].node->id] = covered[s->layers[i].output->producer->id] = true;
    for (const node *x = g->body->first; x; x = x->next)
        if (!covered[x->id]) counts[x->op]++, n++;
    if (!n) return;
    fputs("in float too:", f);
    for (int op = 0; op < OP_COUNT; op++) {
        if (!counts[op]) continue;
        fprintf(f, " %s", op_of((op_code)op)->name);
        if (counts[op] > 1) fprintf(f, " (%d)", counts[op]);
    }
    fputc('\n', f);
}

/* ---- totals ---- */

static int64_t constant_bytes(const value *v, bool quantized) {
    int64_t count = type_count(&v->type);
    const quantization *q = quantized ? v->type.quant : NULL;
    if (!q) return (int64_t)dtype_bytes(v->type.elem, count);
    dtype integer = q->zero_point->type.elem;
    int64_t scales = integer == DT_I32 ? 0 : (int64_t)dtype_bytes(DT_F32, type_count(&q->scale->type)); /* a bias has none of its own */
    return (int64_t)dtype_bytes(integer, count) + scales;
}

static void print_sizes(FILE *f, const graph *g) {
    bool *seen = ARENA_ARRAY(g->arena, bool, g->next_value);
    int64_t before = 0, after = 0;
    for (const node *n = g->body->first; n; n = n->next)
        for (int i = 0; i < n->n_inputs; i++) {
            const value *v = n->inputs[i];
            if (!v || !v->constant || seen[v->id] || dtype_of(v->type.elem)->kind != CLASS_FLOAT) continue;
            seen[v->id] = true;
            before += constant_bytes(v, false);
            after += constant_bytes(v, true);
        }
    magnitude b = magnitude_bytes((double)before), c = magnitude_bytes((double)after);
    fprintf(f, "weights: %.2f %s, %.2f %s in float\n", c.number, c.unit, b.number, b.unit);
}

void quantize_report(FILE *f, const graph *g, const scheme *s, const observation *seen, const measurement *m, const double *alone, int64_t samples) {
    print_layers(f, s, seen, m, alone);
    print_others(f, g, s);
    print_sizes(f, g);
    fputs("outputs: SNR", f);
    print_decibels(f, m->output_snr);
    fprintf(f, " dB over %lld samples\n", (long long)samples);
    if (m->agreement >= 0) fprintf(f, "classes: %.2f %% as in float\n", 100 * m->agreement);
    if (m->accuracy >= 0) fprintf(f, "accuracy: %.2f %%, %.2f %% in float\n", 100 * m->accuracy, 100 * m->float_accuracy);
}
