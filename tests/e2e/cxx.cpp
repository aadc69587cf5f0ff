// Each form of the C++ interface: interface tests/data/digits FILED.weights
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>
#if __cplusplus >= 202002L
#include <span>
#endif

#include "branchy.hpp"
#include "filed.hpp"
#include "open.hpp"
#include "plain.hpp"

namespace {

int line_of_failure = 0;
void check(bool holds, int line) {
    if (!holds && !line_of_failure) line_of_failure = line;
}
#define CHECK(condition) check((condition), __LINE__)

template <typename Error, typename F> bool throws(F f) {
    try {
        f();
    } catch (const Error &e) {
        return std::string(e.what()).find(": ") != std::string::npos;
    }
    return false;
}

template <typename T> std::vector<T> load(const std::string &path, std::size_t skip, std::size_t n) {
    std::vector<T> values(n);
    std::ifstream file(path, std::ios::binary);
    if (!file.seekg(static_cast<std::streamoff>(skip)) ||
        !file.read(reinterpret_cast<char *>(values.data()), static_cast<std::streamsize>(n * sizeof(T))))
        std::exit(2);
    return values;
}

bool close(float a, float b) { return std::fabs(a - b) < 1e-4f; }
template <typename A, typename B> bool all_close(const A &a, const B &b) { return std::equal(std::begin(a), std::end(a), std::begin(b), close); }

void fixed_sizes(const std::vector<float> &image, const std::vector<float> &expected) {
    plain::network network;
    decltype(plain::outputs::logits)::array logits{};
    network.run({image}, {logits});
    CHECK(all_close(logits, expected));

    std::vector<float> more(10);
    network.run({image}, {more});
    CHECK(all_close(more, expected));
    float plain_array[10] = {};
    CHECK(network.try_run({image}, {plain_array}) == 0);
    CHECK(all_close(plain_array, expected));
#if __cplusplus >= 202002L
    logits = {};
    network.run({std::span(image)}, {std::span(logits)});
    CHECK(all_close(logits, expected));
#endif
    std::vector<float> nine(9);
    CHECK(throws<std::length_error>([&] { network.run({image}, {nine}); }));
    CHECK(throws<std::length_error>([&] { network.run({nine}, {logits}); }));

    plain::network moved = std::move(network);
    moved.run({image}, {logits});
    CHECK(throws<plain::error>([&] { network.run({image}, {logits}); })); // NOLINT: what a moved-from network does
    CHECK(network.try_run({image}, {logits}) == 1);
}

// const elements are no outputs, other types no inputs.
static_assert(!std::is_constructible_v<decltype(plain::outputs::logits), const std::vector<float> &>);
static_assert(!std::is_constructible_v<decltype(plain::inputs::image), std::vector<double> &>);
static_assert(!std::is_default_constructible_v<plain::inputs>, "a forgotten tensor is an error of the compiler");
static_assert(!std::is_copy_constructible_v<plain::network>);

void weights_and_threads(const std::vector<float> &image, const std::vector<float> &expected, const std::string &path) {
    alignas(64) static char weights[FILED_WEIGHTS_SIZE];
    const auto bytes = load<char>(path, 0, sizeof weights);
    std::copy(bytes.begin(), bytes.end(), weights);
    std::array<float, 10> logits{};
    for (int threads : {1, 3}) {
        filed::network network(weights, sizeof weights, threads);
        network.run({image}, {logits});
        CHECK(all_close(logits, expected));
    }
    filed::network network(weights, sizeof weights), moved = std::move(network);
    moved.run({image}, {logits});
    CHECK(network.try_run({image}, {logits}) == 1); // NOLINT
    CHECK(throws<std::length_error>([&] { filed::network short_of_bytes(weights, sizeof weights - 1); }));
}

void optional_inputs(const std::vector<float> &image) {
    branchy::network network;
    std::array<float, 10> usual{}, late{};
    std::array<std::int32_t, 1> exit{};
    network.run({image, {}}, {usual, exit});
    const std::array<float, 1> never{0.0f};
    network.run({image, never}, {late, exit});
    CHECK(exit[0] != 0);
}

void open_batch() {
    open::network network;
    const std::array<float, 6> x{1, 2, 3, 4, 5, 6};
    const std::array<float, 3> scale{2, 3, 4}, wanted{8, 15, 24};
    std::vector<float> y(6);
    network.run({x, scale}, {y});
    CHECK(all_close(std::vector<float>(y.begin() + 3, y.end()), wanted));
    std::vector<float> nine(9), seven(7), three(3);
    CHECK(throws<open::error>([&] { network.run({x, scale}, {nine}); }));
    CHECK(throws<open::error>([&] { network.run({scale, scale}, {three}); })); // one sample; it serves 2 to 5
    CHECK(throws<std::length_error>([&] { network.run({seven, scale}, {y}); }));
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    const std::string data = argv[1];
    const auto image = load<float>(data + "/test_images.npy", 128, 64);
    const auto expected = load<float>(data + "/digits_resnet_logits.npy", 128, 10);
    fixed_sizes(image, expected);
    weights_and_threads(image, expected, argv[2]);
    optional_inputs(image);
    open_batch();
    if (line_of_failure) std::printf("line %d of cxx.cpp does not hold\n", line_of_failure);
    return line_of_failure != 0;
}
