// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "config/toml_value.hpp"
#include "engine/options.hpp"

namespace cenas {

// What decks of searches and live decks have in common beside their keys.

/// Puts in the place of a method whose `evaluate` is a list one method for each value k, called NAME-k.
void expand_methods(TomlTable& deck);

/// What no key can see by itself; throws UsageError. Only a value that was given, not a default, can break these rules.
void check_together(const TomlTable& deck, const Options& options);

/// Keys of the i-th entry of a list.
const TomlTable& entry_of(const TomlTable& deck, const char* list, std::size_t i);

/// Whether a table or trace is one, and not built in.
bool is_file(const std::string& source);

/// Applies `change(source, where it was given)` to every file of tables and traces that the deck names.
template <class Change>
void for_each_file(const TomlTable& deck, Options& options, const Change& change) {
    if (is_file(options.problem.table))
        change(options.problem.table, *find(std::get<TomlTable>(find(deck, "problem")->value), "table"));
    for (std::size_t i = 0; i < options.traces.size(); ++i) {
        const TomlTable& entry = entry_of(deck, "trace", i);
        if (is_file(options.traces[i].source)) change(options.traces[i].source, *find(entry, "source"));
        if (!options.traces[i].forecast.empty()) change(options.traces[i].forecast, *find(entry, "forecast"));
    }
}

}  // namespace cenas
