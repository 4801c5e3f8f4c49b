// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "space/cell.hpp"
#include "train/options.hpp"
#include "train/training.hpp"

namespace cenas {

/// What can be said of a cell's network before it is trained. More is better.
struct ZeroCostScores {
    /// synflow (Tanaka et al., NeurIPS 2020; as a score of networks: Abdelfattah et al., ICLR 2021): weights and biases
    /// replaced by their absolute values, no batch norm, an image of ones; with R the sum of the logits, log10 of the
    /// sum of |w dR/dw| over the weights of all convolutions and of the linear layer, as in the code of both papers
    /// neither biases nor batch norm's parameters. The sum is counted as 2.2e-308, the smallest normal double, where it
    /// is less: log10 is -307.65 for a cell through which no path leads. It is infinite or NaN where the sum is beyond
    /// a double, which takes far deeper networks than NAS-Bench-201's.
    double synflow_log10;
    /// log |det K| of Mellor et al. (ICML 2021): K[a][b] is how many ReLUs are active for both or for neither of the
    /// images a and b, in a batch of 128 with its own statistics in batch norm. Counted as the authors' hooks do: the
    /// units of a node once for every convolution that sees its ReLU, and the head's once; but not, as there, ReLUs
    /// whose results lead nowhere. K is made of integers, so a regular one has |det K| of 1 or more, and the score of a
    /// singular one is 0: where no path leads through the cell, images are alike, or the network is so linear that its
    /// codes are few (cells without convolutions in the light skeleton on grey images).
    double nwot;
};

/// Scores of the network that train_cell would start from with this seed: double precision, on the calling thread and
/// the first 128 images of data.split.train (all, where there are fewer; at least one), not augmented. Throws as
/// standalone_graph does.
ZeroCostScores zero_cost_scores(const TrainingData& data, const SkeletonOptions& skeleton, const Cell& cell,
                                std::uint64_t seed);

}  // namespace cenas
