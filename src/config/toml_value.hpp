// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/utc_time.hpp"

namespace cenas {

// A TOML document as plain values that know where they were written and keep it when they are copied.

struct TomlValue;
struct TomlEntry;
using TomlArray = std::vector<TomlValue>;
using TomlTable = std::vector<TomlEntry>;

/// A date or time that is no moment of UTC in whole seconds, as written. No key takes one.
struct OtherTime {
    std::string text;
};

struct TomlValue {
    std::variant<bool, std::int64_t, double, std::string, UtcTime, OtherTime, TomlArray, TomlTable> value;
    std::string place;        ///< for messages: "deck.toml:12:8"
    bool overridden = false;  ///< set on the command line, not in the file
};

struct TomlEntry {
    std::string key;
    std::string place;  ///< of the key
    TomlValue value;
};

/// Parses a document; `file` names it in places. Throws UsageError with line and column.
TomlTable parse_toml(std::string_view text, const std::string& file);

/// The value of a command-line override: a TOML literal, or else `text` itself as a string.
TomlValue parse_override_value(std::string_view text, const std::string& place);

/// The entry of `key`, or null.
TomlEntry* find_entry(TomlTable& table, std::string_view key);
/// The value of `key`, or null.
const TomlValue* find(const TomlTable& table, std::string_view key);
/// The value of `key` if it is a string, else empty.
std::string find_string(const TomlTable& table, std::string_view key);

// TOML literals.
std::string to_toml(bool value);
std::string to_toml(std::int64_t value);
std::string to_toml(double value);  ///< shortest text that reads back equal, always a float
std::string to_toml(const std::string& value);
std::string to_toml(const TomlValue& value);  ///< tables are abbreviated

}  // namespace cenas
