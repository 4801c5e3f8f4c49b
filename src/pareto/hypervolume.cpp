// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/hypervolume.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "pareto/exclusive_volume.hpp"
#include "pareto/rows.hpp"
#include "pareto/sweep.hpp"

namespace cenas {
namespace {

// Rows are inside the reference.

double area(const Rows& rows) {
    std::vector<std::pair<double, double>> points;
    points.reserve(rows.size() / 2);
    for (std::size_t i = 0; i < rows.size(); i += 2) points.emplace_back(rows[i], rows[i + 1]);
    std::sort(points.begin(), points.end(), std::greater<>());
    double total = 0, height = 0;
    for (const auto& [x, y] : points)
        if (y > height) {
            total += x * (y - height);
            height = y;
        }
    return total;
}

Sweep sweep_of(const Rows& rows) {
    std::vector<Sweep::Point> points;
    points.reserve(rows.size() / 3 + 2);
    for (std::size_t i = 0; i < rows.size(); i += 3) points.push_back({rows[i], rows[i + 1], rows[i + 2], i / 3});
    return Sweep(std::move(points));
}

/// Slabs between consecutive z, each with the area of the staircase above it.
double volume(const Rows& rows) {
    Sweep sweep = sweep_of(rows);
    const auto& points = sweep.points();
    double total = 0, area = 0;
    for (std::size_t k = 0; k < sweep.order().size(); ++k) {
        const std::size_t i = sweep.order()[k];
        const Sweep::Point& p = points[i];
        if (!sweep.covers(i))
            sweep.enter(i, [&](std::size_t a, std::size_t b) {
                area += (p.x - points[b].x) * (std::min(points[b].y, p.y) - points[a].y);
            });
        total += area * (p.z - (k + 1 < sweep.order().size() ? points[sweep.order()[k + 1]].z : 0.0));
    }
    return total;
}

/// Rows by falling last component, of equal ones by falling one before, and so on: whatever covers a row comes first.
std::vector<const double*> falling(const Rows& rows, std::size_t m) {
    std::vector<const double*> sorted;
    sorted.reserve(rows.size() / m);
    for (std::size_t i = 0; i < rows.size(); i += m) sorted.push_back(&rows[i]);
    std::sort(sorted.begin(), sorted.end(), [m](const double* a, const double* b) {
        for (std::size_t k = m; k-- > 0;)
            if (a[k] != b[k]) return a[k] > b[k];
        return false;
    });
    return sorted;
}

/// Four objectives: the fourth of every point, from the largest down, times the volume that the point adds in the first
/// three to those before it.
double volume_of_four(const Rows& rows) {
    struct Point {
        double x, y, z;
    };
    std::vector<Point> met;  // non-dominated in the first three, by falling z
    ExclusiveVolume added;
    double total = 0;
    for (const double* p : falling(rows, 4)) {
        added.reset(p[0], p[1], p[2]);
        for (auto q = met.begin(); q != met.end() && !added.exhausted(); ++q)
            added.cut(q->x, q->y, std::min(q->z, p[2]));
        const double own = added.volume_above(0);
        if (own == 0) continue;  // dominated
        total += p[3] * own;
        std::erase_if(met, [p](const Point& q) { return q.x <= p[0] && q.y <= p[1] && q.z <= p[2]; });
        const auto place = std::partition_point(met.begin(), met.end(), [p](const Point& q) { return q.z > p[2]; });
        met.insert(place, {p[0], p[1], p[2]});
    }
    return total;
}

double box(const double* point, std::size_t m) { return std::accumulate(point, point + m, 1.0, std::multiplies<>()); }

double measure(const Rows& rows, std::size_t m);

/// What a point's box has beyond what rows (of `stride` components, of which the first m matter) cover.
double box_beyond(const double* point, const Rows& rows, std::size_t stride, std::size_t m) {
    Rows inside;
    inside.reserve(rows.size() / stride * m);
    for (std::size_t i = 0; i < rows.size(); i += stride)
        for (std::size_t k = 0; k < m; ++k) inside.push_back(std::min(rows[i + k], point[k]));
    return std::max(0.0, box(point, m) - measure(inside, m));
}

/// Five and more: as four, with what each point adds in all but the last objective.
double volume_of_many(const Rows& rows, std::size_t m) {
    Rows met;  // the first m - 1 components, non-dominated
    double total = 0;
    for (const double* p : falling(rows, m)) {
        if (covered(met, p, m - 1)) continue;
        total += p[m - 1] * box_beyond(p, met, m - 1, m - 1);
        remove_covered(met, p, m - 1);
        met.insert(met.end(), p, p + m - 1);
    }
    return total;
}

double measure(const Rows& rows, std::size_t m) {
    if (rows.empty()) return 0;
    if (m == 1) return *std::max_element(rows.begin(), rows.end());
    if (m == 2) return area(rows);
    if (m == 3) return volume(rows);
    return m == 4 ? volume_of_four(rows) : volume_of_many(rows, m);
}

/// Of a point inside the reference over those that count.
double improvement(const double* point, const Rows& front, std::size_t m) {
    if (m == 1) return std::max(0.0, *point - measure(front, 1));
    if (m > 3) return box_beyond(point, front, m, m);
    const double z = m == 3 ? point[2] : 1.0;
    std::vector<const double*> others;
    for (std::size_t i = 0; i < front.size(); i += m) others.push_back(&front[i]);
    if (m == 3) std::sort(others.begin(), others.end(), [](auto a, auto b) { return a[2] > b[2]; });
    ExclusiveVolume added(point[0], point[1], z);
    for (const double* other : others) added.cut(other[0], other[1], m == 3 ? std::min(other[2], z) : z);
    return added.volume_above(0);
}

/// The plane between consecutive x belongs to one point alone between the two largest y met so far.
void contributions_of_two(const Rows& rows, std::vector<double>& contributions) {
    std::vector<std::size_t> order(rows.size() / 2);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rows[2 * a] > rows[2 * b]; });
    double highest = 0, second = 0;
    std::size_t owner = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const double x = rows[2 * order[k]], y = rows[2 * order[k] + 1];
        if (y > highest) {
            second = std::exchange(highest, y);
            owner = order[k];
        } else {
            second = std::max(second, y);
        }
        contributions[owner] += (x - (k + 1 < order.size() ? rows[2 * order[k + 1]] : 0.0)) * (highest - second);
    }
}

void contributions_of_three(const Rows& rows, std::vector<double>& contributions) {
    Sweep sweep = sweep_of(rows);
    const auto& points = sweep.points();
    std::vector<ExclusiveVolume> own(points.size());
    for (const std::size_t i : sweep.order()) {
        const Sweep::Point& p = points[i];
        if (sweep.covers(i)) {
            own[sweep.before(i)].cut(p.x, p.y, p.z);
            continue;
        }
        own[i].reset(p.x, p.y, p.z);
        const auto meet = [&](std::size_t j) {
            own[i].cut(points[j].x, points[j].y, p.z);
            own[j].cut(p.x, p.y, p.z);
        };
        sweep.enter(i, [&](std::size_t a, std::size_t b) {
            meet(a);
            if (points[b].y > p.y) meet(b);  // the last
        });
    }
    for (const std::size_t i : sweep.order()) contributions[points[i].index] = own[i].volume_above(0);
}

}  // namespace

double hypervolume(std::span<const double> points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    return measure(counting(points, m), m);
}

double hypervolume_improvement(std::span<const double> point, std::span<const double> front, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    return inside_reference(point) ? improvement(point.data(), counting(front, m), m) : 0.0;
}

std::vector<double> hypervolume_contributions(std::span<const double> points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i * m < points.size(); ++i)
        if (inside_reference(points.subspan(i * m, m))) places.push_back(i);
    const Rows rows = counting(points, m);
    std::vector<double> own(places.size(), 0.0);
    if (m == 2) {
        contributions_of_two(rows, own);
    } else if (m == 3) {
        contributions_of_three(rows, own);
    } else {
        for (std::size_t i = 0; i < own.size(); ++i) {
            Rows others = rows;
            const auto first = others.begin() + static_cast<std::ptrdiff_t>(i * m);
            others.erase(first, first + objectives);
            own[i] = improvement(&rows[i * m], others, m);
        }
    }
    std::vector<double> contributions(points.size() / m, 0.0);
    for (std::size_t i = 0; i < own.size(); ++i) contributions[places[i]] = own[i];
    return contributions;
}

}  // namespace cenas
