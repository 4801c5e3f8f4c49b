// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/toml_value.hpp"

namespace cenas {

// What every kind of deck has: a file, overrides, and files that it names.

struct DeckDocument {
    std::string text;  ///< the file, byte for byte
    TomlTable keys;    ///< with the overrides applied
};

/// Without a path: the overrides alone. Throws UsageError for a file that cannot be read, TOML syntax, and overrides
/// that are none.
DeckDocument read_document(const std::filesystem::path& path, const std::vector<std::string>& overrides);

/// Whether a deck is for trainings, or for replays, by its sections, and not for searches.
bool is_training(const TomlTable& keys);
bool is_replay(const TomlTable& keys);
/// Whether it is for live runs.
bool is_live(const TomlTable& keys);

/// Folder of a deck, from which its files are named.
std::filesystem::path folder_of(const std::filesystem::path& deck);

/// A file that was given on the command line, where files are named from the current folder, as the deck would name it.
/// `given`: the value of its key.
void name_from_deck(std::string& file, const TomlValue& given, const std::filesystem::path& folder);

}  // namespace cenas
