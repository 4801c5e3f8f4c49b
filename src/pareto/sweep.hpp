// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "pareto/rank_set.hpp"

namespace cenas {

/// A sweep down the third of three objectives (Beume, Fonseca, Lopez-Ibanez, Paquete, Vahrenhold, "On the Complexity of
/// Computing the Hypervolume Indicator", IEEE TEC 13(5), 2009). The points met so far that are non-dominated in x and y
/// form a staircase: from left to right in `points`, x falls and y rises. It begins with the end of the axis of x and
/// ends with that of y, so that every point has neighbours.
class Sweep {
  public:
    struct Point {
        double x, y, z;
        std::size_t index;  ///< whatever the caller knows it by
    };

    /// Points inside the reference.
    explicit Sweep(std::vector<Point> inside) : points_(std::move(inside)), stairs_(points_.size() + 2) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        points_.push_back({infinity, 0, infinity, 0});
        points_.push_back({0, infinity, infinity, 0});
        std::sort(points_.begin(), points_.end(), [](const Point& a, const Point& b) {
            if (a.x != b.x) return a.x > b.x;
            if (a.y != b.y) return a.y > b.y;
            return a.z != b.z ? a.z > b.z : a.index < b.index;
        });
        order_.resize(points_.size() - 2);
        std::iota(order_.begin(), order_.end(), std::size_t{1});
        std::sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
            return points_[a].z != points_[b].z ? points_[a].z > points_[b].z : a < b;
        });
        stairs_.insert(0);
        stairs_.insert(points_.size() - 1);
    }

    const std::vector<Point>& points() const { return points_; }
    /// Places in `points` of those inside the reference, by falling z.
    const std::vector<std::size_t>& order() const { return order_; }

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
    std::vector<std::size_t> order_;
    RankSet stairs_;
};

}  // namespace cenas
