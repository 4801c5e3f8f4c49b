// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/overrides.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"

namespace cenas {
namespace {

/// The entry of `key`; an empty table is made where there is none.
TomlEntry& require_entry(TomlTable& table, std::string_view key, const TomlValue& cause) {
    if (TomlEntry* found = find_entry(table, key)) return *found;
    return table.emplace_back(
        TomlEntry{std::string(key), cause.place, TomlValue{TomlTable{}, cause.place, cause.overridden}});
}

/// `path` is NAME.key. Names may hold dots: the longest that fits is meant.
void assign_in_list(TomlArray& list, std::string_view list_name, std::string_view path, const TomlValue& value) {
    std::vector<std::string> names;
    TomlTable* chosen = nullptr;
    std::string chosen_name;
    for (TomlValue& entry : list) {
        auto* table = std::get_if<TomlTable>(&entry.value);
        if (table == nullptr) continue;
        const std::string& name = names.emplace_back(find_string(*table, "name"));
        if (name.size() <= chosen_name.size() || !path.starts_with(name + ".")) continue;
        chosen = table;
        chosen_name = name;
    }
    if (chosen == nullptr)
        throw UsageError(fmt::format("{}: must be {}.NAME.key=value with one of the names {}", value.place, list_name,
                                     fmt::join(names, ", ")));
    assign(*chosen, path.substr(chosen_name.size() + 1), value);
}

}  // namespace

void assign(TomlTable& deck, std::string_view path, const TomlValue& value) {
    const auto dot = path.find('.');
    const std::string_view key = path.substr(0, dot);
    TomlEntry& entry = require_entry(deck, key, value);
    if (dot == std::string_view::npos) {
        entry.value = value;
        entry.place = value.place;
        return;
    }
    const std::string_view rest = path.substr(dot + 1);
    if (auto* list = std::get_if<TomlArray>(&entry.value.value)) return assign_in_list(*list, key, rest, value);
    auto* section = std::get_if<TomlTable>(&entry.value.value);
    if (section == nullptr)
        throw UsageError(fmt::format("{}: '{}' is a key with a value, so it has no key '{}'", value.place, key, rest));
    assign(*section, rest, value);
}

void apply_override(TomlTable& deck, std::string_view text) {
    const std::string place = fmt::format("override '{}'", text);
    const auto equals = text.find('=');
    const std::string_view path = text.substr(0, equals);
    if (equals == std::string_view::npos || path.find('.') == std::string_view::npos || path.starts_with('.') ||
        path.ends_with('.'))
        throw UsageError(
            fmt::format("{}: must be section.key=value, for example run.gpus=4 or method.NAME.strategy=random", place));
    assign(deck, path, parse_override_value(text.substr(equals + 1), place));
}

}  // namespace cenas
