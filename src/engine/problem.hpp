// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "engine/options.hpp"
#include "eval/table.hpp"
#include "io/run_record.hpp"
#include "search/strategy.hpp"

namespace cenas {

/// What is searched (2 MB or so): a table, the chosen objectives with their reference point, and what follows from
/// both. Made once, shared read-only by all searches.
struct Problem {
    ArchitectureTable table;                ///< times stretched by cost_scale; the chosen objectives in deck order
    std::string table_checksum;             ///< of the table as it was read
    std::vector<std::int32_t> row_of_cell;  ///< -1: not in the table
    std::vector<RunObjective> objectives;   ///< table.objectives with reference points
    Candidates candidates;
    std::vector<double> class_means;  ///< cell_count x objectives, NaN where the table has no row; empty: unknown
    double hv_max = 0;                ///< hypervolume of all rows
    double hv_max_denoised = 0;       ///< of all class means

    std::size_t row(CellIndex cell) const {
        return static_cast<std::size_t>(row_of_cell[static_cast<std::size_t>(cell)]);
    }
};

/// Objective values in deck order of one cell: what a training measures, what the supernet says.
std::vector<double> true_values(const Problem& problem, CellIndex cell);
std::vector<double> estimated_values(const Problem& problem, CellIndex cell);

/// Gains: maximized, measured from the reference point (pareto/gains.hpp).
std::vector<double> gains_of(std::span<const RunObjective> objectives, std::span<const double> values);

/// Cells that may be proposed; `identity` as run.identity of a deck. Nothing is known of them without training.
Candidates candidates_of(std::vector<CellIndex> cells, const std::string& identity,
                         std::span<const RunObjective> objectives);

/// Throws UsageError for a method that needs what the table lacks: supernet estimates, or an objective that is known
/// without a training.
void require_methods(const Problem& problem, const Options& options);

/// Prepares the problem of a table. Throws UsageError for an objective that the table lacks (with those it has), and
/// as require_methods() does.
Problem make_problem(ArchitectureTable table, const Options& options);

/// The same for the table that the deck names. Throws DataError for an unreadable one.
Problem load_problem(const Options& options);

/// log10(hv_max - hv); -infinity where they are equal.
double hv_log_difference(double hv_max, double hv);

}  // namespace cenas
