#include "ir/eval/eval.h"

bool eval_if(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    scope *s = scope_new(n, in, a, d);
    const region *r = n->regions[dtype_load_int(in[0]->type.elem, in[0]->data, 0) ? 0 : 1];
    tensor *results = ARENA_ARRAY(a, tensor, r->n_outputs);
    if (!s || !scope_run(s, r, NULL, results)) return false;
    for (int i = 0; i < n->n_outputs && i < r->n_outputs; i++) out[i] = results[i];
    return true;
}

/* The rows of a stacked result, one behind the other. */
static tensor stack_rows(const tensor *rows, int64_t n, const value_type *row, arena *a) {
    dim dims[IR_MAX_RANK] = {dim_number(n)};
    for (int k = 0; k < row->rank && k + 1 < IR_MAX_RANK; k++) dims[k + 1] = n ? rows[0].type.dims[k] : row->dims[k];
    tensor all = tensor_new(a, type_tensor_dims(a, row->elem, row->rank + 1, dims));
    for (int64_t i = 0, to = 0; i < n; i++)
        for (int64_t k = 0; k < tensor_count(&rows[i]); k++) copy_element(&all, to++, &rows[i], k);
    return all;
}

bool eval_loop(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    const region *r = n->regions[0];
    int carried = r->n_inputs - 2, scans = r->n_outputs - 1 - carried;
    int64_t most = in[0] ? dtype_load_int(in[0]->type.elem, in[0]->data, 0) : INT64_MAX, capacity = 0, i = 0;
    uint8_t go = in[1] ? dtype_load_int(in[1]->type.elem, in[1]->data, 0) != 0 : 1;
    scope *s = scope_new(n, in, a, d);
    tensor *state = ARENA_ARRAY(a, tensor, r->n_inputs), *results = ARENA_ARRAY(a, tensor, r->n_outputs), **rows = ARENA_ARRAY(a, tensor *, scans);
    for (int k = 0; k < carried; k++) state[k + 2] = *in[k + 2];
    for (; s && i < most && go; i++) {
        if (i >= 1 << 24) return node_error(d, n, NULL, "does not end");
        state[0] = tensor_new(a, type_tensor(a, DT_I64, 0, NULL));
        state[1] = tensor_new(a, type_tensor(a, DT_BOOL, 0, NULL));
        *(int64_t *)state[0].data = i;
        *(uint8_t *)state[1].data = go;
        if (!scope_run(s, r, state, results)) return false;
        go = dtype_load_int(DT_BOOL, results[0].data, 0) != 0;
        for (int k = 0; k < carried; k++) state[k + 2] = results[k + 1];
        if (i == capacity) {
            int64_t larger = capacity ? 2 * capacity : 16;
            for (int k = 0; k < scans; k++) {
                tensor *more = ARENA_ARRAY(a, tensor, larger);
                for (int64_t q = 0; q < i; q++) more[q] = rows[k][q];
                rows[k] = more;
            }
            capacity = larger;
        }
        for (int k = 0; k < scans; k++) rows[k][i] = results[k + 1 + carried];
    }
    for (int k = 0; s && k < n->n_outputs; k++)
        out[k] = k < carried ? state[k + 2] : stack_rows(rows[k - carried], i, &r->outputs[k + 1]->type, a);
    return s != NULL;
}

bool eval_sequence(const node *n, const tensor *const *in, tensor *out, arena *a, diagnostics *d) {
    (void)d;
    out[0] = (tensor){.type = n->outputs[0]->type, .items = ARENA_ARRAY(a, tensor, n->n_core_inputs), .n_items = n->n_core_inputs};
    for (int i = 0; i < n->n_core_inputs; i++) out[0].items[i] = *in[i];
    return true;
}
