// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cenas {

/// Whole seconds since 1970-01-01T00:00:00Z (no leap seconds, as POSIX counts).
struct UtcTime {
    std::int64_t seconds = 0;
    friend constexpr auto operator<=>(UtcTime, UtcTime) = default;
};

/// The proleptic Gregorian date and time of day as UTC. Month and day count from 1. No range check.
UtcTime utc_from_civil(int year, int month, int day, int hour = 0, int minute = 0, int second = 0);

/// "2021-07-02T06:00:00Z".
std::string to_string(UtcTime t);

/// Reads `YYYY-MM-DD[T| ]hh:mm[:ss[.fraction]][Z|+hh:mm|-hh:mm]`. A time without a zone is taken as UTC and
/// reported through `had_zone` (if given). Impossible dates and hours, or trailing text, give nullopt;
/// a fraction must be zero (traces step in whole seconds).
std::optional<UtcTime> parse_utc(std::string_view text, bool* had_zone = nullptr);

/// Month (1..12) and hour of the day (0..23) of `t` in UTC.
int month_of(UtcTime t);
int hour_of(UtcTime t);

}  // namespace cenas
