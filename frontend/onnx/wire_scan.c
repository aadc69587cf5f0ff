#include "frontend/onnx/wire_scan.h"

#include "onnx/onnx.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* The table that drives the scan is protobuf-c's own: the descriptors that protoc-c made from onnx.proto. */

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };
enum { RAW_DATA = 9, RAW_OFFSET = 100000, RAW_SIZE = 100001 }; /* of TensorProto; the latter two only we may write */
enum { LENGTH_BYTES = 5 };   /* a message's length, patched in once it is known */
enum { MEMBER_COST = 64 };   /* protobuf-c's note of one field while it parses (32 bytes, in slabs that double) */
enum { ROUNDING_COST = 16 }; /* of the arena, for each allocation */

typedef struct frame {
    const ProtobufCMessageDescriptor *type;
    size_t end;       /* where the message ends in the input */
    size_t length_at; /* where its length goes in the output; 0 for the outermost */
    uint64_t seen;    /* singular fields met so far, by index */
} frame;

typedef struct scanner {
    const uint8_t *bytes;
    size_t at;
    wire_skeleton *out;
    size_t capacity;
    size_t memory_limit;
    frame frames[WIRE_MAX_DEPTH];
    int depth;
    diagnostics *diags;
} scanner;

static frame *top(scanner *s) { return &s->frames[s->depth - 1]; }

static bool fail(scanner *s, size_t at, const char *what) {
    char place[96];
    snprintf(place, sizeof place, "byte %zu, in a %s", at, top(s)->type->short_name);
    return diag_error(s->diags, place, "the file is damaged or no ONNX file: fetch or export it again", "%s", what);
}

static bool fail_field(scanner *s, size_t at, uint32_t field, const char *what) {
    char text[96];
    snprintf(text, sizeof text, "field %u %s", field, what);
    return fail(s, at, text);
}

/* ---- output ---- */

static bool emit(scanner *s, const void *data, size_t size) {
    wire_skeleton *o = s->out;
    if (size > s->memory_limit - o->size) return fail(s, s->at, "the model's structure is too large");
    if (size > s->capacity - o->size) {
        size_t capacity = 2 * (o->size + size) + 4096;
        uint8_t *grown = realloc(o->bytes, capacity);
        if (!grown) return fail(s, s->at, "out of memory");
        o->bytes = grown;
        s->capacity = capacity;
    }
    if (size) memcpy(o->bytes + o->size, data, size);
    o->size += size;
    return true;
}

static bool emit_varint(scanner *s, uint64_t x) {
    uint8_t b[10];
    size_t n = 0;
    for (; x >= 0x80; x >>= 7) b[n++] = (uint8_t)(x | 0x80);
    b[n++] = (uint8_t)x;
    return emit(s, b, n);
}

static bool emit_tag(scanner *s, uint32_t field, int wire) { return emit_varint(s, (uint64_t)field << 3 | (unsigned)wire); }

static bool emit_fixed64(scanner *s, uint32_t field, uint64_t x) {
    uint8_t b[8];
    for (int i = 0; i < 8; i++) b[i] = (uint8_t)(x >> 8 * i);
    return emit_tag(s, field, WIRE_64) && emit(s, b, sizeof b);
}

static void patch_length(scanner *s, size_t at, size_t length) {
    for (int i = 0; i < LENGTH_BYTES; i++, length >>= 7)
        s->out->bytes[at + (size_t)i] = (uint8_t)((length & 0x7f) | (i < LENGTH_BYTES - 1 ? 0x80 : 0));
}

static bool charge(scanner *s, size_t bytes) {
    if (bytes > s->memory_limit - s->out->projected)
        return fail(s, s->at, "the model's structure takes more memory than a model of this size may");
    s->out->projected += bytes;
    return true;
}

/* ---- input ---- */

static bool read_varint(scanner *s, size_t end, uint64_t *x) {
    size_t start = s->at;
    *x = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (s->at >= end) return fail(s, start, "a number runs past the end of its message");
        uint8_t b = s->bytes[s->at++];
        if (shift == 63 && b > 1) return fail(s, start, "a number does not fit 64 bits");
        *x |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) return true;
    }
    return fail(s, start, "a number does not fit 64 bits");
}

static bool read_length(scanner *s, uint32_t field, size_t *length) {
    size_t start = s->at;
    uint64_t n;
    if (!read_varint(s, top(s)->end, &n)) return false;
    if (n > top(s)->end - s->at) return fail_field(s, start, field, "runs past the end of its message (truncated file?)");
    *length = (size_t)n;
    return true;
}

static bool skip(scanner *s, uint32_t field, int wire) {
    uint64_t x;
    size_t n = wire == WIRE_64 ? 8 : 4;
    if (wire == WIRE_VARINT) return read_varint(s, top(s)->end, &x);
    if (wire == WIRE_BYTES && !read_length(s, field, &n)) return false;
    if (wire != WIRE_BYTES && wire != WIRE_64 && wire != WIRE_32) return fail_field(s, s->at, field, "has no known wire type");
    if (n > top(s)->end - s->at) return fail_field(s, s->at, field, "runs past the end of its message (truncated file?)");
    s->at += n;
    return true;
}

/* ---- fields ---- */

/* How a scalar goes over the wire, and its size in memory. */
static int wire_of(ProtobufCType type, size_t *size) {
    *size = 8;
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE: return WIRE_BYTES;
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE: return WIRE_64;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT: *size = 4; return WIRE_32;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_ENUM: *size = 4; return WIRE_VARINT;
    default: return WIRE_VARINT;
    }
}

static bool copy_scalar(scanner *s, size_t end, int wire) {
    uint64_t x;
    if (wire == WIRE_VARINT) return read_varint(s, end, &x) && emit_varint(s, x);
    size_t n = wire == WIRE_64 ? 8 : 4;
    if (n > end - s->at) return fail(s, s->at, "a number runs past the end of its message");
    s->at += n;
    return emit(s, s->bytes + s->at - n, n);
}

static bool copy_packed(scanner *s, uint32_t field, int wire, size_t item) {
    size_t length;
    if (!read_length(s, field, &length) || !emit_tag(s, field, WIRE_BYTES)) return false;
    size_t end = s->at + length, length_at = s->out->size, count = 0;
    if (!emit(s, "\0\0\0\0\0", LENGTH_BYTES)) return false;
    if (wire != WIRE_VARINT) {
        if (length % item) return fail_field(s, s->at, field, "has a fraction of a number");
        if (!charge(s, length) || !emit(s, s->bytes + s->at, length)) return false;
        s->at = end;
    }
    for (; s->at < end; count++)
        if (!charge(s, item) || !copy_scalar(s, end, wire)) return false;
    size_t written = s->out->size - length_at - LENGTH_BYTES;
    if (written > INT32_MAX) return fail_field(s, s->at, field, "is larger than 2 GB");
    patch_length(s, length_at, written);
    return charge(s, MEMBER_COST + ROUNDING_COST);
}

static bool copy_bytes(scanner *s, const ProtobufCFieldDescriptor *f) {
    size_t length;
    if (!read_length(s, f->id, &length)) return false;
    const uint8_t *data = s->bytes + s->at;
    if (f->type == PROTOBUF_C_TYPE_STRING && memchr(data, 0, length))
        return fail_field(s, s->at, f->id, "has a NUL byte in a name");
    if (length > INT32_MAX) return fail_field(s, s->at, f->id, "is larger than 2 GB");
    if (!charge(s, length + 1 + sizeof(ProtobufCBinaryData) + ROUNDING_COST + MEMBER_COST)) return false;
    if (!emit_tag(s, f->id, WIRE_BYTES) || !emit_varint(s, length) || !emit(s, data, length)) return false;
    s->at += length;
    return true;
}

static bool note_raw_data(scanner *s) {
    size_t length;
    if (!read_length(s, RAW_DATA, &length)) return false;
    if (!emit_fixed64(s, RAW_OFFSET, s->at) || !emit_fixed64(s, RAW_SIZE, length)) return false;
    s->at += length;
    return true;
}

static bool enter_message(scanner *s, const ProtobufCFieldDescriptor *f) {
    size_t length;
    const ProtobufCMessageDescriptor *type = f->descriptor;
    if (!read_length(s, f->id, &length)) return false;
    if (s->depth == WIRE_MAX_DEPTH) return fail(s, s->at, "messages are nested too deep");
    if (!charge(s, type->sizeof_message + sizeof(void *) + ROUNDING_COST + MEMBER_COST)) return false;
    if (!emit_tag(s, f->id, WIRE_BYTES) || !emit(s, "\0\0\0\0\0", LENGTH_BYTES)) return false;
    s->frames[s->depth++] = (frame){.type = type, .end = s->at + length, .length_at = s->out->size - LENGTH_BYTES};
    return true;
}

static bool leave_message(scanner *s) {
    const frame *f = top(s);
    size_t length = s->out->size - f->length_at - LENGTH_BYTES;
    if (length > INT32_MAX) return fail(s, s->at, "the model's structure is larger than 2 GB");
    patch_length(s, f->length_at, length);
    s->depth--;
    return true;
}

static bool scan_known(scanner *s, const ProtobufCFieldDescriptor *f, int wire) {
    size_t item;
    int expected = wire_of(f->type, &item);
    bool repeated = f->label == PROTOBUF_C_LABEL_REPEATED;
    if (!repeated) {
        uint64_t bit = (uint64_t)1 << (f - top(s)->type->fields);
        if (top(s)->seen & bit) return fail_field(s, s->at, f->id, "appears twice");
        top(s)->seen |= bit;
    }
    if (repeated && expected != WIRE_BYTES && wire == WIRE_BYTES) return copy_packed(s, f->id, expected, item);
    if (wire != expected) return fail_field(s, s->at, f->id, "has the wrong wire type");
    if (f->type == PROTOBUF_C_TYPE_MESSAGE) return enter_message(s, f);
    if (f->id == RAW_DATA && top(s)->type == &onnx__tensor_proto__descriptor) return note_raw_data(s);
    if (expected == WIRE_BYTES) return copy_bytes(s, f);
    return charge(s, item + MEMBER_COST) && emit_tag(s, f->id, wire) && copy_scalar(s, top(s)->end, wire);
}

static bool scan_field(scanner *s) {
    size_t start = s->at;
    uint64_t tag;
    if (!read_varint(s, top(s)->end, &tag)) return false;
    uint32_t field = (uint32_t)(tag >> 3);
    int wire = (int)(tag & 7);
    if (tag > UINT32_MAX || !field) return fail(s, start, "a field's number is invalid");
    const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field(top(s)->type, field);
    return f && field < RAW_OFFSET ? scan_known(s, f, wire) : skip(s, field, wire);
}

bool wire_scan(const ProtobufCMessageDescriptor *root, const uint8_t *bytes, size_t size, size_t memory_limit,
               wire_skeleton *out, diagnostics *d) {
    *out = (wire_skeleton){.projected = 0};
    scanner s = {.bytes = bytes, .out = out, .memory_limit = memory_limit, .diags = d};
    s.frames[s.depth++] = (frame){.type = root, .end = size};
    bool ok = charge(&s, root->sizeof_message) && emit(&s, NULL, 0);
    while (ok) {
        while (ok && s.depth > 1 && s.at == top(&s)->end) ok = leave_message(&s);
        if (!ok || s.at == top(&s)->end) break;
        ok = scan_field(&s);
    }
    if (ok) return true;
    free(out->bytes);
    *out = (wire_skeleton){.projected = 0};
    return false;
}

/* ---- protobuf-c with a budget ---- */

typedef struct budget {
    arena *arena;
    size_t left;
} budget;

static void *budget_alloc(void *data, size_t size) {
    budget *b = data;
    if (size > b->left) return NULL;
    b->left -= size;
    return arena_alloc(b->arena, size);
}

static void budget_free(void *data, void *pointer) {
    (void)data;
    (void)pointer; /* the arena's */
}

ProtobufCMessage *wire_unpack(const ProtobufCMessageDescriptor *root, const uint8_t *bytes, size_t size,
                              size_t memory_limit, arena *a, diagnostics *d) {
    wire_skeleton skeleton;
    if (!wire_scan(root, bytes, size, memory_limit, &skeleton, d)) return NULL;
    budget b = {.arena = a, .left = memory_limit};
    ProtobufCAllocator allocator = {budget_alloc, budget_free, &b};
    ProtobufCMessage *m = protobuf_c_message_unpack(root, &allocator, skeleton.size, skeleton.bytes);
    free(skeleton.bytes);
    if (!m) diag_error(d, "", "fetch or export it again", "is no valid %s", root->short_name);
    return m;
}

size_t wire_default_limit(size_t size) {
    const size_t base = (size_t)64 << 20, factor = 24;
    return size > (SIZE_MAX - base) / factor ? SIZE_MAX : base + factor * size;
}
