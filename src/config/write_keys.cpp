// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/write_keys.hpp"

#include <fmt/format.h>

#include <cctype>

namespace cenas {
namespace {

std::string joined(const std::string& path, const std::string& name) { return path.empty() ? name : path + "." + name; }

std::string write_table(const std::vector<Key>& keys, const std::string& path);

std::string write_subtables(const Scalar&, const std::string&) { return ""; }

std::string write_subtables(const Section& section, const std::string& path) {
    return fmt::format("\n[{}]\n", path) + write_table(section.keys, path);
}

std::string write_subtables(const List& list, const std::string& path) {
    std::string text;
    for (const auto& keys : list.entries()) text += fmt::format("\n[[{}]]\n", path) + write_table(keys, path);
    return text;
}

/// Values first: in TOML what follows a subtable's header belongs to the subtable.
std::string write_table(const std::vector<Key>& keys, const std::string& path) {
    std::string text;
    for (const Key& key : keys)
        if (const auto* scalar = std::get_if<Scalar>(&key.content))
            text += key.condition.holds()
                        ? fmt::format("{} = {}\n", key.name, scalar->text())
                        : fmt::format("# {} = {}  # only with {}\n", key.name, scalar->text(), key.condition.text());
    for (const Key& key : keys)
        if (key.condition.holds())
            text += std::visit([&](const auto& content) { return write_subtables(content, joined(path, key.name)); },
                               key.content);
    return text;
}

std::string meaning_of(const Key& key) {
    return key.meaning + (key.condition.value == nullptr ? "" : fmt::format("; only with `{}`", key.condition.text()));
}

std::string describe_row(const Key& key, const Scalar& scalar) {
    const std::string value = scalar.text();
    const bool none = value.empty() || value == to_toml(std::string());
    return fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, scalar.allowed, key.unit,
                       key.required ? "required"
                       : none       ? "none"
                                    : "`" + value + "`",
                       meaning_of(key));
}

std::string describe_table(const std::vector<Key>& keys, const std::string& path);

std::string describe_chapter(const std::string& title, const std::string& meaning, const std::vector<Key>& keys,
                             const std::string& path) {
    const char initial = static_cast<char>(std::toupper(static_cast<unsigned char>(meaning.front())));
    return fmt::format("\n## `{}`\n\n{}{}.\n", title, initial, meaning.substr(1)) + describe_table(keys, path);
}

std::string describe_subtables(const Key&, const Scalar&, const std::string&) { return ""; }

std::string describe_subtables(const Key& key, const Section& section, const std::string& path) {
    return describe_chapter(fmt::format("[{}]", path), meaning_of(key) + (key.required ? "; required" : ""),
                            section.keys, path);
}

std::string describe_subtables(const Key& key, const List& list, const std::string& path) {
    return describe_chapter(fmt::format("[[{}]]", path),
                            fmt::format("{}; at least {} of them", meaning_of(key), list.at_least), list.add(), path);
}

std::string describe_table(const std::vector<Key>& keys, const std::string& path) {
    std::string rows, subtables;
    for (const Key& key : keys) {
        if (const auto* scalar = std::get_if<Scalar>(&key.content)) rows += describe_row(key, *scalar);
        subtables += std::visit(
            [&](const auto& content) { return describe_subtables(key, content, joined(path, key.name)); }, key.content);
    }
    constexpr const char* head = "\n| key | type and range | unit | default | meaning |\n|---|---|---|---|---|\n";
    return (rows.empty() ? "" : head + rows) + subtables;
}

}  // namespace

std::string write_keys(const std::vector<Key>& keys) { return write_table(keys, ""); }

std::string describe_keys(const std::vector<Key>& keys) { return describe_table(keys, ""); }

}  // namespace cenas
