// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/run_file.hpp"
#include "sweep/plan.hpp"

namespace cenas {

/// Recomputes from the raw logs what the summary of a search says, and compares: hypervolumes (raw, denoised, after
/// every evaluation, at every step); joules and grams (per step from joules, PUE and intensity; all trainings against
/// the ledger's evaluation column; running totals against the steps around them; totals); GPU time from joules and
/// power; intensities against the trace; counts, order and ranges; the checksum of the logs. What one training emitted
/// (`grams` of a single evaluation) is checked in sum only, the number of supernet queries not at all: the log has no
/// row for them. Of a summary only the hypervolume of its front can be recomputed. Returns one line per disagreement;
/// empty: all is well. Sums are compared to a relative 1e-9, hypervolumes too, everything else exactly.
std::vector<std::string> verify_search(const RunHead& head, const SearchRecord& search);

/// A line for each place of a file that h5::Reader::find_damage() found.
std::vector<std::string> describe_damage(const std::vector<std::string>& places);

/// Everything that can be known from the file alone: every dataset against its checksum, verify_search() of every
/// search. One line per disagreement, with the search's row.
std::vector<std::string> verify_file(const RunFile& run);

/// Throws DataError where table, traces or forecasts are not those of the file, or a scenario's inputs are not there.
void require_same_inputs(const RunFile& run, const Inputs& inputs);

/// Simulates `count` searches of the file again, drawn by a fixed seed (all, if there are fewer), and compares every
/// value. The inputs are those of the file.
std::vector<std::string> verify_sample(const RunFile& run, const Inputs& inputs, std::int64_t count);

}  // namespace cenas
