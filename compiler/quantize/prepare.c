#include "compiler/quantize/quantize.h"

/* What must precede quantisation, and what ONNX still has words for. */
static const char *const passes[] = {"fold_constants", "remove_identity", "canonicalize", "lower_batchnorm", "fold_scale_shift", "fold_pad", "remove_dead"};

bool quantize_prepare(graph *g) {
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        if (!pass_find(passes[i])->run(g, &(pass_options){0}) || !graph_verify(g, g->diags)) return false;
    return true;
}
