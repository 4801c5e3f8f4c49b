// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace cenas {

// Points are gains: n x m, row-major, every component maximized and measured from the reference point, which is the
// origin. A point with a component <= 0 or NaN lies outside the reference and adds nothing.

/// Exact hypervolume dominated by the points, any m >= 1. Two objectives: one sweep over the sorted points, O(n log n)
/// (Fonseca, Paquete, Lopez-Ibanez, "An Improved Dimension-Sweep Algorithm for the Hypervolume Indicator", CEC 2006).
/// More: sweep over the last objective, recursively (the same paper's HSO base case), O(n^(m-1) log n).
double hypervolume(std::span<const double> points, int objectives);

/// Indices of the non-dominated points, ascending. Of equal points the first is kept.
std::vector<std::size_t> non_dominated(std::span<const double> points, int objectives);

}  // namespace cenas
