// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Images as their publishers distribute them, which of them are trained on, and in which order.

#include <cstdint>
#include <string>
#include <vector>

#include "train/options.hpp"

namespace cenas {

/// Labelled images in memory.
struct ImageSet {
    int height = 0, width = 0, channels = 0;
    int classes = 0;
    std::vector<std::uint8_t> pixels;  ///< [image][row][column][channel]
    std::vector<std::uint8_t> labels;  ///< [image], in [0, classes)

    std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
    std::int64_t values_per_image() const { return std::int64_t{height} * width * channels; }
};

struct DataSet {
    std::string name;  ///< cifar10, cifar100; of idx files the name of their folder
    ImageSet train, test;
};

/// Reads the files that `options` names, each plain or, with .gz at the end of its name, packed by gzip:
///   idx        {train,t10k}-{images-idx3,labels-idx1}-ubyte: grey images of any one size, options.classes classes
///   cifar10    data_batch_{1..5}.bin, test_batch.bin
///   cifar100   {train,test}.bin; the fine labels are taken
/// The two are looked for in the folder and in the one that their archive makes there (cifar-10-batches-bin,
/// cifar-100-binary). Downsampled pixels are means of integers, halves rounded up.
/// Throws DataError, naming file and place: a folder or file that is missing, wrong magic number, sides that are not 4
/// to 1024 pixels (also after downsampling) or cannot be divided, file shorter or longer than it should be, another
/// number of labels than images, no image at all, a label out of range, training and test images of different sizes.
/// Throws UsageError: unknown format, downsample < 1.
DataSet read_data_set(const DataOptions& options);

/// Which of the published training images are for what; the published test images are in neither list.
struct Split {
    std::vector<std::int32_t> train, validation;
};

/// All orders of `images` images are equally likely under `options.split_seed`. The first `validation_images` of the
/// order are held out; the next `train_images` are trained on, all that are left where that is 0. So one seed holds out
/// the same images however many are trained on, the images of a small training set are part of every larger one, and
/// the first images of either list are a random sample of it.
/// Throws UsageError: counts that are negative, leave no image to train on, or ask for more than there are.
Split split_images(std::int64_t images, const DataOptions& options);

/// Positions 0 to `images` - 1 in the order in which `epoch` visits them; all orders are equally likely, a pure
/// function of the arguments.
std::vector<std::int32_t> epoch_order(std::int64_t images, std::uint64_t seed, std::int64_t epoch);

}  // namespace cenas
