// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/rng/philox.hpp"

namespace cenas {

/// Whether a point of the unit box may be proposed.
using Admissible = std::function<bool(const Eigen::VectorXd&)>;

/// Proposes points of the unit box [0, 1)^d, inside a region of it. What it proposes depends on the last fit() and the
/// arguments alone.
class PointSampler {
  public:
    virtual ~PointSampler() = default;
    /// Learns from samples (points n x d, gains n x m, n >= 1), of which the rows `inside` lie in the leaf of the
    /// region.
    virtual void fit(const Eigen::MatrixXd& points, const Eigen::MatrixXd& gains,
                     const std::vector<std::size_t>& inside, Random random) = 0;
    /// A point that is admissible, or nullopt where `draws` draws brought none. `pending` (p x d) are points that are
    /// measured already or being measured, and that fit() did not see.
    virtual std::optional<Eigen::VectorXd> propose(const Eigen::MatrixXd& pending, const Admissible& admissible,
                                                   int draws, Random& random) = 0;
};

/// random: uniform in the region. cma-es: draws of a CMA-ES that starts at a random sample of the leaf and is told the
/// leaf's samples as one generation, by dominance number and, where that is equal, hypervolume contribution. qnehvi:
/// the largest noisy expected hypervolume improvement, on a Gaussian process an objective, that was met by a local
/// search (BOBYQA: Powell, DAMTP 2009/NA06) from the best of evenly spread admissible points.
std::unique_ptr<PointSampler> make_point_sampler(const std::string& name);

/// Samples from the best: by dominance number, then by hypervolume contribution, then as they were told.
std::vector<std::size_t> best_first(const Eigen::MatrixXd& gains);

}  // namespace cenas
