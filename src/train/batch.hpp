// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// From stored pixels to what a network is given: normalized, and in training mirrored and cropped at random.

#include <cstdint>
#include <span>
#include <vector>

#include "train/dataset.hpp"

namespace cenas {

/// Of pixel / 255, a value for each channel; a network sees (pixel / 255 - mean) / std.
struct Normalization {
    std::vector<float> mean, std;
};

/// Mean and standard deviation (of the population, as the published constants are) over all pixels of `images`, of
/// which there must be one or more; counted in integers. Throws DataError where a channel has the same value
/// everywhere.
Normalization measure_normalization(const ImageSet& set, std::span<const std::int32_t> images);

/// NAS-Bench-201's: RandomHorizontalFlip(flip), then RandomCrop to the image's size out of the image with `padding`
/// more pixels of 0 (black before the normalization) on each side, (2 padding + 1)^2 positions alike.
struct Augmentation {
    double flip = 0.5;  ///< probability
    int padding = 4;    ///< 0 or more
    std::uint64_t seed = 0;
    std::int64_t epoch = 0;  ///< in [0, 2^32)
};

/// The images with these numbers, normalized and augmented, into out[image][row][column][channel], which has exactly
/// their size. What happens to an image depends on augmentation.seed and epoch and the number of the image alone.
void make_batch(const ImageSet& set, std::span<const std::int32_t> images, const Normalization& normalization,
                const Augmentation& augmentation, std::span<float> out);

/// As they are, for evaluation.
void make_batch(const ImageSet& set, std::span<const std::int32_t> images, const Normalization& normalization,
                std::span<float> out);

}  // namespace cenas
