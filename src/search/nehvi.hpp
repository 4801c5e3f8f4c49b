// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "kernels/rng/philox.hpp"
#include "pareto/boxes.hpp"
#include "search/numeric_gp.hpp"

namespace cenas {

/// Quasi Monte Carlo noisy expected hypervolume improvement (Daulton, Balandat, Bakshy, "Parallel Bayesian Optimization
/// of Multiple Noisy Objectives with Expected Hypervolume Improvement", NeurIPS 2021) of one more point: the mean, over
/// joint samples of what the measured and the pending points are really worth, of the hypervolume that the point adds
/// to theirs. Asked again with each choice among the pending, it is their sequential greedy choice of q. Gains as in
/// pareto/hypervolume.hpp.
class Nehvi {
  public:
    /// `models`: one an objective, of gains. `points`: measured and pending ones, one a row, n >= 0. Of them those stay
    /// that no other covers in one of the samples at least (the paper's pruning). Deterministic given `random`.
    Nehvi(const std::vector<NumericGp>& models, const Eigen::MatrixXd& points, int samples, Random& random);

    /// At each row of `points`, as if it were the only one that is added.
    Eigen::VectorXd values(const Eigen::MatrixXd& points) const;

  private:
    /// What one model says of any point given the samples at the base points.
    struct Objective {
        const NumericGp* model;
        Eigen::MatrixXd base_whitened;  // n x b, NumericGp::whitened at the base points
        Eigen::MatrixXd base_cholesky;  // of their covariance
        Eigen::MatrixXd weights;        // b x S: that covariance^-1 (sample - mean)
        Eigen::VectorXd normals;        // S
    };

    Eigen::MatrixXd base_;  // b x d
    std::vector<Objective> objectives_;
    std::vector<Boxes> boxes_;  // what each sample's front leaves uncovered
};

}  // namespace cenas
