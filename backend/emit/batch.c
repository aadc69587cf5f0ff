/* An open batch: the samples lie one behind the other, and are computed one after the other in the same workspace. */
#include "backend/emit/emit.h"

static void put_pitches(const emission *e, bool output, text *out) {
    const region *r = e->plan->graph->body;
    int n = output ? r->n_outputs : r->n_inputs;
    text_printf(out, "    %sconst size_t %s_pitch[] = {", e->n_open ? "" : "static ", output ? "output" : "input");
    for (int i = 0; i < n; i++) {
        const value_type *t = output ? &r->outputs[i]->type : &r->inputs[i]->type;
        bool moves = output || e->batch->inputs[i];
        text_put(out, i ? ", " : "");
        emit_tensor_bytes(e, moves ? t : NULL, out);
    }
    text_put(out, "};\n");
}

void emit_batch(const emission *e, text *out) {
    const char *weights = e->weights == WEIGHTS_FILE ? ", weights" : "";
    text_printf(out, "static int run_on_this_cpu(const parallel_for *parallel, %s%s) {\n", emit_run_parameters(e, true),
                e->more_parameter);
    const bool sliced = e->plan->options.slice;
    text_printf(out, "    if (batch < %s_BATCH_MIN || batch > %s_BATCH_MAX) return 6;\n", e->upper, e->upper);
    emit_open_check(e, out);
    put_pitches(e, false, out);
    put_pitches(e, true, out);
    text_printf(out, "    for (size_t s = %s; s < (size_t)batch; s++) {\n"
                     "        const void *from[%s_INPUT_COUNT];\n        void *to[%s_OUTPUT_COUNT];\n"
                     "        for (int i = 0; i < %s_INPUT_COUNT; i++)\n"
                     "            from[i] = inputs[i] ? (const char *)inputs[i] + s * input_pitch[i] : NULL;\n"
                     "        for (int i = 0; i < %s_OUTPUT_COUNT; i++)\n"
                     "            to[i] = outputs[i] ? (char *)outputs[i] + s * output_pitch[i] : NULL;\n"
                     "        int status = run_sample(parallel, from, to, workspace%s%s%s);\n"
                     "        if (status) return status;\n%s    }\n    return 0;\n}\n\n",
                sliced ? "slice ? (size_t)slice->sample : 0" : "0", e->upper, e->upper, e->upper, e->upper, weights, emit_open_arguments(e), e->more,
                sliced ? "        if (slice) slice->step = 0, slice->sample++;\n" : "");
}
