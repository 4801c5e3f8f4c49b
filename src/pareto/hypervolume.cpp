// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/hypervolume.hpp"

#include <algorithm>
#include <numeric>

namespace cenas {
namespace {

using Point = const double*;

/// Union of the boxes [0, p] over the first two components; `points` is sorted in place.
double area(std::span<Point> points) {
    std::sort(points.begin(), points.end(), [](Point a, Point b) { return a[0] != b[0] ? a[0] > b[0] : a[1] > b[1]; });
    double total = 0, height = 0;
    for (const Point p : points)
        if (p[1] > height) {
            total += p[0] * (p[1] - height);
            height = p[1];
        }
    return total;
}

/// Union of the boxes [0, p] over the first m components: slabs between consecutive values of component m - 1, each
/// with the cross-section of the points that reach it.
double volume(std::vector<Point> points, int m) {
    if (m == 1) {
        double longest = 0;
        for (const Point p : points) longest = std::max(longest, p[0]);
        return longest;
    }
    if (m == 2) return area(points);
    std::sort(points.begin(), points.end(), [m](Point a, Point b) { return a[m - 1] > b[m - 1]; });
    double total = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double below = i + 1 < points.size() ? points[i + 1][m - 1] : 0.0;
        const double thickness = points[i][m - 1] - below;
        if (thickness > 0)
            total += thickness * volume({points.begin(), points.begin() + static_cast<std::ptrdiff_t>(i + 1)}, m - 1);
    }
    return total;
}

}  // namespace

double hypervolume(std::span<const double> points, int objectives) {
    std::vector<Point> inside;
    for (std::size_t i = 0; i < points.size(); i += static_cast<std::size_t>(objectives))
        if (std::all_of(&points[i], &points[i] + objectives, [](double gain) { return gain > 0; }))
            inside.push_back(&points[i]);
    return volume(std::move(inside), objectives);
}

std::vector<std::size_t> non_dominated(std::span<const double> points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    const std::size_t n = points.size() / m;
    const auto covers = [&](std::size_t j, std::size_t i) {
        for (std::size_t k = 0; k < m; ++k)
            if (!(points[j * m + k] >= points[i * m + k])) return false;
        return true;
    };
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < n; ++i) {
        bool kept = true;
        for (std::size_t j = 0; j < n && kept; ++j) kept = j == i || !covers(j, i) || (covers(i, j) && i < j);
        if (kept) front.push_back(i);
    }
    return front;
}

}  // namespace cenas
