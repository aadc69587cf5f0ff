/* The scan of the wire format: what protobuf-c alone could not bear. Run with sanitizers too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "frontend/onnx/reader.h"

enum { MODEL_GRAPH = 7, GRAPH_NODE = 1, NODE_ATTRIBUTE = 5, ATTRIBUTE_GRAPH = 6 };

/* Reads bytes as a model that must be refused with `message`. */
static void refused(const uint8_t *bytes, size_t size, size_t memory_limit, const char *message) {
    arena *a = arena_new();
    diagnostics d = {.stream = NULL};
    uint8_t *exact = malloc(size ? size : 1); /* so that ASan sees a read behind it */
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    frontend_options o = {.memory_limit = memory_limit};
    assert_null(onnx_read_bytes(exact, size, "test.onnx", &o, a, &d));
    if (!strstr(d.first, message)) fail_msg("'%s' instead of '%s'", d.first, message);
    free(exact);
    arena_free(a);
}

/* Puts a field of bytes around what `*at` begins, which ends at `end`. */
static void wrap(uint8_t **at, const uint8_t *end, int field) {
    uint8_t length[10];
    size_t n = 0;
    for (size_t x = (size_t)(end - *at); n == 0 || x; x >>= 7) length[n++] = (uint8_t)((x & 0x7f) | (x >> 7 ? 0x80 : 0));
    *at -= n;
    memcpy(*at, length, n);
    *--*at = (uint8_t)(field << 3 | 2);
}

/* Graphs in attributes of nodes of graphs: protobuf-c recurses once for each level and overflows the stack. */
static void nesting_is_bounded(void **state) {
    (void)state;
    static uint8_t bytes[60000];
    uint8_t *end = bytes + sizeof bytes, *at = end;
    while (end - at < 30000) {
        wrap(&at, end, ATTRIBUTE_GRAPH);
        wrap(&at, end, NODE_ATTRIBUTE);
        wrap(&at, end, GRAPH_NODE);
    }
    wrap(&at, end, MODEL_GRAPH);
    refused(at, (size_t)(end - at), 0, "messages are nested too deep");
}

/* Two bytes a node, two hundred in memory. */
static void memory_is_bounded(void **state) {
    (void)state;
    enum { NODES = 1000000, MARGIN = 16 };
    uint8_t *bytes = malloc(2 * NODES + MARGIN), *end, *at;
    assert_non_null(bytes);
    at = bytes + MARGIN;
    end = at + 2 * NODES;
    for (uint8_t *b = at; b < end; b += 2) b[0] = GRAPH_NODE << 3 | 2, b[1] = 0;
    wrap(&at, end, MODEL_GRAPH);
    refused(at, (size_t)(end - at), 0, "takes more memory than a model of this size may");
    refused(at, 1 + (size_t)(end - at) / 2, 0, "runs past the end");
    free(bytes);
}

static void budget_is_kept(void **state) {
    (void)state;
    static uint8_t bytes[4000];
    memset(bytes, 0, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i += 2) bytes[i] = 8 << 3 | 2; /* opset_import */
    refused(bytes, sizeof bytes, 100000, "takes more memory");
    refused(bytes, sizeof bytes, 1, "takes more memory");
    refused(bytes, sizeof bytes, 0, "has no graph"); /* by default there is room */
}

typedef struct sample {
    const char *bytes;
    size_t size;
    const char *message;
} sample;
#define SAMPLE(bytes, message) {bytes, sizeof bytes - 1, message}

static void malformed_is_refused(void **state) {
    (void)state;
    static const sample samples[] = {
        SAMPLE("\xff\xff\xff\xff\x7f\x00", "byte 0, in a ModelProto: a field's number is invalid"), /* shifts past 32 bits */
        SAMPLE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "byte 1, in a ModelProto: a number does not fit 64 bits"),
        SAMPLE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "does not fit 64 bits"),
        SAMPLE("\x08", "a number runs past the end"),
        SAMPLE("\x08\x80", "a number runs past the end"),
        SAMPLE("\x00", "a field's number is invalid"),
        SAMPLE("\x3a", "a number runs past the end"),
        SAMPLE("\x3a\x01", "field 7 runs past the end"),
        SAMPLE("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "field 7 runs past the end"),
        SAMPLE("\x3a\x02\x0a\x01", "byte 3, in a GraphProto: field 1 runs past the end"), /* of the graph, not of the file */
        SAMPLE("\x3a\x00\x3a\x00", "field 7 appears twice"),
        SAMPLE("\x38\x01", "field 7 has the wrong wire type"),
        SAMPLE("\x0a\x01\x01", "field 1 has the wrong wire type"),
        SAMPLE("\x3a\x05\x12\x03" "a\0b", "byte 4, in a GraphProto: field 2 has a NUL byte"),
        SAMPLE("\xfb\x3e", "has no known wire type"), /* a group */
        SAMPLE("\xf9\x3e\x00", "runs past the end"),  /* unknown fields are skipped, not believed */
        SAMPLE("\xfa\x3e\x7f", "runs past the end"),
        SAMPLE("\x08\x08", "has no graph"),
        SAMPLE("", "has no graph"),
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        refused((const uint8_t *)samples[i].bytes, samples[i].size, 0, samples[i].message);
}

/* raw_offset and raw_size are ours: a file that has them (fields 100000, 100001 of a tensor) must not aim them. */
static void raw_offsets_are_not_believed(void **state) {
    (void)state;
    static const char proto[] = "\x10\x01" "\x42\x01w" "\x08\x01" "\x81\xea\x30\x00\x00\x00\x00\x00\x00\x00\x70" "\x89\xea\x30\x04\x00\x00\x00\x00\x00\x00\x00";
    static const char opset[] = "\x42\x02\x10\x11";
    uint8_t bytes[128];
    size_t n = sizeof proto - 1;
    memcpy(bytes, opset, 4);
    bytes[4] = MODEL_GRAPH << 3 | 2;
    bytes[5] = (uint8_t)(n + 2);
    bytes[6] = 5 << 3 | 2; /* initializer */
    bytes[7] = (uint8_t)n;
    memcpy(bytes + 8, proto, n);
    refused(bytes, 8 + n, 0, "tensor 'w': has 0 numbers of f32 data where 1 are needed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nesting_is_bounded),   cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(budget_is_kept),       cmocka_unit_test(malformed_is_refused),
        cmocka_unit_test(raw_offsets_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
