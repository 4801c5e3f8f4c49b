// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/read_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.hpp"

namespace cenas {
namespace {

/// A table of the document under its full name.
struct Place {
    std::string text;  ///< "deck.toml:12:1", or the file alone
    std::string path;  ///< "method.ce-nas"; empty: the whole document

    std::string name_of(const std::string& key) const { return path.empty() ? key : path + "." + key; }
};

/// Insertions, deletions and replacements from `a` to `b` (Wagner and Fischer, "The String-to-String Correction
/// Problem", JACM 21, 1974), one row at a time.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// The word of `known` with the smallest edit distance to `word`.
std::string nearest_word(const std::string& word, const std::vector<std::string>& known) {
    return *std::min_element(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
        return edit_distance(word, a) < edit_distance(word, b);
    });
}

std::vector<std::string> names_of(const std::vector<Key>& keys) {
    std::vector<std::string> names;
    for (const Key& key : keys) names.push_back(key.name);
    return names;
}

void refuse_unknown(const TomlTable& table, const std::vector<Key>& keys, const Place& place) {
    const auto known = names_of(keys);
    for (const TomlEntry& entry : table) {
        if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
        throw UsageError(fmt::format("{}: unknown {} '{}', the nearest is '{}' (allowed{}: {})", entry.place,
                                     place.path.empty() ? "section or key" : "key", place.name_of(entry.key),
                                     nearest_word(entry.key, known), place.path.empty() ? "" : " in " + place.path,
                                     fmt::join(known, ", ")));
    }
}

std::string must_be(const Scalar& scalar, const Key& key) {
    return fmt::format("must be {} ({}{}{})", scalar.allowed, key.meaning, key.unit.empty() ? "" : "; in ", key.unit);
}

[[noreturn]] void refuse_missing(const Key& key, const Place& place, const std::string& complaint) {
    throw UsageError(fmt::format("{}: {} is missing: {}", place.text, place.name_of(key.name), complaint));
}

void read_table(const TomlTable& table, const std::vector<Key>& keys, const Place& place);

void read_content(const Scalar& scalar, const Key& key, const TomlValue* value, const Place& place) {
    if (value == nullptr && key.required && key.condition.holds()) refuse_missing(key, place, must_be(scalar, key));
    if (value != nullptr && !scalar.set(*value)) refuse(*value, place.name_of(key.name), must_be(scalar, key));
}

void read_content(const Section& section, const Key& key, const TomlValue* value, const Place& place) {
    const std::string path = place.name_of(key.name);
    const std::string allowed =
        fmt::format("must be a section with keys of: {} ({})", fmt::join(names_of(section.keys), ", "), key.meaning);
    if (value == nullptr && key.required) refuse_missing(key, place, allowed);
    if (value == nullptr && !key.condition.holds()) return;
    // One that is not there may lack required keys all the same.
    if (value == nullptr) return read_table({}, section.keys, {place.text, path});
    const auto* table = std::get_if<TomlTable>(&value->value);
    if (table == nullptr) refuse(*value, path, allowed);
    read_table(*table, section.keys, {value->place, path});
}

/// Remembers where each name was used first.
void require_new_name(std::map<std::string, std::string>& places, const TomlTable& entry, const std::string& path) {
    const TomlValue* name = find(entry, "name");
    if (name == nullptr) return;
    const auto [first, is_new] = places.emplace(find_string(entry, "name"), name->place);
    if (!is_new)
        refuse(*name, path + ".name",
               fmt::format("must differ from all others; the name is taken at {}", first->second));
}

void read_content(const List& list, const Key& key, const TomlValue* value, const Place& place) {
    const std::string path = place.name_of(key.name);
    const std::string allowed =
        fmt::format("must be a list [[{}]] of at least {} ({})", path, list.at_least, key.meaning);
    if (value == nullptr && list.at_least == 0) return;
    if (value == nullptr) refuse_missing(key, place, allowed);
    const auto* entries = std::get_if<TomlArray>(&value->value);
    if (entries == nullptr || entries->size() < list.at_least) refuse(*value, path, allowed);
    std::map<std::string, std::string> names;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const TomlValue& entry = (*entries)[i];
        const auto* table = std::get_if<TomlTable>(&entry.value);
        if (table == nullptr) refuse(entry, path, allowed);
        const std::string name = find_string(*table, "name");
        const std::string entry_path =
            name.empty() ? fmt::format("{} #{}", path, i + 1) : fmt::format("{}.{}", path, name);
        read_table(*table, list.add(), {entry.place, entry_path});
        require_new_name(names, *table, entry_path);
    }
}

void require_condition(const Key& key, const TomlValue* value, const Place& place) {
    if (value == nullptr || key.condition.holds()) return;
    refuse(*value, place.name_of(key.name),
           fmt::format("can be given only with {}, which is \"{}\"", key.condition.text(), *key.condition.value));
}

void read_table(const TomlTable& table, const std::vector<Key>& keys, const Place& place) {
    refuse_unknown(table, keys, place);
    for (const Key& key : keys)
        std::visit([&](const auto& content) { read_content(content, key, find(table, key.name), place); }, key.content);
    // Now that every key has its value.
    for (const Key& key : keys) require_condition(key, find(table, key.name), place);
}

}  // namespace

void read_keys(const TomlTable& document, const std::vector<Key>& keys, const std::string& file) {
    read_table(document, keys, {file, ""});
}

void refuse(const TomlValue& value, const std::string& key, const std::string& complaint) {
    throw UsageError(fmt::format("{}: {} = {}: {}", value.place, key, to_toml(value), complaint));
}

}  // namespace cenas
