// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/utc_time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace cenas {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

year_month_day civil_date(int year, int month, int day) {
    return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
            std::chrono::day(static_cast<unsigned>(day))};
}

/// Reads a text from left to right. Every take... consumes what it accepts and nothing else.
struct Cursor {
    std::string_view rest;

    bool take(char c) {
        if (rest.empty() || rest.front() != c) return false;
        rest.remove_prefix(1);
        return true;
    }

    /// Exactly `count` digits.
    std::optional<int> take_digits(std::size_t count) {
        if (rest.size() < count) return std::nullopt;
        int value = 0;
        for (const char c : rest.substr(0, count)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = 10 * value + (c - '0');
        }
        rest.remove_prefix(count);
        return value;
    }

    /// `count` digits that make a number of at most `most`.
    std::optional<int> take_number(std::size_t count, int most) {
        const auto value = take_digits(count);
        return value && *value <= most ? value : std::nullopt;
    }
};

std::optional<sys_days> take_date(Cursor& in) {
    const auto year = in.take_digits(4);
    if (!year || !in.take('-')) return std::nullopt;
    const auto month = in.take_digits(2);
    if (!month || !in.take('-')) return std::nullopt;
    const auto day = in.take_digits(2);
    if (!day) return std::nullopt;
    const auto date = civil_date(*year, *month, *day);
    if (!date.ok()) return std::nullopt;
    return sys_days(date);
}

/// Seconds after midnight.
std::optional<std::int64_t> take_time_of_day(Cursor& in) {
    const auto hour = in.take_number(2, 23);
    if (!hour || !in.take(':')) return std::nullopt;
    const auto minute = in.take_number(2, 59);
    if (!minute) return std::nullopt;
    std::optional<int> second = 0;
    if (in.take(':')) {
        second = in.take_number(2, 59);
        if (!second) return std::nullopt;
        if (in.take('.')) {
            if (!in.take('0')) return std::nullopt;
            while (in.take('0')) {
            }
        }
    }
    return 3600 * *hour + 60 * *minute + *second;
}

/// Seconds that the zone is ahead of UTC; `zoned` tells whether one was there.
std::optional<std::int64_t> take_zone(Cursor& in, bool& zoned) {
    zoned = !in.rest.empty();
    if (!zoned || in.take('Z')) return 0;
    const int sign = in.take('+') ? 1 : in.take('-') ? -1 : 0;
    if (sign == 0) return std::nullopt;
    const auto hour = in.take_number(2, 23);
    if (!hour || !in.take(':')) return std::nullopt;
    const auto minute = in.take_number(2, 59);
    if (!minute) return std::nullopt;
    return sign * (3600 * *hour + 60 * *minute);
}

sys_seconds as_chrono(UtcTime t) { return sys_seconds(std::chrono::seconds(t.seconds)); }

}  // namespace

UtcTime utc_from_civil(int year, int month, int day, int hour, int minute, int second) {
    const sys_seconds midnight = sys_days(civil_date(year, month, day));
    return {midnight.time_since_epoch().count() + 3600L * hour + 60L * minute + second};
}

std::string to_string(UtcTime t) {
    const auto day = std::chrono::floor<std::chrono::days>(as_chrono(t));
    const year_month_day date(day);
    const auto s = (as_chrono(t) - day).count();
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), s / 3600, s / 60 % 60,
                       s % 60);
}

std::optional<UtcTime> parse_utc(std::string_view text, bool* had_zone) {
    Cursor in{text};
    const auto date = take_date(in);
    if (!date || !(in.take('T') || in.take(' '))) return std::nullopt;
    const auto time_of_day = take_time_of_day(in);
    if (!time_of_day) return std::nullopt;
    bool zoned = false;
    const auto ahead = take_zone(in, zoned);
    if (!ahead || !in.rest.empty()) return std::nullopt;
    if (had_zone != nullptr) *had_zone = zoned;
    const sys_seconds midnight = *date;
    return UtcTime{midnight.time_since_epoch().count() + *time_of_day - *ahead};
}

int month_of(UtcTime t) {
    const year_month_day date(std::chrono::floor<std::chrono::days>(as_chrono(t)));
    return static_cast<int>(static_cast<unsigned>(date.month()));
}

int hour_of(UtcTime t) {
    const auto day = std::chrono::floor<std::chrono::days>(as_chrono(t));
    return static_cast<int>((as_chrono(t) - day).count() / 3600);
}

}  // namespace cenas
