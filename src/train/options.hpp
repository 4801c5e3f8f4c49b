// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace cenas {

/// Which images are trained on. Paths are as the deck's reader resolved them.
struct DataOptions {
    std::string format =
        "idx";             ///< idx (Fashion-MNIST, MNIST; files gzipped or not), cifar10, cifar100 (binary version)
    std::string folder;    ///< where the files are, under their published names
    int classes = 10;      ///< of idx files; labels are 0 to classes - 1
    int downsample = 1;    ///< each side is divided by this; a pixel is the mean of downsample x downsample
    int train_images = 0;  ///< of the training part of the split; 0: all
    int validation_images = 10000;  ///< held out of the published training set
    std::int64_t split_seed = 0;    ///< which images are held out, and which are trained on where not all are
};

/// The network around the cell.
struct SkeletonOptions {
    std::string name = "nas-bench-201";  ///< nas-bench-201; light: 1x1 stem, reduction by pooling and 1x1 convolution
    int channels = 16;                   ///< of the first stage; doubled at each of the two reductions
    int cells = 5;                       ///< a stage; three stages
};

/// How a network is trained. Defaults: NAS-Bench-201 (Dong and Yang, ICLR 2020, table 2).
struct TrainingOptions {
    int epochs = 200;
    int batch = 256;
    double learning_rate = 0.1;     ///< at the start; falls to 0 along half a cosine, step by step
    double momentum = 0.9;          ///< Nesterov's
    double weight_decay = 5e-4;     ///< on every parameter, as in the published recipe
    double flip = 0.5;              ///< probability that an image is mirrored
    int crop_padding = 4;           ///< images are padded by as many pixels of 0 and cropped at random to their size
    std::string precision = "f32";  ///< f32; bf16: activations, weights and sums stay f32; tf32: products on GPUs
};

/// How a weight-sharing supernet is trained and asked; what is not here is as for a cell. Defaults: the one-shot
/// supernet of few-shot NAS (Zhao et al., ICML 2021) in its optimizer, fewer epochs.
struct SupernetOptions {
    int epochs = 100;
    int batch = 64;
    double learning_rate = 0.025;
    double weight_decay = 1e-4;
    int query_images = 1000;  ///< of those held out, for one estimate
    int split_epochs = 0;     ///< few-shot NAS: of each of the five sub-supernets; 0: the supernet is not split
    int split_edge = 0;       ///< which edge has one operation each in them, 0..5
};

}  // namespace cenas
