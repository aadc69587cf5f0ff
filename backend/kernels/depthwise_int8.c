/* Depthwise convolution of bytes on NCHW16c: pixels lie behind one another, so that four taps of a row are one load, and one
 * product of four bytes in each lane. Rows of other than a multiple of four taps go on with weights of zero. */
#include "backend/kernels/int8.h"
#include "backend/schedule/schedule.h"

enum { STEP = 4, MOST_COLS = 8 };

typedef struct schedule {
    window window;
    int64_t cols, steps; /* positions in registers; loads a row of taps takes */
    byte_product products[TARGET_MAX];
    int64_t first_sums[TARGET_MAX];
} schedule;

static bool accepts(const node *n) {
    if (!int8_accepts(n)) return false;
    int64_t channels = type_size(&n->inputs[0]->type, 1);
    int count;
    const int64_t *dilations = node_ints(n, "dilations", &count);
    return node_int(n, "group") == channels && type_size(&n->outputs[0]->type, 1) == channels && channels > 1 && (count < 2 || dilations[1] == 1);
}

static int64_t steps_of(const value_type *weights) { return (type_size(weights, 3) + STEP - 1) / STEP; }

/* [C/16][KH][KW/4][16 channels][4 taps] */
static void write_weights(const packed *k, void *to) {
    const value_type *t = &k->source->type;
    const int8_t *from = k->source->data;
    int64_t channels = type_size(t, 0), rows = type_size(t, 2), cols = type_size(t, 3), steps = steps_of(t);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t y = 0; y < rows; y++)
            for (int64_t x = 0; x < cols; x++) {
                int64_t vector = (c / C16 * rows + y) * steps + x / STEP;
                ((int8_t *)to)[(vector * C16 + c % C16) * STEP + x % STEP] = from[(c * rows + y) * cols + x];
            }
}

/* A row in tiles that are as even as they come. */
static int64_t columns(int64_t width) {
    int64_t tiles = (width + MOST_COLS - 1) / MOST_COLS;
    return (width + tiles - 1) / tiles;
}

static bool plan_depthwise(plan *p, const node *n, step *s) {
    schedule *d = ARENA_NEW(p->arena, schedule);
    if (!window_of(n, &d->window, p->diags)) return false;
    const value *weights = n->inputs[1];
    int64_t blocks = c16_blocks(type_size(&n->outputs[0]->type, 1)), rows = d->window.kernel[0];
    d->steps = steps_of(&weights->type);
    d->cols = columns(d->window.out[1].size);
    for (int i = 0; i < p->n_targets; i++) d->products[i] = int8_product(n, p->targets[i], false);
    int8_add_operands(p, s, n,
                      (packed){.source = weights->constant,
                               .form = "depthwise c16 in fours",
                               .elem = DT_I8,
                               .count = blocks * rows * d->steps * C16 * STEP,
                               .write = write_weights},
                      d->products, d->first_sums);
    step_set_extent(s, type_size(&n->outputs[0]->type, 0) * blocks * d->window.out[0].size);
    s->schedule = d;
    s->macs = WORK(type_count(&n->outputs[0]->type), rows, d->window.kernel[1]);
    s->product = DT_U8;
    s->summary = arena_printf(p->arena, "int8 %lldx%lld, tile 1x%lld", (long long)rows, (long long)d->window.kernel[1], (long long)d->cols);
    return true;
}

static void put_result(void *context, text *out, int n, const int64_t *args) {
    (void)n;
    char acc[48];
    snprintf(acc, sizeof acc, "v16_from_i32(a%lld)", (long long)args[0]);
    c16_epilogue(out, &(c16_leaf){context, false, 0, 0, args[0], acc});
}

static bool emit_depthwise(const plan *p, const step *s, const target *machine, text *body) {
    const schedule *d = s->schedule;
    const operand *x = &s->in[0];
    const window *w = &d->window;
    const int64_t width = w->out[1].size;
    const int which = plan_target_index(p, machine);
    const struct {
        const char *name;
        int64_t value;
    } variables[] = {{"batch", x->dims[0]},
                     {"channel_blocks", c16_blocks(x->dims[1])},
                     {"first_sums", d->first_sums[which]},
                     {"height", w->out[0].size},
                     {"tile", d->cols},
                     {"full_cols", width / d->cols * d->cols},
                     {"last_cols", width % d->cols},
                     {"kernel_h", w->kernel[0]},
                     {"steps", d->steps},
                     {"x_batch", x->batch},
                     {"x_block", x->block},
                     {"x_col", w->stride[1] * C16}};
    template_env *e = template_env_new(body->arena);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) template_int(e, variables[i].name, variables[i].value);
    arena *a = body->arena;
    const number row = operand_row(x);
    template_number(e, "x_row", number_mul(a, row, number_known(w->stride[0])));
    template_number(e, "x_origin", c16_window_origin(a, x, w));
    template_number(e, "tap_row", number_mul(a, row, number_known(w->dilation[0])));
    template_text(e, "store", c16_store(s->out[0].elem));
    template_text(e, "dot", d->products[which].dot);
    template_call(e, "result", put_result, (void *)s);
    template_call(e, "target", c16_put_target, (void *)s);
    return template_expand(e, "backend/kernels/depthwise_int8.c.in", body, p->diags);
}

const kernel_family kernel_depthwise_int8 = {.name = "depthwise_int8", .accepts = accepts, .plan = plan_depthwise, .emit = emit_depthwise,
                                             .constant_time = step_always_constant_time};
