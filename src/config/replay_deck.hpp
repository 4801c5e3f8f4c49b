// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "replay/options.hpp"

namespace cenas {

/// Where and under which policies `cenas replay` does recorded work again.
struct ReplayDeck {
    std::string text;       ///< the file, byte for byte; empty: there is none
    std::string effective;  ///< every key with its value and overrides applied, as TOML that reads back equal
    ReplayOptions options;
};

/// Reads and checks a replay deck, or, where `path` is empty, the overrides alone; `defaults` holds what is not given:
/// all traces if the deck has none, and all policies. Overrides and errors as for read_deck.
ReplayDeck read_replay_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides,
                            const ReplayOptions& defaults);

/// Every key of a replay deck, as Markdown.
std::string replay_deck_reference();

}  // namespace cenas
