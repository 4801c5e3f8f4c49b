// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "kernels/rng/philox.hpp"

namespace cenas {

/// x with P(N(0, 1) < x) = p, p in (0, 1), to a relative error of 1e-14 or so: Abramowitz and Stegun, "Handbook of
/// Mathematical Functions", 26.2.23, then two steps of Halley's method.
double normal_quantile(double p);

/// n points of [0, 1)^d, one a row, that cover it evenly: the additive recurrence whose steps are the powers of 1 / phi
/// with phi^(d + 1) = phi + 1 (M. Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences", 2018), from a
/// random start.
Eigen::MatrixXd even_points(Eigen::Index n, Eigen::Index d, Random& random);

/// One standard normal number.
double normal(Random& random);

/// Normal numbers of n samples in `groups` groups of d, (groups * d) x n: even_points() in each group, in a random
/// order of the samples for each (Latin supercube sampling: Owen, ACM TOMACS 8(1), 1998).
Eigen::MatrixXd even_normals(Eigen::Index groups, Eigen::Index d, Eigen::Index n, Random& random);

}  // namespace cenas
