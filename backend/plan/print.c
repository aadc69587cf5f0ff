#include "backend/schedule/schedule.h"

static void print_operand(FILE *f, const operand *o) {
    static const char *const where[] = {"input", "output", "arena", "weights"};
    const buffer *b = o->buffer;
    if (b->where == MEMORY_INPUT || b->where == MEMORY_OUTPUT) fprintf(f, "%s%d", where[b->where], b->index);
    else fprintf(f, "%s+%lld", where[b->where], (long long)(b->offset + o->offset));
    if (o->value) {
        fputc(' ', f);
        type_print(f, &o->value->type);
    }
}

/* Worth a mention beside the one taken: the two cheapest, and the cheapest of each family. */
static bool is_runner_up(const choice *c, int index, int before) {
    const candidate *x = &c->candidates[index];
    if (x == c->taken) return false;
    bool first = true;
    for (int i = 0; i < index; i++) first = first && c->candidates[i].family != x->family;
    return (before < 2 && !x->refused) || (first && x->family != c->taken->family);
}

static void print_choice(FILE *f, const choice *c, int depth) {
    fprintf(f, "%*s    %s, estimated %.1f us", 2 * depth, "", c->taken->name, c->taken->microseconds);
    if (c->source) fprintf(f, ", from %s", c->source);
    for (int i = 0, n = 0; i < c->n; i++) {
        const candidate *x = &c->candidates[i];
        if (!is_runner_up(c, i, n)) continue;
        fprintf(f, "%s %s %.1f us", n++ ? "," : "; others:", x->name, x->microseconds);
        if (x->refused) fprintf(f, " (%s)", x->refused);
    }
    fputc('\n', f);
}

static void print_block(FILE *f, const block *b, int depth) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        fprintf(f, "%*s%3d %s", 2 * depth, "", s->id, s->kind == STEP_IF ? "if" : s->kind == STEP_LOOP ? "loop" : s->family->name);
        if (*s->summary) fprintf(f, " [%s]", s->summary);
        for (int k = 0; k < s->n_in; k++) fputs(k ? ", " : " (", f), print_operand(f, &s->in[k]);
        fputs(s->n_in ? ")" : "", f);
        for (int k = 0; k < s->n_out; k++) fputs(k ? ", " : " -> ", f), print_operand(f, &s->out[k]);
        fprintf(f, "  \"%s\"\n", s->node ? s->node->name : "");
        if (s->choice) print_choice(f, s->choice, depth);
        if (s->kind == STEP_KERNEL) continue;
        print_block(f, s->then_block, depth + 1);
        fprintf(f, "%*s    else\n", 2 * depth, "");
        print_block(f, s->else_block, depth + 1);
    }
}

void plan_print(FILE *f, const plan *p) {
    fprintf(f, "plan \"%s\": %d steps, workspace %lld bytes (largest live sum %lld), weights %lld bytes\n", p->graph->name, p->n_steps,
            (long long)p->workspace, (long long)p->peak_live, (long long)p->weights);
    print_block(f, p->body, 0);
}
