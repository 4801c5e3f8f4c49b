// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/hypervolume.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "pareto/exclusive_volume.hpp"
#include "pareto/rows.hpp"
#include "pareto/sort_falling.hpp"
#include "pareto/sweep.hpp"

namespace cenas {
namespace {

double length(std::span<const double> points) {
    double longest = 0;
    for_each_counting(points, 1, [&](const double* p) { longest = std::max(longest, *p); });
    return longest;
}

struct PlanePoint {
    double x, y;
    std::size_t row;
};

/// Those that count, by falling x.
std::vector<PlanePoint> falling_in_plane(std::span<const double> points) {
    std::vector<PlanePoint> sorted;
    sorted.reserve(points.size() / 2);
    for_each_counting(points, 2, [&](const double* p) {
        sorted.push_back({p[0], p[1], static_cast<std::size_t>(p - points.data()) / 2});
    });
    sort_falling(sorted, &PlanePoint::x);
    return sorted;
}

double area(std::span<const double> rows) {
    const auto points = falling_in_plane(rows);
    double total = 0, height = 0;
    for (std::size_t k = 0; k < points.size();) {
        const double x = points[k].x;
        double y = height;
        for (; k < points.size() && points[k].x == x; ++k) y = std::max(y, points[k].y);
        total += x * (y - height);
        height = y;
    }
    return total;
}

/// Slabs between consecutive z, each with the area of the staircase above it.
double volume(std::span<const double> rows) {
    Sweep sweep(rows);
    const auto& points = sweep.points();
    const auto& levels = sweep.levels();
    double total = 0, area = 0;
    for (std::size_t k = 0; k < levels.size(); ++k) {
        const std::size_t i = levels[k].place;
        const Sweep::Point& p = points[i];
        if (!sweep.covers(i))
            sweep.enter(i, [&](std::size_t a, std::size_t b) {
                area += (p.x - points[b].x) * (std::min(points[b].y, p.y) - points[a].y);
            });
        total += area * (p.z - (k + 1 < levels.size() ? levels[k + 1].z : 0.0));
    }
    return total;
}

// Below, rows count.

/// By falling last component, of equal ones by falling one before, and so on: whatever covers a row comes first.
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

/// What a point's box has beyond what rows cover, m > 3.
double box_beyond(const double* point, const Rows& rows, std::size_t m);

/// Five and more: as four, with what each point adds in all but the last objective.
double volume_of_many(const Rows& rows, std::size_t m) {
    Rows met;  // all but the last component, non-dominated
    double total = 0;
    for (const double* p : falling(rows, m)) {
        if (covered(met, p, m - 1)) continue;
        total += p[m - 1] * box_beyond(p, met, m - 1);
        remove_covered(met, p, m - 1);
        met.insert(met.end(), p, p + m - 1);
    }
    return total;
}

double box_beyond(const double* point, const Rows& rows, std::size_t m) {
    const auto box = [m](const double* p) { return std::accumulate(p, p + m, 1.0, std::multiplies<>()); };
    Rows inside(rows.size());
    double most = 0;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < rows.size(); i += m) {
        for (std::size_t k = 0; k < m; ++k) inside[i + k] = std::min(rows[i + k], point[k]);
        if (const double size = box(&inside[i]); size > most) {
            most = size;
            largest = i;
        }
    }
    // Most of them are covered by the largest, and need not be sorted.
    if (!rows.empty()) {
        const Rows first(&inside[largest], &inside[largest] + m);
        remove_covered(inside, first.data(), m);
        inside.insert(inside.end(), first.begin(), first.end());
    }
    return std::max(0.0, box(point) - (m == 4 ? volume_of_four(inside) : volume_of_many(inside, m)));
}

/// Two objectives, as three that have one z, and three.
double volume_beyond(const double* point, const Rows& rows, std::size_t m) {
    struct Corner {
        double x, y, z;
    };
    const double z = m == 3 ? point[2] : 1.0;
    std::vector<Corner> others;
    others.reserve(rows.size() / m);
    for (std::size_t i = 0; i < rows.size(); i += m)
        others.push_back({rows[i], rows[i + 1], m == 3 ? std::min(rows[i + 2], z) : z});
    sort_falling(others, &Corner::z);
    ExclusiveVolume added(point[0], point[1], z);
    for (const Corner& other : others) added.cut(other.x, other.y, other.z);
    return added.volume_above(0);
}

/// Of a point that counts.
double improvement(const double* point, const Rows& rows, std::size_t m) {
    if (m == 1) return std::max(0.0, *point - length(rows));
    return m <= 3 ? volume_beyond(point, rows, m) : box_beyond(point, rows, m);
}

/// What lies between two consecutive x belongs to one point alone between the two largest y met so far.
void contributions_of_two(std::span<const double> rows, std::vector<double>& contributions) {
    const auto points = falling_in_plane(rows);
    double highest = 0, second = 0;
    std::size_t owner = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
        if (points[k].y > highest) {
            second = std::exchange(highest, points[k].y);
            owner = points[k].row;
        } else {
            second = std::max(second, points[k].y);
        }
        const double next = k + 1 < points.size() ? points[k + 1].x : 0.0;
        contributions[owner] += (points[k].x - next) * (highest - second);
    }
}

void contributions_of_three(std::span<const double> rows, std::vector<double>& contributions) {
    Sweep sweep(rows);
    const auto& points = sweep.points();
    std::vector<ExclusiveVolume> own(points.size());
    for (const Sweep::Level& level : sweep.levels()) {
        const std::size_t i = level.place;
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
        meet(sweep.before(i));
        sweep.enter(i, [&](std::size_t, std::size_t b) { meet(b); });
    }
    for (const auto& [z, i] : sweep.levels()) contributions[points[i].row] = own[i].volume_above(0);
}

void contributions_of_many(std::span<const double> points, std::size_t m, std::vector<double>& contributions) {
    for (std::size_t i = 0; i < contributions.size(); ++i) {
        if (!inside_reference(points.subspan(i * m, m))) continue;
        Rows others = counting(points.first(i * m), m);
        const Rows after = counting(points.subspan((i + 1) * m), m);
        others.insert(others.end(), after.begin(), after.end());
        contributions[i] = improvement(&points[i * m], others, m);
    }
}

}  // namespace

double hypervolume(std::span<const double> points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    if (m == 1) return length(points);
    if (m == 2) return area(points);
    if (m == 3) return volume(points);
    return m == 4 ? volume_of_four(counting(points, m)) : volume_of_many(counting(points, m), m);
}

double hypervolume_improvement(std::span<const double> point, std::span<const double> front, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    return inside_reference(point) ? improvement(point.data(), counting(front, m), m) : 0.0;
}

std::vector<double> hypervolume_contributions(std::span<const double> points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    std::vector<double> contributions(points.size() / m, 0.0);
    if (m == 2)
        contributions_of_two(points, contributions);
    else if (m == 3)
        contributions_of_three(points, contributions);
    else
        contributions_of_many(points, m, contributions);
    return contributions;
}

}  // namespace cenas
