// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "live/command_evaluator.hpp"
#include "live/trained_evaluator.hpp"
#include "pareto/archive.hpp"
#include "train/skeleton.hpp"

namespace cenas {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Calls `visit(cell, values)` for every finished training of full fidelity, in the order of their ends.
template <class Visit>
void for_each_finished(const SearchRecord& search, std::size_t objectives, const Visit& visit) {
    for (std::size_t i = 0; i < search.evaluations_log.size(); ++i)
        if (search.evaluations_log[i].counts())
            visit(search.evaluations_log[i].cell, std::span(&search.objectives[i * objectives], objectives));
}

/// Means over all trainings of one network: cell_count x objectives, NaN where there was none.
std::vector<double> means_of_networks(std::span<const SearchRecord> searches, std::size_t m) {
    const std::vector<CellIndex> network = canonical_table(Identity::pruned);
    std::vector<double> sums(network.size() * m, 0), counts(network.size(), 0);
    for (const SearchRecord& search : searches)
        for_each_finished(search, m, [&](CellIndex cell, std::span<const double> values) {
            const auto of = static_cast<std::size_t>(network[static_cast<std::size_t>(cell)]);
            counts[of] += 1;
            for (std::size_t k = 0; k < m; ++k) sums[of * m + k] += values[k];
        });
    std::vector<double> means(sums.size(), unknown);
    for (std::size_t cell = 0; cell < network.size(); ++cell) {
        const auto of = static_cast<std::size_t>(network[cell]);
        for (std::size_t k = 0; k < m && counts[of] > 0; ++k) means[cell * m + k] = sums[of * m + k] / counts[of];
    }
    return means;
}

void require_countable(const LiveOptions& options) {
    const bool ours = options.live.evaluator == "train";
    for (const MethodOptions& method : options.search.methods)
        for (const std::string& name : method.search.known) {
            const auto has = [&](const ObjectiveOptions& o) { return o.name == name; };
            const auto& objectives = options.search.problem.objectives;
            if (!ours || (name != "parameters" && name != "flops") ||
                std::none_of(objectives.begin(), objectives.end(), has))
                throw UsageError(
                    fmt::format("method '{}' is to know '{}' before the search (allowed: parameters, flops, "
                                "where they are objectives of the deck and live.evaluator is \"train\")",
                                method.name, name));
        }
}

/// Gains by cell and objective of what is counted and not trained, NaN elsewhere.
std::vector<double> counted_gains(const LiveOptions& options, std::span<const RunObjective> objectives,
                                  const ImageSet& images) {
    std::vector<double> gains;
    for (CellIndex cell = 0; cell < cell_count; ++cell) {
        const NetworkCost cost = cost_of(standalone_graph(options.training.skeleton, images, cell_from_index(cell)));
        std::vector<double> values;
        for (const RunObjective& objective : objectives)
            values.push_back(objective.name == "parameters" ? static_cast<double>(cost.parameters)
                             : objective.name == "flops"    ? static_cast<double>(cost.flops)
                                                            : unknown);
        const auto of_cell = gains_of(objectives, values);
        gains.insert(gains.end(), of_cell.begin(), of_cell.end());
    }
    return gains;
}

}  // namespace

bool knows_objectives(const Options& options) {
    return std::any_of(options.methods.begin(), options.methods.end(),
                       [](const MethodOptions& method) { return !method.search.known.empty(); });
}

Problem untrained_problem(const LiveOptions& options, const ImageSet& images) {
    require_countable(options);
    Problem problem;
    for (const ObjectiveOptions& objective : options.search.problem.objectives)
        problem.objectives.push_back(options.live.evaluator == "command" ? command_objective(objective)
                                                                         : trained_objective(objective));
    std::vector<CellIndex> cells(cell_count);
    std::iota(cells.begin(), cells.end(), 0);
    problem.candidates = candidates_of(std::move(cells), options.search.run.identity, problem.objectives);
    if (knows_objectives(options.search))
        problem.candidates.known_gains = counted_gains(options, problem.objectives, images);
    problem.hv_max = problem.hv_max_denoised = unknown;
    return problem;
}

ProblemRecord known_problem(const Problem& problem, const std::string& name, const std::string& checksum,
                            std::span<SearchRecord> searches) {
    const std::size_t m = problem.objectives.size();
    ProblemRecord record;
    record.table_name = name;
    record.table_checksum = checksum;
    record.objectives = problem.objectives;
    record.class_means = means_of_networks(searches, m);
    ParetoArchive all(static_cast<int>(m)), all_denoised(static_cast<int>(m));
    std::set<CellIndex> trained;
    for (SearchRecord& search : searches) {
        ParetoArchive denoised(static_cast<int>(m));
        for_each_finished(search, m, [&](CellIndex cell, std::span<const double> values) {
            trained.insert(cell);
            all.add(gains_of(problem.objectives, values));
            const std::span<const double> means(&record.class_means[static_cast<std::size_t>(cell) * m], m);
            denoised.add(gains_of(problem.objectives, means));
            all_denoised.add(gains_of(problem.objectives, means));
        });
        search.hypervolume_denoised = denoised.hypervolume();
    }
    record.table_cells = std::ssize(trained);
    record.hv_max = all.hypervolume();
    record.hv_max_denoised = all_denoised.hypervolume();
    return record;
}

}  // namespace cenas
