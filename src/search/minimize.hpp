// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <functional>

namespace cenas {

/// A smooth function: returns its value at x and writes its gradient.
using SmoothFunction = std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd& gradient)>;

struct Minimum {
    Eigen::VectorXd x;
    double value = 0;
};

/// A local minimum of f within lower <= x <= upper, from `start`: limited-memory BFGS of NLopt (Nocedal, Math. Comp.
/// 35, 1980; Liu and Nocedal, Math. Programming 45, 1989), after at most `evaluations`. The best point that was seen,
/// also where the search breaks down; values that are not finite count as very large. Deterministic.
Minimum minimize(const SmoothFunction& f, const Eigen::VectorXd& start, const Eigen::VectorXd& lower,
                 const Eigen::VectorXd& upper, int evaluations);

}  // namespace cenas
