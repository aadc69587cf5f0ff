/* The user's functions: what they are called with before the kernels, their files behind them, where macros of theirs change
 * nothing. Declared static first, they are so whatever their definition says. */
#include "backend/plan/custom.h"

#include "backend/emit/emit.h"

#include <string.h>

/* Same file: one text for several operators. */
static bool is_repeated(const plan_options *o, int i) {
    for (int k = 0; k < i; k++)
        if (!strcmp(o->custom[k].source.file, o->custom[i].source.file)) return true;
    return false;
}

void emit_custom_declarations(const emission *e, text *out) {
    const plan_options *o = &e->plan->options;
    for (int i = 0; i < o->n_custom; i++) text_printf(out, "CNNC_UNUSED %s;\n", o->custom[i].declaration);
    if (o->n_custom) text_put(out, "\n");
}

void emit_custom_files(const emission *e, text *out) {
    const plan_options *o = &e->plan->options;
    for (int i = 0; i < o->n_custom; i++) {
        if (is_repeated(o, i)) continue;
        const source_text *s = &o->custom[i].source;
        const char *slash = strrchr(s->file, '/');
        text_put(out, "/* ---- ");
        text_comment(out, slash ? slash + 1 : s->file);
        text_put(out, " ---- */\n\n");
        text_write(out, s->text, s->size);
        text_put(out, s->size && s->text[s->size - 1] == '\n' ? "\n" : "\n\n");
    }
}
