/* An open batch: the samples lie one behind the other, and are computed one after the other in the same workspace. */
#include "backend/emit/emit.h"

/* Where sample `s` of each tensor is, for those that have one. */
static void put_pointers(const emission *e, bool output, text *out) {
    const region *r = e->plan->graph->body;
    const int n = output ? r->n_outputs : r->n_inputs;
    const char *list = output ? "outputs" : "inputs", *type = output ? "" : "const ";
    text_printf(out, "        %svoid *const %s[] = {", type, output ? "to" : "from");
    if (!n) text_put(out, "NULL");
    for (int i = 0; i < n; i++) {
        text_put(out, n > 1 ? "\n            " : "");
        if (output || e->batch->inputs[i]) {
            text_printf(out, "%s[%d] ? (%schar *)%s[%d] + s * ", list, i, type, list, i);
            emit_tensor_bytes(e, output ? &r->outputs[i]->type : &r->inputs[i]->type, out);
            text_put(out, " : NULL");
        } else text_printf(out, "%s[%d]", list, i);
        text_put(out, n > 1 ? "," : "");
    }
    text_put(out, n > 1 ? "\n        };\n" : "};\n");
}

void emit_batch(const emission *e, text *out) {
    const char *weights = e->weights == WEIGHTS_FILE ? ", weights" : "";
    const bool sliced = e->plan->options.slice;
    text_printf(out, "static int run_on_this_cpu(const parallel_for *parallel, %s%s) {\n", emit_run_parameters(e, true), e->more_parameter);
    text_printf(out, "    if (batch < %s_BATCH_MIN || batch > %s_BATCH_MAX) return 6;\n", e->upper, e->upper);
    emit_open_check(e, out);
    text_printf(out, "    for (size_t s = %s; s < (size_t)batch; s++) {\n", sliced ? "slice_samples(slice)" : "0");
    put_pointers(e, false, out);
    put_pointers(e, true, out);
    text_printf(out,
                "        const int status = run_sample(parallel, from, to, workspace%s%s%s);\n"
                "        if (status) return status;\n%s    }\n    return 0;\n}\n\n",
                weights, emit_open_arguments(e), e->more, sliced ? "        if (slice) slice->step = 0, slice->sample++;\n" : "");
}
