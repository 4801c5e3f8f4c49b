// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pareto/wide_sum.hpp"

namespace cenas {

/// The non-dominated points seen so far that count (pareto/gains.hpp) and their hypervolume, kept up to date point by
/// point. Both depend on the sequence of points alone; the points, and for two objectives the hypervolume, on the set:
/// a staircase's area is a sum of products of coordinates, kept with 106 bits. From three objectives on, the
/// hypervolume is a sum of improvements: its rounding depends on the sequence, and its relative error stays below 1e-12
/// (tests/pareto).
class ParetoArchive {
  public:
    explicit ParetoArchive(int objectives) : objectives_(static_cast<std::size_t>(objectives)) {}

    /// Adds one point. A dominated one, or one that equals one that is there or does not count, changes nothing. Two
    /// objectives: O(log n + what it removes) and moving the rest up; more: O(n), and one hypervolume_improvement()
    /// where it is not dominated.
    void add(std::span<const double> gains);
    double hypervolume() const { return hypervolume_.value(); }
    /// The front, row-major, in falling lexicographic order.
    const std::vector<double>& points() const { return points_; }

  private:
    std::size_t size() const { return points_.size() / objectives_; }
    const double* row(std::size_t i) const { return &points_[i * objectives_]; }
    std::vector<double>::iterator iterator(std::size_t i) {
        return points_.begin() + static_cast<std::ptrdiff_t>(i * objectives_);
    }
    void add_to_staircase(std::size_t place, const double* gains);
    void add_to_front(std::size_t place, const double* gains);

    std::size_t objectives_;
    std::vector<double> points_;
    WideSum hypervolume_;
};

}  // namespace cenas
