// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tables/options.hpp"

namespace cenas {

/// What is trained, on what, and how: for `cenas train` and `cenas table build`.
struct TrainingDeck {
    std::filesystem::path path;
    std::string text;       ///< the file, byte for byte
    std::string effective;  ///< every key with its value and overrides applied, as TOML that reads back equal
    TrainingDeckOptions options;
};

/// Reads and checks a training deck; overrides and errors as for read_deck.
TrainingDeck read_training_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});

/// Whether a deck is for trainings, by its sections, and not for searches. Errors of the file as read_deck's.
bool is_training_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides = {});

/// Every key of a training deck, as Markdown.
std::string training_deck_reference();

}  // namespace cenas
