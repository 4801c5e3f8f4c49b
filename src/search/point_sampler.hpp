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

/// A set of points of the unit box.
using PointSet = std::function<bool(const Eigen::VectorXd&)>;

/// Proposes points of the unit box [0, 1)^d, inside a region of it. What it proposes depends on the last fit() and the
/// arguments alone.
class PointSampler {
  public:
    virtual ~PointSampler() = default;
    /// Learns from samples (points n x d, gains n x m, n >= 1), of which the rows `inside` lie in the leaf of the
    /// region.
    virtual void fit(const Eigen::MatrixXd& points, const Eigen::MatrixXd& gains,
                     const std::vector<std::size_t>& inside, Random random) = 0;
    /// A point that is `allowed`, drawn in `region` (a part of what is allowed), or nullopt where `draws` draws missed
    /// it. `pending` (p x d) are points that are measured already or being measured, and that fit() did not see.
    virtual std::optional<Eigen::VectorXd> propose(const Eigen::MatrixXd& pending, const PointSet& region,
                                                   const PointSet& allowed, int draws, Random& random) = 0;
};

/// random: uniform in the region. cma-es: draws, in the region, of a CMA-ES that starts at a random sample of the leaf
/// and is told the leaf's samples as one generation (best_first). qnehvi: the largest noisy expected hypervolume
/// improvement (nehvi.hpp, on a NumericGp an objective) of 1024 evenly spread points of the region and of what local
/// searches from the best 20 of them (BOBYQA: Powell, DAMTP 2009/NA06) came by; as in the published code, those may
/// leave the region.
std::unique_ptr<PointSampler> make_point_sampler(const std::string& name);

/// Samples from the best: by dominance number, then by hypervolume contribution, then as they were told.
std::vector<std::size_t> best_first(const Eigen::MatrixXd& gains);

}  // namespace cenas
