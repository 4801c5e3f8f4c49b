// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include "engine/options.hpp"
#include "io/replay_record.hpp"
#include "io/run_record.hpp"

namespace cenas {

/// The run's settings that a replay needs, from its deck.
ReplaySettings replay_settings(const Options& options);

/// The work of one search of a run, with its whole logs.
///
/// A training, also one of fewer epochs, takes what its GPUs worked on it. What was measured before the search is left
/// out. The supernet's training takes its joules by its power, and so do all
/// queries, which are spread evenly over the candidates that were queried: as many as there were queries, those that
/// were trained last. (Before the supernet is trained candidates need no query.) Under paper accounting neither takes
/// time, and the initial trainings are free. What had not ended with the search is left out and counted, since its
/// length is not known; so is a supernet that was never queried.
///
/// `options`: of the search's scenario, `number`: of the search in its file. Throws DataError if no training of it
/// ended or it does not fit the deck.
RecordedWork recorded_work(const RunHead& run, const SearchRecord& record, const Options& options, std::int64_t number);

}  // namespace cenas
