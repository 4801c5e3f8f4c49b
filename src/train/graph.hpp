// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/nn/convolution.hpp"

namespace cenas {

/// What leads from one node of a network to another. Offsets count parameters; -1: has none.
struct Edge {
    enum class Kind {
        identity,
        average3,     ///< 3x3 mean, stride 1, padding not counted
        average2,     ///< 2x2 mean, stride 2, sizes rounded up
        convolution,  ///< of the source, or of its ReLU; batch-normalized or not
        norm          ///< batch norm of the source
    };
    Kind kind = Kind::identity;
    int from = 0;
    ConvolutionShape shape{};   ///< of a convolution
    bool relu = false;          ///< a convolution that sees max(source, 0)
    bool normalized = false;    ///< norm, or a convolution with batch norm behind it
    std::int64_t weights = -1;  ///< [out][row][column][in]
    std::int64_t gamma = -1;    ///< [c], beta [c] after it; -1: batch norm without them
    std::int64_t running = -1;  ///< into the running averages, mean [c], variance [c]; -1: always the batch's own
};

/// A node is the sum of its incoming edges, zero if it has none.
struct Node {
    Plane plane;
    std::vector<Edge> in;
};

/// A network: nodes in topological order. Node 0 is the images; the mean over the plane of the last node's ReLU goes
/// through a linear layer to the classes.
struct Graph {
    std::vector<Node> nodes;
    int classes = 0;
    std::int64_t linear = 0;      ///< weights [class][c], then bias [class]
    std::int64_t parameters = 0;  ///< how many there are
    std::int64_t running = 0;     ///< and running averages
};

/// Nodes from which a path leads to the last one: what the others hold, nobody sees.
std::vector<bool> needed_nodes(const Graph& graph);

/// The graph with convolutions that are not normalized and the identity in the place of batch norm; parameters stay
/// where they are.
Graph without_norm(Graph graph);

}  // namespace cenas
