// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/cma_es.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "search/quasi_random.hpp"

namespace cenas {

CmaEs::CmaEs(const Eigen::VectorXd& mean, double sigma)
    : mean_(mean),
      sigma_(sigma),
      covariance_(Eigen::MatrixXd::Identity(mean.size(), mean.size())),
      path_sigma_(Eigen::VectorXd::Zero(mean.size())),
      path_c_(Eigen::VectorXd::Zero(mean.size())) {
    decompose();
}

int CmaEs::default_population(Eigen::Index dimensions) {
    return 4 + static_cast<int>(3 * std::log(static_cast<double>(dimensions)));
}

Eigen::VectorXd CmaEs::ask(Random& random) const {
    Eigen::VectorXd z(mean_.size());
    for (double& value : z) value = normal(random);
    return mean_ + sigma_ * (axes_ * lengths_.cwiseProduct(z));
}

void CmaEs::tell(const Eigen::MatrixXd& best_first) {
    const auto n = static_cast<double>(mean_.size());
    const Eigen::Index lambda = best_first.rows(), mu = lambda / 2;
    Eigen::VectorXd weights(mu);
    for (Eigen::Index i = 0; i < mu; ++i)
        weights[i] = std::log(0.5 * static_cast<double>(lambda + 1)) - std::log(static_cast<double>(i + 1));
    weights /= weights.sum();
    const double mu_eff = 1 / weights.squaredNorm();
    // Table 1, with alpha_cov = 2.
    const double c_sigma = (mu_eff + 2) / (n + mu_eff + 5);
    const double d_sigma = 1 + 2 * std::max(0.0, std::sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma;
    const double c_c = (4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n);
    const double c_1 = 2 / ((n + 1.3) * (n + 1.3) + mu_eff);
    const double c_mu = std::min(1 - c_1, 2 * (mu_eff - 2 + 1 / mu_eff) / ((n + 2) * (n + 2) + mu_eff));
    const double chi = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));  // E |N(0, I)|

    const Eigen::MatrixXd steps = (best_first.topRows(mu).rowwise() - mean_.transpose()) / sigma_;
    const Eigen::VectorXd step = steps.transpose() * weights;
    mean_ += sigma_ * step;
    const Eigen::VectorXd whitened = axes_ * ((axes_.transpose() * step).array() / lengths_.array()).matrix();
    path_sigma_ = (1 - c_sigma) * path_sigma_ + std::sqrt(c_sigma * (2 - c_sigma) * mu_eff) * whitened;
    ++generation_;
    const double settled = std::sqrt(1 - std::pow(1 - c_sigma, 2 * static_cast<double>(generation_)));
    const bool steady = path_sigma_.norm() / settled < (1.4 + 2 / (n + 1)) * chi;
    path_c_ = (1 - c_c) * path_c_ + (steady ? std::sqrt(c_c * (2 - c_c) * mu_eff) : 0.0) * step;
    const double lost = steady ? 0.0 : c_1 * c_c * (2 - c_c);
    covariance_ = (1 - c_1 - c_mu + lost) * covariance_ + c_1 * path_c_ * path_c_.transpose() +
                  c_mu * steps.transpose() * weights.asDiagonal() * steps;
    sigma_ *= std::exp(std::min(1.0, c_sigma / d_sigma * (path_sigma_.norm() / chi - 1)));
    decompose();
}

void CmaEs::decompose() {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance_);
    axes_ = solver.eigenvectors();
    const double least = 1e-14 * std::max(solver.eigenvalues().maxCoeff(), 1e-300);
    lengths_ = solver.eigenvalues().cwiseMax(least).cwiseSqrt();
}

void CmaEs::exchange(StateArchive& archive) {
    const auto numbers = [&](auto&& values) {
        for (double& value : values.reshaped()) archive(value);
    };
    numbers(mean_);
    numbers(covariance_);
    numbers(path_sigma_);
    numbers(path_c_);
    archive(sigma_, generation_);
    if (archive.reading()) decompose();
}

}  // namespace cenas
