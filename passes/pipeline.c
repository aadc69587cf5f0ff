#include "passes/passes.h"

#include <string.h>

pass_fn pass_fold_constants, pass_widen_halves, pass_remove_identity, pass_canonicalize, pass_lower_batchnorm, pass_fold_scale_shift, pass_fold_pad,
    pass_integer_layers, pass_move_quantize, pass_lower_quantize, pass_fuse_elementwise, pass_fuse_epilogue, pass_move_pool, pass_fuse_pool, pass_lower_dense, pass_remove_dead,
    pass_remove_dead_channels, pass_merge_pool, pass_assign_layout, pass_merge_transpose, pass_narrow_activations, pass_fuse_prologue, pass_fuse_attention;

static const pass pipeline[] = {
    {"fold_constants", pass_fold_constants, "infer shapes; compute what does not depend on the inputs"},
    {"widen_halves", pass_widen_halves, "operators on 16-bit floats compute in float32"},
    {"remove_identity", pass_remove_identity, "drop nodes that return their input"},
    {"integer_layers", pass_integer_layers, "convolutions and products of dequantised tensors compute with the integers"},
    {"move_quantize", pass_move_quantize, "quantisation moves ahead of what only moves or compares numbers, and cancels"},
    {"lower_quantize", pass_lower_quantize, "quantisation that is left becomes arithmetic, in one step with scales and activations"},
    {"canonicalize", pass_canonicalize, "one spelling for reshapes, sums, global pools"},
    {"lower_batchnorm", pass_lower_batchnorm, "batch normalization at inference is a scale and a shift"},
    {"fold_scale_shift", pass_fold_scale_shift, "scales and shifts by channel go into weights and biases"},
    {"fold_pad", pass_fold_pad, "padding goes into convolutions and pools"},
    {"remove_dead_channels", pass_remove_dead_channels, "drop channels that are zero, or that later convolutions multiply by zero"},
    {"fuse_elementwise", pass_fuse_elementwise, "chains of elementwise operators become one"},
    {"move_pool", pass_move_pool, "average pooling moves ahead of 1x1 convolutions"},
    {"merge_pool", pass_merge_pool, "a convolution and average pooling become one strided convolution"},
    {"fuse_epilogue", pass_fuse_epilogue, "elementwise work moves into the kernel before it"},
    {"fuse_pool", pass_fuse_pool, "max pooling moves into the convolution before it"},
    {"fuse_attention", pass_fuse_attention, "products around a softmax become one node, with the transposes that split and join heads"},
    {"lower_dense", pass_lower_dense, "fully connected layers become 1x1 convolutions"},
    {"remove_dead", pass_remove_dead, "drop what nobody reads"},
    {"assign_layout", pass_assign_layout, "NCHW16c for convolutional parts, with halos"},
    {"merge_transpose", pass_merge_transpose, "transposes of NHWC become part of the conversions to and from NCHW16c"},
    {"narrow_activations", pass_narrow_activations, "convolutional parts store their results as bf16 (--compute bf16)"},
    {"fuse_prologue", pass_fuse_prologue, "elementwise work before 1x1 convolutions moves into them"},
};

const pass *passes_all(int *count) {
    *count = (int)(sizeof pipeline / sizeof *pipeline);
    return pipeline;
}

const pass *pass_find(const char *name) {
    int n;
    const pass *all = passes_all(&n);
    for (int i = 0; i < n; i++)
        if (!strcmp(all[i].name, name)) return &all[i];
    return NULL;
}

bool passes_run(graph *g, const pass_options *o) {
    int n;
    const pass *all = passes_all(&n);
    for (int i = 0; i < n; i++) {
        if (!all[i].run(g, o)) return false;
        if (!graph_verify(g, g->diags))
            return diag_error(g->diags, "", "this is a defect of cnnc, not of the model: please report it", "pass %s broke the graph", all[i].name);
        if (o->dump_pass && !strcmp(o->dump_pass, all[i].name) && o->dump_stream) graph_print(o->dump_stream, g);
    }
    return true;
}
