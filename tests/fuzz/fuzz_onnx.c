/* libFuzzer's entry: `make fuzz`. */
#include "tests/fuzz/compile_bytes.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char why[8];
    compile_bytes(data, size, why, sizeof why);
    return 0;
}
