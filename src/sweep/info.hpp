// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "io/run_file.hpp"

namespace cenas {

// A run file in words: what `cenas info` prints.

/// For people: what was run, a table of methods (mean and standard deviation over seeds) for each trace and scenario,
/// and the Pareto front of one search. `search` < 0 chooses the one with the largest hypervolume (of equal ones the
/// least carbon). Throws UsageError if `search` is not in the file.
std::string describe_run(const RunFile& run, std::int64_t search);

/// One JSON object a line and search, with at least method, trace, seed, hypervolume, hv_log_difference, carbon_kg,
/// energy_kwh, gpu_hours, evaluations, and the value of every axis.
std::string run_as_json(const RunFile& run);

/// The same as csv with a header line.
std::string run_as_csv(const RunFile& run);

/// The Pareto front of every search as csv: one line an architecture with its objectives and the grams of its training.
std::string fronts_as_csv(const RunFile& run);

/// What the journal of a sweep says, also while it is written: how far it is, grams so far, the front of the best
/// search so far. Throws as read_journal() does.
std::string describe_journal(const std::filesystem::path& journal);

}  // namespace cenas
