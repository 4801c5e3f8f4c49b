// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/toml_value.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "base/error.hpp"

namespace cenas {
namespace {

/// Where the values of a document come from.
struct Origin {
    std::string name;  ///< file, or the whole override
    bool overridden = false;
};

std::string place_of(const toml::source_region& region, const Origin& origin) {
    if (origin.overridden || !region.begin) return origin.name;
    return fmt::format("{}:{}:{}", origin.name, region.begin.line, region.begin.column);
}

template <class Time>
OtherTime other_time(const Time& time) {
    std::ostringstream text;
    text << time;
    return {text.str()};
}

std::variant<UtcTime, OtherTime> moment(const toml::date_time& t) {
    if (!t.offset || t.time.nanosecond != 0) return other_time(t);
    UtcTime utc = utc_from_civil(t.date.year, t.date.month, t.date.day, t.time.hour, t.time.minute, t.time.second);
    utc.seconds -= std::int64_t{60} * t.offset->minutes;
    return utc;
}

TomlTable convert(const toml::table& table, const Origin& origin);
TomlValue convert(const toml::node& node, const Origin& origin);

TomlArray convert(const toml::array& array, const Origin& origin) {
    TomlArray values;
    for (const toml::node& node : array) values.push_back(convert(node, origin));
    return values;
}

TomlValue convert(const toml::node& node, const Origin& origin) {
    TomlValue result{{}, place_of(node.source(), origin), origin.overridden};
    if (const auto* table = node.as_table()) result.value = convert(*table, origin);
    if (const auto* array = node.as_array()) result.value = convert(*array, origin);
    if (const auto* text = node.as_string()) result.value = text->get();
    if (const auto* integer = node.as_integer()) result.value = integer->get();
    if (const auto* number = node.as_floating_point()) result.value = number->get();
    if (const auto* flag = node.as_boolean()) result.value = flag->get();
    if (const auto* date = node.as_date()) result.value = other_time(date->get());
    if (const auto* time = node.as_time()) result.value = other_time(time->get());
    if (const auto* time = node.as_date_time()) std::visit([&](auto&& t) { result.value = t; }, moment(time->get()));
    return result;
}

TomlTable convert(const toml::table& table, const Origin& origin) {
    TomlTable entries;
    for (const auto& [key, node] : table)
        entries.push_back({std::string(key.str()), place_of(key.source(), origin), convert(node, origin)});
    return entries;
}

std::string to_toml(UtcTime value) { return to_string(value); }
std::string to_toml(const OtherTime& value) { return value.text; }
std::string to_toml(const TomlTable&) { return "{...}"; }
std::string to_toml(const TomlArray& values) {
    std::string text;
    for (const TomlValue& value : values) text += (text.empty() ? "" : ", ") + cenas::to_toml(value);
    return "[" + text + "]";
}

}  // namespace

TomlTable parse_toml(std::string_view text, const std::string& file) {
    const Origin origin{file};
    try {
        return convert(toml::parse(text), origin);
    } catch (const toml::parse_error& e) {
        throw UsageError(fmt::format("{}: not TOML: {}", place_of(e.source(), origin), e.description()));
    }
}

TomlValue parse_override_value(std::string_view text, const std::string& place) {
    const Origin origin{place, true};
    try {
        const toml::table parsed = toml::parse(fmt::format("value = {}", text));
        // More than one key: the text held a line break, so it is no literal.
        if (parsed.size() == 1) return convert(*parsed.get("value"), origin);
    } catch (const toml::parse_error&) {
        // No literal either: a bare word, a path.
    }
    return {std::string(text), place, true};
}

TomlEntry* find_entry(TomlTable& table, std::string_view key) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const TomlEntry& e) { return e.key == key; });
    return found == table.end() ? nullptr : &*found;
}

const TomlValue* find(const TomlTable& table, std::string_view key) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const TomlEntry& e) { return e.key == key; });
    return found == table.end() ? nullptr : &found->value;
}

std::string find_string(const TomlTable& table, std::string_view key) {
    const TomlValue* found = find(table, key);
    const auto* text = found != nullptr ? std::get_if<std::string>(&found->value) : nullptr;
    return text != nullptr ? *text : "";
}

std::string to_toml(bool value) { return value ? "true" : "false"; }

std::string to_toml(std::int64_t value) { return fmt::format("{}", value); }

std::string to_toml(double value) {
    const std::string text = fmt::format("{}", value);
    return text.find_first_of(".ein") == std::string::npos ? text + ".0" : text;  // e: exponent; i, n: inf, nan
}

std::string to_toml(const std::string& value) {
    constexpr char first_printable = 0x20, del = 0x7F;
    std::string text = "\"";
    for (const char c : value) {
        const bool control = (c >= 0 && c < first_printable) || c == del;
        if (c == '"' || c == '\\') text += '\\';
        text += control ? fmt::format("\\u{:04X}", static_cast<int>(c)) : std::string(1, c);
    }
    return text + '"';
}

std::string to_toml(const TomlValue& value) {
    return std::visit([](const auto& v) { return to_toml(v); }, value.value);
}

}  // namespace cenas
