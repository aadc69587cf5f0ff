#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* first the standard headers that cmocka wants */
#include <cmocka.h>

#include "frontend/weights/fill.h"
#include "frontend/weights/match.h"

#ifndef WEIGHTS_DATA
#error "WEIGHTS_DATA is tests/data/weights"
#endif

enum { MOST = 64 };

typedef struct fixture {
    arena *arena;
    graph *graph;
    diagnostics diags;
    char *messages;
    size_t messages_size;
    parameter p[MOST];
    int n;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->arena = arena_new();
    f->diags.stream = open_memstream(&f->messages, &f->messages_size);
    f->graph = graph_new(f->arena, &f->diags, "test");
    *state = f;
    return f->diags.stream ? 0 : -1;
}

static int tear_down(void **state) {
    fixture *f = *state;
    fclose(f->diags.stream);
    free(f->messages);
    arena_free(f->arena);
    free(f);
    return 0;
}

static parameter *declare(fixture *f, const char *name, parameter_role role, int rank, const int64_t *dims) {
    parameter *p = &f->p[f->n++];
    value *v = value_constant(f->graph, name, type_tensor(f->arena, DT_F32, rank, dims), NULL, "test");
    *p = (parameter){.name = arena_strdup(f->arena, name), .v = v, .role = role, .fan_in = 45, .fan_out = 72};
    return p;
}
#define DECLARE(f, name, role, ...) \
    declare(f, name, role, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

/* The network of tests/data/weights. */
static void declare_network(fixture *f) {
    DECLARE(f, "conv1.weight", PARAMETER_WEIGHT, 4, 3, 2, 2);
    DECLARE(f, "bn1.weight", PARAMETER_SCALE, 4);
    DECLARE(f, "bn1.running_var", PARAMETER_VARIANCE, 4);
    DECLARE(f, "fc.weight", PARAMETER_WEIGHT, 5, 4);
}

static bool fill(fixture *f, const char *file, const char *init) {
    const weights_options o = {.path = file ? arena_printf(f->arena, WEIGHTS_DATA "/%s", file) : NULL, .init = init, .seed = 7};
    bool ok = weights_fill(f->p, f->n, &o, f->arena, &f->diags);
    fflush(f->diags.stream);
    return ok;
}

static void says(const fixture *f, const char *message) {
    if (!strstr(f->messages, message)) fail_msg("no \"%s\" in:\n%s", message, f->messages);
}

static const float *data(const fixture *f, int i) { return f->p[i].v->constant->data; }

/* ---- files ---- */

static void test_each_format_reads_the_same(void **state) {
    static const char *const files[] = {"stored.npz", "deflated.npz", "halves.safetensors"};
    fixture *f = *state;
    for (int k = 0; k < 3; k++) {
        f->n = 0;
        declare_network(f);
        assert_true(fill(f, files[k], NULL));
        for (int i = 0; i < 48; i++) assert_true(data(f, 0)[i] == (float)i / 8 - 2);
        for (int i = 0; i < 4; i++) assert_true(data(f, 1)[i] == (float)(i + 1) && data(f, 2)[i] == (float)i + 0.5f);
        for (int i = 0; i < 20; i++) assert_true(data(f, 3)[i] == (float)(i - 10));
        assert_string_equal(f->p[3].v->constant->origin, arena_printf(f->arena, "%s:fc.weight", files[k]));
    }
}

static void test_everything_wrong_is_told_at_once(void **state) {
    fixture *f = *state;
    DECLARE(f, "conv1.weight", PARAMETER_WEIGHT, 4, 3, 2, 3);
    DECLARE(f, "bn1.weight", PARAMETER_SCALE, 4);
    DECLARE(f, "bn1.running_vat", PARAMETER_VARIANCE, 4);
    assert_false(fill(f, "stored.npz", NULL));
    assert_int_equal(f->diags.errors, 4);
    says(f, "'conv1.weight' is f32[4,3,2,3] here, f32[4,3,2,2] in stored.npz");
    says(f, "stored.npz has no 'bn1.running_vat' f32[4]");
    says(f, "hint: the file has 'bn1.running_var'");
    says(f, "stored.npz: 'fc.weight': is no parameter of this network");
}

static void test_messages_point_at_the_source(void **state) {
    static const source_text text = {.file = "net.cnn", .text = "network a\n  conv(3)\n", .size = 20};
    fixture *f = *state;
    declare_network(f);
    parameter *p = DECLARE(f, "conv2.weight", PARAMETER_WEIGHT, 1);
    p->text = &text;
    p->at = 12;
    assert_false(fill(f, "stored.npz", NULL));
    says(f, "net.cnn:2:3: stored.npz has no 'conv2.weight'");
}

static void test_long_lists_end_with_a_count(void **state) {
    fixture *f = *state;
    declare_network(f);
    for (int i = 0; i < 33; i++) DECLARE(f, arena_printf(f->arena, "other%d.weight", i), PARAMETER_WEIGHT, 1);
    assert_false(fill(f, "stored.npz", NULL));
    assert_int_equal(f->diags.errors, 21);
    says(f, "and 13 more missing");
}

static void test_init_supplies_what_the_file_lacks(void **state) {
    fixture *f = *state;
    declare_network(f);
    DECLARE(f, "bn1.running_mean", PARAMETER_MEAN, 4);
    DECLARE(f, "relu.weight", PARAMETER_SLOPE, 4);
    assert_true(fill(f, "stored.npz", "he"));
    assert_true(data(f, 0)[0] == -2.0f && data(f, 4)[3] == 0.0f && data(f, 5)[3] == 0.25f);
}

static void test_no_source_of_values_is_an_error(void **state) {
    fixture *f = *state;
    declare_network(f);
    assert_false(fill(f, NULL, NULL));
    says(f, "4 parameters without values");
    says(f, "hint: give --weights");
}

static void test_other_files_are_refused(void **state) {
    fixture *f = *state;
    declare_network(f);
    assert_false(fill(f, "checkpoint.pth", NULL));
    says(f, "checkpoint.pth: cannot be opened");
    assert_false(weights_fill_bytes(f->p, f->n, "checkpoint.pth", (const uint8_t *)"PK", 2, f->arena, &f->diags));
    says(f, "weights come from files named .npz, .safetensors or .onnx");
    says(f, "hint: torch.load it");
    assert_false(weights_is_file("checkpoint.pth"));
    assert_true(weights_is_file("w.npz") && weights_is_file("a/w.safetensors") && weights_is_file("w.onnx"));
    assert_false(weights_is_file(".npz"));
}

/* ---- damage ---- */

typedef struct contents {
    uint8_t *bytes;
    size_t size;
} contents;

static contents read_whole(const char *name) {
    char path[300];
    snprintf(path, sizeof path, WEIGHTS_DATA "/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    contents c = {malloc(1 << 16), 0};
    assert_non_null(c.bytes);
    c.size = fread(c.bytes, 1, 1 << 16, file);
    fclose(file);
    return c;
}

/* From a buffer of exactly this size, so that sanitizers see each byte read behind it. */
static bool fill_copy(fixture *f, const char *name, const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    f->n = 0;
    declare_network(f);
    int before = f->diags.errors;
    bool ok = weights_fill_bytes(f->p, f->n, name, copy, size, f->arena, &f->diags);
    assert_true(ok == (f->diags.errors == before));
    volatile float sum = 0; /* all of it can be read */
    for (int i = 0; ok && i < f->n; i++)
        for (int64_t k = 0; k < type_count(&f->p[i].v->type); k++) sum += data(f, i)[k];
    (void)sum;
    free(copy);
    return ok;
}

static void test_truncated_files_are_refused(void **state) {
    static const char *const files[] = {"stored.npz", "deflated.npz", "halves.safetensors"};
    for (int k = 0; k < 3; k++) {
        contents c = read_whole(files[k]);
        for (size_t size = 0; size < c.size; size++) assert_false(fill_copy(*state, files[k], c.bytes, size));
        assert_true(fill_copy(*state, files[k], c.bytes, c.size));
        free(c.bytes);
    }
}

static void test_flipped_bits_of_a_zip_are_noticed(void **state) {
    contents c = read_whole("stored.npz");
    static const float fc[] = {-10, -9, -8};
    uint8_t *at = c.bytes;
    while (memcmp(at, fc, sizeof fc) != 0) at++;
    *at ^= 1;
    assert_false(fill_copy(*state, "stored.npz", c.bytes, c.size));
    fflush(((fixture *)*state)->diags.stream);
    says(*state, "stored.npz: 'fc.weight': is damaged: its checksum is wrong");
    free(c.bytes);
}

static void refuse_header(fixture *f, const char *header, const char *message) {
    uint8_t bytes[512] = {0};
    size_t length = strlen(header);
    bytes[0] = (uint8_t)length;
    memcpy(bytes + 8, header, length);
    assert_false(fill_copy(f, "w.safetensors", bytes, 8 + length + 16));
    fflush(f->diags.stream);
    says(f, message);
}

static void test_safetensors_headers(void **state) {
    fixture *f = *state;
    refuse_header(f, "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[4,20]}}", "'a': is damaged: its data lie outside");
    refuse_header(f, "{\"b\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[8,4]}}", "'b': is damaged: its data lie outside");
    refuse_header(f, "{\"c\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,16]}}", "'c': is damaged: its data do not fit");
    refuse_header(f, "{\"d\":{\"dtype\":\"F32\",\"shape\":[-4],\"data_offsets\":[0,16]}}", "'d': is damaged: it has no dtype or no shape");
    refuse_header(f, "{\"e\":{\"dtype\":\"F31\",\"shape\":[4],\"data_offsets\":[0,16]}}", "'e': element type F31 is not supported");
    refuse_header(f, "{\"f\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,16]}}", "'f': axis 0");
    refuse_header(f, "{\"g\":7}", "'g': is damaged");
    refuse_header(f, "[1]", "w.safetensors: has a damaged header");
    refuse_header(f, "{\"h\":1,\"h\":2}", "duplicate object key");
    uint8_t huge[16];
    memset(huge, 0xff, sizeof huge);
    assert_false(fill_copy(f, "w.safetensors", huge, sizeof huge));
}

/* ---- names ---- */

static bool names_match(fixture *f, const char *ours, const char *theirs) {
    f->n = 0;
    DECLARE(f, ours, PARAMETER_WEIGHT, 1);
    archive_entry e = {.name = theirs};
    const archive file = {.entries = &e, .n = 1, .arena = f->arena};
    return match_entries(f->p, 1, &file).found[0] == &e;
}

static void test_rules_of_names(void **state) {
    static const char *const alike[][2] = {
        {"layer1.0.conv1.weight", "layer1.0.conv1.weight"},
        {"layer1.0.conv1.weight", "module.layer1.0.conv1.weight"},
        {"layer1.0.conv1.weight", "state_dict.model.module.layer1.0.conv1.weight"},
        {"layer1.0.conv1.weight", "model._orig_mod.layer1.0.conv1.weight"},
        {"fc.weight", "classifier.weight"},
        {"fc.bias", "head.fc.bias"},
        {"fc.weight", "last_linear.weight"},
        {"classifier.1.weight", "classifier.weight"},
        {"classifier.0.weight", "pre_logits.fc1.weight"},
        {"classifier.6.bias", "head.fc.bias"},
        {"features.denseblock1.denselayer1.norm1.weight", "features.denseblock1.denselayer1.norm.1.weight"},
        {"layer1.0.se.fc1.weight", "layer1.0.se_module.fc1.weight"},
        {"bn1.running_var", "bn1.moving_variance"},
        {"bn1.weight", "bn1.gamma"},
        {"layer2.0.downsample.0.weight", "layer2.0.shortcut.0.weight"},
    };
    static const char *const different[][2] = {
        {"layer1.0.conv1.weight", "layer1.1.conv1.weight"}, {"fc.weight", "fc.bias"},         {"fc.weight", "fc2.weight"},
        {"classifier.4.weight", "classifier.6.weight"},     {"bn1.weight", "bn1.bias"},       {"bn1.running_var", "bn1.running_mean"},
        {"features.0.weight", "features.00.weight"},        {"weight", "module"},             {"a.model.weight", "a.weight"},
    };
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (!names_match(*state, alike[i][0], alike[i][1])) fail_msg("%s is not %s", alike[i][0], alike[i][1]);
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        if (names_match(*state, different[i][0], different[i][1])) fail_msg("%s is %s", different[i][0], different[i][1]);
}

static void test_ambiguous_names_match_nothing(void **state) {
    fixture *f = *state;
    DECLARE(f, "fc.weight", PARAMETER_WEIGHT, 1);
    archive_entry e[] = {{.name = "head.weight"}, {.name = "classifier.weight"}};
    const archive file = {.entries = e, .n = 2, .arena = f->arena};
    matching m = match_entries(f->p, 1, &file);
    assert_null(m.found[0]);
    assert_false(m.used[0] || m.used[1]);
}

static void test_needless_entries(void **state) {
    fixture *f = *state;
    archive_entry e[] = {{.name = "module.bn1.num_batches_tracked"}, {.name = "aux1.conv.weight"}, {.name = "AuxLogits.fc.bias"}, {.name = "fc.bias"}};
    const archive file = {.entries = e, .n = 4, .arena = f->arena};
    DECLARE(f, "conv1.weight", PARAMETER_WEIGHT, 1);
    matching m = match_entries(f->p, f->n, &file);
    assert_true(m.used[0] && m.used[1] && m.used[2]);
    assert_false(m.used[3]);
    DECLARE(f, "aux1.fc.weight", PARAMETER_WEIGHT, 1); /* the network has this head: then it must be whole */
    m = match_entries(f->p, f->n, &file);
    assert_true(m.used[2]);
    assert_false(m.used[1]);
}

static bool shapes_match(fixture *f, int rank1, const int64_t *dims1, int rank2, const int64_t *dims2) {
    value_type x = type_tensor(f->arena, DT_F32, rank1, dims1), y = type_tensor(f->arena, DT_F32, rank2, dims2);
    bool match = match_shape(&x, &y);
    assert_true(match == match_shape(&y, &x));
    return match;
}
#define DIMS(...) sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__}

static void test_shapes(void **state) {
    assert_true(shapes_match(*state, DIMS(8, 3, 1, 1), DIMS(8, 3)));
    assert_true(shapes_match(*state, DIMS(8, 48), DIMS(8, 3, 4, 4)));
    assert_true(shapes_match(*state, DIMS(8), DIMS(1, 8, 1, 1)));
    assert_true(shapes_match(*state, DIMS(1), DIMS(1, 1)));
    assert_false(shapes_match(*state, DIMS(8, 3), DIMS(3, 8)));
    assert_false(shapes_match(*state, DIMS(8, 3, 2, 2), DIMS(8, 3, 4)));
    assert_false(shapes_match(*state, DIMS(8), DIMS(8, 2)));
    assert_false(shapes_match(*state, DIMS(8, 48), DIMS(16, 24)));
}

/* ---- random parameters ---- */

/* NumPy drew drawn.npz by tests/zoo/init.py. */
static void test_init_draws_what_numpy_draws(void **state) {
    static const char *const kinds[] = {"he", "xavier", "msra"};
    fixture *f = *state;
    for (int k = 0; k < 3; k++) DECLARE(f, kinds[k], PARAMETER_WEIGHT, 8, 5, 3, 3);
    assert_true(fill(f, "drawn.npz", NULL));
    for (int k = 0; k < 3; k++) {
        parameter *drawn = DECLARE(f, "layer1.0.conv1.weight", PARAMETER_WEIGHT, 8, 5, 3, 3);
        const weights_options o = {.init = kinds[k], .seed = 7};
        assert_true(weights_fill(drawn, 1, &o, f->arena, &f->diags));
        assert_memory_equal(drawn->v->constant->data, data(f, k), 8 * 5 * 3 * 3 * sizeof(float));
    }
}

static void test_init_has_the_variance_of_its_kind(void **state) {
    fixture *f = *state;
    enum { N = 200000 };
    parameter *p = DECLARE(f, "w", PARAMETER_WEIGHT, N);
    assert_true(fill(f, NULL, "he"));
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double x = ((const float *)p->v->constant->data)[i];
        sum += x, squares += x * x;
    }
    assert_true(squares / N > 0.99 * 2 / 45 && squares / N < 1.01 * 2 / 45);
    assert_true(sum / N > -2e-3 && sum / N < 2e-3);
    assert_false(weights_is_init("normal"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_each_format_reads_the_same),
        TEST(test_everything_wrong_is_told_at_once),
        TEST(test_messages_point_at_the_source),
        TEST(test_long_lists_end_with_a_count),
        TEST(test_init_supplies_what_the_file_lacks),
        TEST(test_no_source_of_values_is_an_error),
        TEST(test_other_files_are_refused),
        TEST(test_truncated_files_are_refused),
        TEST(test_flipped_bits_of_a_zip_are_noticed),
        TEST(test_safetensors_headers),
        TEST(test_rules_of_names),
        TEST(test_ambiguous_names_match_nothing),
        TEST(test_needless_entries),
        TEST(test_shapes),
        TEST(test_init_draws_what_numpy_draws),
        TEST(test_init_has_the_variance_of_its_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
