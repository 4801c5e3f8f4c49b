// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "train/graph.hpp"

namespace cenas {

/// A run of parameters: [begin, begin + count).
struct ParameterRange {
    std::int64_t begin, count;
};

/// The parameters that the needed edges and the linear layer of a graph use, ascending, neighbours merged: what a
/// training step of a path through a supernet may change.
std::vector<ParameterRange> used_parameters(const Graph& graph);

/// Values at the start, for all graph.parameters: weights and biases uniform in +-1 / sqrt(fan in), as PyTorch's layers
/// begin (He et al., ICCV 2015, with a = sqrt(5)), gamma 1, beta 0. `all`: graphs that share the parameters and
/// together use them all. A pure function of the graphs' shapes and the seed.
std::vector<double> initial_parameters(const std::vector<Graph>& all, std::uint64_t seed);

}  // namespace cenas
