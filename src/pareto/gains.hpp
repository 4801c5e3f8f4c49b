// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Everything in pareto/ is told gains: n x m, row-major, every component maximized and measured from the reference
// point, which is the origin. gain_of() makes one of an objective's value, whatever is better of it. A point counts
// where all of its gains are finite and > 0. One that does not (it lies outside the reference or on its edge, or it is
// no measurement: NaN, infinite) adds nothing to a hypervolume, and neither limits what others add.

#include <algorithm>
#include <limits>
#include <span>

#include "base/direction.hpp"

namespace cenas {

/// How much better than the reference a value is; negative where it is worse, NaN where one of them is.
constexpr double gain_of(double value, double reference, Direction direction) {
    return direction == Direction::maximize ? value - reference : reference - value;
}

/// Whether a point counts.
inline bool inside_reference(std::span<const double> gains) {
    return std::all_of(gains.begin(), gains.end(),
                       [](double gain) { return gain > 0 && gain <= std::numeric_limits<double>::max(); });
}

}  // namespace cenas
