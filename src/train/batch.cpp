// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "base/error.hpp"
#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

constexpr std::ptrdiff_t levels = 256;  // of a pixel

/// Normalized value of every level: [channel][level].
std::vector<float> value_table(const Normalization& normalization) {
    std::vector<float> table;
    for (std::size_t c = 0; c < normalization.mean.size(); ++c)
        for (int level = 0; level < levels; ++level)
            table.push_back(static_cast<float>((level / 255.0 - double{normalization.mean[c]}) / normalization.std[c]));
    return table;
}

/// Mirroring comes first: the corner of the crop lies at (top, left) of the mirrored image, or outside, in its padding.
struct Crop {
    bool flip = false;
    int top = 0, left = 0;
};

/// Every image takes the same draws in the same order, so that one setting does not change what another does.
Crop draw_crop(const Augmentation& augmentation, std::int32_t image) {
    const std::uint64_t index =
        static_cast<std::uint64_t>(augmentation.epoch) << 32 | static_cast<std::uint32_t>(image);
    Random random(augmentation.seed, Stream::augmentation, index);
    const auto positions = 2 * static_cast<std::uint32_t>(augmentation.padding) + 1;
    const bool flip = random.uniform() < augmentation.flip;
    const int top = static_cast<int>(random.below(positions)) - augmentation.padding;
    const int left = static_cast<int>(random.below(positions)) - augmentation.padding;
    return {flip, top, left};
}

/// Writes `count` pixels, each `step` bytes behind the one before; returns where the next one goes.
float* write_pixels(const std::uint8_t* pixel, std::ptrdiff_t step, int count, int channels, const float* table,
                    float* out) {
    for (; count > 0; --count, pixel += step)
        for (int c = 0; c < channels; ++c) *out++ = table[c * levels + pixel[c]];
    return out;
}

float* write_black(int count, int channels, const float* table, float* out) {
    for (; count > 0; --count)
        for (int c = 0; c < channels; ++c) *out++ = table[c * levels];
    return out;
}

/// What is read outside of the image is black.
void write_image(const ImageSet& set, std::int32_t image, const Crop& crop, const float* table, float* out) {
    const std::uint8_t* pixels = set.pixels.data() + image * set.values_per_image();
    const int channels = set.channels;
    const int first = std::clamp(-crop.left, 0, set.width), end = std::clamp(set.width - crop.left, 0, set.width);
    const int column = crop.flip ? set.width - 1 - (first + crop.left) : first + crop.left;
    for (int y = 0; y < set.height; ++y) {
        const int row = y + crop.top;
        const bool inside = row >= 0 && row < set.height && first < end;
        if (!inside) {
            out = write_black(set.width, channels, table, out);
            continue;
        }
        const std::uint8_t* pixel = pixels + (std::ptrdiff_t{row} * set.width + column) * channels;
        out = write_black(first, channels, table, out);
        out = write_pixels(pixel, crop.flip ? -channels : channels, end - first, channels, table, out);
        out = write_black(set.width - end, channels, table, out);
    }
}

using Histogram = std::array<std::uint64_t, levels>;

std::vector<Histogram> count_levels(const ImageSet& set, std::span<const std::int32_t> images) {
    std::vector<Histogram> counts(static_cast<std::size_t>(set.channels), Histogram{});
    for (const std::int32_t image : images) {
        const std::uint8_t* value = set.pixels.data() + image * set.values_per_image();
        for (std::int64_t i = 0; i < set.values_per_image(); i += set.channels)
            for (auto& histogram : counts) ++histogram[*value++];
    }
    return counts;
}

}  // namespace

Normalization measure_normalization(const ImageSet& set, std::span<const std::int32_t> images) {
    const double pixels = static_cast<double>(images.size()) * set.height * set.width;
    Normalization normalization;
    for (const Histogram& counts : count_levels(set, images)) {
        std::uint64_t sum = 0;
        for (std::uint64_t level = 0; level < levels; ++level) sum += level * counts[level];
        const double mean = static_cast<double>(sum) / pixels;
        double squares = 0;
        for (int level = 0; level < levels; ++level)
            squares += static_cast<double>(counts[level]) * (level - mean) * (level - mean);
        if (squares == 0)
            throw DataError(fmt::format("channel {} of all {} training images is {} everywhere; it must vary",
                                        normalization.mean.size(), images.size(), mean));
        normalization.mean.push_back(static_cast<float>(mean / 255));
        normalization.std.push_back(static_cast<float>(std::sqrt(squares / pixels) / 255));
    }
    return normalization;
}

void make_batch(const ImageSet& set, std::span<const std::int32_t> images, const Normalization& normalization,
                const Augmentation& augmentation, std::span<float> out) {
    const auto table = value_table(normalization);
    const std::int64_t size = set.values_per_image();
    for (std::int64_t i = 0; i < std::ssize(images); ++i)
        write_image(set, images[i], draw_crop(augmentation, images[i]), table.data(), out.data() + i * size);
}

void make_batch(const ImageSet& set, std::span<const std::int32_t> images, const Normalization& normalization,
                std::span<float> out) {
    make_batch(set, images, normalization, Augmentation{.flip = 0, .padding = 0}, out);
}

}  // namespace cenas
