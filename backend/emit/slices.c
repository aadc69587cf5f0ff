/* NAME_step: a run in slices, each of a bounded number of multiply-adds. */
#include "backend/emit/emit.h"

static int at_least_one(int n) { return n > 0 ? n : 1; }

void emit_slices_header(const emission *e, text *out) {
    const char *p = e->prefix, *up = e->upper, *weights = e->weights == WEIGHTS_FILE ? "    const void *weights;\n" : "";
    const region *r = e->plan->graph->body;
    const char *sizes = e->batch ? "    int64_t batch, sample; /* the one that is under way */\n" : "";
    if (e->n_open) sizes = arena_printf(e->arena, "%s    int64_t sizes[%d];\n", sizes, e->n_open);
    text_printf(out,
                "/* A run in slices, for schedulers that cannot wait for a whole one: %s_step_start sets it up, as %s_run would be called,\n"
                " * and each %s_step does at most `budget` multiply-adds of it. What has none, a pooling say, is counted by its\n"
                " * other operations or the numbers that it writes. Returns %s_STEP_MORE until the run is complete, then what %s_run\n"
                " * returns, with the same outputs; 8 where the budget is below %s_STEP_MIN. Inputs, outputs and workspace are the\n"
                " * run's until then. To cancel it, leave it, or start it again. */\n",
                up, p, p, up, p, up);
    text_printf(out,
                "#define %s_STEP_MIN %lld /* multiply-adds of the largest piece of work that is not cut */\n#define %s_STEP_MORE (-1)\n"
                "typedef struct %s_slices {\n    const void *inputs[%d];\n    void *outputs[%d];\n    void *workspace;\n%s%s"
                "    int64_t left; /* of the budget of this slice, or of the last one */\n"
                "    ptrdiff_t step, done; /* the step that is under way; its iterations that are done */\n"
                "    unsigned char taken[%d]; /* branches */\n    ptrdiff_t iteration[%d]; /* of each loop: how many are complete */\n} %s_slices;\n\n",
                up, (long long)plan_slice_min(e->plan), up, p, at_least_one(r->n_inputs), at_least_one(r->n_outputs), weights, sizes,
                at_least_one(plan_steps_of(e->plan, STEP_IF)), at_least_one(plan_steps_of(e->plan, STEP_LOOP)), p);
    text_printf(out, "int %s_step_start(%s_slices *slice, %s);\nint %s_step(%s_slices *slice, int64_t budget);\n\n", p, p, emit_run_parameters(e, false), p, p);
}

void emit_slices_type(const emission *e, text *out) { text_printf(out, "typedef %s_slices slices;\n\n", e->prefix); }

void emit_slices(const emission *e, text *out) {
    const char *p = e->prefix, *given = arena_printf(e->arena, "%s%s", e->weights == WEIGHTS_FILE ? ", slice->weights" : "", e->batch ? ", slice->batch" : "");
    for (int i = 0; i < e->n_open; i++) given = arena_printf(e->arena, "%s, slice->sizes[%d]", given, i);
    const region *r = e->plan->graph->body;
    text_printf(out, "int %s_step_start(%s_slices *slice, %s) {\n    const slices fresh = {.workspace = workspace", p, p, emit_run_parameters(e, false));
    if (e->weights == WEIGHTS_FILE) text_put(out, ", .weights = weights");
    if (e->batch) text_put(out, ", .batch = batch");
    for (int i = 0; i < e->n_open; i++) text_printf(out, i ? ", %s" : ", .sizes = {%s", e->open_fields[i]);
    if (e->n_open) text_put(out, "}");
    text_put(out, "};\n    *slice = fresh;\n");
    for (int i = 0; i < r->n_inputs; i++) text_printf(out, "    slice->inputs[%d] = in->%s;\n", i, e->input_fields[i]);
    for (int i = 0; i < r->n_outputs; i++) text_printf(out, "    slice->outputs[%d] = out->%s;\n", i, e->output_fields[i]);
    if (!r->n_inputs) text_put(out, "    (void)in;\n");
    if (!r->n_outputs) text_put(out, "    (void)out;\n");
    text_printf(out,
                "    const int status = run_on_this_cpu(NULL, slice->inputs, slice->outputs, workspace%s, slice);\n"
                "    return status == %s_STEP_MORE ? 0 : status;\n}\n\n",
                emit_run_arguments(e), e->upper);
    text_printf(out,
                "int %s_step(%s_slices *slice, int64_t budget) {\n    if (budget < %s_STEP_MIN) return 8;\n    slice->left = budget;\n"
                "    return run_on_this_cpu(NULL, slice->inputs, slice->outputs, slice->workspace%s, slice);\n}\n",
                p, p, e->upper, given);
}
