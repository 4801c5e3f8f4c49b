// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/minimize.hpp"

#include <nlopt.h>

#include <cmath>
#include <limits>
#include <memory>

namespace cenas {
namespace {

struct Progress {
    explicit Progress(const SmoothFunction& function) : f(function) {}
    const SmoothFunction& f;
    Minimum best;
    Eigen::VectorXd x, gradient;
};

double evaluate(unsigned n, const double* x, double* gradient, void* data) {
    constexpr double very_large = 1e100;
    auto& progress = *static_cast<Progress*>(data);
    progress.x = Eigen::Map<const Eigen::VectorXd>(x, n);
    double value = progress.f(progress.x, progress.gradient);
    if (!std::isfinite(value) || !progress.gradient.allFinite()) {
        value = very_large;
        progress.gradient = Eigen::VectorXd::Zero(n);
    }
    if (gradient != nullptr) Eigen::Map<Eigen::VectorXd>(gradient, n) = progress.gradient;
    if (value < progress.best.value) {
        progress.best.x = progress.x;
        progress.best.value = value;
    }
    return value;
}

}  // namespace

Minimum minimize(const SmoothFunction& f, const Eigen::VectorXd& start, const Eigen::VectorXd& lower,
                 const Eigen::VectorXd& upper, int evaluations) {
    Eigen::VectorXd x = start.cwiseMax(lower).cwiseMin(upper);
    Progress progress(f);
    progress.best.x = x;
    progress.best.value = std::numeric_limits<double>::infinity();
    const std::unique_ptr<nlopt_opt_s, decltype(&nlopt_destroy)> optimizer(
        nlopt_create(NLOPT_LD_LBFGS, static_cast<unsigned>(x.size())), &nlopt_destroy);
    nlopt_set_min_objective(optimizer.get(), evaluate, &progress);
    nlopt_set_lower_bounds(optimizer.get(), lower.data());
    nlopt_set_upper_bounds(optimizer.get(), upper.data());
    nlopt_set_maxeval(optimizer.get(), evaluations);
    nlopt_set_ftol_rel(optimizer.get(), 1e-6);
    double value = 0;
    nlopt_optimize(optimizer.get(), x.data(), &value);  // its status says no more than `best` does
    return progress.best;
}

}  // namespace cenas
