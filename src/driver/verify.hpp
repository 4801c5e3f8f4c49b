// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "io/run_record.hpp"

namespace cenas {

/// Recomputes from the raw logs what the summaries of a run say, and compares: hypervolumes (raw, denoised, after
/// every evaluation, at every step); joules and grams (per step from joules, PUE and intensity; all trainings against
/// the ledger's evaluation column; running totals against the steps around them; totals); GPU time from joules and
/// power; intensities against the trace; counts, order and ranges. What one training emitted (`grams` of a single
/// evaluation) is checked in sum only, the number of supernet queries not at all: the log has no row for them. Returns
/// one line per disagreement, with search and row; empty: all is well. Sums are compared to a relative 1e-9,
/// hypervolumes too, everything else exactly.
std::vector<std::string> verify_run(const RunRecord& run);

}  // namespace cenas
