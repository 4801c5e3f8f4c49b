// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/deck_document.hpp"

#include "base/csv.hpp"
#include "base/error.hpp"
#include "config/overrides.hpp"

namespace cenas {

DeckDocument read_document(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    DeckDocument document;
    try {
        if (!path.empty()) document.text = read_text(path);
    } catch (const DataError& e) {
        throw UsageError(e.what());  // a deck is no input data: its errors have the deck's exit code
    }
    document.keys = parse_toml(document.text, path.string());
    for (const std::string& text : overrides) apply_override(document.keys, text);
    return document;
}

bool is_training(const TomlTable& keys) {
    const auto has = [&](const char* name) { return find(keys, name) != nullptr; };
    return (has("data") || has("skeleton") || has("training") || has("supernet")) && !has("problem") &&
           !has("method") && !has("live");
}

bool is_replay(const TomlTable& keys) { return find(keys, "replay") != nullptr || find(keys, "policy") != nullptr; }

bool is_live(const TomlTable& keys) { return find(keys, "live") != nullptr; }

std::filesystem::path folder_of(const std::filesystem::path& deck) {
    return deck.empty() ? std::filesystem::current_path() : std::filesystem::absolute(deck).parent_path();
}

void name_from_deck(std::string& file, const TomlValue& given, const std::filesystem::path& folder) {
    if (given.overridden && std::filesystem::path(file).is_relative())
        file = std::filesystem::absolute(file).lexically_proximate(folder).string();
}

}  // namespace cenas
