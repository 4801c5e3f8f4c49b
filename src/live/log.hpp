// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "io/live_log.hpp"
#include "io/run_file.hpp"
#include "live/inputs.hpp"
#include "live/options.hpp"

namespace cenas {

/// Adds the inputs of the next search.
void add_inputs(LiveLog& log, const std::vector<LiveInput>& inputs);

/// The inputs of each search again.
std::vector<std::vector<LiveInput>> inputs_of(const LiveLog& log);

/// Searches every search of a live run again, from what it was told and what the deck says alone: the same decisions
/// and the same logs, bit for bit. What differs, a line each. Throws DataError / UsageError where the deck's inputs are
/// not there.
std::vector<std::string> verify_decisions(const RunFile& run, const LiveLog& log, const LiveOptions& options);

/// How far the simulated world is from every search, once it is told how long their tasks took (prediction.hpp). A line
/// each. Throws as verify_decisions() does.
std::vector<std::string> describe_predictions(const RunFile& run, const LiveLog& log, const LiveOptions& options);

/// Trains `count` of the finished trainings again, without a pause; those first that a group gave back and another one
/// finished. What differs in an accuracy, a line each; `trained` is how many there were. Throws UsageError for a run
/// that did not train in groups of one rank on processor cores.
std::vector<std::string> verify_trainings(const RunFile& run, const LiveLog& log, const LiveOptions& options,
                                          std::int64_t count, std::int64_t& trained);

/// For people: who worked, how busy, what moving cost, where joules come from.
std::string describe_live(const RunFile& run, const LiveLog& log);

}  // namespace cenas
