/* Makes untrusted protobuf bytes safe to hand to protobuf-c. */
#ifndef CNNC_ONNX_WIRE_SCAN_H
#define CNNC_ONNX_WIRE_SCAN_H

#include "ir/ir.h"

#include <protobuf-c/protobuf-c.h>

enum { WIRE_MAX_DEPTH = 128 };

typedef struct wire_skeleton {
    uint8_t *bytes; /* the caller frees them */
    size_t size;
    size_t projected; /* what protobuf-c will allocate for them, at most */
} wire_skeleton;

/* Copies a serialised message of type `root`, keeping the fields that onnx.proto names, in canonical encoding; raw_data
 * is left where it is and raw_offset, raw_size say where. protobuf-c trusts its input: it recurses as deep as messages
 * nest, shifts over-long varints past their width, and turns two bytes of empty node into two hundred. So this scan is
 * iterative and refuses depth beyond WIRE_MAX_DEPTH, malformed varints, lengths that overrun, repeated singular fields,
 * NUL bytes in names, and whatever would take more than `memory_limit` bytes. Errors tell the byte offset. */
bool wire_scan(const ProtobufCMessageDescriptor *root, const uint8_t *bytes, size_t size, size_t memory_limit,
               wire_skeleton *out, diagnostics *d);

/* wire_scan, then protobuf-c with an allocator that takes from `a` and stops at the limit. NULL after an error. */
ProtobufCMessage *wire_unpack(const ProtobufCMessageDescriptor *root, const uint8_t *bytes, size_t size,
                              size_t memory_limit, arena *a, diagnostics *d);

/* The limit for a file of `size` bytes when nobody chose one: what any real model stays far below. */
size_t wire_default_limit(size_t size);

#endif
