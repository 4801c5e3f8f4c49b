// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/boxes.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "pareto/fronts.hpp"
#include "pareto/rows.hpp"
#include "pareto/sweep.hpp"

namespace cenas {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Corners = std::vector<double>;  // of one box: lower, then upper

// Rows are non-dominated and inside the reference.

std::vector<Corners> boxes_of(const Rows& rows, std::size_t m);

std::vector<Corners> ray(const Rows& rows) {
    return {{rows.empty() ? 0.0 : *std::max_element(rows.begin(), rows.end()), infinity}};
}

/// Every step of the staircase, from its y up.
std::vector<Corners> strips(const Rows& rows) {
    std::vector<std::pair<double, double>> points{{infinity, 0.0}};
    for (std::size_t i = 0; i < rows.size(); i += 2) points.emplace_back(rows[i], rows[i + 1]);
    std::sort(points.begin(), points.end(), std::greater<>());
    std::vector<Corners> boxes;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double left = i + 1 < points.size() ? points[i + 1].first : 0.0;
        boxes.push_back({left, points[i].second, points[i].first, infinity});
    }
    return boxes;
}

/// Every step of a staircase that grows as z falls, from its y up, between the z where it became so and where it
/// ceases.
std::vector<Corners> columns(const Rows& rows) {
    Sweep sweep(rows);
    const auto& points = sweep.points();
    std::vector<double> since(points.size(), infinity);
    std::vector<Corners> boxes;
    const auto close = [&](std::size_t a, double left, double right, double z) {
        if (left < right && z < since[a]) boxes.push_back({left, points[a].y, z, right, infinity, since[a]});
    };
    for (const auto& [z, i] : sweep.levels()) {
        const double x = points[i].x;
        sweep.enter(i,
                    [&, z = z](std::size_t a, std::size_t b) { close(a, points[b].x, std::min(points[a].x, x), z); });
        since[i] = z;
    }
    for (std::size_t a = 0, b = 0; a + 1 < points.size(); a = b) {
        b = sweep.after(a);
        close(a, points[b].x, points[a].x, 0);
    }
    return boxes;
}

/// What is open while the last component falls, each box since it became one.
using OpenBoxes = std::vector<std::pair<Corners, double>>;  // sorted

/// Where the last component is z, `now` (sorted) takes the place of what was open; what was and is no more is closed.
OpenBoxes replaced(const OpenBoxes& open, std::vector<Corners> now, double z, std::vector<Corners>& closed) {
    OpenBoxes next;
    auto before = open.begin();
    const auto close = [&](const auto& box) {
        const auto& [corners, since] = box;
        if (!(z < since)) return;
        const auto upper = corners.begin() + static_cast<std::ptrdiff_t>(corners.size() / 2);
        Corners whole(corners.begin(), upper);
        whole.push_back(z);
        whole.insert(whole.end(), upper, corners.end());
        whole.push_back(since);
        closed.push_back(std::move(whole));
    };
    for (auto& corners : now) {
        while (before != open.end() && before->first < corners) close(*before++);
        const bool stays = before != open.end() && before->first == corners;
        next.emplace_back(std::move(corners), stays ? (before++)->second : z);
    }
    std::for_each(before, open.end(), close);
    return next;
}

/// Down the last component: the boxes of what is not covered in the others, each from where it became one to where it
/// ceases to be.
std::vector<Corners> slabs(const Rows& rows, std::size_t m) {
    std::vector<const double*> falling;
    for (std::size_t i = 0; i < rows.size(); i += m) falling.push_back(&rows[i]);
    std::sort(falling.begin(), falling.end(), [m](const double* a, const double* b) {
        return a[m - 1] != b[m - 1] ? a[m - 1] > b[m - 1] : std::lexicographical_compare(b, b + m, a, a + m);
    });
    Rows met;  // the components before the last, non-dominated
    std::vector<Corners> closed;
    OpenBoxes open = replaced({}, boxes_of(met, m - 1), infinity, closed);
    for (const double* p : falling) {
        if (covered(met, p, m - 1)) continue;
        remove_covered(met, p, m - 1);
        met.insert(met.end(), p, p + m - 1);
        auto now = boxes_of(met, m - 1);
        std::sort(now.begin(), now.end());
        open = replaced(open, std::move(now), p[m - 1], closed);
    }
    replaced(open, {}, 0.0, closed);
    return closed;
}

std::vector<Corners> boxes_of(const Rows& rows, std::size_t m) {
    if (m == 1) return ray(rows);
    if (m == 2) return strips(rows);
    return m == 3 ? columns(rows) : slabs(rows, m);
}

}  // namespace

Boxes non_dominated_boxes(std::span<const double> front, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    const Rows inside = counting(front, m);
    Rows rows;
    for (const std::size_t i : non_dominated(inside, objectives))
        rows.insert(rows.end(), &inside[i * m], &inside[i * m] + m);
    Boxes boxes;
    for (const Corners& corners : boxes_of(rows, m)) {
        const auto upper = corners.begin() + objectives;
        boxes.lower.insert(boxes.lower.end(), corners.begin(), upper);
        boxes.upper.insert(boxes.upper.end(), upper, corners.end());
    }
    return boxes;
}

}  // namespace cenas
