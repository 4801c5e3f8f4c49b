// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "space/cell.hpp"
#include "train/dataset.hpp"
#include "train/graph.hpp"
#include "train/options.hpp"

namespace cenas {

/// The network that a cell makes. `nas-bench-201`: Dong and Yang, ICLR 2020, section 2.1 and figure 1: 3x3 stem and
/// batch norm; three stages of cells with `channels`, twice and four times as many; between them a residual block of
/// stride 2 (two ReLU - 3x3 convolution - batch norm, around them 2x2 mean and 1x1 convolution); batch norm, ReLU, mean
/// over the plane, linear. `light`: a 1x1 stem, and between the stages the shortcut of the residual block alone, so
/// that no 3x3 convolution is outside of the cells and the cell decides. Odd planes are rounded up at a reduction.
/// Parameters lie in the order of this text, a cell's edges in string order. Throws UsageError for an unknown name or
/// an image smaller than 4x4.
Graph standalone_graph(const SkeletonOptions& options, Plane images, int classes, const Cell& cell);
/// The same, for images such as these.
Graph standalone_graph(const SkeletonOptions& options, const ImageSet& images, const Cell& cell);

/// A path through the weight-sharing supernet: `cells` has one cell for each place (3 x options.cells), or one for all.
/// Parameters hold a 1x1 and a 3x3 convolution for every edge of every place, in that order, whichever the path uses.
/// Batch norm in the cells has no gamma and beta and none keeps running averages: it uses the batch's statistics, as
/// the supernets of NAS-Bench-201 and few-shot NAS (Zhao et al., ICML 2021) do.
Graph supernet_graph(const SkeletonOptions& options, Plane images, int classes, std::span<const Cell> cells);

struct NetworkCost {
    std::int64_t parameters;
    std::int64_t flops;  ///< of one image, counted as NAS-Bench-201 does
};

/// Cost of a standalone network.
NetworkCost cost_of(const Graph& graph);

}  // namespace cenas
