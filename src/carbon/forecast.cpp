// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/forecast.hpp"

#include <algorithm>

namespace cenas {
namespace {

/// The value seen last at the time of day of step `later` > now, in the run or before it; the present one where that
/// lies before all history.
double persisted(std::span<const double> history, std::span<const double> values, std::size_t now, std::size_t later,
                 std::size_t steps_per_day) {
    const std::size_t days = (later - now + steps_per_day - 1) / steps_per_day;  // whole days back to now or before
    const std::size_t back = days * steps_per_day;
    if (back <= later) return values[later - back];
    const std::size_t before = back - later;
    return before <= history.size() ? history[history.size() - before] : values[now];
}

}  // namespace

std::vector<double> forecast_window(std::span<const double> history, std::span<const double> values, std::size_t now,
                                    std::size_t window_steps, std::size_t steps_per_day, Forecast forecast,
                                    std::span<const double> told) {
    const std::size_t first = window_steps == 0 ? 0 : now;
    const std::size_t end = window_steps == 0 ? values.size() : std::min(values.size(), now + window_steps);
    const auto seen = values.subspan(first, now + 1 - first);
    std::vector<double> window(seen.begin(), seen.end());
    if (forecast == Forecast::none) return window;
    for (std::size_t later = now + 1; later < end; ++later) {
        const std::size_t ahead = later - now - 1;
        if (forecast == Forecast::perfect)
            window.push_back(values[later]);
        else if (forecast == Forecast::file && ahead < told.size())
            window.push_back(told[ahead]);
        else
            window.push_back(persisted(history, values, now, later, steps_per_day));
    }
    return window;
}

}  // namespace cenas
