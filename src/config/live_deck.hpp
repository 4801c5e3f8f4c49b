// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "live/options.hpp"

namespace cenas {

/// What is searched on the wall clock, and how.
struct LiveDeck {
    std::filesystem::path path;
    std::string text;       ///< the file, byte for byte
    std::string effective;  ///< every key with its value and overrides applied, as TOML that reads back equal
    LiveOptions options;
};

/// Reads and checks a live deck; overrides and errors as for read_deck.
LiveDeck read_live_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});

/// The same for a deck that is no file, such as that in a run file.
LiveOptions read_live_deck_text(const std::string& text, const std::string& name, const std::filesystem::path& folder);

/// Whether a deck is for live runs. Errors of the file as read_deck's.
bool is_live_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});

/// Every key of a live deck, as Markdown.
std::string live_deck_reference();

}  // namespace cenas
