// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/toml_value.hpp"
#include "sweep/scenarios.hpp"

namespace cenas {

// [[axis]] and [[exclude]] of a deck: what a sweep varies, and what it leaves out.

struct DeckAxes {
    struct Axis {
        std::vector<std::string> keys;
        std::vector<std::vector<TomlValue>> values;  ///< by position, then by key
        TomlTable entry;                             ///< as it was written
    };
    std::vector<Axis> axes;
    std::vector<TomlTable> exclusions;  ///< by whole keys ("run.gpus")
};

/// Takes axes and exclusions out of a deck. An axis of one key that was set on the command line has that one
/// value. Throws UsageError, with place, for anything that is no axis: an unknown entry, no or too many values, a
/// key that is not to be varied, values of different types or lengths, a key that is set twice.
DeckAxes take_axes(TomlTable& document);

/// Sets the keys of a scenario (Scenarios: the last axis fastest) in a deck.
void set_scenario(TomlTable& document, const DeckAxes& axes, std::int64_t scenario);

/// What the driver is to know of them; `options` of the result is for the caller to fill. `first`: the options of
/// scenario 0. Throws UsageError for an exclusion of what there is not.
Scenarios make_scenarios(const DeckAxes& axes, const Options& first);

/// As TOML that reads back equal.
std::string write_axes(const DeckAxes& axes);

/// For the reference of keys, as Markdown.
std::string axes_reference();

}  // namespace cenas
