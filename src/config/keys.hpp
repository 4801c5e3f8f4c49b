// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "config/schema.hpp"
#include "engine/options.hpp"
#include "eval/import_table.hpp"

namespace cenas {

// Every key of the files that cenas reads. Here a key is added, and nowhere else.

// Limits that several sections share.
inline constexpr double strongest_w = 1e5;  // a device; only a slip of the pen exceeds it
inline constexpr double longest_h = 1e5;    // eleven years
inline constexpr std::int64_t largest_seed = (std::int64_t{1} << 53) - 1;  // a whole number in every reader of results

/// What a deck says.
struct DeckContent {
    Options options;
    LamooOptions lamoo;  ///< what methods start from
};
std::vector<Key> deck_keys(DeckContent& deck);

// What several kinds of decks have.
std::vector<Key> trace_keys(TraceOptions& o);
std::vector<Key> schedule_keys(ScheduleOptions& o, const std::string& meaning_of_evaluate);
Key forecast_key(std::string& target, const std::string& whose);
Key window_key(double& target, const std::string& whose);

/// Of a table description. That a column has either `column` or `constant` is for read_table_spec to check.
std::vector<Key> table_spec_keys(TableSpec& spec);

}  // namespace cenas
