// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "config/schema.hpp"
#include "driver/options.hpp"
#include "eval/import_table.hpp"

namespace cenas {

// Every key of the files that cenas reads. Here a key is added, and nowhere else.

/// What a deck says.
struct DeckContent {
    Options options;
    LamooOptions lamoo;  ///< what methods start from
};
std::vector<Key> deck_keys(DeckContent& deck);

/// Of a table description. That a column has either `column` or `constant` is for read_table_spec to check.
std::vector<Key> table_spec_keys(TableSpec& spec);

}  // namespace cenas
