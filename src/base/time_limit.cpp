// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/time_limit.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cenas {
namespace {

[[noreturn]] void refuse(const std::string& text) {
    throw UsageError(fmt::format(
        "time limit '{}': must be minutes, minutes:seconds, hours:minutes:seconds or days-hours[:minutes[:seconds]], "
        "and more than nothing",
        text));
}

/// Whole numbers between colons.
std::vector<double> numbers_of(std::string_view part, const std::string& text) {
    constexpr int most = 1'000'000;
    std::vector<double> numbers;
    for (;;) {
        const std::size_t colon = std::min(part.find(':'), part.size());
        int number = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + colon, number);
        if (colon == 0 || error != std::errc() || end != part.data() + colon || number < 0 || number > most)
            refuse(text);
        numbers.push_back(number);
        if (colon == part.size()) return numbers;
        part.remove_prefix(colon + 1);
    }
}

}  // namespace

double parse_time_limit(const std::string& text) {
    constexpr double minute = 60, hour = 3600, day = 86400;
    const std::size_t dash = text.find('-');
    const bool has_days = dash != std::string::npos;
    const auto numbers = numbers_of(std::string_view(text).substr(has_days ? dash + 1 : 0), text);
    const auto number = [&](std::size_t i) { return i < numbers.size() ? numbers[i] : 0.0; };
    double seconds = 0;
    if (numbers.size() > 3) refuse(text);
    if (has_days) {
        const auto days = numbers_of(std::string_view(text).substr(0, dash), text);
        if (days.size() != 1) refuse(text);
        seconds = days[0] * day + number(0) * hour + number(1) * minute + number(2);
    } else if (numbers.size() == 3) {
        seconds = number(0) * hour + number(1) * minute + number(2);
    } else {
        seconds = number(0) * minute + number(1);
    }
    if (seconds <= 0) refuse(text);
    return seconds;
}

}  // namespace cenas
