// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "pareto/rank_set.hpp"
#include "pareto/rows.hpp"
#include "pareto/sort_falling.hpp"

namespace cenas {

/// A sweep down the third of three objectives (Beume, Fonseca, Lopez-Ibanez, Paquete, Vahrenhold, "On the Complexity of
/// Computing the Hypervolume Indicator", IEEE TEC 13(5), 2009). The points met so far that are non-dominated in x and y
/// form a staircase: from left to right in `points`, x falls and y rises. It begins with the end of the axis of x and
/// ends with that of y, so that every point has neighbours.
class Sweep {
  public:
    struct Point {
        double x, y, z;
        std::size_t row;
    };
    struct Level {
        double z;
        std::size_t place;  ///< in points()
    };

    /// Of the points that count, row-major.
    explicit Sweep(std::span<const double> rows) : stairs_(rows.size() / 3 + 2) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        points_.reserve(rows.size() / 3 + 2);
        points_.push_back({infinity, 0, infinity, 0});
        for_each_counting(rows, 3, [&](const double* p) {
            points_.push_back({p[0], p[1], p[2], static_cast<std::size_t>(p - rows.data()) / 3});
        });
        points_.push_back({0, infinity, infinity, 0});
        sort_falling(points_, &Point::x);
        for (auto first = points_.begin(); first != points_.end();) {
            const auto last = std::find_if(first, points_.end(), [&](const Point& p) { return p.x != first->x; });
            if (last - first > 1)
                std::sort(first, last,
                          [](const Point& a, const Point& b) { return a.y > b.y || (a.y == b.y && a.z > b.z); });
            first = last;
        }
        levels_.reserve(points_.size() - 2);
        for (std::size_t i = 1; i + 1 < points_.size(); ++i) levels_.push_back({points_[i].z, i});
        sort_falling(levels_, &Level::z);
        stairs_.insert(0);
        stairs_.insert(points_.size() - 1);
    }

    const std::vector<Point>& points() const { return points_; }
    /// The points that count, by falling z.
    const std::vector<Level>& levels() const { return levels_; }

    /// Neighbours of place i in the staircase.
    std::size_t before(std::size_t i) const { return stairs_.before(i); }
    std::size_t after(std::size_t i) const { return stairs_.after(i); }
    /// Whether the staircase covers a point that it has not met.
    bool covers(std::size_t i) const { return points_[before(i)].y >= points_[i].y; }
    /// Enters a point that it does not cover, and drops those that this one covers. `visit(a, b)` is told every step of
    /// the staircase that changes, as it was: from the one before, over those dropped, to the one after.
    template <class Visit>
    void enter(std::size_t i, const Visit& visit) {
        std::size_t a = stairs_.before(i), b = stairs_.after(i);
        visit(a, b);
        while (points_[b].y <= points_[i].y) {
            stairs_.erase(b);
            a = b;
            b = stairs_.after(b);
            visit(a, b);
        }
        stairs_.insert(i);
    }

  private:
    std::vector<Point> points_;
    std::vector<Level> levels_;
    RankSet stairs_;
};

}  // namespace cenas
