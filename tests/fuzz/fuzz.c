/* libFuzzer's entry, built once for each FORMAT: `make fuzz`. */
#include "tests/fuzz/formats.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char path[] = "fuzzed." FORMAT;
    char why[8];
    taker_of(path)(path, data, size, why, sizeof why);
    return 0;
}
