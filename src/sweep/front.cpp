// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/front.hpp"

#include <algorithm>

#include "engine/problem.hpp"
#include "pareto/fronts.hpp"
#include "pareto/gains.hpp"

namespace cenas {

std::vector<std::size_t> front_of(std::span<const RunObjective> objectives, const SearchRecord& search) {
    const std::size_t m = objectives.size();
    std::vector<std::size_t> rows;
    std::vector<double> gains;
    for (std::size_t i = 0; i < search.evaluations_log.size(); ++i) {
        if (search.evaluations_log[i].finished == 0) continue;
        const auto point = gains_of(objectives, std::span<const double>(&search.objectives[i * m], m));
        if (!inside_reference(point)) continue;
        rows.push_back(i);
        gains.insert(gains.end(), point.begin(), point.end());
    }
    std::vector<std::size_t> front = non_dominated(gains, static_cast<int>(m));
    std::sort(front.begin(), front.end(), [&](std::size_t a, std::size_t b) { return gains[a * m] > gains[b * m]; });
    for (std::size_t& i : front) i = rows[i];
    return front;
}

void keep_front(std::span<const RunObjective> objectives, SearchRecord& search) {
    const std::size_t m = objectives.size();
    std::vector<std::size_t> rows = front_of(objectives, search);
    std::sort(rows.begin(), rows.end());
    std::vector<EvaluationRecord> evaluations;
    std::vector<double> values;
    for (const std::size_t i : rows) {
        evaluations.push_back(search.evaluations_log[i]);
        values.insert(values.end(), &search.objectives[i * m], &search.objectives[i * m] + m);
    }
    search.evaluations_log = std::move(evaluations);
    search.objectives = std::move(values);
    search.intervals.clear();
}

}  // namespace cenas
