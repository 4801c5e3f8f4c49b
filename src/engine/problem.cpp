// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "engine/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "eval/synthetic_table.hpp"
#include "io/table_file.hpp"
#include "pareto/archive.hpp"
#include "pareto/gains.hpp"

namespace cenas {
namespace {

Identity identity_from(const std::string& name) {
    if (name == "pruned") return Identity::pruned;
    return name == "isomorphic" ? Identity::isomorphic : Identity::string;
}

void stretch(std::vector<double>& seconds, double factor) {
    for (double& s : seconds) s *= factor;
}

/// Keeps those that are wanted.
void choose_objectives(Problem& problem, const ProblemOptions& options) {
    const std::vector<TableObjective> all = std::exchange(problem.table.objectives, {});
    for (const auto& wanted : options.objectives) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& o) { return o.name == wanted.name; });
        if (found == all.end()) {
            std::vector<std::string> names;
            for (const auto& o : all) names.push_back(o.name);
            throw UsageError(fmt::format("problem.objective = '{}': table '{}' has no such objective (it has: {})",
                                         wanted.name, problem.table.name, fmt::join(names, ", ")));
        }
        problem.table.objectives.push_back(*found);
        problem.objectives.push_back({found->name, found->direction, found->unit, wanted.reference});
        problem.measuring_j.push_back(wanted.measuring_s * wanted.measuring_w *
                                      static_cast<double>(problem.table.size()));
    }
}

/// No value is better: 100 of what is measured in percent, 0 of what is to be small.
double perfect_value(const RunObjective& objective) {
    if (objective.direction == Direction::minimize) return 0;
    return objective.unit == "%" ? 100 : std::numeric_limits<double>::infinity();
}

/// One value an objective, of the cell's row.
std::vector<double> row_of(const Problem& problem, std::vector<double> TableObjective::*column, CellIndex cell) {
    std::vector<double> values;
    for (const auto& objective : problem.table.objectives) values.push_back((objective.*column)[problem.row(cell)]);
    return values;
}

/// Mean of every objective over the table's cells that are one network once dead edges are pruned.
std::vector<double> class_means(const Problem& problem) {
    const std::size_t m = problem.objectives.size();
    const auto representative = canonical_table(Identity::pruned);
    std::vector<double> sums(static_cast<std::size_t>(cell_count) * m, 0.0);
    std::vector<int> members(cell_count, 0);
    for (const CellIndex cell : problem.table.cells) {
        const auto r = static_cast<std::size_t>(representative[static_cast<std::size_t>(cell)]);
        const auto values = true_values(problem, cell);
        for (std::size_t k = 0; k < m; ++k) sums[r * m + k] += values[k];
        ++members[r];
    }
    std::vector<double> means(sums.size(), std::numeric_limits<double>::quiet_NaN());
    for (const CellIndex cell : problem.table.cells) {
        const auto r = static_cast<std::size_t>(representative[static_cast<std::size_t>(cell)]);
        for (std::size_t k = 0; k < m; ++k)
            means[static_cast<std::size_t>(cell) * m + k] = sums[r * m + k] / members[r];
    }
    return means;
}

/// Gains of the objectives that the table knows without a training: those whose estimates are the values.
std::vector<double> known_gains(const Problem& problem) {
    const std::size_t m = problem.objectives.size();
    std::vector<double> known(static_cast<std::size_t>(cell_count) * m, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t k = 0; k < m; ++k) {
        const TableObjective& objective = problem.table.objectives[k];
        if (objective.estimates != objective.values) continue;
        for (const CellIndex cell : problem.table.cells)
            known[static_cast<std::size_t>(cell) * m + k] =
                gain_of(objective.values[problem.row(cell)], problem.objectives[k].reference, objective.direction);
    }
    return known;
}

void require_estimates(const Problem& problem, const MethodOptions& method) {
    for (const auto& objective : problem.table.objectives)
        if (objective.estimates.empty())
            throw UsageError(
                fmt::format("method '{}' ranks candidates by a supernet, but table '{}' has no "
                            "sampling estimate of objective '{}'",
                            method.name, problem.table.name, objective.name));
}

void require_low_fidelity(const Problem& problem, const MethodOptions& method) {
    for (const auto& objective : problem.table.objectives)
        if (objective.low.empty())
            throw UsageError(
                fmt::format("method '{}' trains at a low fidelity, but table '{}' has none of objective '{}'",
                            method.name, problem.table.name, objective.name));
}

void require_known(const Problem& problem, const MethodOptions& method) {
    for (const std::string& name : method.search.known) {
        const auto knows = [&](const TableObjective& o) { return o.name == name && o.estimates == o.values; };
        if (std::none_of(problem.table.objectives.begin(), problem.table.objectives.end(), knows))
            throw UsageError(
                fmt::format("method '{}' is to know '{}' before the search; that is no objective of the deck which "
                            "table '{}' has without a training",
                            method.name, name, problem.table.name));
    }
}

/// Hypervolume of all cells of the table, with `values_of(cell)` for each.
template <class ValuesOf>
double table_hypervolume(const Problem& problem, const ValuesOf& values_of) {
    ParetoArchive archive(static_cast<int>(problem.objectives.size()));
    for (const CellIndex cell : problem.table.cells) archive.add(gains_of(problem.objectives, values_of(cell)));
    return archive.hypervolume();
}

}  // namespace

std::vector<double> true_values(const Problem& problem, CellIndex cell) {
    return row_of(problem, &TableObjective::values, cell);
}

std::vector<double> low_values(const Problem& problem, CellIndex cell) {
    return row_of(problem, &TableObjective::low, cell);
}

std::vector<double> estimated_values(const Problem& problem, CellIndex cell) {
    return row_of(problem, &TableObjective::estimates, cell);
}

std::vector<double> values_at(const Problem& problem, Fidelity fidelity, CellIndex cell) {
    switch (fidelity) {
        case Fidelity::low:
            return low_values(problem, cell);
        case Fidelity::supernet:
            return estimated_values(problem, cell);
        case Fidelity::full:
            break;
    }
    return true_values(problem, cell);
}

double training_s(const Problem& problem, Fidelity fidelity, CellIndex cell) {
    const double full_s = problem.table.evaluation_s[problem.row(cell)];
    return fidelity == Fidelity::low ? full_s * problem.table.low_fidelity_cost : full_s;
}

std::vector<double> gains_of(std::span<const RunObjective> objectives, std::span<const double> values) {
    std::vector<double> gains(objectives.size());
    for (std::size_t k = 0; k < objectives.size(); ++k)
        gains[k] = gain_of(values[k], objectives[k].reference, objectives[k].direction);
    return gains;
}

void require_methods(const Problem& problem, const Options& options) {
    for (const auto& method : options.methods) {
        require_known(problem, method);
        if (method.candidates == "supernet") require_estimates(problem, method);
        if (proposes_low_fidelity(method.search)) require_low_fidelity(problem, method);
    }
}

Candidates candidates_of(std::vector<CellIndex> cells, const std::string& identity,
                         std::span<const RunObjective> objectives) {
    Candidates candidates{std::move(cells), canonical_table(identity_from(identity)), {}, {}};
    for (const RunObjective& objective : objectives)
        candidates.objectives.push_back({objective.name, objective.direction,
                                         gain_of(perfect_value(objective), objective.reference, objective.direction)});
    return candidates;
}

Problem make_problem(ArchitectureTable table, const Options& options) {
    Problem problem;
    problem.table_checksum = table.checksum();
    problem.table = std::move(table);
    stretch(problem.table.evaluation_s, options.problem.cost_scale);
    stretch(problem.table.sampling_s, options.problem.cost_scale);
    problem.table.supernet_training_s *= options.problem.cost_scale;
    problem.row_of_cell = problem.table.rows_by_cell();
    choose_objectives(problem, options.problem);
    require_methods(problem, options);
    problem.candidates = candidates_of(problem.table.cells, options.run.identity, problem.objectives);
    problem.candidates.known_gains = known_gains(problem);
    problem.class_means = class_means(problem);
    problem.hv_max = table_hypervolume(problem, [&](CellIndex cell) { return true_values(problem, cell); });
    if (!(problem.hv_max > 0))
        throw UsageError(
            fmt::format("problem.objective: no cell of table '{}' is better than the reference point in every "
                        "objective, so that every hypervolume is 0",
                        problem.table.name));
    const std::size_t m = problem.objectives.size();
    problem.hv_max_denoised = table_hypervolume(problem, [&](CellIndex cell) {
        return std::span<const double>(&problem.class_means[static_cast<std::size_t>(cell) * m], m);
    });
    return problem;
}

Problem load_problem(const Options& options) {
    const std::string& table = options.problem.table;
    return make_problem(table == synthetic_table_name ? synthetic_table()
                        : table == embedded_table     ? read_embedded_table()
                                                      : read_table_file(table),
                        options);
}

double hv_log_difference(double hv_max, double hv) {
    return hv < hv_max ? std::log10(hv_max - hv) : -std::numeric_limits<double>::infinity();
}

}  // namespace cenas
