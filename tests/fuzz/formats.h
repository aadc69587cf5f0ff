/* What cnnc reads, as functions of bytes: for fuzzers. */
#ifndef CNNC_TESTS_FORMATS_H
#define CNNC_TESTS_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

/* Takes in a file: true when it is one of its format; when not, `why` (of `room` bytes) is the first error. Ends the process
 * where what it returns and the errors reported disagree. `path` is for errors, and for what the file refers to. */
typedef bool taker(const char *path, const void *bytes, size_t size, char *why, size_t room);

/* compile_bytes.c: reads a model, runs all passes, plans and emits for several targets, all output thrown away. Of a graph as
 * text also: it prints, and reads back to the same text. */
taker compile_onnx, compile_text;
/* build_text.c: prints a network in canonical form, twice, and builds it. */
taker build_text;
/* fill_bytes.c: fills the parameters of tests/data/weights. */
taker fill_bytes;
/* take_tuning.c: reads findings, looks each up, and prints them. */
taker take_tuning;

/* By the ending of the name; NULL: no format has it. */
taker *taker_of(const char *path);

#endif
