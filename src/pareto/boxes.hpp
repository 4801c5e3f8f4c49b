// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cenas {

/// Boxes in the space of gains, row-major: box i holds the points above row i of `lower` and up to row i of `upper`.
struct Boxes {
    std::vector<double> lower;  ///< finite, >= 0
    std::vector<double> upper;  ///< above `lower`; infinite where the box has no end
};

/// What no point of the front covers of the positive orthant, as disjoint boxes, so that the expected hypervolume
/// improvement is a sum over them. `front` in any order; points as in pareto/gains.hpp: those that do not count,
/// dominated and equal ones change nothing. With n points that are left: two objectives n + 1 boxes, O(n log n); three
/// at most 2 n + 1, O(n log n) (Yang, Emmerich, Deutz, Back, "Efficient computation of expected hypervolume improvement
/// using box decomposition algorithms", J. Global Optimization 75, 2019); more: a sweep over the last objective that
/// decomposes what is not covered in those before it and lets stand what a point leaves as it was: for four O(n^2)
/// boxes, O(n^2 log n). The same boxes in the same order for the same set of points.
Boxes non_dominated_boxes(std::span<const double> front, int objectives);

}  // namespace cenas
