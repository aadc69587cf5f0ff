#include "tests/fuzz/formats.h"

#include <string.h>

static const struct {
    const char *ending;
    taker *take;
} formats[] = {{".onnx", compile_onnx}, {".cir", compile_text}, {".cnn", build_text},
               {".npz", fill_bytes},    {".safetensors", fill_bytes}, {".tune", take_tuning}};

taker *taker_of(const char *path) {
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(dot, formats[i].ending)) return formats[i].take;
    return NULL;
}
