// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/gzip.hpp"
#include "kernels/rng/shuffle.hpp"

namespace cenas {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 30;  // unpacked; the largest of EMNIST, 0.55 GB, is read
constexpr int smallest_side = 4;                            // a network halves it twice
constexpr int largest_side = 1024;

struct File {
    std::filesystem::path path;
    std::vector<std::uint8_t> bytes;
};

bool is_file(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

bool is_folder(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

File read_file(const std::filesystem::path& folder, const std::string& name) {
    for (const auto& path : {folder / name, folder / (name + ".gz")})
        if (is_file(path)) return {path, read_bytes(path, largest_file)};
    throw DataError(
        fmt::format("{}: neither {} nor {}.gz is there (published names are looked for)", folder.string(), name, name));
}

// --- idx: http://yann.lecun.com/exdb/mnist, "file formats for the MNIST database" ---------------------------------

std::uint32_t big_endian(const File& file, std::size_t offset) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | file.bytes[offset + i];
    return number;
}

/// The magic number, and a number for each of `rank` dimensions.
std::size_t idx_header_size(std::size_t rank) { return 4 * (1 + rank); }

std::vector<std::uint32_t> read_idx_dimensions(const File& file, std::uint32_t rank) {
    if (file.bytes.size() < idx_header_size(rank))
        throw DataError(fmt::format("{}: {} bytes; the header of an idx file of {} dimension(s) alone has {}",
                                    file.path.string(), file.bytes.size(), rank, idx_header_size(rank)));
    const std::uint32_t magic = 0x800 + rank;  // unsigned bytes
    if (const auto found = big_endian(file, 0); found != magic)
        throw DataError(fmt::format("{}: byte 0: magic number 0x{:08x}, must be 0x{:08x} (idx, bytes, {} dimension(s))",
                                    file.path.string(), found, magic, rank));
    std::vector<std::uint32_t> dimensions;
    for (std::uint32_t i = 1; i <= rank; ++i) dimensions.push_back(big_endian(file, 4 * std::size_t{i}));
    if (dimensions[0] == 0) throw DataError(fmt::format("{}: byte 4: no items; at least 1", file.path.string()));
    return dimensions;
}

/// Leaves what is behind the header, which announces `size` bytes.
void drop_idx_header(File& file, std::size_t rank, std::uint64_t size) {
    const std::size_t header = idx_header_size(rank);
    if (file.bytes.size() - header != size)
        throw DataError(fmt::format("{}: {} bytes behind the header, which announces {}", file.path.string(),
                                    file.bytes.size() - header, size));
    file.bytes.erase(file.bytes.begin(), file.bytes.begin() + static_cast<std::ptrdiff_t>(header));
}

void require_label(std::uint8_t label, int classes, const File& file, std::size_t image, std::size_t offset) {
    if (label >= classes)
        throw DataError(fmt::format("{}: byte {} (image {}): label {}, allowed are 0 to {}", file.path.string(), offset,
                                    image, label, classes - 1));
}

/// `part` is train or t10k.
ImageSet read_idx(const std::filesystem::path& folder, const std::string& part, int classes) {
    File images = read_file(folder, part + "-images-idx3-ubyte");
    const auto shape = read_idx_dimensions(images, 3);
    for (const std::size_t i : {1u, 2u})
        if (shape[i] < smallest_side || shape[i] > largest_side)
            throw DataError(fmt::format("{}: byte {}: images of {} {}, allowed are {} to {}", images.path.string(),
                                        4 + 4 * i, shape[i], i == 1 ? "rows" : "columns", smallest_side, largest_side));
    File labels = read_file(folder, part + "-labels-idx1-ubyte");
    const auto count = read_idx_dimensions(labels, 1)[0];
    if (count != shape[0])
        throw DataError(fmt::format("{}: byte 4: {} labels, but {} has {} images", labels.path.string(), count,
                                    images.path.string(), shape[0]));
    drop_idx_header(images, 3, std::uint64_t{shape[0]} * shape[1] * shape[2]);
    drop_idx_header(labels, 1, count);
    for (std::size_t i = 0; i < labels.bytes.size(); ++i)
        require_label(labels.bytes[i], classes, labels, i, idx_header_size(1) + i);

    ImageSet set;
    set.height = static_cast<int>(shape[1]);
    set.width = static_cast<int>(shape[2]);
    set.channels = 1;
    set.classes = classes;
    set.pixels = std::move(images.bytes);
    set.labels = std::move(labels.bytes);
    return set;
}

// --- CIFAR: Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html, "binary version" ------------------------------

struct CifarFormat {
    std::string_view archive_folder;
    std::vector<int> classes;  ///< by label of a record; the last is the one that is taken
    std::vector<std::string> train, test;
};

CifarFormat cifar10_format() {
    return {"cifar-10-batches-bin",
            {10},
            {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
            {"test_batch.bin"}};
}

CifarFormat cifar100_format() { return {"cifar-100-binary", {20, 100}, {"train.bin"}, {"test.bin"}}; }

constexpr int cifar_side = 32, cifar_channels = 3;
constexpr std::size_t cifar_plane = std::size_t{cifar_side} * cifar_side;

/// A record is its labels, then the red, the green and the blue plane.
void append_cifar(const File& file, const std::vector<int>& classes, ImageSet& set) {
    const std::size_t record = classes.size() + cifar_channels * cifar_plane;
    const std::size_t size = file.bytes.size();
    if (size == 0 || size % record != 0)
        throw DataError(fmt::format("{}: {} bytes; must be one or more records of {} bytes (record {} is cut off)",
                                    file.path.string(), size, record, size / record));
    set.pixels.reserve(set.pixels.size() + size / record * cifar_channels * cifar_plane);
    for (std::size_t begin = 0; begin < size; begin += record) {
        for (std::size_t i = 0; i < classes.size(); ++i)
            require_label(file.bytes[begin + i], classes[i], file, begin / record, begin + i);
        const std::size_t planes = begin + classes.size();
        set.labels.push_back(file.bytes[planes - 1]);
        for (std::size_t pixel = planes; pixel < planes + cifar_plane; ++pixel)
            for (std::size_t c = 0; c < cifar_channels; ++c) set.pixels.push_back(file.bytes[pixel + c * cifar_plane]);
    }
}

ImageSet read_cifar(const std::filesystem::path& folder, const std::vector<std::string>& names,
                    const std::vector<int>& classes) {
    ImageSet set;
    set.height = set.width = cifar_side;
    set.channels = cifar_channels;
    set.classes = classes.back();
    for (const auto& name : names) append_cifar(read_file(folder, name), classes, set);
    return set;
}

DataSet read_cifar(const DataOptions& options, const CifarFormat& format) {
    std::filesystem::path folder = options.folder;
    if (is_folder(folder / format.archive_folder)) folder /= format.archive_folder;
    return {options.format, read_cifar(folder, format.train, format.classes),
            read_cifar(folder, format.test, format.classes)};
}

// --- what the formats have in common ------------------------------------------------------------------------------

/// Last name in a path, however it is written.
std::string name_of_folder(const std::filesystem::path& folder) {
    const auto path = std::filesystem::absolute(folder / "").lexically_normal();
    return path.parent_path().filename().string();
}

DataSet read_published(const DataOptions& options) {
    if (options.format == "cifar10") return read_cifar(options, cifar10_format());
    if (options.format == "cifar100") return read_cifar(options, cifar100_format());
    if (options.format != "idx")
        throw UsageError(fmt::format("data.format = '{}': unknown (allowed: idx, cifar10, cifar100)", options.format));
    return {name_of_folder(options.folder), read_idx(options.folder, "train", options.classes),
            read_idx(options.folder, "t10k", options.classes)};
}

std::uint8_t block_mean(const ImageSet& set, const std::uint8_t* first, int side) {
    std::uint32_t sum = 0;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) sum += first[(std::ptrdiff_t{y} * set.width + x) * set.channels];
    const auto count = static_cast<std::uint32_t>(side) * static_cast<std::uint32_t>(side);
    return static_cast<std::uint8_t>((2 * sum + count) / (2 * count));
}

ImageSet downsampled(const ImageSet& set, int by) {
    ImageSet small;
    small.height = set.height / by;
    small.width = set.width / by;
    small.channels = set.channels;
    small.classes = set.classes;
    small.labels = set.labels;
    small.pixels.reserve(static_cast<std::size_t>(set.size() * small.values_per_image()));
    const std::uint8_t* image = set.pixels.data();
    for (std::int64_t i = 0; i < set.size(); ++i, image += set.values_per_image())
        for (int y = 0; y < small.height; ++y)
            for (int x = 0; x < small.width; ++x)
                for (int c = 0; c < set.channels; ++c)
                    small.pixels.push_back(
                        block_mean(set, image + (std::ptrdiff_t{y} * set.width + x) * by * set.channels + c, by));
    return small;
}

void require_divisible(const ImageSet& set, const DataOptions& options) {
    const int by = options.downsample;
    if (set.height % by != 0 || set.width % by != 0 || std::min(set.height, set.width) / by < smallest_side)
        throw DataError(
            fmt::format("{}: images of {} x {} pixels, data.downsample = {}: it must divide both sides and "
                        "leave at least {}",
                        options.folder, set.height, set.width, by, smallest_side));
}

// --- order --------------------------------------------------------------------------------------------------------

std::vector<std::int32_t> permutation(std::int64_t count, const Random& random) {
    std::vector<std::int32_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    shuffle(order, random);
    return order;
}

/// How to get the data that inputs/training names.
const char* hint_for(const std::string& folder) {
    const bool debian = folder.ends_with("/usr/share/datasets/fashion-mnist");
    return debian ? " (on Debian `scripts/setup --data` installs it)" : "";
}

}  // namespace

DataSet read_data_set(const DataOptions& options) {
    if (options.downsample < 1)
        throw UsageError(fmt::format("data.downsample = {}: must be 1 or more", options.downsample));
    if (!is_folder(options.folder))
        throw DataError(fmt::format("data.folder = '{}': no such folder{}", options.folder, hint_for(options.folder)));
    DataSet data = read_published(options);
    if (data.train.height != data.test.height || data.train.width != data.test.width)
        throw DataError(fmt::format("{}: training images of {} x {} pixels, test images of {} x {}; they must be alike",
                                    options.folder, data.train.height, data.train.width, data.test.height,
                                    data.test.width));
    if (options.downsample == 1) return data;
    require_divisible(data.train, options);
    data.train = downsampled(data.train, options.downsample);
    data.test = downsampled(data.test, options.downsample);
    return data;
}

Split split_images(std::int64_t images, const DataOptions& options) {
    const std::int64_t held_out = options.validation_images, trained = options.train_images;
    if (held_out < 0 || held_out >= images)
        throw UsageError(
            fmt::format("data.validation_images = {}: must be 0 to {} (of {} images, at least one is "
                        "trained on)",
                        held_out, images - 1, images));
    if (trained < 0 || trained > images - held_out)
        throw UsageError(
            fmt::format("data.train_images = {}: must be 0 (all) to {} (of {} images, "
                        "data.validation_images = {} are held out)",
                        trained, images - held_out, images, held_out));
    const auto order = permutation(images, Random(static_cast<std::uint64_t>(options.split_seed), Stream::data_split));
    const auto first = order.begin() + held_out;
    return {{first, trained == 0 ? order.end() : first + trained}, {order.begin(), first}};
}

std::vector<std::int32_t> epoch_order(std::int64_t images, std::uint64_t seed, std::int64_t epoch) {
    return permutation(images, Random(seed, Stream::data_order, static_cast<std::uint64_t>(epoch)));
}

}  // namespace cenas
