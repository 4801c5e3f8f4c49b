// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
// libFuzzer target, run by tests/fuzz/run: any bytes as the files of a data set are either refused with a DataError or
// give images that hold together, which then go through split, normalization and augmentation as in a training.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "train/batch.hpp"
#include "train/dataset.hpp"

namespace cenas {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// An input begins with four bytes: the format; downsample - 1 (low 2 bits) and padding (the rest); the size of the
/// first of two files, low byte first. The two files follow.
constexpr std::size_t head_size = 4;

void require(bool condition) {
    if (!condition) std::abort();
}

void write(const std::filesystem::path& path, Bytes bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
    require(file.good());
}

/// The two files under the names of a whole data set, into the current folder.
std::string write_data_set(std::uint8_t format, Bytes first, Bytes second) {
    switch (format % 3) {
        case 0:
            for (const std::string part : {"train", "t10k"}) {
                write(part + "-images-idx3-ubyte", first);
                write(part + "-labels-idx1-ubyte", second);
            }
            return "idx";
        case 1:
            for (int i = 1; i <= 5; ++i) write("data_batch_" + std::to_string(i) + ".bin", first);
            write("test_batch.bin", second);
            return "cifar10";
        default:
            write("train.bin", first);
            write("test.bin", second);
            return "cifar100";
    }
}

void require_consistent(const ImageSet& set) {
    require(set.size() > 0);
    require(set.height >= 4 && set.width >= 4 && set.channels > 0);
    require(static_cast<std::int64_t>(set.pixels.size()) == set.size() * set.values_per_image());
    require(std::all_of(set.labels.begin(), set.labels.end(), [&](int label) { return label < set.classes; }));
}

void use(const DataSet& data, DataOptions options, int padding) {
    require_consistent(data.train);
    require_consistent(data.test);
    options.validation_images = static_cast<int>(data.train.size() / 2);
    const Split split = split_images(data.train.size(), options);
    const Normalization normalization = measure_normalization(data.train, split.train);
    std::vector<float> out(split.train.size() * static_cast<std::size_t>(data.train.values_per_image()));
    make_batch(data.train, split.train, normalization, {0.5, padding, 1, 2}, out);
    require(std::all_of(out.begin(), out.end(), [](float value) { return std::isfinite(value); }));
}

}  // namespace
}  // namespace cenas

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cenas;
    if (size < head_size) return 0;
    const Bytes files = Bytes(data, size).subspan(head_size);
    const std::size_t first = std::min<std::size_t>(data[2] + 256u * data[3], files.size());
    DataOptions options;
    options.folder = ".";
    options.format = write_data_set(data[0], files.first(first), files.subspan(first));
    options.downsample = 1 + data[1] % 4;
    try {
        use(read_data_set(options), options, data[1] / 4);
    } catch (const DataError&) {
        // A refusal, as it should be; whatever else is thrown ends the program.
    }
    return 0;
}
