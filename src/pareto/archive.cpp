// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/archive.hpp"

#include <algorithm>

#include "pareto/hypervolume.hpp"

namespace cenas {
namespace {

bool covers(std::span<const double> a, std::span<const double> b) {
    return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return x >= y; });
}

}  // namespace

void ParetoArchive::add(std::span<const double> gains) {
    if (!std::all_of(gains.begin(), gains.end(), [](double gain) { return gain > 0; })) return;
    const auto m = static_cast<std::size_t>(objectives_);
    std::vector<double> front;
    for (std::size_t i = 0; i < points_.size(); i += m) {
        const std::span<const double> point(&points_[i], m);
        if (covers(point, gains)) return;
        if (!covers(gains, point)) front.insert(front.end(), point.begin(), point.end());
    }
    front.insert(front.end(), gains.begin(), gains.end());
    points_ = std::move(front);
    hypervolume_ = cenas::hypervolume(points_, objectives_);
}

}  // namespace cenas
