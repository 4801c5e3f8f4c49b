// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/utc_time.hpp"

// Values of a file that must be one of a few; `place` names the file and the object in messages.

namespace cenas {

/// The value of an enumeration that is written as `text`.
template <class Enum>
Enum parse_enum(std::string_view text, std::initializer_list<Enum> all, const std::string& place) {
    std::string allowed;
    for (const Enum value : all) {
        if (text == to_string(value)) return value;
        allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", to_string(value));
    }
    throw DataError(fmt::format("{}: '{}' (allowed: {})", place, text, allowed));
}

inline bool parse_flag(std::int64_t value, const std::string& place) {
    if (value != 0 && value != 1) throw DataError(fmt::format("{}: {} (allowed: 0, 1)", place, value));
    return value == 1;
}

inline UtcTime parse_start(const std::string& text, const std::string& place) {
    const auto time = parse_utc(text);
    if (!time) throw DataError(fmt::format("{}: '{}' is not a UTC time", place, text));
    return *time;
}

}  // namespace cenas
