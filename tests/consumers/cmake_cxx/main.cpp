// Runs the network on 400 images and holds the logits against those of ONNX Runtime: read_digits IMAGES.npy LOGITS.npy
#include <cmath>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "digits.hpp"

namespace {

constexpr std::size_t images = 400;

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
    digits::network network(2); // threads
    std::array<float, DIGITS_OUTPUT_0_SIZE> logits{};
    for (std::size_t i = 0; i < images; i++) {
        const decltype(digits::inputs::image) image(&pixels[i * DIGITS_INPUT_0_SIZE]);
        network.run({image}, {logits});
        for (std::size_t j = 0; j < logits.size(); j++) {
            const float want = expected[i * logits.size() + j];
            if (std::fabs(logits[j] - want) < 1e-3f) continue;
            std::cerr << "image " << i << ": " << logits[j] << " instead of " << want << '\n';
            return 1;
        }
    }
}
