#include "backend/plan/plan.h"

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

static void print_block(FILE *f, const block *b, int depth) {
    for (int i = 0; i < b->n_steps; i++) {
        const step *s = b->steps[i];
        fprintf(f, "%*s%3d %s", 2 * depth, "", s->id, s->kind == STEP_IF ? "if" : s->kind == STEP_LOOP ? "loop" : s->family->name);
        if (*s->summary) fprintf(f, " [%s]", s->summary);
        for (int k = 0; k < s->n_in; k++) fputs(k ? ", " : " (", f), print_operand(f, &s->in[k]);
        fputs(s->n_in ? ")" : "", f);
        for (int k = 0; k < s->n_out; k++) fputs(k ? ", " : " -> ", f), print_operand(f, &s->out[k]);
        fprintf(f, "  \"%s\"\n", s->node ? s->node->name : "");
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
