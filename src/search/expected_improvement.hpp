// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <functional>
#include <span>
#include <vector>

#include "pareto/boxes.hpp"

namespace cenas {

/// What is believed of one gain of every candidate: E[max(gain - level, 0)], by level >= 0.
using Belief = std::function<Eigen::ArrayXd(double level)>;

/// A gain that is known.
Belief known_gain(Eigen::ArrayXd gains);

/// Expected hypervolume improvement of every candidate over a front, whose boxes these are (non_dominated_boxes()),
/// where the beliefs of the objectives are independent: the sum over boxes of the products over objectives of
/// E[max(gain - lower, 0)] - E[max(gain - upper, 0)] (Yang, Emmerich, Deutz, Back, "Efficient computation of expected
/// hypervolume improvement using box decomposition algorithms", J. Global Optimization 75, 2019). Exact; any mix of
/// objectives that are known and that are not.
Eigen::ArrayXd expected_hypervolume_improvement(const Boxes& boxes, std::span<const Belief> beliefs);

/// Gains as a Gaussian process sees them: z = -log(ceiling - gain), so that a step towards the ceiling counts by the
/// part of the rest that it takes; the gain itself where there is no ceiling. Then standardized.
class GainTransform {
  public:
    /// Standardizes these (at least one). `ceiling`: no gain exceeds it; may be infinite.
    GainTransform(std::span<const double> gains, double ceiling);
    std::vector<double> apply(std::span<const double> gains) const;
    double invert(double z) const;
    /// E[max(gain - level, 0)] of a gain whose z is normal, with a deviation > 0. Closed form.
    double expected_improvement(double mean, double deviation, double level) const;

  private:
    double warp(double gain) const;

    double ceiling_;
    double centre_ = 0;
    double scale_ = 1;
};

}  // namespace cenas
