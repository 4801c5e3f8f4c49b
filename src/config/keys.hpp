// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "config/schema.hpp"
#include "engine/options.hpp"
#include "eval/import_table.hpp"
#include "live/options.hpp"
#include "tables/options.hpp"

namespace cenas {

// Every key of the files that cenas reads. Here a key is added, and nowhere else.

// Limits that several sections share.
inline constexpr double strongest_w = 1e5;  // a device; only a slip of the pen exceeds it
inline constexpr double longest_h = 1e5;    // eleven years
inline constexpr std::int64_t largest_seed = (std::int64_t{1} << 53) - 1;  // a whole number in every reader of results

/// What a deck says.
struct DeckContent {
    Options options;
    SearchOptions search;  ///< what methods start from
};
std::vector<Key> deck_keys(DeckContent& deck);

/// What a live deck says.
struct LiveDeckContent {
    LiveOptions options;
    SearchOptions search;  ///< what methods start from
};
std::vector<Key> live_deck_keys(LiveDeckContent& deck);

// What several kinds of decks have.
std::vector<Key> data_keys(DataOptions& o);
std::vector<Key> skeleton_keys(SkeletonOptions& o);
std::vector<Key> training_keys(TrainingOptions& o);
std::vector<Key> supernet_keys(SupernetOptions& o);
std::vector<Key> meter_keys(MeterOptions& o);
std::vector<Key> training_run_keys(TrainingRunOptions& o);
std::vector<Key> run_keys(RunOptions& o);
std::vector<Key> budget_keys(BudgetOptions& o);
std::vector<Key> power_keys(PowerOptions& o, const std::string& mode);
std::vector<Key> problem_keys(ProblemOptions& o);
std::vector<Key> wanted_objective_keys(ObjectiveOptions& o);
std::vector<Key> lamoo_keys(LamooOptions& o);
std::vector<Key> bayesian_keys(BayesianOptions& o);
std::vector<Key> evolution_keys(EvolutionOptions& o);
/// `search`, `run`: what a new entry starts from.
List method_list(std::vector<MethodOptions>& methods, const SearchOptions& search, const RunOptions& run);
std::vector<Key> trace_keys(TraceOptions& o);
std::vector<Key> schedule_keys(ScheduleOptions& o, const std::string& meaning_of_evaluate);
Key forecast_key(std::string& target, const std::string& whose);
Key window_key(double& target, const std::string& whose);

/// Of a table description. That a column has either `column` or `constant` is for read_table_spec to check.
std::vector<Key> table_spec_keys(TableSpec& spec);

}  // namespace cenas
