// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "io/run_record.hpp"

namespace cenas {

/// Recomputes from the raw logs what the summaries of a run say, and compares: hypervolumes (raw, denoised, after
/// every evaluation, at every step), joules and grams (per step from joules, PUE and intensity; per training against
/// the ledger's evaluation column; totals), intensities against the trace, counts, order and
/// ranges. Returns one line per disagreement, with search
/// and row; empty: all is well. Sums are compared to a relative 1e-9, hypervolumes too, everything else exactly.
std::vector<std::string> verify_run(const RunRecord& run);

}  // namespace cenas
