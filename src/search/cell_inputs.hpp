// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "search/gaussian_process.hpp"
#include "space/cell.hpp"

namespace cenas {

/// Cells as a Gaussian process sees them.
struct CellInputs {
    PointFeatures features;
    std::vector<Eigen::Index> point_of;  ///< by cell of the space; -1: none
};

/// For what a network achieves: a point for each effective network that is connected. Two groups of features. In
/// numbers: logarithm of the FLOPs; convolutions on a path, their mean, most and least; paths that are an identity,
/// that have other operations but no convolution, that have one; poolings on a path, their mean. And how often it has
/// which path (paths_of()).
const CellInputs& network_inputs();

/// For what a network costs: a point for each cell. Two groups: edges by operation, those that lead nowhere included,
/// and what network_inputs() says in numbers.
const CellInputs& cost_inputs();

}  // namespace cenas
