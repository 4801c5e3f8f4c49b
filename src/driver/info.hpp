// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "io/run_record.hpp"

namespace cenas {

// A run file in words: what `cenas info` prints.

/// For people: what was run, a table of methods (mean and standard deviation over seeds), and the Pareto front of one
/// search. `search` < 0 chooses the one with the largest hypervolume (of equal ones the least carbon). Throws
/// UsageError if `search` is not in the file.
std::string describe_run(const RunRecord& run, int search);

/// One JSON object a line and search, with at least method, trace, seed, hypervolume, hv_log_difference, carbon_kg,
/// energy_kwh, gpu_hours, evaluations.
std::string run_as_json(const RunRecord& run);

/// The same as csv with a header line.
std::string run_as_csv(const RunRecord& run);

/// The Pareto front of every search as csv: one line an architecture with its objectives and the grams of its training.
std::string fronts_as_csv(const RunRecord& run);

}  // namespace cenas
