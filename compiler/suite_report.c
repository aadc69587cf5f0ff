#include <stdlib.h>
#include <string.h>

#include "compiler/output.h"
#include "compiler/suite.h"

/* ---- failures, grouped ---- */

typedef struct group {
    const suite_case *example;
    int n;
} group;

static int by_blame(const void *x, const void *y) {
    const suite_case *a = *(const suite_case *const *)x, *b = *(const suite_case *const *)y;
    int order = strcmp(a->result.op, b->result.op);
    if (!order) order = strcmp(a->result.reason, b->result.reason);
    return order ? order : strcmp(a->name, b->name);
}

static int by_size(const void *x, const void *y) {
    const group *a = x, *b = y;
    return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : by_blame(&a->example, &b->example);
}

static bool same_blame(const suite_case *x, const suite_case *y) {
    return !strcmp(x->result.op, y->result.op) && !strcmp(x->result.reason, y->result.reason);
}

void suite_print_failures(FILE *f, const suite_cases *s, arena *a) {
    const suite_case **failed = ARENA_ARRAY(a, const suite_case *, s->n);
    group *groups = ARENA_ARRAY(a, group, s->n);
    int n_failed = 0, n = 0;
    for (int i = 0; i < s->n; i++)
        if (!s->cases[i].result.passed) failed[n_failed++] = &s->cases[i];
    if (!n_failed) return;
    qsort(failed, (size_t)n_failed, sizeof *failed, by_blame);
    for (int i = 0; i < n_failed; i++) {
        if (!n || !same_blame(groups[n - 1].example, failed[i])) groups[n++] = (group){.example = failed[i]};
        groups[n - 1].n++;
    }
    qsort(groups, (size_t)n, sizeof *groups, by_size);
    fprintf(f, "%5s  %-24s %-72s %s\n", "cases", "operator", "reason", "first");
    for (int i = 0; i < n; i++) {
        const case_result *r = &groups[i].example->result;
        fprintf(f, "%5d  %-24s %-72s %s\n", groups[i].n, *r->op ? r->op : "-", r->reason, groups[i].example->name);
    }
}

bool suite_save_passed(const suite_cases *s, const char *file, arena *a, diagnostics *d) {
    output_set files = {.arena = a, .diags = d};
    FILE *f = output_open(&files, file);
    if (!f) return false;
    for (int i = 0; i < s->n; i++)
        if (s->cases[i].result.passed) fprintf(f, "%s\n", s->cases[i].name);
    return output_commit(&files);
}
