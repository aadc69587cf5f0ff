// Runs the network on 400 images and holds the logits against those of ONNX Runtime: read_digits IMAGES.npy LOGITS.npy
#include <cmath>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "digits.h"

namespace {

constexpr std::size_t images = 400;
alignas(64) unsigned char workspace[DIGITS_WORKSPACE_SIZE];

// The array behind a header of 128 bytes.
std::vector<float> load(const char *path, std::size_t n) {
    std::vector<float> values(n);
    const auto size = static_cast<std::streamsize>(n * sizeof(float));
    std::ifstream file(path, std::ios::binary);
    if (!file.seekg(128) || !file.read(reinterpret_cast<char *>(values.data()), size))
        throw std::runtime_error(std::string("cannot read ") + path);
    return values;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    const auto pixels = load(argv[1], images * DIGITS_INPUT_0_SIZE);
    const auto expected = load(argv[2], images * DIGITS_OUTPUT_0_SIZE);
    std::vector<float> logits(expected.size());
    for (std::size_t i = 0; i < images; i++) {
        digits_inputs in{};
        digits_outputs out{};
        in.image = &pixels[i * DIGITS_INPUT_0_SIZE];
        out.logits = &logits[i * DIGITS_OUTPUT_0_SIZE];
        if (digits_run(&in, &out, workspace) != 0) return 1;
    }
    for (std::size_t i = 0; i < logits.size(); i++)
        if (!(std::fabs(logits[i] - expected[i]) < 1e-3f)) {
            std::cerr << "image " << i / DIGITS_OUTPUT_0_SIZE << ": " << logits[i] << " instead of " << expected[i] << '\n';
            return 1;
        }
}
