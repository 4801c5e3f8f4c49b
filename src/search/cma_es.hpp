// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "kernels/rng/philox.hpp"
#include "search/state_archive.hpp"

namespace cenas {

/// The (mu/mu_w, lambda)-CMA-ES: Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772, figure 6 with the
/// parameters of its table 1 and no negative weights. A growth of the step size by more than a factor e at once is
/// cut, as Hansen's own code does, since points that it did not sample may be told.
class CmaEs {
  public:
    CmaEs(const Eigen::VectorXd& mean, double sigma);

    /// A draw from the present distribution.
    Eigen::VectorXd ask(Random& random) const;
    /// One generation: lambda >= 2 points, one a row, best first. Any lambda each time.
    void tell(const Eigen::MatrixXd& best_first);

    const Eigen::VectorXd& mean() const { return mean_; }
    double sigma() const { return sigma_; }
    const Eigen::MatrixXd& covariance() const { return covariance_; }  ///< but for sigma^2
    void exchange(StateArchive& archive);

    /// 4 + floor(3 ln d), the tutorial's.
    static int default_population(Eigen::Index dimensions);

  private:
    void decompose();

    Eigen::VectorXd mean_;
    double sigma_;
    Eigen::MatrixXd covariance_;
    Eigen::VectorXd path_sigma_, path_c_;
    std::uint64_t generation_ = 0;
    // covariance = axes diag(lengths^2) axes'
    Eigen::MatrixXd axes_;
    Eigen::VectorXd lengths_;
};

}  // namespace cenas
