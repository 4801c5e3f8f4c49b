// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/import_table.hpp"
#include "sweep/scenarios.hpp"

namespace cenas {

/// A deck: what the user wrote, and what it means.
struct Deck {
    std::filesystem::path path;
    std::string text;       ///< the file, byte for byte
    std::string effective;  ///< every key with its value and overrides applied, as TOML that reads back equal
    Options options;        ///< of the first scenario; files are made absolute against the deck's folder
    Scenarios scenarios;
};

/// Reads and checks a deck. `overrides` are `section.key=value`; a list entry is named by its `name`:
/// `method.ce-nas.evaluate=3`, `trace.CISO.source="x.h5"`. A value that is no TOML literal is taken as text.
/// Throws UsageError with file, line, column, key, value and what is allowed for: TOML syntax, an unknown key or
/// section (with the nearest known one), a wrong type, a value out of range, a missing or empty one, two entries of
/// one name, keys that contradict each other, a file that cannot be read.
Deck read_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});

/// The same for a deck that is no file, such as that in a run file. `name` is what errors call it, `folder` where its
/// files are named from.
Scenarios read_deck_text(const std::string& text, const std::string& name, const std::filesystem::path& folder);

/// Every key of a deck with type, unit, default, range and meaning, as Markdown (docs/deck.md is this text; a test
/// compares them).
std::string deck_reference();

/// Reads the description of a csv table's columns (inputs/tables/*.toml). Errors as for decks.
TableSpec read_table_spec(const std::filesystem::path& path);

}  // namespace cenas
