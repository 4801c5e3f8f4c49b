// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace cenas {

/// The non-dominated gains seen so far and their hypervolume (pareto/hypervolume.hpp's convention).
class ParetoArchive {
  public:
    explicit ParetoArchive(int objectives) : objectives_(objectives) {}

    /// Adds one point. O(size) where it is dominated, else the hypervolume is recomputed from the front. A point
    /// outside the reference is ignored.
    void add(std::span<const double> gains);
    double hypervolume() const { return hypervolume_; }
    /// The front, row-major.
    const std::vector<double>& points() const { return points_; }

  private:
    int objectives_;
    std::vector<double> points_;
    double hypervolume_ = 0;
};

}  // namespace cenas
