// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/fronts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <map>

#include "pareto/rows.hpp"

namespace cenas {
namespace {

/// Rows of a matrix in falling lexicographic order, equal ones by index, without those that have a NaN: whatever
/// dominates a row comes before it.
std::vector<std::size_t> falling_rows(std::span<const double> points, std::size_t m) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i * m < points.size(); ++i)
        if (std::none_of(&points[i * m], &points[i * m] + m, [](double x) { return std::isnan(x); })) rows.push_back(i);
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        for (std::size_t k = 0; k < m; ++k)
            if (points[a * m + k] != points[b * m + k]) return points[a * m + k] > points[b * m + k];
        return a < b;
    });
    return rows;
}

/// Mutually non-dominated rows, which arrive in falling lexicographic order, so that their first component is settled.
class Front {
  public:
    explicit Front(std::size_t objectives) : objectives_(objectives) {}

    bool covers(const double* row) const {
        if (objectives_ > 3)  // the latest are the nearest
            return std::any_of(rows_.rbegin(), rows_.rend(),
                               [&](const double* other) { return cenas::covers(other, row, objectives_); });
        const auto shorter =
            stairs_.upper_bound(second(row));  // the one before has the best third of those as good here
        return shorter != stairs_.begin() && std::prev(shorter)->second >= third(row);
    }
    /// A row that is not covered.
    void add(const double* row) {
        if (objectives_ > 3) {
            rows_.push_back(row);
            return;
        }
        auto place = stairs_.lower_bound(second(row));
        while (place != stairs_.end() && place->second <= third(row)) place = stairs_.erase(place);
        stairs_.emplace_hint(place, second(row), third(row));
    }

  private:
    double second(const double* row) const { return objectives_ > 1 ? row[1] : 0.0; }
    double third(const double* row) const { return objectives_ > 2 ? row[2] : 0.0; }

    std::size_t objectives_;
    std::map<double, double, std::greater<>> stairs_;  // up to three objectives: second to third, which rises
    std::vector<const double*> rows_;                  // more
};

}  // namespace

std::vector<std::size_t> non_dominated(std::span<const double> points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    std::vector<std::size_t> kept;
    Front front(m);
    for (const std::size_t i : falling_rows(points, m)) {
        if (front.covers(&points[i * m])) continue;
        front.add(&points[i * m]);
        kept.push_back(i);
    }
    std::sort(kept.begin(), kept.end());
    return kept;
}

std::vector<int> front_ranks(std::span<const double> points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    std::vector<int> ranks(points.size() / m, -1);
    std::vector<Front> fronts;
    const double* previous = nullptr;
    int rank = 0;
    for (const std::size_t i : falling_rows(points, m)) {
        const double* row = &points[i * m];
        if (!previous || !std::equal(row, row + m, previous)) {
            // Who is dominated in one front is so in all before it.
            const auto place = std::partition_point(fronts.begin(), fronts.end(),
                                                    [&](const Front& front) { return front.covers(row); });
            rank = static_cast<int>(place - fronts.begin());
            if (place == fronts.end()) fronts.emplace_back(m);
            fronts[static_cast<std::size_t>(rank)].add(row);
        }
        ranks[i] = rank;
        previous = row;
    }
    std::replace(ranks.begin(), ranks.end(), -1, static_cast<int>(fronts.size()));
    return ranks;
}

std::vector<double> crowding_distances(std::span<const double> points, int objectives, std::span<const int> ranks) {
    const auto m = static_cast<std::size_t>(objectives);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<double> distances(ranks.size(), 0.0);
    std::vector<std::size_t> rows = falling_rows(points, m);
    for (std::size_t k = 0; k < m; ++k) {
        const auto value = [&](std::size_t i) { return points[i * m + k]; };
        std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
            if (ranks[a] != ranks[b]) return ranks[a] < ranks[b];
            return value(a) != value(b) ? value(a) < value(b) : a < b;
        });
        for (auto first = rows.begin(); first != rows.end();) {
            const auto last =
                std::find_if(first, rows.end(), [&](std::size_t i) { return ranks[i] != ranks[*first]; }) - 1;
            const double range = value(*last) - value(*first);
            if (range > 0 && range < infinity) {
                distances[*first] = distances[*last] = infinity;
                for (auto i = first + 1; i < last; ++i) distances[*i] += (value(i[1]) - value(i[-1])) / range;
            }
            first = last + 1;
        }
    }
    return distances;
}

}  // namespace cenas
