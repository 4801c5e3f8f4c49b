// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cenas {
namespace {

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

template <class Integer>
Scalar make_integer(Integer& target, Integer low, Integer high) {
    const auto set = [&target, low, high](const TomlValue& value) {
        const auto* given = std::get_if<std::int64_t>(&value.value);
        if (given == nullptr || *given < low || *given > high) return false;
        target = static_cast<Integer>(*given);
        return true;
    };
    return {fmt::format("an integer from {} to {}", low, high), set,
            [&target] { return to_toml(static_cast<std::int64_t>(target)); }};
}

/// Integers are numbers, too.
std::optional<double> number_in(const TomlValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value.value)) return static_cast<double>(*integer);
    if (const auto* given = std::get_if<double>(&value.value)) return *given;
    return std::nullopt;
}

std::string in_words(Range range) {
    if (range.low == finite.low && range.high == finite.high) return "a finite number";
    if (range.above) return fmt::format("a number above {} and up to {}", range.low, range.high);
    return fmt::format("a number from {} to {}", range.low, range.high);
}

/// `Number` is double or an optional one.
template <class Number>
Scalar make_number(Number& target, Range range, std::function<std::string()> text) {
    const auto set = [&target, range](const TomlValue& value) {
        const auto given = number_in(value);
        // Written so that NaN fails.
        if (!given || !(*given >= range.low && *given <= range.high) || (range.above && *given == range.low))
            return false;
        target = *given;
        return true;
    };
    return {in_words(range), set, std::move(text)};
}

/// A TOML time, or the same as a string; always with its zone.
std::optional<UtcTime> time_in(const TomlValue& value) {
    if (const auto* given = std::get_if<UtcTime>(&value.value)) return *given;
    const auto* string = std::get_if<std::string>(&value.value);
    bool had_zone = false;
    const auto parsed = string != nullptr ? parse_utc(*string, &had_zone) : std::nullopt;
    return had_zone ? parsed : std::nullopt;
}

bool is_name(const std::string& text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return !text.empty() && text.find_first_not_of(letters) == std::string::npos;
}

}  // namespace

bool Condition::holds() const { return value == nullptr || contains(words, *value); }

std::string Condition::text() const { return fmt::format("{} = {}", key, alternatives(words)); }

Key required(Key key) {
    key.required = true;
    return key;
}

Key only_with(Condition condition, Key key) {
    key.condition = std::move(condition);
    return key;
}

Scalar flag(bool& target) {
    const auto set = [&target](const TomlValue& value) {
        const auto* given = std::get_if<bool>(&value.value);
        if (given != nullptr) target = *given;
        return given != nullptr;
    };
    return {"true or false", set, [&target] { return to_toml(target); }};
}

Scalar integer(int& target, int low, int high) { return make_integer(target, low, high); }

Scalar integer(std::int64_t& target, std::int64_t low, std::int64_t high) { return make_integer(target, low, high); }

Scalar number(double& target, Range range) {
    return make_number(target, range, [&target] { return to_toml(target); });
}

Scalar number(std::optional<double>& target, Range range) {
    return make_number(target, range, [&target] { return target ? to_toml(*target) : std::string(); });
}

Scalar time(UtcTime& target) {
    const auto set = [&target](const TomlValue& value) {
        const auto given = time_in(value);
        if (given) target = *given;
        return given.has_value();
    };
    return {"a time in whole seconds with its zone, such as 2021-07-02T06:00:00Z", set,
            [&target] { return to_string(target); }};
}

Scalar text(std::string& target, std::string allowed, std::function<bool(const std::string&)> accepts) {
    const auto set = [&target, accepts = std::move(accepts)](const TomlValue& value) {
        const auto* given = std::get_if<std::string>(&value.value);
        if (given == nullptr || !accepts(*given)) return false;
        target = *given;
        return true;
    };
    return {std::move(allowed), set, [&target] { return to_toml(target); }};
}

Scalar one_of(std::string& target, std::vector<std::string> words) {
    std::string allowed = alternatives(words);
    return text(target, std::move(allowed),
                [words = std::move(words)](const std::string& given) { return contains(words, given); });
}

Scalar name(std::string& target) { return text(target, "a text of letters, digits, '-', '_' and '.'", is_name); }

Scalar texts(std::vector<std::string>& target) {
    const auto set = [&target](const TomlValue& given) {
        const auto* array = std::get_if<TomlArray>(&given.value);
        if (array == nullptr) return false;
        std::vector<std::string> read;
        for (const TomlValue& value : *array) {
            const auto* string = std::get_if<std::string>(&value.value);
            if (string == nullptr) return false;
            read.push_back(*string);
        }
        target = read;
        return true;
    };
    const auto text = [&target] {
        std::string list;
        for (const std::string& value : target) list += (list.empty() ? "" : ", ") + to_toml(value);
        return "[" + list + "]";
    };
    return {"a list of texts", set, text};
}

Scalar nonempty(std::string& target) {
    return text(target, "a text that is not empty", [](const std::string& given) { return !given.empty(); });
}

std::string alternatives(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
    return text;
}

}  // namespace cenas
